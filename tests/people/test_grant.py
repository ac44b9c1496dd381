from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from fieldapp.database import SEOUL, now
from fieldapp.people import Grant, Person
from fieldapp.zones import Zone

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)


@pytest.fixture
def march(cast) -> Person:
    """쌍문 매니저, who holds 창동권역 too, in March 2026."""
    Grant.create(person=cast.ssangmun, zone=cast.zone, first_day=FIRST, last_day=LAST)
    return cast.ssangmun


def seoul(year, month, day, hour=12, minute=0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SEOUL)


@pytest.mark.parametrize(("moment", "held"), [
    (seoul(2026, 3, 1, 23, 59), False), (seoul(2026, 3, 2, 0, 0), True), (seoul(2026, 3, 31, 23, 59), True),
    (seoul(2026, 4, 1, 0, 0), False), (datetime(2026, 3, 1, 15, 0, tzinfo=UTC), True), (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), False)])
def test_both_days_of_a_grant_are_included_as_seoul_counts_them(march, cast, moment, held):
    assert set(Grant.zones_of(march, moment)) == {cast.other_zone.uid} | ({cast.zone.uid} if held else set())


def test_without_a_moment_it_is_now(march, cast):
    with time_machine.travel(seoul(2026, 3, 31, 23, 59)):
        assert set(Grant.zones_of(march)) == {cast.zone.uid, cast.other_zone.uid}
    with time_machine.travel(seoul(2026, 4, 1, 0, 1)):
        assert Grant.zones_of(march) == [cast.other_zone.uid]


def test_a_grant_without_an_end_goes_on_and_none_before_its_first_day(cast):
    assert Grant.zones_of(cast.changdong, now() + timedelta(days=9999)) == [cast.zone.uid]
    assert Grant.zones_of(cast.changdong, seoul(2019, 12, 31)) == []


def test_a_zone_that_is_held_twice_is_held_once(march, cast):
    Grant.create(person=march, zone=cast.zone, first_day=FIRST)
    assert sorted(Grant.zones_of(march, seoul(2026, 3, 10))) == sorted([cast.zone.uid, cast.other_zone.uid])


def test_what_the_office_sees_are_all_zones_and_experts_and_admins_see_none(cast):
    zones = sorted(zone.uid for zone in Zone.select())
    assert {login: sorted(Grant.zones_of(getattr(cast, login))) for login in ("supervisor", "coordinator", "expert", "admin")} == {
        "supervisor": zones, "coordinator": zones, "expert": [], "admin": []}


def test_a_new_zone_is_the_offices_at_once_and_no_managers(cast):
    new = Zone.create(name_ko="새권역")
    assert new.uid in Grant.zones_of(cast.supervisor) and new.uid not in Grant.zones_of(cast.changdong)


def test_holders_are_the_active_people_of_that_day_each_once_by_name(march, cast):
    Grant.create(person=march, zone=cast.zone, first_day=FIRST, last_day=LAST)
    assert [person.login for person in Grant.holders(cast.zone.uid, LAST)] == ["changdong", "ssangmun"]
    assert [person.login for person in Grant.holders(cast.zone.uid, LAST + timedelta(days=1))] == ["changdong"]
    assert list(Grant.holders(cast.zone.uid, date(2019, 1, 1))) == []
    Person.update(active=False).where(Person.login == "changdong").execute()
    assert [person.login for person in Grant.holders(cast.zone.uid, FIRST)] == ["ssangmun"]
