import csv
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from peewee import Model

from fieldapp.database import db, writing
from fieldapp.errors import Conflict
from fieldapp.events import Event
from fieldapp.experts import Expert, ExpertField, ExpertInput, ExpertZone
from fieldapp.experts.importing import COLUMNS, Plan, apply_import, plan_import
from fieldapp.experts.sheet import BadSheet
from tests.experts.conftest import csv_of, xlsx_of

TITLES = "성명,자격,분야,권역,소속,정원,메일,전화,메모"


def everything() -> list:
    """What an import could change, whole."""
    tables: list[type[Model]] = [Expert, ExpertField, ExpertZone]
    return [list(table.select().order_by(table._meta.primary_key).dicts()) for table in tables] + [Event.select().count()]


def verdicts(plan: Plan) -> list[tuple[int, str]]:
    return [(row.line, row.verdict) for row in plan.rows]


def reasons(*rows: str, titles: str = TITLES) -> list[str]:
    return [" / ".join(row.reasons) for row in plan_import(csv_of(titles, *rows)).rows]


def test_a_table_becomes_experts(cast, partner):
    content = csv_of(TITLES, '가상 노무사,공인노무사,"인사·노무, 세무회계",창동권역,가상재단,5,a@example.kr,1012345678,오전만',
                     '가상 세무사,,tax,"창동, 쌍문권역",구 자체,,,02-123-4567,')
    assert verdicts(plan_import(content)) == [(2, "new"), (3, "new")]
    apply_import(content, by=cast.coordinator.uid)
    first, second = (expert.entry() for expert in Expert.select().order_by(Expert.name))
    assert first == ExpertInput("가상 노무사", "공인노무사", ("labor", "tax"), (cast.zone.uid,), partner.uid, None, 5, "a@example.kr",
                                "010-1234-5678", note="오전만")
    assert second == ExpertInput("가상 세무사", "", ("tax",), tuple(sorted((cast.zone.uid, cast.other_zone.uid))), phone="02-123-4567")
    event = Event.get(Event.kind == "experts.imported")
    assert (event.person, event.facts) == (cast.coordinator.uid, {"new": 2, "changed": 0})
    assert Event.select().where(Event.kind == "expert.created", Event.person == cast.coordinator.uid).count() == 2


@pytest.mark.parametrize("titles", [
    TITLES, "name,qualification,fields,zones,partner,capacity,mail,phone,note",
    " Name ,자격증,전문 분야,담당권역,소속/협약기관,정원,E-Mail,연락처,비고"])
def test_columns_are_known_by_korean_and_english_titles(cast, partner, titles):
    plan = plan_import(csv_of(titles, "가상 노무사,공인노무사,세무 회계,all,own,5,a@example.kr,,메모"))
    assert plan.ignored == []
    assert plan.rows[0].entry == ExpertInput("가상 노무사", "공인노무사", ("tax",), capacity=5, mail="a@example.kr", note="메모")


def test_unknown_columns_are_named_and_titles_may_stand_lower(cast):
    plan = plan_import(xlsx_of(["2026년 전문가 명단"], [], ["번호", "성명", "분야", "성명", "메일"],
                               [1, "가상 노무사", "금융", "다른 이름", "a@example.kr"]))
    assert (plan.ignored, plan.titles_line, verdicts(plan)) == (["번호", "성명"], 3, [(4, "new")])
    assert plan.rows[0].name == "가상 노무사"
    for content in (csv_of("번호,분야", "1,금융"), csv_of(*["제목"] * 10, "성명")):
        with pytest.raises(BadSheet) as told:
            plan_import(content)
        assert "성명" in str(told.value.message)


def test_someone_is_known_by_mail_and_else_by_name_and_phone(enter):
    by_mail = enter("옛 이름", mail="a@example.kr", phone="02-123-4567")
    by_phone = enter("가상 세무사", mail="b@example.kr", phone="010-1234-5678")
    plan = plan_import(csv_of("성명,메일,전화,정원", "새 이름,A@example.kr,02-123-4567,3", "가상 세무사,new@example.kr,1012345678,4",
                              "가상 세무사,,02-123-4567,3"))
    assert [(row.verdict, row.uid) for row in plan.rows] == [("changed", by_mail.uid), ("changed", by_phone.uid), ("refused", "")]
    assert plan.rows[0].told == [("성명", "옛 이름", "새 이름"), ("메일", "a@example.kr", "A@example.kr")]
    assert plan.rows[1].told == [("정원", "3", "4"), ("메일", "b@example.kr", "new@example.kr")]
    assert plan.rows[2].reasons == ["분야: 분야를 하나 이상 골라 주십시오."], "someone new, by a name that another has"


