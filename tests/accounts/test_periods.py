"""Who held which zone when, against a plain model; and what each change leaves behind."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.accounts import give, leave, stand_in, withdraw
from fieldapp.database import SEOUL, db, now, today, writing
from fieldapp.errors import Invalid
from fieldapp.events import Event
from fieldapp.people import Grant, Person
from fieldapp.visits import Visit
from tests.conftest import Client, frozen

DAYS = [timedelta(days=n) for n in range(-3, 40)]


def noon_of(day: date):
    return now().astimezone(SEOUL).replace(year=day.year, month=day.month, day=day.day, hour=12)


def held(person: Person) -> dict[int, set[str]]:
    return {day.days: set(Grant.zones_of(person, noon_of(today() + day))) for day in DAYS}


def test_a_zone_for_some_days_is_held_on_those(cast):
    first = today() + timedelta(2)
    with writing():
        give(cast.changdong, cast.other_zone, first, first + timedelta(3), "인력 지원", cast.admin.uid)
    assert [day for day, zones in held(cast.changdong).items() if cast.other_zone.uid in zones] == [2, 3, 4, 5]
    [event] = Event.select().where(Event.kind == "grant.given")
    assert (event.subject, event.person, event.facts["reason"]) == (cast.changdong.uid, cast.admin.uid, "인력 지원")
    assert Grant.get(Grant.by == cast.admin.uid).reason == "인력 지원"


def test_nothing_is_given_from_a_day_in_the_past(cast):
    with pytest.raises(Invalid) as told, writing():
        give(cast.changdong, cast.other_zone, today() - timedelta(1), None, "까닭", "")
    assert list(told.value.fields) == ["first_day"]


@pytest.mark.parametrize(("first", "last"), [(2, 1), (0, None), (1, 5)])
def test_a_period_that_ends_before_it_begins_or_is_held_already_is_refused(cast, first, last):
    with pytest.raises(Invalid), writing():
        give(cast.changdong, cast.zone, today() + timedelta(first), None if last is None else today() + timedelta(last), "까닭", "")


def test_only_managers_hold_zones(cast):
    with pytest.raises(Invalid), writing():
        give(cast.supervisor, cast.zone, today(), None, "까닭", "")


def test_ending_keeps_what_was_held_and_takes_back_what_was_to_come(cast):
    grant = Grant.get(Grant.person == cast.changdong)
    with writing():
        withdraw(grant, today() + timedelta(1), "자리 옮김", cast.admin.uid)
        future = give(cast.changdong, cast.other_zone, today() + timedelta(5), None, "까닭", "")
        withdraw(future, today(), "없던 일로", cast.admin.uid)
    assert {day for day, zones in held(cast.changdong).items() if zones} == set(range(-3, 2))
    assert not Grant.select().where(Grant.uid == future.uid).exists()
    ended = Event.select().where(Event.kind == "grant.ended").order_by(Event.created_at)
    assert [event.facts["reason"] for event in ended] == ["자리 옮김", "없던 일로"]


@pytest.mark.parametrize("last_day", [-1, -400])
def test_nothing_ends_in_the_past(cast, last_day):
    with pytest.raises(Invalid, match="invalid") as told, writing():
        withdraw(Grant.get(Grant.person == cast.changdong), today() + timedelta(last_day), "까닭", "")
    assert "last_day" in told.value.fields


def test_an_end_is_not_put_off_by_ending_it_again(cast):
    grant = Grant.get(Grant.person == cast.changdong)
    with writing():
        withdraw(grant, today() + timedelta(1), "까닭", "")
    with pytest.raises(Invalid), writing():
        withdraw(Grant.get_by_id(grant.uid), today() + timedelta(9), "까닭", "")


def test_a_deputy_holds_the_zones_for_the_absence_alone(cast):
    with writing():
        stand_in(cast.ssangmun, cast.changdong, today() + timedelta(1), today() + timedelta(3), "연가", cast.admin.uid)
    assert [day for day, zones in held(cast.ssangmun).items() if cast.zone.uid in zones] == [1, 2, 3]
    assert all(cast.other_zone.uid in zones for zones in held(cast.ssangmun).values())
    assert Grant.get(Grant.deputy_for != "").deputy_for == cast.changdong.uid
    with pytest.raises(Invalid), writing():
        stand_in(cast.ssangmun, cast.changdong, today() + timedelta(2), today() + timedelta(3), "연가", "")
    for deputy, first, last in ((cast.changdong, 1, 2), (cast.ssangmun, 9, 8)):
        with pytest.raises(Invalid), writing():
            stand_in(deputy, cast.changdong, today() + timedelta(first), today() + timedelta(last), "연가", "")


def test_a_deputys_zone_is_not_handed_on(cast):
    with writing():
        third = Person.create(login="third", name="가상 third", role="manager", password_hash="")
        stand_in(cast.ssangmun, cast.changdong, today(), today() + timedelta(3), "연가", "")
        [given] = stand_in(third, cast.ssangmun, today(), today() + timedelta(1), "병가", "")
    assert given.zone_id == cast.other_zone.uid


def test_leaving_ends_the_zones_with_the_account(app, cast):
    client, last = Client(app, "changdong"), today() + timedelta(2)
    with writing():
        leave(cast.changdong, last, "계약 끝", cast.admin.uid)
    assert {day for day, zones in held(cast.changdong).items() if zones} == set(range(-3, 3))
    with time_machine.travel(noon_of(last)):
        assert client.get("/welcome").status_code == 200
    with time_machine.travel(noon_of(last + timedelta(1))):
        assert client.get("/welcome").status_code == 303


def test_what_was_recorded_under_a_zone_that_ended_arrives_late_and_what_came_after_does_not(app, cast):
    client, grant = Client(app, "ssangmun"), None
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        with writing():
            [grant] = stand_in(cast.ssangmun, cast.changdong, today(), today() + timedelta(1), "연가", "")
        assert grant
        during = frozen(cast.ssangmun, {"shop": cast.shop.uid, "outcome": "absent"})
        clock.move_to(start + timedelta(days=5))
        after = frozen(cast.ssangmun, {"shop": cast.shop.uid, "outcome": "absent"})
        answers = client.send(during, after)
    assert [answer["answer"] for answer in answers] == ["created", "rejected"] and Visit.select().count() == 1


CHANGES = st.lists(st.one_of(
    st.tuples(st.just("give"), st.integers(0, 1), st.integers(0, 25), st.one_of(st.none(), st.integers(0, 30))),
    st.tuples(st.just("end"), st.integers(0, 5), st.integers(0, 30)),
    st.tuples(st.just("deputy"), st.integers(0, 1), st.integers(0, 25), st.integers(0, 30)),
    st.tuples(st.just("leave"), st.integers(0, 1), st.integers(0, 35)),
    st.tuples(st.just("next"), st.integers(1, 4))), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(changes=CHANGES)
def test_after_any_changes_each_holds_what_a_plain_model_says(cast, changes):
    """The model is a set of days per person and zone; a day that has passed never changes in it."""
    with db.atomic() as transaction, time_machine.travel(now(), tick=False) as clock:
        people, zones = [cast.changdong, cast.ssangmun], [cast.zone, cast.other_zone]
        Grant.delete().execute()
        model: dict[tuple[str, str], set[date]] = {(p.uid, z.uid): set() for p in people for z in zones}
        horizon = [today() + timedelta(n) for n in range(80)]
        for name, *facts in changes:
            apply(name, facts, people, zones, model, horizon, clock)
            for person in people:
                for day in horizon[::3]:
                    wanted = {zone.uid for zone in zones if day in model[person.uid, zone.uid]}
                    assert set(Grant.zones_of(person, noon_of(day))) == wanted, (name, facts, day)
        transaction.rollback()


def apply(name, facts, people, zones, model, horizon, clock) -> None:
    """Make the change in both; where ours refuses, the model must have no such days to give or take."""
    def days(first: int, last: int | None) -> set[date]:
        return {day for day in horizon if today() + timedelta(first) <= day and (last is None or day <= today() + timedelta(last))}

    try:
        if name == "next":
            clock.shift(timedelta(days=facts[0]))
        elif name == "give":
            who, first, last = facts
            wanted = days(first, last)
            held_now = model[people[who].uid, zones[who].uid]
            with db.atomic():
                give(people[who], zones[who], today() + timedelta(first), None if last is None else today() + timedelta(last), "까닭", "")
            assert not wanted & held_now
            held_now |= wanted
        elif name == "end":
            number, last = facts
            grants = list(Grant.select().order_by(Grant.created_at, Grant.uid))
            if number < len(grants):
                grant = grants[number]
                until = today() + timedelta(last)
                with db.atomic():
                    withdraw(grant, until, "까닭", "")
                model[grant.person_id, grant.zone_id] -= {day for day in horizon if day > until and day >= grant.first_day
                                                          and (grant.last_day is None or day <= grant.last_day)}
        elif name == "deputy":
            who, first, last = facts
            deputy, absent = people[who], people[1 - who]
            own = {zone.uid: {day for day in days(first, last) if of_their_own(absent, zone.uid, day)} for zone in zones}
            with db.atomic():
                given = stand_in(deputy, absent, today() + timedelta(first), today() + timedelta(last), "까닭", "")
            for grant in given:
                part = {day for day in horizon if grant.first_day <= day <= grant.last_day}
                assert part <= own[grant.zone_id] and not part & model[deputy.uid, grant.zone_id]
                model[deputy.uid, grant.zone_id] |= part
        elif name == "leave":
            who, last = facts
            until = today() + timedelta(last)
            with db.atomic():
                leave(people[who], until, "까닭", "")
            for zone in zones:
                model[people[who].uid, zone.uid] -= {day for day in horizon if day > until}
    except Invalid:
        pass


def of_their_own(person: Person, zone: str, day: date) -> bool:
    return Grant.select().where(Grant.person == person, Grant.zone == zone, Grant.deputy_for == "", Grant.valid_on(day)).exists()
