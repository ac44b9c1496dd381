import json
import math
import re
from datetime import timedelta
from pathlib import Path

import pytest

from fieldapp.dashboard.ground import pins
from fieldapp.database import writing
from fieldapp.events import AccessLog
from fieldapp.shops import Shop
from fieldapp.zones import Area, Dong
from tests.conftest import make_shop

SQUARE = {"type": "Polygon", "coordinates": [[[127.03, 37.64], [127.06, 37.64], [127.06, 37.66], [127.03, 37.66], [127.03, 37.64]]]}
HERE = {"place.source": "gps", "place.lat": "37.6501", "place.lon": "127.0451"}
BOX = "box=126.9,37.5,127.2,37.8"
MOST_BYTES = 60_000


def points(client, query: str = "") -> dict:
    return client.get(f"/map/points?{BOX}&zoom=13&{query}").json


def test_few_visits_and_shops_are_pins_with_their_words(as_, visited, cast):
    visited(**HERE)
    visited(ago=timedelta(days=9), outcome="absent", **HERE)
    drawn = points(as_("supervisor"))
    assert [pin[4] for pin in drawn["visits"]["pins"]] == ["met", "absent"]
    assert drawn["visits"]["pins"][0][:3] == [37.6501, 127.0451, "가상분식"]
    assert sorted((pin[3], pin[4], pin[5]) for pin in drawn["shops"]["pins"]) == sorted(
        [(cast.shop.uid, "fresh", "met"), (cast.neighbour.uid, "never", ""), (cast.other_shop.uid, "never", "")])
    narrowed = points(as_("supervisor"), f"outcome=met&zone={cast.zone.uid}")
    assert len(narrowed["shops"]["pins"]) == len(narrowed["visits"]["pins"]) == 1
    assert set(AccessLog.select().where(AccessLog.verb == "map.points").get().shops) == {cast.shop.uid}


def test_many_are_cells_with_their_counts_and_come_apart_closer_in(as_, visited, cast, monkeypatch):
    monkeypatch.setattr(pins, "MOST", 2)
    monkeypatch.setattr("fieldapp.dashboard.views.map.MOST", 2)
    for ago in range(3):
        visited(ago=timedelta(days=ago), outcome="met" if ago else "busy", **HERE)
    drawn = points(as_("supervisor"))
    assert [cell[2:] for cell in drawn["visits"]["cells"]] == [[2, 1]]
    assert sum(sum(cell[2:]) for cell in drawn["shops"]["cells"]) == 3
    near = as_("supervisor").get("/map/points?box=127.0185,37.6538,127.0195,37.6545&zoom=19").json
    assert [pin[3] for pin in near["shops"]["pins"]] == [cast.other_shop.uid] and near["visits"] == {"pins": []}


