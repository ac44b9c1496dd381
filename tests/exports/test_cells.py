"""Whatever people typed: it comes out as it went in, and no spreadsheet computes it."""

import csv
import io
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.exports.cells import FORMULA, LONGEST, UNWRITABLE, defused, fitted
from fieldapp.exports.columns import Column
from fieldapp.exports.formats import as_csv, as_geojson, write_xlsx
from fieldapp.exports.table import Row

DANGEROUS = ["=1+1", "+82-2-1234", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=HYPERLINK(\"http://x\")", "＝1+1", "  =1",
             "=cmd|' /C calc'!A0"]
TYPED = st.text(max_size=60) | st.sampled_from(DANGEROUS).flatmap(lambda begin: st.text(max_size=20).map(lambda rest: begin + rest))
VALUES = TYPED | st.none() | st.integers(-10**9, 10**9) | st.dates(date(1990, 1, 1), date(2099, 1, 1))


def table(*names: str) -> Any:
    return SimpleNamespace(of=SimpleNamespace(title="가상"), titles=list(names), columns=[Column(name, name) for name in names])


def in_one_batch(*rows):
    return iter([[Row(list(row), None, "") for row in rows]])


def read_csv(made: bytes) -> list[list[str]]:
    assert made.startswith(b"\xef\xbb\xbf") and made.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_has_an_apostrophe_before(text):
    assert defused(text) == f"'{text}"


@given(st.text())
def test_nothing_but_an_apostrophe_is_added_and_nothing_computes(text):
    made = defused(text)
    assert not FORMULA.match(made)
    assert made in (kept := UNWRITABLE.sub("", text), f"'{kept}")


@given(st.lists(st.tuples(VALUES, TYPED), max_size=5))
@settings(max_examples=60)
def test_a_csv_holds_what_was_typed(rows):
    head, *found = read_csv(b"".join(as_csv(table("a", "b"), in_one_batch(*rows))))
    assert head == ["a", "b"]
    assert found == [[as_text(cell) for cell in row] for row in rows]


def as_text(cell) -> str:
    return "" if cell is None else defused(cell) if isinstance(cell, str) else str(cell)


def test_every_text_of_a_csv_is_quoted_so_that_no_other_separator_parts_it():
    assert b'"a;=1+1",3,"2026-11-24 09:05"\r\n' in b"".join(
        as_csv(table("a", "b", "c"), in_one_batch(("a;=1+1", 3, datetime(2026, 11, 24, 0, 5, tzinfo=UTC)))))


@given(st.lists(st.tuples(VALUES, TYPED), min_size=1, max_size=4))
@settings(max_examples=40)
def test_a_sheet_holds_what_was_typed_as_text_and_nothing_computes(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("sheet") / "a.xlsx"
    write_xlsx(table("a", "b"), in_one_batch(*rows), file)
    sheet = openpyxl.load_workbook(file).active
    for row, made in zip(rows, sheet.iter_rows(min_row=2, max_col=2), strict=False):
        for cell, found in zip(row, made, strict=True):
            assert found.data_type != "f"
            if isinstance(cell, str):
                assert (found.value or "") == xml(defused(cell)), cell
            elif isinstance(cell, date):
                assert found.is_date and found.value.date() == cell
            else:
                assert found.value == cell


def xml(text: str) -> str:
    """XML has one kind of line break."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_sheet_has_real_days_and_numbers_a_frozen_head_and_widths(tmp_path):
    file = tmp_path / "a.xlsx"
    write_xlsx(table("때", "수"), in_one_batch((datetime(2026, 11, 24, 0, 5, tzinfo=UTC), 12.5), (date(2026, 1, 2), None)), file)
    sheet = openpyxl.load_workbook(file).active
    assert [[cell.value for cell in row] for row in sheet] == [
        ["때", "수"], [datetime(2026, 11, 24, 9, 5), 12.5], [datetime(2026, 1, 2), None]]
    assert sheet.freeze_panes == "A2" and sheet.column_dimensions["A"].width >= 14 and sheet.auto_filter.ref == "A1:B3"


def test_a_cell_that_is_too_long_is_cut_and_says_so(tmp_path):
    file = tmp_path / "a.xlsx"
    write_xlsx(table("a"), in_one_batch(("가" * 40_000,), ("😀" * 20_000,)), file)
    first, second = (row[0].value for row in openpyxl.load_workbook(file).active.iter_rows(min_row=2))
    assert first == "가" * (LONGEST - 1) + "…" and second == "😀" * ((LONGEST - 1) // 2) + "…"
    assert fitted("짧음") == "짧음"


def test_a_file_that_is_given_up_half_way_leaves_no_book(tmp_path):
    def breaks():
        yield [Row(["a"], None, "")]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_xlsx(table("a"), breaks(), tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_a_geojson_of_nothing_is_one_and_one_that_is_cut_is_none():
    assert b"".join(as_geojson(table("a"), iter([]))).split() == [b'{"type":"FeatureCollection","features":[', b"]}"]
