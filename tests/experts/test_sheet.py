import io
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest

from fieldapp.experts.sheet import LARGEST, MOST_COLUMNS, MOST_ROWS, BadSheet, read_sheet
from tests.experts.conftest import csv_of, xlsx_of

ROWS = [["성명", "분야", "전화"], ["가상 노무사", "인사·노무, 세무회계", "02-000-0000"]]


def cells(content: bytes) -> list[list[str]]:
    return [row.cells for row in read_sheet(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_text_is_read_in_every_encoding_with_every_delimiter(encoding, delimiter, ending):
    text = ending.join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS)
    assert cells(text.encode(encoding)) == cells((text + ending).encode(encoding)) == ROWS


def test_a_workbook_is_read_as_one_reads_it():
    content = xlsx_of([" 성명", "정원", "날", "전화"], [], ["가", 3.0, datetime(2026, 1, 2), 1012345678], [True, 2.5, None, "=1+2"])
    rows = read_sheet(content)
    assert [row.line for row in rows] == [1, 3, 4], "the line as the office counts it"
    assert [row.cells[:4] for row in rows] == [
        ["성명", "정원", "날", "전화"], ["가", "3", "2026-01-02", "1012345678"], ["True", "2.5", "", "=1+2"]]


def test_a_formula_is_its_last_value_and_never_worked_out():
    content = xlsx_of(["성명"], ["=HYPERLINK(\"http://example.org\")"])
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v></v>", b"<v>7</v>").replace(b"<v />", b"<v>7</v>").replace(b"<v/>", b"<v>7</v>"))
    assert cells(made.getvalue())[1][0] == "7"
    assert cells(csv_of("성명", "=1+2")) == [["성명"], ["=1+2"]]


def test_lines_are_counted_over_cells_of_several_lines_and_empty_ones():
    rows = read_sheet(csv_of("성명,메모", "", '가,"두', '줄"', " , ", "나,다"))
    assert [(row.line, row.cells) for row in rows] == [(1, ["성명", "메모"]), (3, ["가", "두\n줄"]), (6, ["나", "다"])]


def test_a_quotation_mark_that_nothing_closes_swallows_no_rows():
    for text in (['가,"나', "다,라"], ["가,나", '다,"라'], ['"']):
        with pytest.raises(BadSheet) as told:
            read_sheet(csv_of("성명,메모", *text))
        assert f"{1 + next(line for line, row in enumerate(text, 1) if chr(34) in row)}행" in str(told.value.message)


def bomb(name: str = "xl/sharedStrings.xml", method: int = zipfile.ZIP_DEFLATED, content: bytes = b"<a/>" * 8_000_000) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def lying() -> bytes:
    """An archive whose directory says that its part is small."""
    content = bomb(content=b"<a/>" * 2_000_000)
    return content.replace((8_000_000).to_bytes(4, "little"), (9).to_bytes(4, "little"))


HOSTILE: dict[str, bytes | Callable[[], bytes]] = {
    "nothing": b"", "blank lines": b"\n\n", "control characters": b"\x00\x01", "no encoding": b"\xff" * 99,
    "the start of an archive": b"PK\x03\x04", "an archive of zeros": b"PK\x03\x04" + b"\0" * 999,
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a bomb": bomb, "bzip2": lambda: bomb(method=zipfile.ZIP_BZIP2),
    "lzma": lambda: bomb(method=zipfile.ZIP_LZMA),
    "entities": lambda: bomb("xl/workbook.xml", content=b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
    "a path upwards": lambda: bomb("../../etc/passwd", content=b"x"), "a lying directory": lying, "no rows": xlsx_of,
    "a mark alone": b"\xef\xbb\xbf", "utf-16": "성명".encode("utf-16"), "quotation marks": b'"' * 150_001,
    "a cell without an end": b'"' + b"a" * 140_000, "too large": b"a" * (LARGEST + 1)}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_words(kind):
    made = HOSTILE[kind]
    content = made() if callable(made) else made
    with pytest.raises(BadSheet) as told:
        read_sheet(content)
    assert str(told.value.message).endswith(".")


def test_no_more_rows_than_a_person_can_look_through():
    assert len(read_sheet(csv_of("성명", *["가"] * MOST_ROWS))) == MOST_ROWS + 1
    for content in (csv_of("성명", *["가"] * (MOST_ROWS + 1)), xlsx_of(["성명"], *[["가"]] * (MOST_ROWS + 1))):
        with pytest.raises(BadSheet) as told:
            read_sheet(content)
        assert f"{MOST_ROWS}행" in str(told.value.message)


def test_a_workbook_of_many_columns_is_read_up_to_a_bound():
    assert cells(xlsx_of([f"열 {number}" for number in range(200)])) == [[f"열 {number}" for number in range(MOST_COLUMNS)]]


def test_a_sheet_of_empty_rows_is_read_as_what_it_holds():
    assert cells(b"a,b\n" + b",,,,,,,,\n" * 200_000) == [["a", "b"]]
