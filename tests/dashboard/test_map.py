import json
from datetime import timedelta

from fieldapp.zones import Dong

SQUARE = {"type": "Polygon", "coordinates": [[[127.03, 37.64], [127.06, 37.64], [127.06, 37.66], [127.03, 37.66], [127.03, 37.64]]]}


def test_points_and_borders_of_what_the_address_asks_for(as_, visited, cast):
    Dong.update(geometry=json.dumps(SQUARE)).where(Dong.code8 == "11320511").execute()
    here = {"place.source": "gps", "place.lat": "37.6501", "place.lon": "127.0451"}
    visited(**here)
    visited(ago=timedelta(days=9), outcome="absent", **here)
    drawn = as_("supervisor").get("/map/points").json
    assert [feature["properties"]["dong"] for feature in drawn["borders"]["features"]] == ["창1동"]
    assert len(drawn["shops"]) == 3 and [point[4] for point in drawn["visits"]] == ["met", "absent"]
    assert drawn["visits"][0][:3] == [37.6501, 127.0451, "가상분식"]
    narrowed = as_("supervisor").get(f"/map/points?outcome=met&zone={cast.zone.uid}").json
    assert len(narrowed["shops"]) == 2 and len(narrowed["visits"]) == 1


def test_the_list_beside_the_map_holds_the_same_visits(as_, visited):
    visit = visited()
    text = as_("supervisor").get("/map").text
    assert f'href="/visits/{visit.uid}"' in text and 'data-points="/map/points?"' in text
    assert visit.uid not in as_("supervisor").get("/map?outcome=absent").text


def test_the_map_takes_the_same_queries_for_any_number_of_points(as_, visited, queries):
    visited()
    client, counts = as_("supervisor"), []
    for _ in range(2):
        client.get("/map/points")
        with queries:
            client.get("/map/points")
            client.get("/map")
        counts.append(queries.count)
        for _ in range(10):
            visited()
    assert counts[0] == counts[1] <= 20
