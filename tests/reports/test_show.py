"""Every report on its page: its figures, its links, what is asked in its address, and what can't be read there."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask_babel import force_locale

from fieldapp.consultations import Satisfaction
from fieldapp.database import SEOUL, at, writing
from fieldapp.events import AccessLog
from fieldapp.figures import Target
from fieldapp.reports import KINDS, Asked, YearFigure, make
from fieldapp.reports.asked import month_end, year_before
from fieldapp.reports.hangul import NoHangul
from fieldapp.visits import Visit
from tests.cases import case_in
from tests.recording import recorded
from tests.reports.conftest import in_hangul, in_workbook, on_page

CLOCK = datetime(2026, 11, 24, 15, tzinfo=SEOUL)
ASKED = {"daily": "day=2026-11-23", "weekly": "day=2026-11-23", "monthly": "month=2026-11", "matching": "first=2026-11-01&last=2026-11-24",
         "grievances": "first=2026-11-01&last=2026-11-24", "review": "half=2026-2", "pledge": "until=2026-11-24"}


@pytest.fixture
def year(cast, visit_form):
    """This and last year's visits: 창동 counts 2 in November and 1 in March, 쌍문 1 that is none; a year before 창동 counts 1."""
    nothing = {"outcome": "absent"}
    for person, shop, when, form in (
            (cast.changdong, cast.shop, datetime(2025, 11, 3, 10, tzinfo=SEOUL), visit_form),
            (cast.changdong, cast.shop, datetime(2025, 12, 3, 10, tzinfo=SEOUL), visit_form),
            (cast.changdong, cast.shop, datetime(2026, 3, 2, 10, tzinfo=SEOUL), visit_form),
            (cast.changdong, cast.shop, datetime(2026, 11, 23, 9, 30, tzinfo=SEOUL), visit_form | {"category": ["rent", "labor"]}),
            (cast.changdong, cast.neighbour, datetime(2026, 11, 23, 11, tzinfo=SEOUL), visit_form),
            (cast.ssangmun, cast.other_shop, datetime(2026, 11, 20, 11, tzinfo=SEOUL), nothing)):
        with at(when):
            recorded(person, {**form, "shop": shop.uid, "visited_at": when.isoformat()})
    with writing():
        Target.put("consultations", 2026, 400, "공약", cast.supervisor.uid, "구청장")
    with at(CLOCK):
        yield


def rows_of(kind: str, asked: Asked, title: str) -> list[list[str]]:
    table = next(table for table in make(kind, asked).tables if table.title == title)
    return [[cell.text for cell in row] for row in table.rows]


NOVEMBER = Asked("month", date(2026, 11, 1), date(2026, 11, 30))


def test_a_month_stands_beside_the_year_the_target_and_the_same_days_a_year_before(year):
    assert rows_of("monthly", NOVEMBER, "총괄") == [
        ["상담", "2", "1", "3", "1", "400", "0 %"], ["방문", "3", "1", "4", "1", "–", "–"],
        ["상담한 점포(곳)", "2", "1", "2", "1", "–", "–"]]
    assert rows_of("monthly", NOVEMBER, "권역별") == [
        ["창동권역", "2", "2", "3", "3", "1"], ["쌍문권역", "1", "0", "1", "0", "0"], ["합계", "3", "2", "4", "3", "1"]]
    assert rows_of("monthly", NOVEMBER, "매니저별")[0] == ["가상 changdong", "2", "2", "3", "3", "1"]
    assert rows_of("monthly", NOVEMBER, "건의·애로 분류별") == [["임대료", "2", "2", "3", "3", "1"], ["인건비", "1", "1", "1", "1", "0"]]


def test_what_was_imported_of_this_year_is_part_of_the_year_and_said_so(year):
    with writing():
        YearFigure.put("consultations", 2026, 97, "상반기 업무보고", "")
    assert rows_of("monthly", NOVEMBER, "총괄")[0] == ["상담", "2", "1", "100", "1", "400", "25 %"]
    assert "97건이 들어 있습니다" in make("monthly", NOVEMBER).tables[0].note


