import json
import re
from datetime import timedelta

import pytest

from fieldapp.dashboard.feed import Feed
from fieldapp.database import db, uuid7, writing
from fieldapp.events import AccessLog, Event
from fieldapp.people import Person, hashed
from fieldapp.visits import Visit

HERE = {"place.source": "gps", "place.lat": "37.6501", "place.lon": "127.0451"}


@pytest.fixture
def made(as_):
    """`made("supervisor")` makes an address and gives its path."""
    def make(login: str = "supervisor", name: str = "가상 QGIS") -> str:
        page = as_(login).post("/feeds", data={"name": name})
        assert page.status_code == 200, page.text
        found = re.search(r'value="http[^"]*(/feed/[\w-]+)/visits\.geojson"', page.text)
        assert found
        return found[1]

    return make


def features(client, url: str) -> list[dict]:
    answer = client.get(url)
    assert answer.status_code == 200 and answer.mimetype == "application/geo+json", answer.text
    return json.loads(answer.text)["features"]


def test_an_address_is_shown_once_and_kept_as_a_hash(as_, made):
    path = made()
    token = path.rsplit("/", 1)[1]
    feed = Feed.get()
    assert feed.token_hash == hashed(token) and len(token) >= 40
    page = as_("supervisor").get("/feeds").text
    assert "가상 QGIS" in page and token not in page and "아직 없음" in page
    kept = [str(row) for table in ("event", "access_log", "feed") for row in db.execute_sql(f"SELECT * FROM {table}").fetchall()]
    as_("").get(f"{path}/visits.geojson")
    kept += [str(row) for row in db.execute_sql("SELECT * FROM access_log").fetchall()]
    assert token not in "".join(kept) and Event.select().where(Event.kind == "feed.made").exists()


@pytest.mark.parametrize("name", ["", "   ", "가" * 61])
def test_a_name_is_needed_and_what_was_typed_is_kept(as_, name):
    answer = as_("supervisor").post("/feeds", data={"name": name})
    assert answer.status_code == 422 and 'id="name-error"' in answer.text and not Feed.select().exists()
    assert f'value="{name.strip()}"' in answer.text


def test_everyone_sees_and_ends_their_own(as_, made):
    path = made("supervisor")
    uid = Feed.get().uid
    assert "가상 QGIS" not in as_("coordinator").get("/feeds").text
    assert as_("coordinator").post(f"/feeds/{uid}/revoke").status_code == 404
    assert as_("").get(f"{path}/visits.geojson").status_code == 200
    assert as_("changdong").post(f"/feeds/{uid}/revoke").status_code == 403
    assert as_("supervisor").post(f"/feeds/{uid}/revoke").status_code == 303
    assert as_("supervisor").post(f"/feeds/{uid}/revoke").status_code == 404
    for kind in ("visits", "shops"):
        assert as_("").get(f"{path}/{kind}.geojson").status_code == 404
    assert "가상 QGIS" not in as_("supervisor").get("/feeds").text


def test_visits_are_told_whole_and_without_what_was_said(as_, visited, made, cast):
    owner = {"consent.personal": "on", "owner.name": "김대표", "owner.phone": "010-0000-0000"}
    visit = visited(category=["rent", "labor"], memo="가상 비밀 메모", met_whom="김가상", **HERE, **owner,
                    **{"grievance.rent.text": "가상 비밀 사연"})
    nowhere = visited(ago=timedelta(days=2), outcome="absent")
    path = made()
    found = {feature["id"]: feature for feature in features(as_(""), f"{path}/visits.geojson")}
    assert found.keys() == {visit.root, nowhere.root}
    told = found[visit.root]
    assert told["geometry"] == {"type": "Point", "coordinates": [127.0451, 37.6501]}
    assert told["properties"] | {"visited_at": "", "distance_m": 0} == {
        "shop": "가상분식", "address": "서울특별시 도봉구 가상로 1", "industry": "", "zone": "창동권역",
        "manager": "가상 changdong", "visited_at": "", "outcome": "met", "outcome_ko": "만남",
        "categories": "임대료, 인건비", "review": "received", "place": "gps", "accuracy_m": None, "distance_m": 0}
    assert told["properties"]["visited_at"].endswith("+09:00")
    assert found[nowhere.root]["properties"]["place"] == "shop"
    assert found[nowhere.root]["geometry"]["coordinates"] == [cast.shop.lon, cast.shop.lat]
    text = as_("").get(f"{path}/visits.geojson").text + as_("").get(f"{path}/shops.geojson").text
    for secret in ("비밀", "김가상", "김대표", "0000"):
        assert secret not in text


