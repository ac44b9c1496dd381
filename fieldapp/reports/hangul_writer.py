"""A program of its own: a report, whose cells are texts by now, comes in as JSON and goes out as HWPX. It imports nothing of ours."""

import io
import json
import re
import sys
import zipfile
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from hwpx import HwpxDocument

MM = 283.465  # HWP units
WIDE = 9  # columns from which the page lies on its side
LONG = 10  # rows from which a table may go on on the next page
MARGIN = 15  # mm
SMALL, NORMAL, TITLE, HEADING = 8, 10, 16, 12  # points
LINE = 282  # HWP units: the height of a row before its text is laid out
SECTION = "Contents/section0.xml"
MARK = uuid4().hex  # nobody has typed it
PLACE = re.compile(rf"{MARK}-(\d+)-")  # where a cell's text goes in a row that stands for all of its table
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def main() -> None:
    sys.stdout.buffer.write(written(json.load(sys.stdin)))


def written(report: dict) -> bytes:
    """The library writes each table with one row; the others are copies of that row, for which it would take a megabyte for four."""
    made = HwpxDocument.new()
    on_its_side = any(len(table["head"]) >= WIDE for table in report["tables"])
    made.set_page_setup(paper_size="A4", orientation="landscape" if on_its_side else "portrait", margin_left_mm=MARGIN,
                        margin_right_mm=MARGIN, margin_top_mm=MARGIN, margin_bottom_mm=MARGIN)
    made.set_page_number()
    width = int(((297 if on_its_side else 210) - 2 * MARGIN) * MM)
    made.add_paragraph(report["title"], char_pr_id_ref=made.ensure_run_style(bold=True, size=TITLE))
    for name, text in report["facts"]:
        made.add_paragraph(f"{name}: {text}", char_pr_id_ref=made.ensure_run_style(size=NORMAL))
    for table in report["tables"]:
        put_part(made, table, width)
    return with_rows(made.to_bytes(), [table["rows"] for table in report["tables"] if table["head"] and table["rows"]])


def put_part(made: Any, table: dict, width: int) -> None:
    made.add_paragraph("")
    made.add_paragraph(table["title"], char_pr_id_ref=made.ensure_run_style(bold=True, size=HEADING))
    if table["head"] and table["rows"]:
        put_table(made, table, width)
    else:
        for row in table["rows"] or [["–"]]:
            made.add_paragraph(row[0], char_pr_id_ref=made.ensure_run_style(size=NORMAL))
    if table["note"]:
        made.add_paragraph(table["note"], char_pr_id_ref=made.ensure_run_style(size=SMALL))


def put_table(made: Any, table: dict, width: int) -> None:
    """The head, and one row that stands for all."""
    head = table["head"]
    size = SMALL if len(head) >= WIDE else NORMAL
    bold, plain = made.ensure_run_style(bold=True, size=size), made.ensure_run_style(size=size)
    grid = made.add_table(2, len(head), width=width)
    grid.set_column_widths(widths([head, *table["rows"]]))
    grid.set_cell_shading(0, 0, "#E8EEF9")
    shade = grid.rows[0].cells[0].element.get("borderFillIDRef")
    for row, texts, style in zip(grid.rows, (head, [f"{MARK}-{column}-" for column in range(len(head))]), (bold, plain), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.set_text(text)
            set_style(cell.element, style)
    for cell in grid.rows[0].cells:
        cell.element.set("borderFillIDRef", shade)
        cell.element.set("header", "1")
    grid.element.set("repeatHeader", "1")
    if len(table["rows"]) >= LONG:
        grid.set_treat_as_char(False)


def set_style(element: Any, name: str) -> None:
    for part in element.iter():
        if part.tag.endswith("}run"):
            part.set("charPrIDRef", str(name))


def widths(rows: list) -> list[int]:
    """Each column's part of the page, by its longest text: one letter of Hangul is as wide as two others."""
    return [min(max(letters(row[column]) for row in rows), 60) + 2 for column in range(len(rows[0]))]


def letters(text: str) -> int:
    return sum(2 if ord(letter) > 0x1100 else 1 for letter in text)


def with_rows(body: bytes, tables: list) -> bytes:
    """The file with every row of its tables in the place of the one that stands for them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == SECTION:
                content = filled(content.decode(), tables).encode()
            after.writestr(part, content, part.compress_type)
    return out.getvalue()


def filled(section: str, tables: list) -> str:
    done = []
    for rows in tables:
        begin = section.rindex("<hp:tr>", 0, section.index(f">{MARK}-0-<"))
        end = section.index("</hp:tr>", begin) + len("</hp:tr>")
        row = section[begin:end]
        done += [sized(section[:begin], len(rows) + 1), *(copied(row, number, texts) for number, texts in enumerate(rows, 1))]
        section = section[end:]
    return "".join([*done, section])


def sized(before: str, rows: int) -> str:
    """What stands before a table's rows, with how many these are and how high."""
    head, tag, rest = before.rpartition("<hp:tbl ")
    rest = rest.replace('rowCnt="2"', f'rowCnt="{rows}"', 1)
    return head + tag + re.sub(r'(<hp:sz [^>]*height=")\d+', rf"\g<1>{rows * LINE}", rest, count=1)


def copied(row: str, number: int, texts: list[str]) -> str:
    return PLACE.sub(lambda found: as_xml(texts[int(found[1])]), row).replace('rowAddr="1"', f'rowAddr="{number}"')


def as_xml(text: str) -> str:
    return escape(NOT_XML.sub("", text)).replace("\n", "<hp:lineBreak/>").replace("\t", "<hp:tab/>")


if __name__ == "__main__":
    main()