def test_what_was_imported_of_last_year_has_no_days_and_the_report_says_that_it_is_left_out(year):
    with writing():
        YearFigure.put("consultations", 2025, 240, "2025년 업무보고", "")
    assert rows_of("monthly", NOVEMBER, "총괄")[0][4] == "1"
    assert "240건은 날짜가 없어 전년 동기에 들어 있지 않습니다" in make("monthly", NOVEMBER).tables[0].note


def test_a_zone_alone_has_no_target(year, cast):
    asked = Asked("month", date(2026, 11, 1), date(2026, 11, 30), cast.other_zone.uid)
    assert rows_of("monthly", asked, "총괄")[0] == ["상담", "0", "0", "0", "0", "–", "–"]
    assert ("권역", "쌍문권역") in make("monthly", asked).facts
    with force_locale("en"):
        assert cast.other_zone.name_en in dict(make("monthly", asked).facts).values(), "as its row is called"


def test_every_figure_opens_into_its_rows(as_, year, cast):
    document = make("monthly", NOVEMBER)
    links = [(cell.value, cell.link) for table in document.tables for row in table.rows for cell in row if cell.link]
    assert len(links) > 10
    desk = as_("supervisor")
    for value, link in links:
        text = desk.get(link).text
        assert text.count('<tr id="visit-') + text.count('<tr id="row-') == value, link


def test_a_week_goes_from_monday_to_sunday(as_, year):
    text = as_("supervisor").get("/reports/weekly?day=2026-11-22").text
    assert "2026-11-16 ~ 2026-11-22" in text
    asked = Asked("week", date(2026, 11, 16), date(2026, 11, 22))
    assert rows_of("weekly", asked, "총괄")[1][1:5] == ["1", "0", "2", "1"]


def test_a_day_is_told_visit_by_visit_and_logged(as_, year, cast):
    [*_sums, diary] = on_page(as_("supervisor").get("/reports/daily?day=2026-11-23").text)
    assert [row[:5] for row in diary[1:]] == [["09:30", "가상 changdong", "가상분식", "만남", "●"],
                                              ["11:00", "가상 changdong", "가상세탁소", "만남", "●"]]
    assert diary[1][5] == "임대료, 인건비"
    log = AccessLog.select().where(AccessLog.verb == "report.view").get()
    assert sorted(log.shops) == sorted([cast.shop.uid, cast.neighbour.uid])
    one_zone = on_page(as_("supervisor").get(f"/reports/daily?day=2026-11-23&zone={cast.other_zone.uid}").text)
    assert len(one_zone) == 1  # the sums alone


def test_cases_are_counted_by_when_they_applied(as_, cast, year):
    with at(datetime(2026, 11, 3, 10, tzinfo=SEOUL)):
        case_in(cast, "in_progress")
        case_in(cast, "matching", shop=cast.neighbour, field="tax")
        case_in(cast, "draft", shop=cast.other_shop, field="labor")
    asked = Asked("range", date(2026, 11, 1), date(2026, 11, 24))
    assert rows_of("matching", asked, "경로별 신청과 매칭") == [["현장", "2", "1", "50 %", "1", "0"], ["합계", "2", "1", "50 %", "1", "0"]]
    assert [row[0:3] for row in rows_of("matching", asked, "분야별 신청과 매칭")] == [
        ["법무규제", "1", "1"], ["세무회계", "1", "0"], ["합계", "2", "1"]]
    listed = rows_of("matching", asked, "의뢰 목록")
    assert [row[2:] for row in listed] == [["가상분식", "법무규제", "현장", "가상 expert 위원", "2026-11-03", "진행"],
                                           ["가상세탁소", "세무회계", "현장", "–", "–", "매칭"]]
    assert rows_of("matching", Asked("range", date(2026, 11, 4), date(2026, 11, 24)), "의뢰 목록") == []


