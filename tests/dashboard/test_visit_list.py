"""A page of visits is read from an index, whoever asks and whatever for, and stops when it is full."""

from datetime import date, timedelta

import pytest
from peewee import SQL

from fieldapp.dashboard import visit_list
from fieldapp.dashboard.filters import VisitFilter
from fieldapp.dashboard.visit_list import count_of, keys_of, page_of
from fieldapp.database import SEOUL, db, now
from fieldapp.people import Grant
from fieldapp.visits import Visit

DAY = date(2026, 3, 2)
KINDS: tuple[dict, ...] = (
    {}, {"outcome": "met"}, {"outcome": "moved", "review": "confirmed"}, {"review": "returned"}, {"first": DAY, "last": DAY},
    {"category": "rent"}, {"category": "rent", "outcome": "met", "first": DAY}, {"counted": "1"}, {"counted": "0", "outcome": "moved"},
    {"industry": "-"}, {"street": "가상로"}, {"industry": "카페", "hour": "3"})


def uids(person, **asked) -> list[str]:
    rows, more = page_of(person, VisitFilter(**asked), None)
    assert not more
    return [row.uid for row in rows]


@pytest.fixture
def abroad(cast, visited):
    """A visit of 창동 매니저 in a zone that they held once."""
    grant = Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
    visit = visited(shop=cast.other_shop.uid, ago=timedelta(hours=3), category=["rent"])
    grant.delete_instance()
    return visit


def test_a_manager_sees_the_own_zone_and_own_visits_elsewhere(cast, visited, abroad):
    home, other = visited(ago=timedelta(hours=4)), visited("ssangmun", ago=timedelta(hours=2))
    mine, theirs = cast.changdong, cast.ssangmun
    assert uids(mine) == [abroad.uid, home.uid] and uids(theirs) == [other.uid, abroad.uid]
    assert uids(mine, zone=cast.other_zone.uid) == [abroad.uid] == uids(mine, category="rent") == uids(theirs, category="rent")
    assert uids(mine, manager=theirs.uid) == [] and uids(theirs, manager=mine.uid) == [abroad.uid]
    assert uids(mine, outcome="met", review="received") == [abroad.uid, home.uid] and uids(mine, outcome="busy") == []
    assert uids(cast.supervisor) == [other.uid, abroad.uid, home.uid] and uids(cast.expert) == []


@pytest.mark.parametrize("asked", KINDS)
def test_it_counts_what_it_lists(cast, visited, asked):
    visited(category=["rent"])
    visited(outcome="moved", ago=timedelta(days=3))
    visited("ssangmun", ago=timedelta(days=40), category=["rent", "labor"])
    for person in (cast.supervisor, cast.changdong):
        for more in ({}, {"zone": cast.zone.uid}, {"manager": cast.changdong.uid}):
            assert count_of(person, VisitFilter(**asked, **more)) == (len(uids(person, **asked, **more)), True)


def test_a_day_is_counted_as_it_is_listed(cast, visited):
    visit = visited()
    day = visit.visited_at.astimezone(SEOUL).date()
    for first, last, count in ((day, day, 1), (day + timedelta(days=1), day, 0), (day + timedelta(days=1), None, 0), (None, day, 1)):
        asked = VisitFilter(first=first, last=last)
        assert count_of(cast.supervisor, asked) == (count, True) and len(uids(cast.supervisor, first=first, last=last)) == count


def test_what_no_figure_knows_is_counted_so_far_and_no_further(as_, visited, monkeypatch):
    monkeypatch.setattr(visit_list, "MOST", 2)
    monkeypatch.setattr(visit_list, "ROWS", 2)
    for hours in range(3):
        visited(ago=timedelta(hours=hours))
    assert "<small>2건 넘음</small>" in as_("changdong").get("/visits").text
    assert "<small>3건</small>" in as_("supervisor").get("/visits").text


def test_the_list_shows_the_beginning_of_a_long_memo(as_, visited):
    visited(memo="가" * 79 + "나" * 40)
    text = as_("supervisor").get("/visits").text
    assert "가" * 50 in text and "나" not in text.partition("<tbody>")[2]


@pytest.mark.parametrize("asked", KINDS)
def test_an_index_leads_every_search(cast, asked):
    if db.param == "%s":
        pytest.skip("PostgreSQL weighs rows, and here are none")
    places: tuple[dict, ...] = ({}, {"zone": cast.zone.uid}, {"manager": cast.changdong.uid}, {"shop": cast.shop.uid})
    for person in (cast.supervisor, cast.changdong):
        for more in places:
            found = keys_of(person, VisitFilter(**asked, **more), (now(), "x"))
            plan = plan_of(found.order_by(SQL("visited_at").desc(), SQL("uid").desc()).limit(31))
            sorts = "street" in asked  # the visits of its shops, which are few
            assert plan and not any("SCAN" in step or ("TEMP B-TREE" in step and not sorts) for step in plan), (asked, more, plan)


def plan_of(query) -> list[str]:
    statement, values = query.sql()
    return [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()]


def test_the_mark_leads_the_search_too(cast):
    if db.param == "%s":
        pytest.skip("PostgreSQL weighs rows, and here are none")
    [step] = plan_of(keys_of(cast.supervisor, VisitFilter(), (now(), "x")).order_by(Visit.visited_at.desc(), Visit.uid.desc()))
    assert "visit_list_all (visited_at<?)" in step
