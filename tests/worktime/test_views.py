from datetime import date

import pytest
from flask_babel import refresh

from fieldapp.database import uuid7, writing
from fieldapp.worktime import Clock, Closure, Policy
from fieldapp.worktime import clock as clock_file
from tests.worktime.conftest import seoul

CHANGE = {"amount": "4", "unit": "days", "amber_percent": "60", "escalate_days": "2"}
DAYS = {"first_day": "2026-12-24", "last_day": "2026-12-26", "reason": "청사 <b>공사</b>"}


@pytest.fixture
def supervisor(as_, clock_at):
    supervisor = as_("supervisor")
    clock_at("2026-11-23 10:00")
    return supervisor


@pytest.fixture
def running(cast, clock_at) -> Clock:
    """A clock of 2026-09-23 16:00 that stood still for a morning."""
    case = uuid7()
    clock_at("2026-09-23 16:00")
    with writing():
        clock = Clock.start(case, "matching")
    for moment, change in (("2026-09-28 09:00", Clock.pause), ("2026-09-28 12:00", Clock.resume)):
        clock_at(moment)
        with writing():
            change(case)
    return Clock.get_by_id(clock.uid)


def test_the_page_tells_rules_days_off_and_holidays(supervisor):
    with writing():
        Closure.add("", date(2026, 12, 24), date(2026, 12, 24), "청사 <b>공사</b>", "me")
        Closure.add(uuid7(), date(2026, 12, 23), date(2026, 12, 23), "수술", "me")
        Closure.add("", date(2024, 12, 24), date(2024, 12, 24), "오래전", "me")
    text = supervisor.get("/worktime").text
    assert "접수 확인" in text and "8시간" in text and "보류할 때 정한 날" in text and "제19조" in text
    assert "12월 25일 (금) 기독탄신일" in text and "2027년 1월 1일" in text and "추석 대체" not in text
    assert "청사 &lt;b&gt;공사&lt;/b&gt;" in text and "수술" not in text and "오래전" not in text
    assert 'aria-current="page">업무시간' in text


def test_who_may_not_change_it_sees_no_forms(as_, supervisor):
    assert "/worktime/closures" not in as_("changdong").get("/worktime").text
    assert "/worktime/closures" in supervisor.get("/worktime").text


def test_the_page_takes_the_same_queries_however_much_there_is(supervisor, queries):
    counted = []
    for _turn in range(2):
        with queries:
            supervisor.get("/worktime")
        counted.append(queries.count)
        with writing():
            for day in range(1, 6):
                Closure.add("", date(2026, 12, day), date(2026, 12, day), "휴무", "me")
            Policy.change("matching", 4, "days", 70, 1, "me")
    assert counted[0] == counted[1] <= 5, counted


def test_the_page_speaks_english(supervisor):
    supervisor.post("/language", data={"lang": "en"})
    refresh()
    assert "Christmas Day" in supervisor.get("/worktime").text


def test_a_rule_is_changed(supervisor, as_, happened, cast):
    assert supervisor.post("/worktime/policies/lunch", data=CHANGE).status_code == 404
    assert as_("coordinator").post("/worktime/policies/matching", data=CHANGE).status_code == 403
    answer = supervisor.post("/worktime/policies/matching", data=CHANGE)
    assert (answer.status_code, answer.location) == (303, "/worktime#matching")
    assert Policy.named("matching").facts == {"amount": 4, "unit": "days", "amber_percent": 60, "escalate_days": 2}
    assert [event.person for event in happened("policy.changed")] == [cast.supervisor.uid]
    assert as_("admin").post("/worktime/policies/review", data={"amber_percent": "50", "escalate_days": "0"}).status_code == 303
    assert Policy.named("review").facts == {"amount": 0, "unit": "days", "amber_percent": 50, "escalate_days": 0}


@pytest.mark.parametrize(("change", "id"), [
    ({"amount": "0"}, "matching-amount"), ({"amount": ""}, "matching-amount"), ({"amount": "2.5"}, "matching-amount"),
    ({"amount": "201"}, "matching-amount"), ({"amount": "nan"}, "matching-amount"), ({"amount": "이틀"}, "matching-amount"),
    ({"unit": "weeks"}, "matching-unit"), ({"unit": ""}, "matching-unit"), ({"amber_percent": "101"}, "matching-amber"),
    ({"amber_percent": "0"}, "matching-amber"), ({"escalate_days": "-1"}, "matching-escalate"),
    ({"escalate_days": "31"}, "matching-escalate")])
def test_a_rule_out_of_order_is_told_at_its_field_and_stays_as_it_was_typed(supervisor, change, id):
    answer = supervisor.post("/worktime/policies/matching", data=CHANGE | change)
    assert answer.status_code == 422 and answer.text.count('class="error"') == 1 and f'id="{id}-error"' in answer.text
    assert answer.text.count("<details open>") == 1 and Policy.select().count() == 0
    kept = next(value for name, value in (CHANGE | change).items() if name not in change)
    assert f'value="{kept}"' in answer.text


