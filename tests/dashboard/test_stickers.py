"""Stickers by street, and what whoever scans one gets to see."""

import re

import pytest

from fieldapp.database import uuid7, writing
from fieldapp.shops import Shop
from tests.conftest import Client


@pytest.fixture
def street(cast) -> list[Shop]:
    """Shops of one road, not in the order in which one passes them, a closed one and one of another road."""
    with writing():
        Shop.update(address_road="").execute()
        made = [Shop.create(name=f"가상 {number}", zone=cast.zone, source="made", source_id=str(number), seq=0, status=status,
                            address_road=f"서울특별시 도봉구 {road} {number}")
                for road, number, status in (("마들로", 12, "open"), ("마들로", 9, "open"), ("마들로", 7, "closed"), ("도봉로", 3, "open"))]
    return made


def named(text: str) -> list[str]:
    return re.findall(r"<b>(가상 \d+)</b>", text)


def test_a_zones_streets_and_the_shops_of_one_as_one_passes_them(as_, cast, street):
    text = as_("supervisor").get(f"/shops/stickers?zone={cast.zone.uid}").text
    assert re.findall(r'class="main"[^>]*>([^<]+)</a></td><td[^>]*>(\d+)', text) == [("도로명 없음", "2"), ("마들로", "2"), ("도봉로", "1")]
    text = as_("supervisor").get(f"/shops/stickers?zone={cast.zone.uid}&street=마들로").text
    assert named(text) == ["가상 9", "가상 12"] and text.count('<img src="data:image/svg+xml') == 2


def test_another_zones_streets_are_empty(as_, cast, street):
    assert named(as_("ssangmun").get(f"/shops/stickers?zone={cast.zone.uid}&street=마들로").text) == []
    assert named(as_("changdong").get(f"/shops/stickers?zone={cast.zone.uid}&street=마들로").text) == ["가상 9", "가상 12"]


@pytest.mark.parametrize("query", ["zone=x", "zone=x&street=y", "part=many", "part=0", "street=" + "가" * 61])
def test_what_is_no_street_is_told(as_, query):
    assert as_("supervisor").get(f"/shops/stickers?{query}").status_code == 422


def test_the_same_queries_for_any_number_of_shops(as_, cast, street, queries):
    supervisor, counts = as_("supervisor"), []
    for more in (0, 200):
        with writing():
            for number in range(more):
                Shop.create(name=f"더 {number}", zone=cast.zone, source="more", source_id=str(number), seq=0,
                            address_road="도봉구 마들로 1")
        with queries:
            text = supervisor.get(f"/shops/stickers?zone={cast.zone.uid}&street=마들로").text
        counts.append(queries.count)
    assert counts[0] == counts[1] and "1 / 2묶음" in text and text.count("<img src") == 120
    assert supervisor.get(f"/shops/stickers?zone={cast.zone.uid}&street=마들로&part=2").text.count("<img src") == 82


def test_whoever_scans_one_learns_nothing(app, as_, cast):
    stranger = Client(app, "")
    for uid in (cast.shop.uid, uuid7()):
        answer = stranger.get(f"/at/{uid}")
        assert (answer.status_code, answer.location) == (303, f"/visits/new?shop={uid}")
        assert stranger.get(answer.location).location.startswith("/login")
    assert stranger.get("/at/x").status_code == 404
