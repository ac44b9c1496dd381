"""A shop that the register does not have is there with the first visit, once, in a zone of whoever stood at its door."""

import json
from datetime import date, timedelta

import pytest

from fieldapp.database import now, uuid7
from fieldapp.events import Event
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop, find
from fieldapp.sync import Refusal
from fieldapp.visits import Visit
from fieldapp.zones import Dong
from tests.conftest import frozen


@pytest.fixture
def drawn(cast):
    """창1동 lies in 창동권역, 쌍문1동 in 쌍문권역."""
    for code, west in (("11320511", 127.04), ("11320660", 127.01)):
        ring = [[west, 37.64], [west + 0.02, 37.64], [west + 0.02, 37.66], [west, 37.66], [west, 37.64]]
        Dong.update(geometry=json.dumps({"type": "Polygon", "coordinates": [ring]})).where(Dong.code8 == code).execute()


def first_visit(author: Person, uid: str = "", **said) -> dict:
    told = {f"shop.{name}": value for name, value in {"name": "가상 새 국수", "industry": "국수", **said}.items()}
    return frozen(author, {"shop": uid or uuid7(), "outcome": "met", "memo": "문을 엶", **told})


HERE = {"lat": "37.6501", "lon": "127.0451"}


def test_the_first_visit_brings_its_shop_with_it(as_, cast, drawn):
    record = first_visit(cast.changdong, address="마들로 1", phone="02  924 1234", floor="2", **HERE)
    uid = json.loads(record["record"])["form"]["shop"]
    assert as_("changdong").send(record)[0]["answer"] == "created"
    shop = Shop.get_by_id(uid)
    assert (shop.name, shop.industry, shop.phone, shop.floor, shop.source) == ("가상 새 국수", "국수", "02-924-1234", "2", "street")
    assert (shop.zone_id, shop.dong_id, shop.manager_id) == (cast.zone.uid, "11320511", cast.changdong.uid)
    assert Visit.get().shop_id == uid and find("ㄱㅅㅅㄱㅅ") == [uid]
    [event] = Event.select().where(Event.kind == "shop.registered")
    assert (event.subject, event.person) == (uid, cast.changdong.uid)
    pack = as_("changdong").get("/sync/pack").json
    assert uid in [line["uid"] for line in pack["shops"]]
    assert as_("changdong").send(record)[0]["answer"] == "duplicate" and Shop.select().where(Shop.source == "street").count() == 1
    assert "현장에서 등록" in as_("supervisor").get(f"/shops/{uid}").text


def test_a_second_visit_finds_the_shop_that_the_first_has_made_whichever_arrives_first(as_, cast, drawn):
    uid = uuid7()
    records = [first_visit(cast.changdong, uid, name=name, **HERE) for name in ("가상 새 국수", "가상 새 국수집")]
    assert [one["answer"] for one in as_("changdong").send(*records)] == ["created", "created"]
    assert Shop.get_by_id(uid).name == "가상 새 국수" and Visit.select().where(Visit.shop == uid).count() == 2


def test_a_shop_that_is_known_is_not_changed_by_what_a_form_says(as_, cast):
    record = first_visit(cast.changdong, cast.shop.uid, name="남의 이름")
    assert as_("changdong").send(record)[0]["answer"] == "created" and Shop.get_by_id(cast.shop.uid).name == "가상분식"
    stranger = first_visit(cast.ssangmun, cast.shop.uid, name="남의 이름")
    assert as_("ssangmun").send(stranger)[0]["answer"] == "rejected"


@pytest.mark.parametrize(("said", "zone"), [
    ({}, "zone"), (HERE, "zone"), ({"lat": "37.65", "lon": "127.02"}, "zone"), ({"zone": "own"}, "zone"), ({"zone": "other"}, ""),
    ({"lat": "37.65"}, "zone"),
    ({"zone": "other", **HERE}, "zone")])
def test_it_lies_in_a_zone_that_its_manager_holds_or_nowhere(as_, cast, drawn, said, zone):
    named = {"own": cast.zone.uid, "other": cast.other_zone.uid}
    said = {name: named.get(value, value) for name, value in said.items()}
    [answer] = as_("changdong").send(first_visit(cast.changdong, **said))
    if zone:
        assert answer["answer"] == "created" and Shop.get(Shop.source == "street").zone_id == cast.zone.uid
    else:
        assert (answer["answer"], list(answer["fields"])) == ("rejected", ["shop"])
        assert not Shop.select().where(Shop.source == "street").exists()


def test_who_holds_two_zones_says_which_where_the_point_does_not(as_, cast, drawn):
    Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
    client = as_("changdong")
    assert client.send(first_visit(cast.changdong))[0]["answer"] == "rejected"
    assert client.send(first_visit(cast.changdong, zone=cast.other_zone.uid))[0]["answer"] == "created"
    assert client.send(first_visit(cast.changdong, zone=cast.other_zone.uid, **HERE))[0]["answer"] == "created"
    assert sorted(shop.zone_id for shop in Shop.select().where(Shop.source == "street")) == sorted([cast.zone.uid, cast.other_zone.uid])


def test_rights_are_those_of_the_time_of_the_visit(as_, cast, drawn):
    client, yesterday = as_("changdong"), now() - timedelta(days=1)
    Grant.update(last_day=yesterday.date()).where(Grant.person == cast.changdong).execute()
    record = first_visit(cast.changdong)
    early = frozen(cast.changdong, json.loads(record["record"])["form"] | {"visited_at": (now() - timedelta(days=2)).isoformat()})
    assert [one["answer"] for one in client.send(record, early)] == ["rejected", "created"]


@pytest.mark.parametrize(("said", "wrong"), [
    ({"name": "가" * 201}, "shop.name"), ({"name": "", "address": "마들로"}, "shop"), ({"lat": "0", "lon": "0"}, "shop.lat"),
    ({"zone": "x"}, "shop.zone"), ({"surprise": "1"}, "shop.surprise"), ({"address": "901010-1234567"}, "shop.address")])
def test_what_is_wrong_is_told_and_nothing_is_kept_but_the_refusal(as_, cast, said, wrong):
    [answer] = as_("changdong").send(first_visit(cast.changdong, **said))
    assert answer["answer"] == "rejected" and wrong in answer["fields"]
    assert not Shop.select().where(Shop.source == "street").exists() and Visit.select().count() == 0 and Refusal.select().count() == 1


def test_a_visit_that_is_refused_leaves_no_shop_behind(as_, cast):
    record = first_visit(cast.changdong)
    form = json.loads(record["record"])["form"] | {"outcome": "dancing"}
    assert as_("changdong").send(frozen(cast.changdong, form))[0]["answer"] == "rejected"
    assert not Shop.select().where(Shop.source == "street").exists()
    assert not Event.select().where(Event.kind == "shop.registered").exists()
