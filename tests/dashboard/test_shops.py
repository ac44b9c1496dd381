import re

import pytest

from fieldapp.database import now, uuid7, writing
from fieldapp.events import AccessLog
from fieldapp.owners import PARTNER, Consent, Owner
from fieldapp.shops import Shop
from tests.conftest import make_shop

NAMES = re.compile(r'<a class="main" href="/shops/[^"]+">([^<]+)</a>')


def found(client, query: str = "") -> list[str]:
    return NAMES.findall(client.get(f"/shops{query}").get_data(as_text=True))


def test_shops_are_found_by_every_word_anywhere(as_, cast):
    make_shop("도담 국수", cast.zone, cast.changdong, 37.65, 127.045, industry="국수 전문점")
    everyone = as_("supervisor")
    assert found(everyone) == ["가상분식", "가상세탁소", "가상카페", "도담 국수"]
    assert found(everyone, "?q=국수") == found(everyone, "?q=전문 도담") == ["도담 국수"]
    assert found(everyone, "?q=%25") == [] and found(everyone, "?q=_") == []
    assert found(everyone, f"?zone={cast.other_zone.uid}") == ["가상카페"]


def test_marks_outside_and_closed_are_filters(as_, cast):
    make_shop("멀리", cast.zone, cast.changdong, 37.5, 127.0, outside=True)
    cast.neighbour.touch(status="closed_down")
    assert found(as_("supervisor"), "?outside=on") == ["멀리"]
    assert found(as_("supervisor"), "?status=closed_down") == ["가상세탁소"]
    assert as_("supervisor").get("/shops?status=burnt").status_code == 422


def test_pages_follow_each_other_by_name(as_, cast, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.shops.ROWS", 2)
    for number in range(5):
        make_shop("같은 이름" if number < 3 else f"다른 {number}", cast.zone, cast.changdong, 37.65, 127.04)
    seen, query = [], ""
    while True:
        text = as_("supervisor").get(f"/shops{query}").get_data(as_text=True)
        seen += re.findall(r'href="/shops/([0-9a-f-]{36})"', text)
        more = re.search(r'href="(\?after=[^"]+)"', text)
        if not more:
            break
        query = more[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == Shop.select().count()


def test_a_shop_shows_its_history_its_neighbours_and_its_owner_only_with_consent(as_, visited, cast):
    visited(memo="먼저 들은 것", category=["rent"], **{"grievance.rent.text": "인상"})
    page = as_("supervisor").get(f"/shops/{cast.shop.uid}").text
    assert "먼저 들은 것" in page and "인상" in page and "동의가 없어 닫혀 있습니다" in page
    assert re.search(r"가상세탁소</a> <small>\d\d m", page), "the neighbour some forty metres away"
    assert "가상카페" not in page, "three kilometres away"
    visited(**{"consent.personal": "on", "owner.name": "김가상", "owner.phone": "02-000-0000"})
    page = as_("supervisor").get(f"/shops/{cast.shop.uid}").text
    assert "김가상" in page and "02-000-0000" in page
    assert AccessLog.select().where(AccessLog.verb == "shop.view").count() == 2


def test_a_consent_for_an_institution_stands_among_the_others(as_, cast):
    with writing():
        given = Consent.create(shop=cast.shop, kind=PARTNER, party=uuid7(), text_version="1", taken_by=cast.coordinator.uid, given_at=now())
        Owner.create(shop=cast.shop, name="김가상", phone="02-000-0000", consent=given)
    page = as_("coordinator").get(f"/shops/{cast.shop.uid}").text
    assert "기관 제공 동의" in page and "김가상" not in page, "it lets the institution know, and nobody here"


@pytest.mark.parametrize("place", [{"lat": None, "lon": None}, {"zone": None}])
def test_a_shop_without_place_or_zone_can_be_looked_at(as_, cast, place):
    Shop.update(**place).where(Shop.uid == cast.neighbour.uid).execute()
    assert as_("supervisor").get(f"/shops/{cast.neighbour.uid}").status_code == 200
    assert as_("changdong").get(f"/shops/{cast.neighbour.uid}").status_code == (404 if "zone" in place else 200)
    assert "가상세탁소" in found(as_("supervisor"))


def test_the_list_takes_the_same_queries_for_any_number_of_shops(as_, cast, queries):
    client = as_("supervisor")
    client.get("/shops")
    with queries:
        client.get("/shops")
    few = queries.count
    for number in range(20):
        make_shop(f"가게 {number}", cast.zone, cast.changdong, 37.65, 127.04)
    with queries:
        client.get("/shops")
    assert queries.count == few <= 10
