"""The 공약 관리카드 with every figure that the district publishes, from imported yearly figures and live visits, in every form."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from fieldapp.database import SEOUL, at, writing
from fieldapp.errors import NotFound
from fieldapp.events import Event
from fieldapp.reports import KINDS, Asked, Card, PledgeCard, Result, YearFigure, make
from fieldapp.reports.card import offered
from fieldapp.reports.pledge import BUDGET
from fieldapp.reports.pledge_form import RESULTS, form_of
from fieldapp.setup.demo.pledge import publish_card
from tests.recording import recorded
from tests.reports.conftest import BUDGET as AMOUNTS
from tests.reports.conftest import TARGETS, expected, in_hangul, in_workbook, latest, on_page, published

UNTIL = "until=2023-12-31"
INDICATOR = [["지표", "단위", "구분", "총계", "2022", "2023", "2024", "2025", "2026", "이행률"],
             ["소상공인 상담 건수", "건", "목표", "1,190", "30", "200", "240", "320", "400", "–"],
             ["소상공인 상담 건수", "건", "실적", "542", "10", "532", "–", "–", "–", "45 %"]]
MONEY = [["구분", "총계", "기투자", "2022", "2023", "2024", "2025", "2026", "장기"],
         ["소요예산", "627.5", "–", "3.5", "151", "123", "170", "180", "–"]]


@pytest.fixture
def live(pledged, cast, visit_form):
    """Two consultations of 2023, one visit of then that is none, and one consultation of after the cut-off."""
    for shop, day, form in ((cast.shop, datetime(2023, 5, 2, 10, tzinfo=SEOUL), visit_form),
                            (cast.neighbour, datetime(2023, 12, 31, 23, 30, tzinfo=SEOUL), visit_form),
                            (cast.shop, datetime(2023, 6, 1, 10, tzinfo=SEOUL), {"outcome": "absent"}),
                            (cast.shop, datetime(2024, 1, 1, 0, 30, tzinfo=SEOUL), visit_form)):
        with at(day):
            recorded(cast.changdong, {**form, "shop": shop.uid, "visited_at": day.isoformat()})
    return pledged


def test_every_figure_is_the_published_one_on_screen_in_xlsx_and_in_hwpx(as_, live):
    desk = as_("supervisor")
    page = on_page(desk.get(f"/reports/pledge?{UNTIL}").text)
    assert INDICATOR in page and MONEY in page
    sheets = in_workbook(desk.get(f"/reports/pledge/file/xlsx?{UNTIL}").data)
    assert [["소상공인 상담 건수", "건", "목표", 1190, 30, 200, 240, 320, 400, None],
            ["소상공인 상담 건수", "건", "실적", 542, 10, 532, None, None, None, 45]] in [sheet[1:] for sheet in sheets]
    assert [["소요예산", 627.5, None, 3.5, 151, 123, 170, 180, None]] in [sheet[1:] for sheet in sheets]
    tables, text = in_hangul(desk.get(f"/reports/pledge/file/hwpx?{UNTIL}").data)
    assert INDICATOR in tables and MONEY in tables
    for words in (page[0], tables[0], sheets[0]):
        assert ["이행단계", "정상추진"] in words and ["주관부서", "지역경제과"] in words
    for line in ("스마트혁신지원단 10개 분야", "소상공인의 애로를 현장에서 듣고 푼다.", "매니저 8명으로 확대"):
        assert line in text and line in desk.get(f"/reports/pledge?{UNTIL}").text and line in str(sheets)


def test_the_forms_hold_the_same_cell_by_cell(as_, live):
    document = make("pledge", Asked("until", date(2022, 1, 1), date(2023, 12, 31)))
    filled = [rows for rows in expected(document) if len(rows) > 1]
    desk = as_("coordinator")
    assert on_page(desk.get(f"/reports/pledge?{UNTIL}").text) == filled
    assert in_hangul(desk.get(f"/reports/pledge/file/hwpx?{UNTIL}").data)[0] == filled


def test_the_schedule_is_a_grid_of_quarters(as_, live):
    [grid] = [table for table in on_page(as_("supervisor").get("/reports/pledge").text) if table[0][0] == "과제"]
    assert grid[0][1:] == [f"{year}.{quarter}" for year in range(22, 27) for quarter in range(1, 5)]
    assert [name for name, mark in zip(grid[0], grid[1], strict=True) if mark == "●"] == ["22.3", "22.4", "23.1"]


def test_the_rate_is_cut_and_grows_with_what_is_counted_live(pledged, cast, visit_form):
    asked = Asked("until", date(2022, 1, 1), date(2023, 12, 31))
    table = next(table for table in make("pledge", asked).tables if table.title == "확인지표")
    assert [cell.text for cell in table.rows[1]][3:6] == ["540", "10", "530"] and table.rows[1][-1].value == 45
    with writing():
        YearFigure.put("consultations", 2023, 537, "2023년 업무보고", "")
    table = next(table for table in make("pledge", asked).tables if table.title == "확인지표")
    assert (table.rows[1][3].value, table.rows[1][-1].value) == (547, 45)  # 45.97 %


def test_the_budget_is_reckoned_in_decimals():
    card = published()
    assert card.budget_total == Decimal("627.5") and Card.from_json(card.as_json()) == card
    tenth = replace(card, budget={part: Decimal("0.1") for part in BUDGET})
    assert tenth.budget_total == Decimal("0.7")


def test_what_the_app_knows_is_offered_as_a_dated_line(live):
    lines = {one.code: (one.result.on, one.result.text) for one in offered(date(2023, 12, 31))}
    assert lines == {
        "2022.consultations": (date(2022, 12, 31), "소상공인 상담 10건"), "2023.consultations": (date(2023, 12, 31), "소상공인 상담 532건"),
        "2023.cases": (date(2023, 12, 31), "전문가 컨설팅 신청 60건, 매칭 54건")}


def edited(**changes) -> dict:
    return form_of(published()) | {"version": "1", "reason": "실적 보완"} | changes


def test_an_offered_line_that_is_taken_stands_among_the_results(as_, live):
    desk = as_("supervisor")
    assert 'value="2023.cases"' in desk.get("/reports/pledge/edit").text
    assert desk.post("/reports/pledge/edit", data=edited(take=["2023.cases"])).status_code == 303
    results = latest().card.results
    assert [result.text for result in results] == ["소상공인 상담 10건", "전문가 컨설팅 신청 60건, 매칭 54건"]
    assert 'value="2023.cases"' not in desk.get("/reports/pledge/edit").text
    assert "전문가 컨설팅 신청 60건, 매칭 54건" in desk.get("/reports/pledge").text


def test_no_offered_line_is_taken_beyond_those_that_the_form_shows(as_, live):
    full = edited(take=["2023.cases"])
    for n in range(1, RESULTS + 1):
        full |= {f"on.{n}": "2023-01-02", f"result.{n}": f"가상 실적 {n}"}
    answer = as_("supervisor").post("/reports/pledge/edit", data=full)
    assert answer.status_code == 422 and f"{RESULTS}개까지" in answer.text and "가상 실적 40" in answer.text
    assert latest().version == 1
    assert as_("supervisor").post("/reports/pledge/edit", data=full | {"take": []}).status_code == 303
    assert len(latest().card.results) == RESULTS


def test_a_line_of_which_only_half_is_left_stays_with_its_refusal(as_, live):
    answer = as_("supervisor").post("/reports/pledge/edit", data=edited(**{"on.9": "2023-01-02", "quarter.12": ["2023.1"]}))
    assert answer.status_code == 422 and 'id="result.9-error"' in answer.text and 'id="task.12-error"' in answer.text
    assert 'value="2023-01-02"' in answer.text


def test_each_saving_is_a_version_with_who_when_and_why(as_, live, cast):
    desk = as_("supervisor")
    for _twice in range(2):
        assert desk.post("/reports/pledge/edit", data=edited(stage="완료")).status_code in (303, 409)
    versions = PledgeCard.everyone()
    assert [(one.version, one.reason, one.by, one.card.stage) for one in versions] == [
        (2, "실적 보완", cast.supervisor.uid, "완료"), (1, "처음 적음", cast.supervisor.uid, "정상추진")]
    assert Event.select().where(Event.kind == "pledge.changed").count() == 2
    assert "정상추진" in desk.get("/reports/pledge?version=1").text and "정상추진" not in desk.get("/reports/pledge").text
    listed = as_("coordinator").get("/reports/pledge/versions").text
    assert "실적 보완" in listed and "처음 적음" in listed
    assert desk.get("/reports/pledge?version=9").status_code == 404
    with pytest.raises(NotFound):
        make("pledge", Asked("until", date(2022, 1, 1), date(2023, 12, 31), version=3))


def test_two_who_edit_at_once_are_told_and_nothing_typed_is_lost(as_, live):
    desk = as_("supervisor")
    assert desk.post("/reports/pledge/edit", data=edited(stage="완료")).status_code == 303
    late = desk.post("/reports/pledge/edit", data=edited(stage="보류"))
    assert late.status_code == 409 and 'value="보류"' in late.text and "2판" in late.text and 'name="version" value="2"' in late.text
    assert latest().card.stage == "완료"


@pytest.mark.parametrize(("field", "value", "word"), [
    ("budget.2023", "백오십", "백만원 단위로"), ("budget.2023", "-1", "백만원 단위로"), ("budget.2023", "1.2345", "백만원 단위로"),
    ("reason", "", "고친 이유"), ("title", "", "공약 이름"), ("on.1", "어제", "2026-11-30처럼"), ("on.1", "", "날짜를 적어"),
    ("result.1", "", "추진실적을 적어"), ("quarter.1", ["2031.1"], "목록에 있는 것"), ("task.1", "", "과제 이름"),
    ("state", "가" * 4001, "4000자까지"), ("odd", "1", "확인할 곳")])
def test_what_cannot_be_read_is_told_and_what_was_typed_stays(as_, live, field, value, word):
    answer = as_("supervisor").post("/reports/pledge/edit", data=edited(plans="적던 계획", **{field: value}))
    assert answer.status_code == 422 and word in answer.text and "적던 계획" in answer.text
    assert latest().version == 1


def test_a_card_that_nobody_has_written_is_an_empty_one(as_, cast):
    desk = as_("supervisor")
    assert desk.get("/reports/pledge").status_code == 200 and desk.get("/reports/pledge/edit").status_code == 200
    assert "아직 적힌 카드가 없습니다" in desk.get("/reports/pledge/versions").text
    assert desk.post("/reports/pledge/edit", data={"title": "새 공약", "reason": "처음", "version": "0"}).status_code == 303
    assert latest().card == Card(title="새 공약")


def test_only_the_supervisor_edits(as_, live):
    assert as_("coordinator").get("/reports/pledge/edit").status_code == 403
    assert as_("changdong").get("/reports/pledge").status_code == 403
    assert 'href="/reports/pledge/edit"' not in as_("coordinator").get("/reports/pledge").text


def test_what_people_typed_never_sends_a_request(as_, live):
    with writing():
        PledgeCard.put(published(state="<b hx-get=/x>", results=(Result(date(2023, 1, 2), "<script>"),)), "시험", "", 1)
    text = as_("supervisor").get("/reports/pledge").text
    assert "&lt;b hx-get=/x&gt;" in text and "<script>" not in text and 'hx-ignore>&lt;script&gt;' in text


def test_the_made_up_office_has_the_published_card_too(cast):
    with writing():
        publish_card(cast.supervisor)
    made = expected(make("pledge", Asked("until", date(2022, 1, 1), date(2023, 12, 31))))
    assert INDICATOR in made and MONEY in made


def test_the_fixture_is_the_published_card():
    assert sum(TARGETS.values()) == 1190 and sum(map(Decimal, AMOUNTS.values())) == Decimal("627.5") and "pledge" in KINDS
