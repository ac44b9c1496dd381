from datetime import date

import pytest

from fieldapp.database import uuid7, writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.events import Event
from fieldapp.worktime import Closure, calendar_of, calendars_of
from tests.worktime.conftest import seoul

pytestmark = pytest.mark.usefixtures("database")
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)
EXPERT, OTHER = uuid7(), uuid7()


def close(whose="", first=MONDAY, last=MONDAY, reason="단수", by="me") -> Closure:
    with writing():
        return Closure.add(whose, first, last, reason, by)


def test_what_the_office_closes_is_free_for_all_and_an_absence_for_one():
    close()
    close(EXPERT, TUESDAY, FRIDAY, "연수")
    office, expert, other = calendar_of(), calendar_of(EXPERT), calendar_of(OTHER)
    assert not office.is_working(MONDAY) and not expert.is_working(MONDAY) and not other.is_working(MONDAY)
    assert office.is_working(TUESDAY) and other.is_working(TUESDAY)
    assert [expert.is_working(day) for day in (TUESDAY, FRIDAY, date(2026, 11, 28), date(2026, 11, 30))] == [False, False, False, True]
    assert expert.due(seoul("2026-11-20 17:00"), 2, "hours") == seoul("2026-11-30 10:00")


def test_the_offices_reasons_are_told_and_an_experts_are_not():
    close()
    close(EXPERT, MONDAY, TUESDAY, "수술")
    assert calendar_of(EXPERT).kind_of(MONDAY) == ("closed", "단수")
    assert calendar_of(EXPERT).kind_of(TUESDAY) == ("closed", "")


def test_calendars_take_one_query_however_many_they_are(queries):
    close()
    close(EXPERT, TUESDAY, TUESDAY)
    for ask in (lambda: calendar_of(), lambda: calendar_of(EXPERT), lambda: calendars_of([EXPERT, OTHER, ""])):
        with queries:
            ask()
        assert queries.count == 1


def test_who_is_absent_on_a_day(queries):
    close(EXPERT, TUESDAY, FRIDAY)
    close("", MONDAY, MONDAY)
    with queries:
        assert Closure.absent([EXPERT, OTHER], TUESDAY) == {EXPERT}
    assert queries.count == 1
    assert Closure.absent({EXPERT}, FRIDAY) == {EXPERT} and Closure.absent([OTHER], TUESDAY) == set()
    assert Closure.absent([EXPERT, OTHER], MONDAY) == Closure.absent([EXPERT], date(2026, 11, 28)) == Closure.absent([], TUESDAY) == set()


def test_the_days_of_one_stand_in_order():
    later, earlier = close(EXPERT, FRIDAY, FRIDAY), close(EXPERT, MONDAY, TUESDAY)
    assert Closure.of(EXPERT) == [earlier, later] and Closure.of("") == [] and Closure.of() == []


def test_each_change_is_an_event_of_whose_days_they_are(happened):
    office, absence = close(), close(EXPERT, MONDAY, FRIDAY)
    with writing():
        Closure.remove(absence.uid, "me")
    added, also, removed = happened("closure.added", "closure.removed")
    assert (added.subject, added.person, added.facts["reason"], added.facts["closure"]) == ("office", "me", "단수", office.uid)
    assert (also.subject, removed.kind, removed.subject) == (EXPERT, "closure.removed", EXPERT)
    assert removed.facts["last_day"] == "2026-11-27" and Closure.select().count() == 1


@pytest.mark.parametrize(("first", "last"), [(TUESDAY, MONDAY), (MONDAY, date(2027, 11, 24))])
def test_days_in_no_order_or_too_many_are_refused(first, last):
    with pytest.raises(Invalid) as refused:
        close("", first, last)
    assert list(refused.value.fields) == ["last_day"] and Closure.select().count() == Event.select().count() == 0


def test_what_is_not_there_is_not_removed():
    with pytest.raises(NotFound), writing():
        Closure.remove(uuid7(), "me")
    assert Event.select().count() == 0
