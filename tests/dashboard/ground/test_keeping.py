from datetime import UTC, datetime, timedelta

import pytest

from fieldapp import events
from fieldapp.dashboard import redraw
from fieldapp.dashboard.ground import Ground, Spot
from fieldapp.database import db, now, uuid7, writing
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from tests.cases import case_in
from tests.dashboard.ground.plain import kept, spots_by_hand
from tests.recording import recorded, revised

HERE = {"place.source": "gps", "place.lat": "37.6501", "place.lon": "127.0451"}


@pytest.fixture(autouse=True)
def as_redrawn(database):
    """Whatever a test does: what was kept is what a redraw makes, and what a loop over the visits finds."""
    yield
    before = kept()
    assert [(root, day, zone, outcome) for root, _tile, day, zone, outcome in before[0]] == spots_by_hand()
    redraw()
    assert kept() == before


def last_of(shop) -> tuple:
    found = Shop.get_by_id(shop.uid)
    return found.last_at, found.last_outcome


def test_a_visit_stands_on_the_ground_with_its_transaction(cast):
    visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", **HERE})
    spot = Spot.get()
    assert (spot.root, spot.zone, spot.outcome) == (visit.root, cast.zone.uid, "met")
    assert sorted({(row.level, row.met, row.absent) for row in Ground.select()}) == [(12, 1, 0), (14, 1, 0), (16, 1, 0)]
    assert last_of(cast.shop) == (visit.visited_at, "met") and Shop.get_by_id(cast.shop.uid).street == "가상로"


def test_a_transaction_that_fails_leaves_nothing(cast):
    with pytest.raises(ZeroDivisionError), writing():
        recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
        raise ZeroDivisionError
    assert not Spot.select().exists() and last_of(cast.shop) == (None, "")


def test_a_visit_without_a_place_stands_at_its_shop_and_without_that_nowhere(cast):
    nowhere = Shop.create(source_id="x", name="가상", zone=cast.zone, manager=cast.changdong)
    recorded(cast.changdong, {"shop": nowhere.uid, "outcome": "met"})
    visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "absent"})
    assert [(spot.root, spot.tile) for spot in Spot.select()] == [(visit.root, cast.shop.tile)]


def test_a_revision_takes_the_place_of_what_it_replaces(cast):
    first = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", **HERE})
    revised(first, {"shop": cast.neighbour.uid, "outcome": "busy", "visited_at": (now() - timedelta(40)).isoformat()})
    assert [(spot.root, spot.outcome) for spot in Spot.select()] == [(first.root, "busy")]
    assert sum(row.met for row in Ground.select()) == 0 and sum(row.busy for row in Ground.select()) == 6
    assert last_of(cast.neighbour)[1] == "busy" and last_of(cast.shop) == (None, ""), "the shop of before has no visit any more"


def test_revisions_may_arrive_out_of_order(cast):
    first, second = uuid7(), uuid7()
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "absent", "replaces": first}, second)
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"}, first)
    assert [(spot.root, spot.outcome) for spot in Spot.select()] == [(Visit.get(Visit.current).root, Visit.get(Visit.current).outcome)]


def test_the_last_visit_is_the_latest_and_not_the_last_to_arrive(cast):
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "visited_at": "2026-05-02T02:00:00+00:00"})
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "absent", "visited_at": "2026-05-01T02:00:00+00:00"})
    assert last_of(cast.shop) == (datetime(2026, 5, 2, 2, tzinfo=UTC), "met")


def test_what_was_promised_is_open_until_its_case_has_ended(cast):
    form = {"shop": cast.shop.uid, "outcome": "met", "category": ["rent", "labor"], "grievance.rent.disposition": "needs_committee",
            "grievance.labor.disposition": "noted"}
    visit = recorded(cast.changdong, form)
    assert Shop.get_by_id(cast.shop.uid).open_grievances == 1
    revised(visit, form | {"grievance.rent.disposition": "resolved_on_site"})
    assert Shop.get_by_id(cast.shop.uid).open_grievances == 0
    case_in(cast, "matching", shop=cast.shop)
    case_in(cast, "declined", shop=cast.neighbour)
    assert [Shop.get_by_id(shop.uid).open_grievances for shop in (cast.shop, cast.neighbour)] == [1, 0]


def test_a_visit_that_is_removed_leaves_the_ground(cast):
    visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    with writing():
        db.execute_sql(f'DELETE FROM "visit" WHERE "uid" = {db.param}', [visit.uid])
        events.record("visit.removed", visit.root, shop=cast.shop.uid)
    assert not Spot.select().exists() and not any(row.met for row in Ground.select()) and last_of(cast.shop) == (None, "")


def test_a_shop_whose_address_changed_lies_in_another_street(cast):
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    with writing():
        cast.shop.touch(address_road="서울특별시 도봉구 마들로 1")
        events.record("shop.changed", cast.shop.uid)
    assert Shop.get_by_id(cast.shop.uid).street == "마들로"


def test_redrawing_says_how_far_it_is(cast):
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    told = []
    assert redraw(lambda done, of: told.append((done, of))) == 1 and told == [(1, 1)]


def test_a_visit_takes_few_questions_for_the_map(cast, queries):
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    with queries, writing():
        events.record("visit.recorded", Visit.get().root)
    assert queries.count <= 20