def test_shops_are_told_with_their_last_visit(as_, visited, made, cast):
    visited(**HERE)
    found = {feature["id"]: feature["properties"] for feature in features(as_(""), f"{made()}/shops.geojson")}
    assert found.keys() == {cast.shop.uid, cast.neighbour.uid, cast.other_shop.uid}
    assert found[cast.shop.uid]["last_outcome"] == "met" and found[cast.neighbour.uid]["last_visit"] is None


def test_the_address_narrows_and_what_cannot_be_read_is_refused(as_, visited, made, cast):
    old, new, other = visited(ago=timedelta(days=40)), visited(), visited("ssangmun")
    path = made()
    day = f"{new.visited_at + timedelta(hours=9):%Y-%m-%d}"
    for query, expected in {"": {old, new, other}, f"?zone={cast.zone.uid}": {old, new}, f"?first={day}&zone={cast.zone.uid}": {new},
                            f"?last={old.visited_at + timedelta(hours=9):%Y-%m-%d}": {old}, f"?zone={uuid7()}": set()}.items():
        assert {feature["id"] for feature in features(as_(""), f"{path}/visits.geojson{query}")} == {visit.root for visit in expected}
    for query in ("first=yesterday", "zone=1%20or%201", "outcome=met", "first=2026-01-01&first=2026-02-01",
                  "first=2026-02-01&last=2026-01-01"):
        assert as_("").get(f"{path}/visits.geojson?{query}").status_code == 422
    assert len(features(as_(""), f"{path}/shops.geojson?zone={cast.other_zone.uid}")) == 1


def test_who_made_it_sees_what_they_may_see_now(as_, visited, made, cast):
    own, other = visited(), visited("ssangmun")
    path = made("coordinator")
    with writing():
        Person.update(role="manager").where(Person.login == "coordinator").execute()
    assert features(as_(""), f"{path}/visits.geojson") == [], "a manager without a zone"
    with writing():
        cast.coordinator.grants.model.create(person=cast.coordinator, zone=cast.other_zone, first_day=own.visited_at.date())
    assert [feature["id"] for feature in features(as_(""), f"{path}/visits.geojson")] == [other.root]
    for change in ({"role": "expert"}, {"role": "supervisor", "active": False}):
        with writing():
            Person.update(**change).where(Person.login == "coordinator").execute()
        assert as_("").get(f"{path}/visits.geojson").status_code == as_("").get(f"{path}/shops.geojson").status_code == 404


def test_each_reading_stands_in_the_log_and_on_the_page(as_, visited, made, cast):
    visited()
    path = made()
    as_("").get(f"{path}/visits.geojson?zone={cast.zone.uid}")
    row = AccessLog.get(AccessLog.verb == "feed.visits")
    assert (row.person, row.shops) == (cast.supervisor.uid, [cast.shop.uid])
    assert row.path == f"/feed/{Feed.get().uid}/visits.geojson?zone={cast.zone.uid}"
    assert "아직 없음" not in as_("supervisor").get("/feeds").text


def test_one_may_not_read_without_end_nor_guess(as_, made, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.feeds.MOST_READS", 3)
    monkeypatch.setattr("fieldapp.dashboard.views.feeds.MOST_GUESSES", 2)
    path = made()
    assert [as_("").get(f"{path}/shops.geojson").status_code for _ in range(4)] == [200, 200, 200, 429]
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert [as_("").get(f"/feed/{number}/shops.geojson", **elsewhere).status_code for number in range(3)] == [404, 404, 429]


def test_many_visits_come_in_pages_each_once(as_, visited, made, monkeypatch, queries):
    monkeypatch.setattr("fieldapp.dashboard.geojson.AT_ONCE", 3)
    roots = [visited(ago=timedelta(days=number)).root for number in range(8)]
    path = made()
    assert sorted(feature["id"] for feature in features(as_(""), f"{path}/visits.geojson")) == sorted(roots)
    monkeypatch.undo()
    with queries:
        features(as_(""), f"{path}/visits.geojson")
    assert queries.count <= 20 and Visit.select().count() == 8
