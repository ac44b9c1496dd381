import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hwpx import validate_package
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from fieldapp.form import clean
from fieldapp.reports import Cell, Document, Table, differences
from fieldapp.reports import hangul as hangul_file
from fieldapp.reports.hangul import NoHangul, hangul
from fieldapp.reports.workbook import letters, workbook
from tests.reports.conftest import expected, in_hangul, in_workbook

TABLE = Table.of("확인지표", ("구분", "총계", "이행률", "날", "글"), [
    ("목표", 1190, None, date(2023, 12, 31), "=1+1"), ("실적", Decimal("627.5"), Cell(45, "%"), None, "@SUM(A1)\n둘째 줄")])


def document(*tables: Table, **more) -> Document:
    facts = (("기간", "2026-11-01 ~ 2026-11-30"),)
    return Document("monthly", "월간 실적보고", facts, tables or (TABLE,), "2026-11-24T00:00:00+00:00", "1", **more)


def test_values_are_read_as_people_read_them():
    texts = [cell.text for row in TABLE.rows for cell in row]
    assert texts == ["목표", "1,190", "–", "2023-12-31", "=1+1", "실적", "627.5", "45 %", "–", "@SUM(A1)\n둘째 줄"]


def test_a_report_comes_back_from_its_json_and_is_the_same_text_again():
    made = document(TABLE, Table.lines("현황", "하나\n\n 둘 "), shops=("a", "b"))
    again = Document.from_json(made.as_json())
    assert again == made and again.as_json() == made.as_json()
    assert [row[0].value for row in made.tables[1].rows] == ["하나", "둘"]


def test_a_workbook_holds_real_numbers_days_and_percent_and_never_a_formula():
    book = load_workbook(io.BytesIO(workbook(document())))
    sheet = book.worksheets[0]
    assert sheet.title == "확인지표" and sheet.freeze_panes == "B5"
    assert [cell.value for cell in sheet[4]] == ["구분", "총계", "이행률", "날", "글"]
    assert [cell.value for cell in sheet[5]][:3] == ["목표", 1190, None]
    assert sheet["D5"].value.date() == date(2023, 12, 31) and sheet["D5"].is_date
    assert (sheet["B6"].value, sheet["B6"].number_format) == (627.5, "#,##0.0##")
    assert (sheet["C6"].value, sheet["C6"].number_format) == (45, '0" %"')
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert sheet["E5"].value == "=1+1" and sheet["E5"].data_type == "s"
    assert sheet.page_setup.paperSize == 9 and sheet.print_title_rows == "$4:$4"


def test_columns_are_as_wide_as_korean_needs():
    assert letters("상담 10") == 7
    sheet = load_workbook(io.BytesIO(workbook(document(Table.of("표", ("가" * 12, "b"), [("다", 1)]))))).worksheets[0]
    assert 25 <= sheet.column_dimensions["A"].width <= 28 and sheet.column_dimensions["B"].width <= 9


def test_sheets_of_the_same_or_an_odd_name_are_told_apart():
    tables = [Table.of(title, ("a",), [("b",)]) for title in ("표/1:[?]*", "같은", "같은", "x" * 60, "x" * 60)]
    names = load_workbook(io.BytesIO(workbook(document(*tables)))).sheetnames
    assert len(set(names)) == 5 and all(len(name) <= 31 for name in names)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=60).map(clean), min_size=1, max_size=4))
def test_any_text_that_a_form_lets_through_comes_back_from_the_workbook(texts):
    [sheet] = in_workbook(workbook(document(Table.of("표", [str(n) for n in range(len(texts))], [texts]))))
    assert [value or "" for value in sheet[1]] == [text.replace("\r", "\n") for text in texts]


def test_a_hangul_file_holds_every_cell_as_one_reads_it():
    made = document(TABLE, Table.lines("현황", "첫째 줄\n둘째 줄 <&>"), Table.of("빈 표", ("가",), []))
    tables, text = in_hangul(hangul(made))
    assert tables == [rows for rows in expected(made) if len(rows) > 1]
    assert "월간 실적보고" in text and "기간: 2026-11-01 ~ 2026-11-30" in text and "둘째 줄 <&>" in text and "빈 표" in text


def test_many_rows_come_back_in_order_and_the_file_is_a_sound_one(tmp_path):
    rows = [(f"점포 {number}", number, "줄\n바꿈\t칸 & <표>\x0b") for number in range(1200)]
    body = hangul(document(Table.of("대장", ("점포", "수", "글"), rows), Table.of("뒤의 표", ("가",), [("나",)])))
    tables, _text = in_hangul(body)
    assert tables[0][1:] == [[name, f"{number:,}", "줄\n바꿈\t칸 & <표>"] for name, number, _said in rows]
    assert tables[1] == [["가"], ["나"]]
    (tmp_path / "report.hwpx").write_bytes(body)
    assert [issue.message for issue in validate_package(tmp_path / "report.hwpx").issues if issue.level != "warning"] == []


def test_a_writer_that_fails_or_hangs_is_told_in_words(monkeypatch, tmp_path, caplog):
    for script in ("import sys; sys.exit('no such library')", "import time; time.sleep(30)"):
        writer = tmp_path / "writer.py"
        writer.write_text(script)
        monkeypatch.setattr(hangul_file, "WRITER", writer)
        monkeypatch.setattr(hangul_file, "LONGEST", 1)
        with pytest.raises(NoHangul) as told:
            hangul(document())
        assert told.value.status == 503 and "한글 파일" in str(told.value.message)
    assert "no such library" in caplog.text


def test_what_changed_is_told_cell_by_cell_and_a_row_that_came_or_went_once():
    before = document(Table.of("권역별", ("권역", "방문", "상담"), [("창동", 3, 2), ("쌍문", 1, 1), ("창동", 9, 9)]))
    after = document(Table.of("권역별", ("권역", "방문", "상담"), [("창동", 4, 2), ("창동", 9, 9), ("방학", 1, 0)]))
    assert [(one.row, one.column, one.before, one.after) for one in differences(before, after)] == [
        ("창동", "방문", "3", "4"), ("쌍문", "", "●", "–"), ("방학", "", "–", "●")]
    assert differences(before, replace(before, cut_off="2027-01-01T00:00:00+00:00", rule="2")) == []


def test_the_writer_is_told_nothing_but_texts():
    told = json.loads(hangul_file.plain(document()))
    assert told["tables"][0]["rows"][1] == ["실적", "627.5", "45 %", "–", "@SUM(A1)\n둘째 줄"]