def test_an_empty_cell_and_a_missing_column_leave_what_stands(enter, cast, partner):
    before = ExpertInput("가상 노무사", "공인노무사", ("labor",), (cast.zone.uid,), partner.uid, cast.expert.uid, 5, "a@example.kr",
                         "02-123-4567", "en", False, 37.65, 127.04, "메모")
    with writing():
        expert = Expert.enter(before, "")
    assert verdicts(plan_import(csv_of(TITLES, "가상 노무사,,,,,,a@example.kr,,"))) == [(2, "unchanged")]
    content = csv_of("성명,메일,권역,협약기관,분야", "가상 노무사,a@example.kr,전체,자체,\"세무회계;인사노무\"")
    assert plan_import(content).rows[0].told == [("분야", "인사·노무", "세무회계, 인사·노무"), ("권역", "창동권역", "모든 권역"),
                                                 ("소속", "가상재단", "구 자체")]
    apply_import(content, "")
    assert Expert.get_by_id(expert.uid).entry() == replace(before, fields=("tax", "labor"), zones=(), partner=None)


def test_every_refused_row_tells_why(cast, enter):
    enter("가상 변리사", "patent", mail="c@example.kr", phone="02-333-4444")
    enter("가상 변리사", "patent", phone="02-333-4444")
    rows = {
        "가,,금융,,,,,,": "메일이나 전화가 있어야 다음에도 같은 사람인 줄 압니다",
        "나,,마법,,,,n@example.kr,,": "분야: 모르는 이름입니다: 마법",
        "다,,금융,먼권역,,,d@example.kr,,": "권역: 모르는 이름입니다: 먼권역",
        "라,,금융,,없는재단,,r@example.kr,,": "소속: 모르는 이름입니다: 없는재단",
        "마,,금융,,,많이,m@example.kr,,": "정원: 0에서 99 사이의 수를 적어 주십시오.",
        "바,,금융,,,,메일,,": "메일: 메일 주소를 name@example.kr처럼 적어 주십시오.",
        "사,,금융,,,,s@example.kr,,,덤": "열의 수가 제목 줄과 다릅니다",
        "아,,금융,,,,a@example.kr,,": "",
        "자,,금융,,,,a@example.kr,,": "9행과 같은 사람입니다",
        ",,금융,,,,x@example.kr,,": "성명: 성명을 적어 주십시오.",
        "차,,금융,,,,t@example.kr,,800101-1234567": "메모: 주민등록번호는 적을 수 없습니다. 지운 뒤 저장해 주십시오.",
        "가상 변리사,,,,,,,02-333-4444,": "같은 메일이나 같은 이름·전화인 전문가가 2명입니다",
        "가상 변리사,,,,,,c@example.kr,,": "13행과 같은 사람입니다",
        "나,,금융,,,,n@example.kr,,": "3행과 같은 사람입니다"}
    assert reasons(*rows) == list(rows.values())


def test_a_row_with_a_formula_whose_value_is_not_there_is_refused(cast):
    content = xlsx_of(TITLES.split(","), ["=A1", "", "금융", "", "", "", "a@example.kr"], ["=1+1"])
    assert ["수식" in row.reasons[0] for row in plan_import(content).rows] == [True, True]


def test_a_row_may_not_make_someone_whom_an_earlier_row_named(enter):
    """The second row would give the first one's name and phone to another: the same table again would then mean someone else."""
    enter("가", mail="a@example.kr", phone="010-1234-9999")
    rows = "나,,,,,,,010-1234-9999,메모", "나,,금융,,,,a@example.kr,,"
    for _time in range(2):
        done = apply_import(csv_of(TITLES, *rows), "")
        assert verdicts(done) == [(2, "refused"), (3, "refused")] and done.rows[1].reasons == ["2행과 같은 사람입니다"]


