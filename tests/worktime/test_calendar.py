"""Working time against check values worked out by hand, a reference that counts minute by minute, and the facts of six years."""

import json
import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from fieldapp.database import SEOUL
from fieldapp.worktime import IMMEDIATELY, Calendar, holidays_of
from tests.worktime.conftest import seoul

MINUTE = timedelta(minutes=1)
PLAIN = Calendar()
CLOSED = {date(2026, 9, 28): "창립기념일", date(2026, 12, 31): "종무"}
TWIN = {  # of the published days of 2022-2027: substitutes, elections, days declared at short notice, weekends, what is new in 2026
    "2022-03-09": "대통령 선거일", "2022-09-12": "추석 대체 휴일", "2022-10-09": "한글날", "2022-10-10": "한글날 대체 휴일",
    "2023-01-24": "설날 대체 휴일", "2023-10-02": "임시공휴일", "2024-04-10": "국회의원 선거일", "2024-10-01": "국군의 날",
    "2025-01-27": "임시공휴일", "2025-06-03": "대통령 선거일", "2026-09-24": "추석 전날", "2026-09-26": "추석 다음날",
    "2026-10-05": "개천절 대체 휴일",
}


@cache
def published() -> dict[str, str]:
    folder = os.environ.get("FIELDAPP_REAL_DATA")
    return json.loads((Path(folder) / "kr_holidays_2022_2027.json").read_text())["days"] if folder else {}


@pytest.mark.parametrize(("amount", "unit", "due"), [
    (*IMMEDIATELY, "2026-09-28 10:00"), (3, "days", "2026-09-30 16:00"), (7, "days", "2026-10-06 18:00"), (14, "days", "2026-10-16 18:00"),
    (2, "hours", "2026-09-23 18:00"), (5, "days", "2026-10-02 16:00"), (6, "days", "2026-10-02 18:00"), (8, "hours", "2026-09-28 16:00")])
def test_what_came_on_the_eve_of_a_long_holiday_is_due(amount, unit, due):
    found = PLAIN.due(seoul("2026-09-23 16:00"), amount, unit)
    assert found == seoul(due) and found.tzinfo is UTC


@pytest.mark.parametrize(("start", "minutes", "end"), [
    ("2026-11-23 09:00", 180, "2026-11-23 12:00"), ("2026-11-23 09:00", 181, "2026-11-23 13:01"),
    ("2026-11-23 12:30", 1, "2026-11-23 13:01"), ("2026-11-23 07:00", 480, "2026-11-23 18:00"),
    ("2026-11-23 18:00", 1, "2026-11-24 09:01"),
    ("2026-11-20 23:59", 480, "2026-11-23 18:00"),
    ("2026-11-23 09:00", 481, "2026-11-24 09:01"), ("2026-12-31 17:59", 2, "2027-01-04 09:01"), ("2026-11-21 10:00", 0, "2026-11-21 10:00"),
    ("2026-11-23 12:00", 300, "2026-11-23 18:00"), ("2025-12-31 09:00", 481, "2026-01-02 09:01")])
def test_adding_minutes_passes_over_lunch_nights_and_free_days(start, minutes, end):
    assert PLAIN.add(seoul(start), minutes) == seoul(end)


@pytest.mark.parametrize(("start", "due"), [
    ("2026-11-23 17:59:59", "2026-11-30 18:00"), ("2026-11-23 18:00", "2026-12-01 18:00"), ("2026-11-21 10:00", "2026-11-30 18:00"),
    ("2026-11-23 00:00", "2026-11-30 18:00"), ("2026-11-23 12:30", "2026-11-30 18:00")])
def test_the_first_day_counts_unless_it_came_after_hours(start, due):
    assert PLAIN.due(seoul(start), 6, "days") == seoul(due)


def test_seconds_are_not_lost():
    start = seoul("2026-11-23 11:59:59.250000")
    assert PLAIN.add(start, 180) == seoul("2026-11-23 15:59:59.250000")
    assert PLAIN.minutes_between(start, seoul("2026-11-23 13:00:59")) == 0
    assert PLAIN.minutes_between(start, seoul("2026-11-23 13:01:00")) == 1


@cache
def is_free(day: date, closed: bool) -> bool:
    return day.weekday() >= 5 or day in holidays_of(day.year) or (closed and day in CLOSED)


def counts(moment: datetime, closed: bool) -> bool:
    """Whether the minute that begins here is worked: the rule in the plainest words."""
    return (9 <= moment.hour < 12 or 13 <= moment.hour < 18) and not is_free(moment.date(), closed)


@pytest.mark.parametrize("closed", [False, True])
def test_a_thousand_random_spans_equal_the_minute_by_minute_reference(closed):
    rng, calendar, first = random.Random(20261123), Calendar(CLOSED if closed else ()), datetime(2026, 9, 1)
    worked = [counts(first + number * MINUTE, closed) for number in range(190 * 24 * 60)]
    for _turn in range(500):
        begin, minutes = rng.randrange(140 * 24 * 60), rng.choice((1, 60, 180, 480, rng.randrange(1, 2400)))
        end, left = begin, minutes
        while left:
            left -= worked[end]
            end += 1
        start, found = ((first + number * MINUTE).replace(tzinfo=SEOUL) for number in (begin, end))
        assert calendar.add(start, minutes) == found, (start, minutes)
        assert calendar.minutes_between(start, found) == minutes and calendar.minutes_between(found, start) == -minutes
        other = begin + rng.randrange(20 * 24 * 60)
        later = (first + other * MINUTE).replace(tzinfo=SEOUL)
        assert calendar.minutes_between(start, later) == sum(worked[begin:other]), (start, later)


