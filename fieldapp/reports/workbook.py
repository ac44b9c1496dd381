"""A report as XLSX: a sheet a table, real numbers and days, the head frozen, columns as wide as Korean needs."""

import io
import re
import unicodedata
from datetime import date

import xlsxwriter

from fieldapp.reports.document import Cell, Document, Table

HEAD = 3  # the row, from nought, in which a table's head stands: title, facts and the table's name come first
NARROWEST, WIDEST = 7, 48  # of a column, in letters of half width
LONGEST = 32_000  # letters in a cell: a spreadsheet takes 32,767
FORMATS: dict[str, dict] = {
    "text": {"text_wrap": True, "valign": "top"}, "whole": {"num_format": "#,##0"}, "decimal": {"num_format": "#,##0.0##"},
    "percent": {"num_format": '0" %"'}, "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "head": {"bold": True, "bottom": 1, "bg_color": "#E8EEF9", "text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14}, "name": {"bold": True}, "soft": {"font_color": "#555555"}}


def workbook(document: Document) -> bytes:
    """The file's bytes. Text is never worked out, whatever it begins with."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                     "strings_to_numbers": False})
    book.set_properties({"title": document.title, "comments": " · ".join(f"{name} {text}" for name, text in document.facts)})
    formats = {name: book.add_format({"font_name": "맑은 고딕", "font_size": 10, **more}) for name, more in FORMATS.items()}
    taken: set[str] = set()
    for table in document.tables:
        put_table(book.add_worksheet(sheet_name(table.title, taken)), document, table, formats)
    book.close()
    return out.getvalue()


def put_table(sheet, document: Document, table: Table, formats: dict) -> None:
    sheet.write_string(0, 0, document.title, formats["title"])
    sheet.write_string(1, 0, " · ".join(f"{name}: {text}" for name, text in document.facts)[:LONGEST], formats["soft"])
    sheet.write_string(2, 0, " ".join(filter(None, (table.title, f"({table.note})" if table.note else ""))), formats["name"])
    for column, name in enumerate(table.head):
        sheet.write_string(HEAD, column, name, formats["head"])
    first = HEAD + bool(table.head)
    for line, row in enumerate(table.rows, first):
        for column, cell in enumerate(row):
            put_cell(sheet, line, column, cell, formats)
    for column in range(table.columns):
        sheet.set_column(column, column, width_of(table, column))
    sheet.freeze_panes(first, min(table.keys, table.columns - 1))
    for_print(sheet, table, first)


def put_cell(sheet, line: int, column: int, cell: Cell, formats: dict) -> None:
    if cell.value is None:
        sheet.write_blank(line, column, None, formats["text"])
    elif cell.is_number:
        kind = "percent" if cell.unit == "%" else "whole" if isinstance(cell.value, int) else "decimal"
        sheet.write_number(line, column, cell.value, formats[kind])
    elif isinstance(cell.value, date):
        sheet.write_datetime(line, column, cell.value, formats["day"])
    else:
        sheet.write_string(line, column, cell.text[:LONGEST], formats["text"])


def for_print(sheet, table: Table, first: int) -> None:
    """A4, as many pages high as it takes, the head on each of them."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
    if table.columns > 6:
        sheet.set_landscape()
    if table.head:
        sheet.repeat_rows(HEAD, first - 1)


def width_of(table: Table, column: int) -> float:
    texts = [row[column].text for row in table.rows[:500] if column < len(row)] + list(table.head[column:column + 1])
    widest = max((letters(line) for text in texts for line in text.splitlines()), default=0)
    return 90 if not table.head else min(max(widest + 2, NARROWEST), WIDEST)


def letters(text: str) -> int:
    """How wide a text is, in letters of half width: one of Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def sheet_name(title: str, taken: set[str]) -> str:
    """A name that a spreadsheet takes, and none that another sheet has: at most 31 letters, without []:*?/\\ ."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:28] or "-"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain} {number}"
    taken.add(name.lower())
    return name
