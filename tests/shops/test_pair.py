"""Which pairs wait to be looked at: kept as the register changes, and never asked for again once somebody has said."""

import pytest

from fieldapp.database import writing
from fieldapp.errors import Conflict
from fieldapp.shops import Shop, ShopMerge, ShopPair, compare_shops
from fieldapp.shops.pair import ShopsCompared
from tests.conftest import make_shop


@pytest.fixture
def twin(cast) -> Shop:
    """The cast's first shop, registered once more at its door."""
    with writing():
        shop = make_shop("가상 분식", cast.zone, cast.changdong, 37.65001, 127.04501)
        shop.touch()
    return shop


def pairs() -> list[tuple[set[str], str]]:
    return [({pair.one.name, pair.other.name}, pair.state) for pair in ShopPair.select().order_by(ShopPair.uid)]


def rename(shop: Shop, name: str) -> None:
    with writing():
        shop.touch(name=name)


def test_a_shop_that_stands_twice_waits_to_be_looked_at(cast, twin):
    assert compare_shops() == 4
    assert pairs() == [({"가상분식", "가상 분식"}, "")]
    pair = ShopPair.get()
    assert pair.one_id < pair.other_id and pair.reasons.split() == ["name", "house"]
    assert compare_shops() == 0, "nothing has changed since"


def test_only_what_has_changed_is_looked_at_again(cast, twin):
    compare_shops()
    rename(twin, "가상문구")
    assert compare_shops() == 1 and pairs() == []
    rename(twin, "가상분식")
    assert compare_shops() == 1 and pairs() == [({"가상분식"}, "")]


def test_what_is_said_to_be_two_is_not_asked_for_again(cast, twin):
    compare_shops()
    with writing():
        ShopPair.get().part(cast.supervisor.uid, "한 건물의 두 가게")
    rename(twin, "가상  분식")
    compare_shops()
    assert [state for _names, state in pairs()] == ["different"] and not ShopPair.open().count()
    with pytest.raises(Conflict), writing():
        ShopPair.get().part(cast.supervisor.uid, "")


def test_of_a_shop_that_is_closed_nobody_is_asked(cast, twin):
    compare_shops()
    with writing():
        twin.touch(status="closed_down")
    compare_shops()
    assert pairs() == []


def test_merging_answers_the_question_and_those_of_the_one_that_goes(cast, twin):
    with writing():
        make_shop("가상분식점", cast.zone, cast.changdong, 37.65002, 127.04502).touch()
    compare_shops()
    assert ShopPair.open().count() == 3
    with writing():
        ShopMerge.join(cast.shop, twin, cast.supervisor.uid)
    assert sorted(state for _names, state in pairs()) == ["", "same"]
    compare_shops()
    assert sorted(state for _names, state in pairs()) == ["", "same"]


def test_a_restored_register_is_compared_anew(cast, twin):
    compare_shops()
    ShopsCompared.update(epoch="another").execute()
    assert compare_shops() == 4


def test_one_that_is_stopped_begins_again(cast, twin):
    assert compare_shops(lambda: True) == 0 and pairs() == []
    assert compare_shops() == 4


def test_it_takes_the_same_queries_for_any_number_of_shops(cast, twin, queries):
    compare_shops()
    rename(twin, "가상문구")
    with queries:
        compare_shops()
    few = queries.count
    with writing():
        for number in range(30):
            make_shop(f"{number}번째 가상상회", cast.zone, cast.changdong, 37.66 + number / 500, 127.04).touch()
    rename(twin, "가상분식")
    compare_shops()
    rename(twin, "가상문구")
    with queries:
        compare_shops()
    assert queries.count == few