def test_what_is_done_is_what_was_shown_or_nothing(enter):
    expert = enter("가상 노무사", mail="a@example.kr")
    content = csv_of("성명,메일,정원,분야", "가상 노무사,a@example.kr,7,금융", "새 사람,b@example.kr,3,금융")
    shown = plan_import(content)
    with writing():
        expert.change(replace(expert.entry(), note="그 사이"), "")
    before = everything()
    with pytest.raises(Conflict):
        apply_import(content, "", shown.mark)
    assert everything() == before
    assert apply_import(content, "", plan_import(content).mark).counts == {"new": 1, "changed": 1, "unchanged": 0, "refused": 0}


def test_nothing_is_done_by_half(enter, monkeypatch):
    content = csv_of("성명,메일,분야", "가,a@example.kr,금융", "나,b@example.kr,금융")
    before, real = everything(), Expert.enter

    def fails_late(entry, by):
        if entry.name == "나":
            raise RuntimeError("the power")
        return real(entry, by)

    monkeypatch.setattr(Expert, "enter", fails_late)
    with pytest.raises(RuntimeError):
        apply_import(content, "")
    assert everything() == before


def test_it_takes_the_same_queries_for_any_number_of_rows(cast, partner, enter, queries):
    enter("가상 노무사", mail="a@example.kr")
    counts = []
    for number in (1, 60):
        with queries:
            plan_import(csv_of(TITLES, *(f"가 {row},,금융,창동,가상재단,3,{row}@example.kr,," for row in range(number))))
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 6


WORDS = ["", " ", "가", "나", "인사·노무", "금융", "금융,세무회계", "창동", "전체", "가상재단", "자체", "3", "-1", "9" * 50, "a@example.kr",
         "b@example.kr", "A@example.kr", "010-1234-5678", "1012345678", "=1+1", "\0", "\u202e", "\ud7ff", "가\n나", '"', "null", "가" * 300]
CELL = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))
GOOD = st.tuples(st.sampled_from(["가", "나", "다"]), st.just(""), st.sampled_from(["금융", "세무회계,금융", ""]), st.just(""), st.just(""),
                 st.sampled_from(["", "3", "4"]), st.sampled_from(["", "a@example.kr", "b@example.kr", "c@example.kr"]),
                 st.sampled_from(["", "010-1234-5678", "010-1234-9999"]), st.sampled_from(["", "메모"]))
TABLE = st.lists(st.one_of(GOOD.map(list), st.lists(CELL, max_size=11)), max_size=8)


def as_csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([TITLES.split(","), *rows])
    return out.getvalue().replace("\0", "").encode("utf-8", "replace")


def as_xlsx(rows: list[list[str]]) -> bytes:
    return xlsx_of(TITLES.split(","), *[["".join(c for c in cell if c.isprintable()) for cell in row] for row in rows])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLE, write=st.sampled_from([as_csv, as_csv, as_xlsx]))
def test_whatever_stands_in_the_cells(cast, partner, rows, write):
    """No table fails; every filled row has one verdict; what is done is what was shown; twice is once."""
    content = write(rows)
    with db.atomic() as all_of_it:
        with writing():
            Expert.enter(ExpertInput("가", fields=("it",), mail="a@example.kr", phone="010-1234-9999"), "")
            Expert.enter(ExpertInput("나", fields=("it",), phone="010-1234-5678"), "")
        before, known = everything(), Expert.select().count()
        plan = plan_import(content)
        assert everything() == before, "showing changes nothing"
        assert len({row.line for row in plan.rows}) == len(plan.rows) == filled(content)
        assert all(bool(row.reasons) == (row.verdict == "refused") and bool(row.told) == (row.verdict == "changed") for row in plan.rows)
        done = apply_import(content, "", plan.mark)
        assert verdicts(done) == verdicts(plan) and Expert.select().count() == known + plan.counts["new"]
        stand = {expert.uid: expert.entry() for expert in Expert.select()}
        assert all(row.entry in stand.values() if row.verdict == "new" else stand[row.uid] == row.entry for row in plan.rows if row.entry)
        after = everything()
        assert apply_import(content, "").changes == [] and everything() == after, "twice is once"
        all_of_it.rollback()


def filled(content: bytes) -> int:
    """How many rows of the made-up table hold something, counted apart from what reads them."""
    if content.startswith(b"PK"):
        rows: list = list(load_workbook(io.BytesIO(content)).worksheets[0].values)
    else:
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    return sum(1 for row in rows[1:] if any(str(cell).strip() for cell in row if cell is not None))


def test_every_title_is_named_once():
    names = [name for titles in COLUMNS.values() for name in titles]
    assert len(names) == len(set(names))