def test_the_mean_rating_is_a_number_and_cut(cast, year):
    for score, field in ((5, "legal"), (4, "tax"), (4, "labor")):
        with at(datetime(2026, 11, 3, 10, tzinfo=SEOUL)):
            case = case_in(cast, "aftercare", field=field, expert=f"expert-{field}")
            with writing():
                Satisfaction.rate(case, score, "")
    asked = Asked("range", date(2026, 11, 1), date(2026, 11, 24))
    table = next(one for one in make("matching", asked).tables if one.title == "컨설팅 진행")
    assert [row[1].value for row in table.rows] == [3, 3, 3, Decimal("4.3")]


def test_the_ledger_says_what_became_of_each(year, cast):
    with at(datetime(2026, 11, 3, 10, tzinfo=SEOUL)):
        case_in(cast, "triaged")
    asked = Asked("range", date(2026, 11, 1), date(2026, 11, 24))
    [first, *rest] = rows_of("grievances", asked, "대장")
    assert first[:5] == ["2026-11-03", "가상분식", "임대료", "가상 재계약 인상", "연계"] and first[5].endswith("검토")
    assert sorted(row[2] for row in rest) == ["인건비", "임대료", "임대료"]
    assert rows_of("grievances", asked, "분류별 건의·애로") == [
        ["임대료", "0", "1", "0", "0", "2", "3"], ["인건비", "0", "0", "0", "0", "1", "1"], ["합계", "0", "1", "0", "0", "3", "4"]]


def test_a_half_year_is_told_month_by_month_up_to_now(year):
    asked = Asked("half", date(2026, 7, 1), date(2026, 12, 31))
    assert rows_of("review", asked, "월별") == [
        ["7월", "0", "0"], ["8월", "0", "0"], ["9월", "0", "0"], ["10월", "0", "0"], ["11월", "3", "2"], ["합계", "3", "2"]]
    assert ("마감일", "2026-11-24") in make("review", asked).facts


@pytest.mark.parametrize("kind", KINDS)
def test_page_xlsx_and_hwpx_hold_the_same_cell_by_cell(as_, year, cast, kind):
    with at(datetime(2026, 11, 3, 10, tzinfo=SEOUL)):
        case_in(cast, "in_progress")
    desk, query = as_("supervisor"), ASKED[kind]
    page = on_page(desk.get(f"/reports/{kind}?{query}").text)
    assert page and in_hangul(desk.get(f"/reports/{kind}/file/hwpx?{query}").data)[0] == page
    sheets = in_workbook(desk.get(f"/reports/{kind}/file/xlsx?{query}").data)
    assert [[[as_read(value) for value in row] for row in sheet] for sheet in sheets if len(sheet) > 1 and len(sheet[0]) > 1] == [
        [[plain(text) for text in row] for row in table] for table in page]