def test_a_form_with_more_in_it_than_was_asked_changes_nothing(supervisor):
    for form in (CHANGE | {"kind": "receipt"}, CHANGE | {"amount": ["4", "5"]}):
        assert supervisor.post("/worktime/policies/matching", data=form).status_code == 422
    assert supervisor.post("/worktime/policies/review", data=CHANGE).status_code == 422
    assert supervisor.post("/worktime/closures", data=DAYS | {"whose": uuid7()}).status_code == 422
    assert Policy.select().count() == Closure.select().count() == 0


def test_days_off_are_added_and_taken_away(supervisor, as_, cast, happened):
    assert as_("coordinator").post("/worktime/closures", data=DAYS).status_code == 403
    answer = supervisor.post("/worktime/closures", data=DAYS)
    assert (answer.status_code, answer.location) == (303, "/worktime#closures")
    closure = Closure.get()
    assert (closure.whose, closure.by) == ("", cast.supervisor.uid)
    assert (closure.first_day, closure.last_day) == (date(2026, 12, 24), date(2026, 12, 26))
    assert as_("changdong").post(f"/worktime/closures/{closure.uid}/remove").status_code == 403
    assert supervisor.post(f"/worktime/closures/{uuid7()}/remove").status_code == 404
    assert supervisor.post(f"/worktime/closures/{closure.uid}/remove").status_code == 303 and Closure.select().count() == 0
    assert len(happened("closure.added", "closure.removed")) == 2


def test_one_day_needs_no_last_day(supervisor):
    assert supervisor.post("/worktime/closures", data=DAYS | {"last_day": ""}).status_code == 303
    assert Closure.get().last_day == date(2026, 12, 24)


def test_an_experts_absence_is_not_removed_here(supervisor):
    with writing():
        absence = Closure.add(uuid7(), date(2026, 12, 23), date(2026, 12, 23), "연수", "me")
    assert supervisor.post(f"/worktime/closures/{absence.uid}/remove").status_code == 404 and Closure.select().count() == 1


@pytest.mark.parametrize(("change", "field"), [
    ({"first_day": ""}, "first_day"), ({"first_day": "내일"}, "first_day"), ({"last_day": "2026-12-23"}, "last_day"),
    ({"last_day": "2028-12-23"}, "last_day"), ({"first_day": "1999-01-01"}, "first_day"),
    ({"reason": ""}, "reason"), ({"reason": "가" * 201}, "reason")])
def test_days_out_of_order_are_told_at_their_field_and_stay_as_they_were_typed(supervisor, change, field):
    answer = supervisor.post("/worktime/closures", data=DAYS | change)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and Closure.select().count() == 0
    for name, value in (DAYS | change).items():
        assert name == field or value.replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;") in answer.text


def test_a_clock_tells_how_it_came_about(as_, running, clock_at):
    coordinator = as_("coordinator")
    clock_at("2026-09-29 10:00")
    text = coordinator.get(f"/worktime/clocks/{running.uid}").text
    assert "10월 1일 (목) 10:00까지입니다." in text and running.due_at == seoul("2026-10-01 10:00")
    assert "추석 다음날" in text and "24시간" in text and "9월 30일 (수) 16:00" in text and "3시간" in text
    assert running.subject not in text and "● 진행 중" in text
    with writing():
        Clock.pause(running.subject)
    assert "시간이 멈추어 있습니다" in coordinator.get(f"/worktime/clocks/{running.uid}").text
    with writing():
        Clock.end(running.subject)
    assert "✓ 마침" in coordinator.get(f"/worktime/clocks/{running.uid}").text


def test_an_end_that_would_be_another_today_is_told(as_, running, clock_at):
    with writing():
        Clock.end(running.subject)
        Closure.add("", date(2026, 9, 29), date(2026, 9, 29), "단수", "me")
    text = as_("coordinator").get(f"/worktime/clocks/{running.uid}").text
    assert "10월 1일 (목) 10:00까지입니다." in text and "지금 세면 기한이 다릅니다" in text


def test_a_review_has_a_day_and_no_table(as_, cast, clock_at):
    clock_at("2026-11-23 10:00")
    with writing():
        clock = Clock.start(uuid7(), "review", day=date(2026, 11, 30))
    text = as_("admin").get(f"/worktime/clocks/{clock.uid}").text
    assert "보류할 때 정한 날의 업무가 끝나는" in text and "11월 30일 (월) 18:00까지입니다." in text


def test_a_clock_out_of_reach_is_not_there(as_, running, monkeypatch):
    monkeypatch.setattr(clock_file, "_readers", [lambda person: Clock.select(Clock.subject).where(person.login == "changdong")])
    assert as_("coordinator").get(f"/worktime/clocks/{uuid7()}").status_code == 404
    assert as_("ssangmun").get(f"/worktime/clocks/{running.uid}").status_code == 404
    assert as_("expert").get(f"/worktime/clocks/{running.uid}").status_code == 403
    assert as_("changdong").get(f"/worktime/clocks/{running.uid}").status_code == 200
