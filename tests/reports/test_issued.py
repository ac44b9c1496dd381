"""What was issued stays: its bytes, its hash, its rule and its cut-off; and what is true now is told beside it."""

import hashlib
from datetime import date, datetime

import pytest

from fieldapp.database import SEOUL, at, writing
from fieldapp.errors import Broken
from fieldapp.events import AccessLog, Event
from fieldapp.reports import Asked, Issued, IssuedFile, PledgeCard, YearFigure
from fieldapp.reports import issued as issuing
from fieldapp.reports.hangul import NoHangul
from tests.recording import recorded, revised
from tests.reports.conftest import in_hangul, in_workbook, latest, on_page

DAY = datetime(2026, 11, 23, 10, tzinfo=SEOUL)
FORM = {"month": "2026-11"}


@pytest.fixture
def visit(cast, visit_form):
    with at(DAY):
        return recorded(cast.changdong, visit_form | {"visited_at": DAY.isoformat()})


@pytest.fixture
def november(as_, visit):
    with at(datetime(2026, 11, 24, 9, tzinfo=SEOUL)):
        answer = as_("supervisor").post("/reports/monthly/issue", data=FORM)
        assert answer.status_code == 303, answer.text
        yield Issued.get()


def test_the_files_are_served_again_byte_for_byte_with_their_hash(as_, november):
    page = as_("coordinator").get(f"/reports/issued/{november.uid}").text
    for form in ("xlsx", "hwpx"):
        answers = [as_("coordinator").get(f"/reports/issued/{november.uid}/{form}") for _twice in range(2)]
        assert answers[0].data == answers[1].data and len(answers[0].data) > 1000
        sha256 = hashlib.sha256(answers[0].data).hexdigest()
        assert answers[0].headers["X-Content-SHA256"] == sha256 and sha256 in page
        assert "attachment" in answers[0].headers["Content-Disposition"]
    assert november.sha256 in page and november.rule == "1" and november.cut_off.astimezone(SEOUL).hour == 9
    facts = Event.select().where(Event.kind == "report.issued").get().facts
    assert facts["sha256"] == november.sha256 and facts["files"].keys() == {"xlsx", "hwpx"}


def test_of_two_who_issue_at_once_the_second_gets_what_the_first_has_issued(visit, cast, monkeypatch):
    asked = Asked("month", date(2026, 11, 1), date(2026, 11, 30))
    first: list[Issued] = []
    alone = iter([True])

    def write(_document) -> bytes:
        if next(alone, False):
            first.append(Issued.issue("monthly", asked, cast.supervisor))  # another, while this one's file is made
        return b"file"

    monkeypatch.setattr(issuing, "FORMATS", {"xlsx": (write, "")})
    with at(datetime(2026, 11, 24, 9, tzinfo=SEOUL)):
        second = Issued.issue("monthly", asked, cast.supervisor)
    assert first[0].uid == second.uid and Issued.select().count() == IssuedFile.select().count() == 1


def test_an_issued_report_does_not_move_and_what_is_true_now_stands_beside_it(as_, november, visit, cast, visit_form):
    desk = as_("supervisor")
    url = f"/reports/issued/{november.uid}"
    assert "지금 다시 만들어도 같습니다" in desk.get(url).text
    before = {form: desk.get(f"{url}/{form}").data for form in ("xlsx", "hwpx")}
    revised(visit, {"shop": cast.shop.uid, "outcome": "absent", "visited_at": DAY.isoformat()})
    page = desk.get(url)
    changes, *tables = on_page(page.text)
    assert ["총괄", "상담", "당월", "1", "0"] in changes and ["권역별", "창동권역", "당월 상담", "1", "0"] in changes
    assert ["건의·애로 분류별", "임대료", "줄 전체", "있음", "없음"] in changes
    assert tables[0][1][:2] == ["상담", "1"]  # as it was
    assert {form: desk.get(f"{url}/{form}").data for form in before} == before
    assert in_hangul(before["hwpx"])[0] == tables and in_workbook(before["xlsx"])[0][1][1] == 1


def test_the_same_again_is_the_one_that_was_issued_and_another_is_a_new_one(as_, november, visit, cast):
    desk = as_("supervisor")
    assert desk.post("/reports/monthly/issue", data=FORM).location == f"/reports/issued/{november.uid}"
    assert Issued.select().count() == 1
    revised(visit, {"shop": cast.shop.uid, "outcome": "absent", "visited_at": DAY.isoformat()})
    assert desk.post("/reports/monthly/issue", data=FORM).status_code == 303
    assert Issued.select().count() == 2 and IssuedFile.select().count() == 4
    listed = desk.get("/reports").text
    assert listed.count('id="issued-') == 2
    assert f"/reports/issued/{november.uid}" not in desk.get("/reports/monthly?month=2026-11").text  # the later one is named


