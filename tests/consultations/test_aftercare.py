from datetime import date, datetime, timedelta

import pytest

from fieldapp.consultations import Aftercare
from fieldapp.consultations.aftercare import months_after
from fieldapp.database import SEOUL, at, now, writing
from fieldapp.events import Event
from fieldapp.worktime import Closure
from tests.cases import case_in, given
from tests.recording import recorded


def days(referral) -> list[date]:
    return [task.due_on for task in Aftercare.of(referral)]


@pytest.mark.parametrize(("approved", "due"), [
    (datetime(2026, 8, 25, 11), [date(2026, 9, 28), date(2026, 11, 25), date(2027, 2, 25)]),  # 09-25 is 추석, then a weekend
    (datetime(2026, 7, 1, 23, 30), [date(2026, 8, 3), date(2026, 10, 1), date(2027, 1, 4)]),  # weekends, New Year's Day
    (datetime(2026, 4, 30, 9), [date(2026, 6, 1), date(2026, 7, 30), date(2026, 10, 30)])])
def test_tasks_are_due_after_one_three_and_six_months_on_working_days(cast, approved, due):
    with at(approved.replace(tzinfo=SEOUL)):
        assert days(case_in(cast, "aftercare")) == due


def test_a_day_on_which_the_office_is_closed_is_no_working_day(cast):
    with at(datetime(2026, 4, 14, 9, tzinfo=SEOUL)):
        with writing():
            Closure.add("", date(2026, 5, 14), date(2026, 5, 15), "가상 휴무")
        assert days(case_in(cast, "aftercare"))[0] == date(2026, 5, 18)


@pytest.mark.parametrize(("day", "months", "later"), [
    (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2027, 11, 30), 3, date(2028, 2, 29)), (date(2026, 12, 31), 6, date(2027, 6, 30)),
    (date(2026, 6, 15), 6, date(2026, 12, 15)), (date(2026, 11, 1), 1, date(2026, 12, 1))])
def test_a_month_later_is_the_same_day_or_the_months_last(day, months, later):
    assert months_after(day, months) == later


def test_a_manager_has_the_tasks_of_their_zone_a_week_ahead_and_overdue(cast, queries):
    case = case_in(cast, "aftercare")
    over = case_in(cast, "closed", shop=cast.neighbour)
    first = Aftercare.of(case).get()
    assert Aftercare.due_for(cast.changdong, first.due_on - timedelta(days=8)) == []
    for day in (first.due_on - timedelta(days=7), first.due_on, first.due_on + timedelta(days=30)):
        with queries:
            [task] = Aftercare.due_for(cast.changdong, day)
            assert (task, task.referral.label, task.referral.shop.title) == (first, case.label, "가상분식")
        assert queries.count <= 2
    assert len(Aftercare.due_for(cast.changdong, first.due_on + timedelta(days=300))) == 3
    assert Aftercare.due_for(cast.ssangmun, first.due_on) == [] and Aftercare.of(over).count() == 3


def test_a_visit_answers_the_tasks_of_its_shop_and_no_others(cast):
    case, other = case_in(cast, "aftercare"), case_in(cast, "aftercare", shop=cast.neighbour)
    first, theirs = Aftercare.of(case).get(), Aftercare.of(other).get()
    visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    with writing():
        answered = Aftercare.answer([first.uid, theirs.uid, "nonsense"], visit, cast.changdong.uid)
        assert Aftercare.answer([], visit, cast.changdong.uid) == []
    assert answered == [first] and Aftercare.get_by_id(first.uid).visit == visit
    assert Aftercare.get_by_id(first.uid).answered_at and not Aftercare.get_by_id(theirs.uid).answered_at
    event = Event.get(Event.kind == "aftercare.answered")
    assert (event.subject, event.facts["months"], event.person) == (case.uid, 1, cast.changdong.uid)
    assert Event.get(Event.kind == "aftercare.not_answered").facts["tasks"] == sorted([theirs.uid, "nonsense"])
    with writing():
        assert Aftercare.answer([first.uid], visit, cast.changdong.uid) == []  # once
    assert first not in Aftercare.due_for(cast.changdong, first.due_on)


def test_the_last_answer_does_not_close_the_case(cast):
    case = case_in(cast, "aftercare")
    visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    with writing():
        Aftercare.answer([task.uid for task in Aftercare.of(case)], visit, cast.changdong.uid)
    assert type(case).get_by_id(case.uid).state == "aftercare"
    assert given(cast, case, "finish", "changdong").state == "closed"


def test_a_case_that_is_opened_again_asks_anew(cast):
    with at(now() - timedelta(days=40)):
        case = case_in(cast, "aftercare")
        visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
        with writing():
            Aftercare.answer([Aftercare.of(case).get().uid], visit, cast.changdong.uid)
        case = given(cast, case, "finish", "coordinator")
    given(cast, case, "reopen", "supervisor", reason="가상 사유")
    for command, role in (("open_matching", "coordinator"), ("offer", "coordinator"), ("accept", "expert"), ("schedule", "expert"),
                          ("begin", "expert"), ("report", "expert"), ("approve", "coordinator")):
        case = given(cast, case, command, role)
    assert sorted(task.months for task in Aftercare.of(case) if not task.answered_at) == [1, 3, 6]
    assert len(Aftercare.of(case)) == 4
