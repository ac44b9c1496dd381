import json

import pytest

from fieldapp.events import Event
from fieldapp.zones import Area, Box
from fieldapp.zones.area import Summary, import_areas
from fieldapp.zones.borders import BadBorders


def told(published) -> list[dict]:
    return json.loads(published.areas.read_bytes())["features"]


def test_areas_come_in_as_they_are_published(database, published):
    assert import_areas(published.areas) == Summary(new=len(told(published)))
    for feature in told(published):
        area = Area.get_by_id(feature["properties"]["code"])
        assert (area.name_ko, area.kind) == (feature["properties"]["name_ko"], feature["properties"]["kind"])
        assert json.loads(area.geometry) == feature["geometry"]
        lat, lon = feature["properties"]["lat"], feature["properties"]["lng"]
        assert area.south <= lat <= area.north and area.west <= lon <= area.east
    assert (Event.get().kind, Event.get().facts["new"]) == ("areas.imported", len(told(published)))


def test_the_same_file_again_changes_nothing_and_a_changed_one_what_it_changed(database, published, tmp_path):
    import_areas(published.areas)
    assert import_areas(published.areas) == Summary(unchanged=len(told(published))) and Event.select().count() == 1
    data = json.loads(published.areas.read_bytes())
    data["features"][0]["properties"]["name_ko"] = "새 이름"
    (tmp_path / "again.geojson").write_text(json.dumps(data))
    assert import_areas(tmp_path / "again.geojson") == Summary(changed=1, unchanged=len(told(published)) - 1)
    assert Area.get_by_id(data["features"][0]["properties"]["code"]).name_ko == "새 이름"


def test_only_what_may_lie_in_the_box_is_given(database):
    for code, west in (("1", 127.0), ("2", 127.1)):
        around = {"west": west, "south": 37.6, "east": west + 0.05, "north": 37.65}
        Area.insert(code=code, name_ko=code, kind="시장", geometry="{}", **around).execute()
    assert [area.code for area in Area.within(Box(127.04, 37.64, 127.09, 37.7))] == ["1"]
    assert not list(Area.within(Box(127.06, 37.6, 127.09, 37.7)))


@pytest.mark.parametrize(("change", "word"), [
    ({"code": "열"}, "상권 코드 숫자"), ({"code": ""}, "상권 코드 숫자"), ({"code": "1" * 21}, "상권 코드 숫자"),
    ({"name_ko": ""}, "name_ko"), ({"kind": None}, "kind"), ({"code": "9130002"}, "이미 나왔습니다")])
def test_a_file_with_a_fault_is_refused_whole(database, published_twin, tmp_path, change, word):
    data = json.loads(published_twin.areas.read_bytes())
    data["features"][0]["properties"] |= change
    (tmp_path / "bad.geojson").write_text(json.dumps(data))
    with pytest.raises(BadBorders) as refused:
        import_areas(tmp_path / "bad.geojson")
    assert word in str(refused.value.message) and not Area.select().exists()


NOWHERE = (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1","name_ko":"a","kind":"b"},'
           b'"geometry":null}]}')


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"type":"FeatureCollection","features":[]}', NOWHERE])
def test_what_is_no_file_of_areas_is_told_in_words(database, tmp_path, content):
    (tmp_path / "bad.geojson").write_bytes(content)
    with pytest.raises(BadBorders):
        import_areas(tmp_path / "bad.geojson")
    assert not Area.select().exists()
