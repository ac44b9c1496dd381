"""How each phone stands, and what is ordered of it."""

from datetime import timedelta

import pytest

from fieldapp.database import now, writing
from fieldapp.events import Event
from fieldapp.people import Phone, Session
from tests.conftest import PASSWORD, Client

STANDS = {"unsent": "3", "photos": "5", "oldest_at": "2026-11-20T05:00:00Z", "build": "abcdef0123", "used_mb": "7", "room_mb": "900",
          "kept": "on", "pin": "on"}
HEADERS = {"X-Fieldapp": "1"}


@pytest.fixture
def phone(as_):
    client = as_("changdong")
    told = client.post("/sync/contact", json=STANDS | {"has_key": "on"}, headers=HEADERS).json
    assert told == {"order": "", "idle_minutes": 15, "key": None}
    return client


def test_the_list_says_how_a_phone_stands(phone, as_, cast):
    row = Phone.get()
    assert (row.person, row.unsent, row.photos, row.pin, row.kept, row.room_mb) == (cast.changdong, 3, 5, True, True, 900)
    text = as_("admin").get("/people/phones").get_data(as_text=True)
    for word in ("방문 3건, 사진 5장", "7 MB 씀, 900 MB 남음", "11월 20일", "브라우저가 지우지 않음", cast.changdong.name):
        assert word in text
    assert "소식이 없음" not in text
    with writing():
        Phone.update(seen_at=now() - timedelta(days=4)).execute()
    assert "소식이 없음" in as_("admin").get("/people/phones").get_data(as_text=True)


def test_the_list_takes_the_same_queries_for_any_number(app, phone, as_, cast, queries):
    admin, counts = as_("admin"), []
    for number in (0, 20):
        with writing():
            for one in range(number):
                Phone.create(device=f"another {one}", person=cast.ssangmun)
        with queries:
            admin.get("/people/phones")
        counts.append(queries.count)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("order", ["lock", "wipe"])
def test_an_order_ends_the_log_in_and_is_heard_at_the_next_contact(phone, as_, cast, order):
    row, admin = Phone.get(), as_("admin")
    refused = admin.post(f"/people/phones/{row.uid}", data={"order": order, "reason": ""})
    assert refused.status_code == 422 and "까닭을 적어" in refused.text
    assert admin.post(f"/people/phones/{row.uid}", data={"order": order, "reason": "버스에 두고 내림"}).status_code == 303
    heard = phone.get("/sync/ping").json
    assert (heard["order"], heard["person"]) == (order, None)
    assert phone.get("/sync/pack").status_code == 401
    assert phone.post("/sync/contact", json=STANDS, headers=HEADERS).json == {"order": order, "idle_minutes": 15, "key": None}
    [event] = Event.select().where(Event.kind == f"phone.{order}")
    assert (event.subject, event.person, event.facts["reason"]) == (row.uid, cast.admin.uid, "버스에 두고 내림")
    assert not Session.select().where(Session.device == row.device, ~Session.revoked).exists()
    again = admin.post(f"/people/phones/{row.uid}", data={"order": order, "reason": "또"})
    assert again.status_code == 409 and "이미 그렇게" in again.text and 'value="또"' in again.text


def test_a_locked_phone_lets_nobody_log_in_until_it_is_lifted(app, phone, as_):
    row, admin = Phone.get(), as_("admin")
    admin.post(f"/people/phones/{row.uid}", data={"order": "lock", "reason": "찾는 중"})
    told = phone.post("/login", data={"login": "ssangmun", "password": PASSWORD})
    assert told.status_code == 422 and "관리자가 이 휴대폰을 잠갔습니다" in told.text
    assert Client(app, "").post("/login", data={"login": "ssangmun", "password": PASSWORD}).status_code == 303, "on any other device"
    admin.post(f"/people/phones/{row.uid}", data={"order": "lift", "reason": "찾음"})
    assert phone.post("/login", data={"login": "changdong", "password": PASSWORD}).status_code == 303
    assert admin.post(f"/people/phones/{row.uid}", data={"order": "lift", "reason": "또"}).status_code == 409


def test_an_emptied_phone_says_so_without_a_log_in(phone, as_):
    row, admin = Phone.get(), as_("admin")
    admin.post(f"/people/phones/{row.uid}", data={"order": "wipe", "reason": "잃어버림"})
    assert phone.post("/sync/contact", json={"emptied": "on"}, headers=HEADERS).json["order"] == ""
    assert Phone.get().emptied_at is not None and Event.select().where(Event.kind == "phone.emptied").count() == 1
    phone.post("/sync/contact", json={"emptied": "on"}, headers=HEADERS)
    assert Event.select().where(Event.kind == "phone.emptied").count() == 1
    assert "비움" in admin.get("/people/phones").get_data(as_text=True)


def test_whoever_contacts_without_a_log_in_changes_nothing(app, phone):
    before = Phone.get().__data__
    assert Client(app, "").post("/sync/contact", json=STANDS | {"unsent": "99"}, headers=HEADERS).json["order"] == ""
    assert Phone.get().__data__ == before and Phone.select().count() == 1
    for bad in ({"unsent": "many"}, {"more": "x"}, {"unsent": ["1", "2"]}):
        assert phone.post("/sync/contact", json=bad, headers=HEADERS).status_code == 422