def as_read(value) -> str:
    """A sheet's value as the page writes it, but for the unit behind it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else f"{value:,}" if isinstance(value, int | float) else value


def plain(text: str) -> str:
    return "" if text == "–" else text.removesuffix(" %")


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_takes_the_same_queries_for_any_number_of_rows(as_, year, cast, kind, visit_form, queries):
    asked = ASKED[kind]
    desk = as_("supervisor")
    desk.get(f"/reports/{kind}?{asked}")
    with queries:
        desk.get(f"/reports/{kind}?{asked}")
    few = queries.count
    for number in range(5):
        with at(datetime(2026, 11, 23, 12, number, tzinfo=SEOUL)):
            recorded(cast.ssangmun, {**visit_form, "shop": cast.other_shop.uid})
            case_in(cast, "matching", field=("tax", "labor", "finance", "legal", "marketing")[number])
    with queries:
        desk.get(f"/reports/{kind}?{asked}")
    assert queries.count <= few + 1 and few < 80  # one more where the first list of cases was empty


@pytest.mark.parametrize(("address", "field", "word"), [
    ("monthly?month=2026-13", "month", "2026-11처럼"), ("monthly?month=2027-01", "month", "아직 오지 않은"),
    ("daily?day=2026-02-30", "day", "2026-11-30처럼"), ("daily?day=2099-01-01", "day", "아직 오지 않은"),
    ("weekly?day=x", "day", "2026-11-30처럼"), ("matching?first=2026-11-10&last=2026-11-01", "last", "끝 날이 첫 날보다"),
    ("matching?first=2020-01-01&last=2026-01-01", "last", "1년까지"),
    ("grievances?first=1900-01-01", "first", "사이의 날짜"), ("review?half=2026-3", "half", "2026-1처럼"),
    ("monthly?month=20２６-11", "month", "2026-11처럼"), ("review?half=20２６-1", "half", "2026-1처럼"),
    ("review?half=2027-1", "half", "아직"), ("pledge?until=2030-01-01", "until", "아직 오지 않은"),
    ("monthly?zone=gone", "zone", "목록에 있는 것"),
    ("pledge?version=x", "version", "사이의 수")])
def test_what_cannot_be_read_is_told_beside_its_field(as_, year, address, field, word):
    for url in (f"/reports/{address}", f"/reports/{address.replace('?', '/file/xlsx?')}"):
        answer = as_("supervisor").get(url)
        assert answer.status_code == 422 and word in answer.text and f'id="{field}-error"' in answer.text, url


def test_a_period_without_anything_says_so_and_is_still_a_report(as_, year):
    for query in ("monthly?month=2021-05", "daily?day=2021-05-02", "matching?first=2021-01-01&last=2021-06-30",
                  "grievances?first=2021-01-01&last=2021-06-30", "review?half=2022-1"):
        answer = as_("supervisor").get(f"/reports/{query}")
        assert answer.status_code == 200 and "이 기간에는 기록이 없습니다" in answer.text, query
        file = as_("supervisor").get(f"/reports/{query.replace('?', '/file/xlsx?')}")
        assert file.status_code == 200 and file.data.startswith(b"PK")
    assert "이 기간에는 기록이 없습니다" not in as_("supervisor").get("/reports/monthly?month=2026-11").text


def test_unknown_reports_and_forms_are_not_there(as_, cast):
    for url in ("/reports/yearly", "/reports/monthly/file/pdf", "/reports/yearly/file/xlsx", "/reports/issued/x", "/reports/issued/x/xlsx"):
        assert as_("supervisor").get(url).status_code == 404
    assert as_("supervisor").post("/reports/yearly/issue").status_code == 404


def test_where_no_hangul_file_can_be_made_the_page_says_so(as_, year, monkeypatch):
    def fail(_document):
        raise NoHangul()

    monkeypatch.setattr("fieldapp.reports.views.show.FORMATS", {"hwpx": (fail, "application/hwp+zip")})
    answer = as_("supervisor").get("/reports/monthly/file/hwpx?month=2026-11")
    assert answer.status_code == 503 and "한글 파일을 만들지 못했습니다" in answer.text and "총괄" in answer.text


def test_the_same_days_a_year_before():
    assert year_before(date(2028, 2, 29)) == date(2027, 2, 28) and year_before(date(2029, 2, 28)) == date(2028, 2, 29)
    assert year_before(date(2026, 11, 24)) == date(2025, 11, 24) and month_end(date(2024, 2, 5)) == date(2024, 2, 29)


def test_figures_equal_a_plain_count_of_the_rows(year, cast):
    """Of the district's days, not UTC's: a visit at half past midnight belongs to the new day."""
    for when in (datetime(2026, 10, 31, 15, 30, tzinfo=UTC), datetime(2026, 10, 31, 14, 30, tzinfo=UTC)):
        with at(when):
            recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "visited_at": when.isoformat()})
    days = [visit.visited_at.astimezone(SEOUL).date() for visit in Visit.select().where(Visit.current)]
    plain_count = sum(date(2026, 11, 1) <= day <= date(2026, 11, 30) for day in days)
    assert rows_of("monthly", NOVEMBER, "총괄")[1][1] == str(plain_count) == "4"


def test_the_list_of_reports_names_each(as_, cast):
    text = as_("coordinator").get("/reports").text
    assert all(f'href="/reports/{kind}"' in text for kind in KINDS) and "아직 발행한 보고가 없습니다" in text