def test_deadlines_in_days_equal_a_plain_count_of_days():
    rng = random.Random(19)
    for _turn in range(300):
        start, amount = seoul("2025-01-01 00:00") + rng.randrange(700 * 24 * 60) * MINUTE, rng.randrange(6, 40)
        day = start.date() if start.hour < 18 else start.date() + timedelta(1)
        left = amount
        while (left := left - (not is_free(day, False))):
            day += timedelta(1)
        assert PLAIN.due(start, amount, "days") == datetime(day.year, day.month, day.day, 18, tzinfo=SEOUL), (start, amount)


def test_what_is_as_old_as_the_cut_off_is_what_waited_so_long():
    rng = random.Random(7)
    now = seoul("2026-10-07 15:20")
    others = ("2026-10-07 18:00", "2026-10-10 11:00", "2026-10-08 09:00", "2026-01-02 12:30", "2026-01-05 09:00")
    for moment in (now, *map(seoul, others)):
        for days in (1, 3, 5, 10):
            cut = PLAIN.working_days_before(moment, days)
            for start in (cut, cut + MINUTE, *(moment - rng.randrange(1, 30 * 24 * 60) * MINUTE for _ in range(50))):
                assert (PLAIN.days_between(start, moment) >= days) == (start <= cut), (moment, days, start)
    assert PLAIN.working_days_before(now, 0) == now


@pytest.mark.parametrize("year", range(2022, 2028))
def test_every_public_holiday_is_free_and_named(year):
    facts = {date.fromisoformat(day): name for day, name in (published() or TWIN).items() if day.startswith(str(year))}
    found = holidays_of(year)
    assert facts.items() <= found.items()
    if published():
        assert set(found) == set(facts)
    for day, name in found.items():
        assert not PLAIN.is_working(day) and PLAIN.kind_of(day) == ("holiday", name)
    first = date(year, 1, 1)
    days = [first + timedelta(number) for number in range(366 if year % 4 == 0 else 365)]
    assert [day for day in days if PLAIN.is_working(day)] == [day for day in days if day.weekday() < 5 and day not in found]


def test_the_twin_speaks_as_the_published_days_do():
    assert not published() or TWIN.items() <= published().items()


def test_holidays_are_named_in_either_language():
    assert holidays_of(2026, "en")[date(2026, 9, 25)] == "Chuseok" and holidays_of(2026)[date(2026, 9, 25)] == "추석"
    assert holidays_of(2026, "en").keys() == holidays_of(2026).keys()


def test_days_that_the_office_closes_are_free_as_well():
    calendar = Calendar({date(2026, 9, 28)})
    assert not calendar.is_working(date(2026, 9, 28)) and calendar.is_working(date(2026, 9, 29)) and PLAIN.is_working(date(2026, 9, 28))
    assert calendar.due(seoul("2026-09-23 16:00"), 3, "hours") == seoul("2026-09-29 10:00")
    assert calendar.due(seoul("2026-09-23 16:00"), 7, "days") == seoul("2026-10-07 18:00")


def test_a_year_closed_from_end_to_end_is_passed_over():
    calendar = Calendar({date(2027, 1, 1) + timedelta(number) for number in range(365)})
    assert calendar.add(seoul("2026-12-31 17:00"), 90) == seoul("2028-01-03 09:30")
    assert calendar.working_days_before(seoul("2028-01-03 09:30"), 1) == seoul("2026-12-31 09:30")
    assert calendar.minutes_between(seoul("2026-12-31 17:00"), seoul("2028-01-03 09:30")) == 90


def test_a_due_time_is_told_day_by_day():
    lines = Calendar(CLOSED).explain(seoul("2026-09-23 16:00"), 3, "hours")
    assert [(line.day.day, line.what, line.name, line.minutes, line.total) for line in lines] == [
        (23, "work", "", 120, 120), (24, "holiday", "추석 전날", 0, 120), (25, "holiday", "추석", 0, 120),
        (26, "holiday", "추석 다음날", 0, 120), (27, "weekend", "", 0, 120), (28, "closed", "창립기념일", 0, 120),
        (29, "work", "", 60, 180)]


def test_seconds_do_not_show_where_it_is_told():
    lines = PLAIN.explain(seoul("2026-11-18 16:00:40.5"), 3, "days")
    assert [line.minutes for line in lines] == [120, 480, 480, 0, 0, 360]


def test_where_days_are_counted_each_counts_whole():
    lines = PLAIN.explain(seoul("2026-09-23 16:00"), 7, "days")
    assert (lines[0].minutes, lines[-1].total, lines[-1].day) == (480, 7 * 480, date(2026, 10, 6))
    late = PLAIN.explain(seoul("2026-09-22 18:30"), 6, "days")
    assert [line.minutes for line in late[:2]] == [0, 480] and late[-1].total == 6 * 480


def test_what_is_told_adds_up_to_what_was_asked():
    rng = random.Random(3)
    for _turn in range(200):
        start, amount = seoul("2025-11-01 00:00") + rng.randrange(400 * 24 * 60) * MINUTE, rng.randrange(1, 20)
        unit = rng.choice(("hours", "days"))
        lines = PLAIN.explain(start, amount, unit)
        assert lines[-1].total == amount * (60 if unit == "hours" else 480)
        assert lines[-1].day == PLAIN.due(start, amount, unit).astimezone(SEOUL).date() and lines[0].day == start.date()


def test_thousands_of_deadlines_a_second():
    start = seoul("2026-09-23 16:00")
    began = time.process_time()
    for number in range(2000):
        PLAIN.due(start + number * MINUTE, 7 if number % 2 else 3, "days")
    assert time.process_time() - began < 1, "2,000 took 0.04 s when this was written"