def test_the_shops_of_one_spot_are_listed_by_floor_however_many(as_, cast, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.map.MOST", 4)
    monkeypatch.setattr(pins, "MOST", 4)
    for floor in range(6):
        make_shop(f"가상 상가 {floor}", cast.zone, cast.changdong, 37.66, 127.05, floor=str(floor))
    found = as_("supervisor").get("/map/points?box=127.0499,37.6599,127.0501,37.6601&zoom=22").json["shops"]
    assert [pin[6] for pin in found["pins"]] == ["0", "1", "2", "3"] and found["more"] == 2


def test_names_however_long_and_pins_however_many_stay_small(as_, cast):
    for number in range(pins.MOST):
        make_shop("가" * 200, cast.zone, cast.changdong, 37.65 + number / 10_000, 127.04, branch="나" * 100)
    answer = as_("supervisor").get(f"/map/points?box=127.03,37.65,127.05,37.67&zoom=15&{'&'.join('layer=' + name for name in ALL)}")
    assert len(answer.json["shops"].get("pins", answer.json["shops"].get("cells"))) > 5 and len(answer.data) < MOST_BYTES


ALL = ("shops", "visits", "heat", "walks")


def test_a_days_walk_is_each_managers_visits_in_order_of_time(noon, as_, visited, cast):
    for ago in (3, 1, 2):
        visited(ago=timedelta(minutes=ago), outcome="met" if ago == 1 else "absent", **HERE)
    visited("ssangmun", ago=timedelta(minutes=5))
    visited(ago=timedelta(days=2), **HERE)
    walks = points(as_("supervisor"), "layer=walks")["walks"]
    assert [(walk["manager"], [stop[3] for stop in walk["stops"]]) for walk in walks] == [
        ("가상 changdong", ["absent", "absent", "met"]), ("가상 ssangmun", ["met"])]
    assert [stop[2] for stop in walks[0]["stops"]] == sorted(stop[2] for stop in walks[0]["stops"])
    assert [walk["manager"] for walk in points(as_("ssangmun"), "layer=walks")["walks"]] == ["가상 ssangmun"]
    page = as_("supervisor").get("/map?layer=walks").text
    assert "위치를 따라가지 않습니다" in page and page.index("가상 changdong <small>3건") < page.index("가상 ssangmun <small>1건")


def test_what_is_open_is_told_by_street_on_the_map_and_beside_it(as_, visited, cast):
    visited(category=["rent"], **{"grievance.rent.disposition": "needs_committee"})
    [(lat, lon, open_, shops, streets)] = points(as_("supervisor"), "layer=heat")["heat"]
    assert (open_, shops, streets) == (1, 1, "가상로 1") and abs(lat - cast.shop.lat) < 0.03 > abs(lon - cast.shop.lon)
    assert "열린 건의·애로가 많은 거리" in as_("supervisor").get("/map").text
    assert "가상로" not in as_("ssangmun").get("/map").text and points(as_("ssangmun"), "layer=heat")["heat"] == []


def test_borders_and_areas_are_those_of_the_view_and_of_ones_zones(as_, cast):
    with writing():
        Dong.update(geometry=json.dumps(SQUARE)).execute()
        Area.insert(code="1", name_ko="가상시장", kind="전통시장", geometry=json.dumps(SQUARE), west=127.03, south=37.64, east=127.06,
                    north=37.66).execute()
    client, url = as_("supervisor"), f"/map/borders?{BOX}&zoom=13"
    told = [feature["properties"] for feature in client.get(f"{url}&layer=dongs&layer=areas").json["features"]]
    assert {one.get("dong") or one["area"] for one in told} == {"창1동", "쌍문1동", "가상시장"}
    assert [one["dong"] for one in (feature["properties"] for feature in as_("ssangmun").get(url).json["features"])] == ["쌍문1동"]
    assert client.get("/map/borders?box=126,36,126.1,36.1&zoom=13&layer=dongs&layer=areas").json["features"] == []
    assert client.get("/map/borders?box=125,34,131,38.5&zoom=0&layer=dongs").json["features"] == [], "too small to be seen"


@pytest.mark.parametrize(("query", "name", "word"), [
    ("box=179,37,-179,38", "box", "날짜변경선"), ("box=170,37,190,38", "box", "날짜변경선"),
    ("box=127,38,128,37", "box", "남쪽은 북쪽보다"), ("box=128,37,127,38", "box", "서쪽은 동쪽보다"),
    ("box=a,b,c,d", "box", "수 네 개"), ("box=1,2,3", "box", "수 네 개"), ("box=nan,37,128,38", "box", "수 네 개"),
    ("box=127,37,inf,38", "box", "수 네 개"), ("box=127,-91,128,38", "box", "-90에서 90"),
    ("box=127,37,128,38&box=1,2,3,4", "box", "하나만"), ("zoom=close", "zoom", "사이의 수"), ("zoom=99", "zoom", "사이의 수"),
    ("layer=gold", "layer", "목록에 있는 것"), ("outcome=dancing", "outcome", "목록에 있는 것"),
    ("first=yesterday", "first", "2026-11-30처럼")])
def test_what_cannot_be_read_is_refused_in_words(as_, visited, query, name, word):
    visited()
    answer = as_("supervisor").get(f"/map/points?{query}")
    assert answer.status_code == 422 and word in answer.json["fields"][name] and answer.json["message"]
    page = as_("supervisor").get(f"/map?{query}")
    assert page.status_code == 422 and word in page.text
    if name in ("box", "zoom", "layer"):
        assert as_("supervisor").get(f"/map/borders?{query}").status_code == 422


def test_a_box_without_anything_and_one_of_the_whole_world_are_answered(as_, visited):
    visited(**HERE)
    for box in ("-180,-90,180,90", "126.5,33.1,126.6,33.2", "0,0,1,1"):
        answer = as_("supervisor").get(f"/map/points?box={box}&zoom=2")
        assert answer.status_code == 200 and len(answer.json["visits"]["pins"]) == (1 if box.startswith("-180") else 0)


def test_the_list_beside_the_map_holds_the_same_visits(as_, visited):
    visit = visited()
    text = as_("supervisor").get("/map").text
    assert f'href="/visits/{visit.uid}"' in text and 'data-asked=""' in text
    absent = as_("supervisor").get("/map?outcome=absent&layer=heat").text
    assert visit.uid not in absent and 'data-asked="outcome=absent"' in absent and 'value="heat" checked' in absent


def test_another_zones_points_are_not_there(as_, visited, cast):
    visited(**HERE)
    drawn = points(as_("ssangmun"), "&".join(f"layer={name}" for name in ALL))
    assert drawn["visits"] == {"pins": []} and drawn["walks"] == drawn["heat"] == []
    assert [pin[3] for pin in drawn["shops"]["pins"]] == [cast.other_shop.uid]


def test_the_map_takes_the_same_queries_for_any_number_of_points(as_, visited, queries):
    visited()
    client, counts = as_("supervisor"), []
    for _ in range(2):
        points(client)
        with queries:
            points(client)
            client.get("/map")
        counts.append(queries.count)
        for _ in range(6):
            visited()
    assert counts[0] == counts[1] <= 32
    assert Shop.select().count() == 3


def test_borders_stay_small_however_finely_they_are_drawn(as_, cast):
    ring = [[round(127.045 + 0.01 * math.cos(n / 1000), 6), round(37.65 + 0.01 * math.sin(n / 1000), 6)] for n in range(6283)]
    with writing():
        Dong.update(geometry=json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})).execute()
    for zoom in (10, 13, 16, 19):
        answer = as_("supervisor").get(f"/map/borders?{BOX}&zoom={zoom}")
        [feature, _other] = answer.json["features"]
        outer = feature["geometry"]["coordinates"][0][0]
        assert len(answer.data) < MOST_BYTES and outer[0] == outer[-1] and len(outer) >= 4


def test_whose_shops_stood_on_the_map_is_noted(as_, cast):
    drawn = points(as_("changdong"), "layer=shops")
    uids = {pin[3] for pin in drawn["shops"]["pins"]}
    assert cast.shop.uid in uids and set(AccessLog.select().where(AccessLog.verb == "map.shops").get().shops) == uids


def test_a_name_is_never_read_as_markup():
    """Leaflet writes a string into a tooltip as HTML, and an element as it is."""
    script = (Path(__file__).parents[2] / "static/js/map-marks.js").read_text()
    given = re.findall(r"bindTooltip\((\w+)\(", script)
    assert script.count("bindTooltip(") == len(given) > 3 and set(given) == {"plain"}