def test_issued_reports_are_korean_whoever_reads(as_, visit):
    desk = as_("supervisor")
    desk.http.set_cookie("lang", "en")
    with at(datetime(2026, 11, 24, 9, tzinfo=SEOUL)):
        assert desk.post("/reports/monthly/issue", data=FORM).status_code == 303
        assert Issued.get().title == "월간 실적보고" and Issued.get().document.tables[0].title == "총괄"
        assert '<html lang="en">' in desk.get(f"/reports/issued/{Issued.get().uid}").text
        assert Issued.get().compared() == []


def test_where_a_file_cannot_be_made_nothing_is_issued(as_, visit, monkeypatch):
    def fail(_document):
        raise NoHangul()

    monkeypatch.setitem(issuing.FORMATS, "hwpx", (fail, "application/hwp+zip"))
    with at(datetime(2026, 11, 24, 9, tzinfo=SEOUL)):
        answer = as_("supervisor").post("/reports/monthly/issue", data=FORM)
    assert answer.status_code == 503 and "한글 파일을 만들지 못했습니다" in answer.text
    assert not Issued.select().exists() and not IssuedFile.select().exists()
    assert not Event.select().where(Event.kind == "report.issued").exists()


def test_bytes_that_are_no_longer_those_are_never_served(as_, november):
    with writing():
        IssuedFile.update(body=b"PK other").where(IssuedFile.format == "xlsx").execute()
    assert as_("supervisor").get(f"/reports/issued/{november.uid}/xlsx").status_code == 500
    with writing():
        Issued.update(content=november.content.replace("총괄", "총합")).execute()
    with pytest.raises(Broken):
        assert Issued.get().document
    assert as_("supervisor").get(f"/reports/issued/{november.uid}").status_code == 500


@pytest.mark.parametrize(("form", "word"), [
    ({"month": "2026-13"}, "2026-11처럼"), ({"month": "2099-01"}, "아직 오지 않은"), ({"month": "2026-11", "odd": "1"}, "발행")])
def test_what_cannot_be_read_is_not_issued(as_, visit, form, word):
    with at(datetime(2026, 11, 24, 9, tzinfo=SEOUL)):
        answer = as_("supervisor").post("/reports/monthly/issue", data=form)
    assert answer.status_code == 422 and (word in answer.text or word == "발행") and not Issued.select().exists()


def test_who_opens_an_issued_report_that_names_shops_is_logged(as_, visit, cast):
    with at(datetime(2026, 11, 24, 9, tzinfo=SEOUL)):
        assert as_("supervisor").post("/reports/daily/issue", data={"day": "2026-11-23"}).status_code == 303
    url = f"/reports/issued/{Issued.get().uid}"
    for address in (url, f"{url}/xlsx"):
        assert as_("coordinator").get(address).status_code == 200
        log = AccessLog.select().where(AccessLog.person == cast.coordinator.uid, AccessLog.path == address).get()
        assert log.shops == [cast.shop.uid]


def test_the_issued_card_says_what_a_later_version_and_other_figures_change(as_, pledged, cast):
    desk = as_("supervisor")
    assert desk.post("/reports/pledge/issue", data={"until": "2023-12-31"}).status_code == 303
    card = latest().card
    with writing():
        YearFigure.put("consultations", 2023, 540, "정정", cast.supervisor.uid)
        PledgeCard.put(type(card)(**{**card.__dict__, "stage": "완료"}), "완료", cast.supervisor.uid, 1)
    changes = {(one.table, one.row, one.column): (one.before, one.after) for one in Issued.get().compared()}
    assert changes == {("공약", "이행단계", "내용"): ("정상추진", "완료"),
                       ("확인지표", "소상공인 상담 건수 · 건 · 실적", "총계"): ("540", "550"),
                       ("확인지표", "소상공인 상담 건수 · 건 · 실적", "2023"): ("530", "540"),
                       ("확인지표", "소상공인 상담 건수 · 건 · 실적", "이행률"): ("45 %", "46 %")}


def test_the_list_goes_on_where_the_page_ended(as_, cast, november, monkeypatch):
    with writing():
        for number in range(31):
            Issued.create(kind="monthly", title="월간 실적보고", first_day=date(2026, 1, 1), last_day=date(2026, 1, 31), asked="{}",
                          content="{}", sha256=f"{number:064}", rule="1", cut_off=november.cut_off)
    desk = as_("supervisor")
    first = desk.get("/reports").text
    rest = desk.get("/reports?before=" + first.split("/reports?before=")[1].split('"')[0])
    assert first.count('id="issued-') == 30 and rest.text.count('id="issued-') == 2
    assert desk.get("/reports?before=nonsense").status_code == 200
