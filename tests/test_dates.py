from datetime import UTC, date, datetime

import pytest
import time_machine
from flask_babel import force_locale

from fieldapp.dates import day, moment


@pytest.fixture(autouse=True)
def november(app):
    with time_machine.travel(datetime(2026, 11, 23, 5, 0, tzinfo=UTC)):
        yield


@pytest.mark.parametrize(("value", "korean", "english"), [
    (date(2026, 11, 23), "11월 23일 (월)", "Mon 23 Nov"), (date(2026, 1, 1), "1월 1일 (목)", "Thu 1 Jan"),
    (date(2025, 12, 31), "2025년 12월 31일 (수)", "Wed 31 Dec 2025"), (date(2027, 2, 28), "2027년 2월 28일 (일)", "Sun 28 Feb 2027"),
    (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "11월 23일 (월)", "Mon 23 Nov"),
    (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "1월 1일 (목)", "Thu 1 Jan"), (None, "", "")])
def test_days_are_seouls_with_their_weekday_and_another_year_is_said(value, korean, english):
    with force_locale("ko"):
        assert day(value) == korean
    with force_locale("en"):
        assert day(value) == english


@pytest.mark.parametrize(("value", "korean", "english"), [
    (datetime(2026, 11, 23, 5, 2, tzinfo=UTC), "11월 23일 (월) 14:02", "Mon 23 Nov 14:02"),
    (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "11월 23일 (월) 00:00", "Mon 23 Nov 00:00"), (None, "", "")])
def test_moments_are_seouls(value, korean, english):
    with force_locale("ko"):
        assert moment(value) == korean
    with force_locale("en"):
        assert moment(value) == english


def test_the_year_turns_at_midnight_in_seoul():
    with time_machine.travel(datetime(2026, 12, 31, 15, 0, tzinfo=UTC)), force_locale("ko"):
        assert day(date(2027, 1, 1)) == "1월 1일 (금)" and day(date(2026, 12, 31)) == "2026년 12월 31일 (목)"


def test_pages_have_them_as_filters(app):
    assert app.jinja_env.filters["day"] is day and app.jinja_env.filters["moment"] is moment
