import json
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.zones import Borders, code8, in_korea
from fieldapp.zones.borders import BadBorders, Border, contains, parse_borders, read_borders

SQUARE = [[127.0, 37.6], [127.1, 37.6], [127.1, 37.7], [127.0, 37.7], [127.0, 37.6]]
TWIN = {"가람1동": (37.65, 127.03), "가람2동": (37.65, 127.05), "나루1동": (37.67, 127.03), "나루2동": (37.665, 127.045)}


def collection(*features) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(code="1132051100", name="가람동", zone="가람권역", geometry=None, **properties) -> dict:
    geometry = geometry or {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "properties": {"code": code, "name_ko": name, "zone": zone} | properties, "geometry": geometry}


def polygon(*rings) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def polygons(border: Border) -> list:
    assert border.geometry
    return border.geometry["coordinates"] if border.geometry["type"] == "MultiPolygon" else [border.geometry["coordinates"]]


def holds(border: Border, lat: float, lon: float) -> bool:
    return border.geometry is not None and contains(border.geometry, lat, lon)


def winds_around(rings: list, lat: float, lon: float) -> bool:
    """The same question asked in another way: which side of each upward and downward edge the point lies on."""
    turns = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise([position[:2] for position in ring]):
            side = (x2 - x1) * (lat - y1) - (lon - x1) * (y2 - y1)
            turns += (y1 <= lat < y2 and side > 0) - (y2 <= lat < y1 and side < 0)
    return bool(turns % 2)


def test_every_dong_of_the_file_is_read(published):
    borders = read_borders(published.dongs)
    told = [feature["properties"] for feature in published.features]
    assert [(border.code8, border.name, border.zone) for border in borders] == [
        (str(dong["code"])[:8], dong["name_ko"], dong["zone"]) for dong in told]
    assert [border.geometry for border in borders] == [
        {name: feature["geometry"][name] for name in ("type", "coordinates")} for feature in published.features]


def test_each_dongs_own_point_lies_in_it(published):
    borders = Borders(read_borders(published.dongs))
    for dong in (feature["properties"] for feature in published.features):
        point = (dong["label_lat"], dong["label_lng"]) if "label_lat" in dong else TWIN[dong["name_ko"]]
        assert borders.dong_at(*point) == borders.by_name[dong["name_ko"]] == str(dong["code"])[:8]


def test_the_answer_is_the_same_asked_in_another_way_and_no_point_lies_in_two(published):
    borders = read_borders(published.dongs)
    asked, chance, inside = Borders(borders), random.Random(7), 0
    corners = [position for border in borders for polygon in polygons(border) for ring in polygon for position in ring]
    lons, lats = ([position[axis] for position in corners] for axis in (0, 1))
    for _turn in range(500):
        lat, lon = chance.uniform(min(lats), max(lats)), chance.uniform(min(lons), max(lons))
        holders = [border.code8 for border in borders
                   if winds_around([ring for polygon in polygons(border) for ring in polygon], lat, lon)]
        assert len(holders) <= 1 and asked.dong_at(lat, lon) == (holders[0] if holders else None)
        inside += bool(holders)
    assert 100 < inside < 500


def test_neighbours_share_a_line_and_never_a_point(published):
    """The corners and the middles of the lines, where rounding would give a point to two dongs."""
    borders = read_borders(published.dongs)
    for border in borders:
        for ring in polygons(border)[0]:
            for (x1, y1), (x2, y2) in pairwise([position[:2] for position in ring[:60]]):
                for lon, lat in ((x1, y1), ((x1 + x2) / 2, (y1 + y2) / 2)):
                    assert sum(holds(each, lat, lon) for each in borders) <= 1


def test_a_line_between_two_dongs_belongs_to_exactly_one():
    borders = parse_borders(collection(
        feature("11320511", "서쪽", geometry=polygon(SQUARE)),
        feature("11320512", "동쪽", geometry=polygon([[lon + 0.1, lat] for lon, lat in SQUARE]))))
    asked = Borders(borders)
    for lat in (37.6, 37.65, 37.699999):
        assert asked.dong_at(lat, 127.1) == "11320512"
    assert asked.dong_at(37.65, 127.0) == "11320511" and asked.dong_at(37.65, 127.2) is None and asked.dong_at(37.7, 127.05) is None


def test_holes_and_islands():
    hole = [[127.04, 37.64], [127.06, 37.64], [127.06, 37.66], [127.04, 37.66], [127.04, 37.64]]
    island = [[127.045, 37.645], [127.055, 37.645], [127.055, 37.655], [127.045, 37.655], [127.045, 37.645]]
    ring = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], [island]]}
    assert contains(ring, 37.62, 127.02) and contains(ring, 37.65, 127.05)
    assert not contains(ring, 37.642, 127.042) and not contains(ring, 37.75, 127.05)


def test_what_is_known_of_some_dongs():
    borders = Borders(parse_borders(collection(feature(), feature("41", "x") | feature("4159011100", "나라동"))))
    assert borders.gus == {"11320", "41590"} and borders.by_name == {"가람동": "11320511", "나라동": "41590111"}
    assert borders.drawn and not Borders([]).drawn and Borders([]).dong_at(37.65, 127.05) is None


@pytest.mark.parametrize(("code", "kept"), [
    ("1132051100", "11320511"), ("11320511", "11320511"), (1132051100, "11320511"), (" 11320511 ", "11320511"), ("1132051", ""),
    ("113205110", ""), ("", ""), (None, ""), (True, ""), ("１１３２０５１１", ""), ("-1132051", ""), (11320511.0, ""), (["11320511"], "")])
def test_only_codes_of_eight_or_ten_digits_are_codes(code, kept):
    assert code8(code) == kept


def test_korea_reaches_from_jeju_to_dokdo():
    assert in_korea(33.1, 126.3) and in_korea(37.24, 131.87) and in_korea(38.6, 128.4)
    assert not in_korea(35.68, 139.76) and not in_korea(127.0, 37.6) and not in_korea(float("nan"), 127.0)


def with_ring(*positions) -> bytes:
    return collection(feature(geometry=polygon(list(positions))))


NAMES: list[Any] = ["", " \t\u0000\u202e", 7, None, [], "가" * 61]
CODES: list[Any] = ["창1동", "113205", None, 1.5, {}]
POSITIONS: list[Any] = [7, "ab", [], [127], ["127", "37"], [True, False], [None, 37], [float("nan"), 37.6], [float("inf"), 37.6]]
GEOMETRIES: list[Any] = [None, [], {"type": "Point", "coordinates": [127, 37]}, {"type": {}}]
EMPTY: list[dict] = [
    polygon(), {"type": "Polygon"}, {"type": "Polygon", "coordinates": "ab"}, {"type": "MultiPolygon", "coordinates": [[]]}]

BAD = {
    "JSON": [b"", b"PK\x03\x04\x00\x00", b"\xff\xfe{\x00}\x00", b"\x00" * 100, b"[" * 100_000, '{"type": "가"}'.encode("cp949"),
             b"[" + b"1" * 5000 + b"]"],
    "FeatureCollection": [b"[]", b"null", b"7", b"{}", b'{"type": "Feature"}', b'{"type": ["FeatureCollection"], "features": []}'],
    "features": [b'{"type": "FeatureCollection"}', collection(), b'{"type": "FeatureCollection", "features": {"a": 1}}'],
    "1번째 항목에 properties": [collection(None), collection([]), collection({"type": "Feature", "properties": []})],
    "2번째 항목에 properties": [collection(feature(), "x")],
    "name_ko": [collection(feature(name=name)) for name in NAMES],
    "zone": [collection(feature(zone=name)) for name in NAMES],
    "1번째 항목: code": [collection(feature(code=code)) for code in CODES],
    "2번째 항목: 행정동 코드 11320511": [collection(feature(), feature("1132051199", "다시"))],
    "1 (가람동): 경계는 Polygon": [collection(feature() | {"geometry": odd}) for odd in GEOMETRIES],
    "1 (가람동): 경계에 좌표가 없습니다": [collection(feature(geometry=odd)) for odd in EMPTY],
    "1 (가람동): 경계선이 닫혀": [with_ring(), with_ring(*SQUARE[:-1]), with_ring(*SQUARE[:2], SQUARE[0])],
    "1 (가람동): 좌표는": [with_ring(*[odd] * 4) for odd in POSITIONS],
    "1 (가람동): 위도와 경도의 순서": [with_ring(*[[lat, lon] for lon, lat in SQUARE])],
    "1 (가람동): 좌표가 대한민국 밖": [
        with_ring(*[odd] * 4) for odd in ([0, 0], [-127.0, 37.6], [10**400, 37], [14_130_000.5, 4_520_000.5])],
}


def test_a_file_that_cannot_be_taken_says_what_and_where():
    for told, contents in BAD.items():
        for content in contents:
            with pytest.raises(BadBorders) as refusal:
                parse_borders(content)
            assert told in str(refusal.value.message), content[:200]
            assert (refusal.value.status, refusal.value.code) == (422, "bad-borders")


def test_a_byte_order_mark_heights_and_names_with_odd_blanks_are_no_trouble():
    high = polygon([[lon, lat, 31.5] for lon, lat in SQUARE])
    border, = parse_borders(b"\xef\xbb\xbf" + collection(feature(name="\u202e가람동 ", zone="가람\u0000권역", geometry=high)))
    assert (border.name, border.zone) == ("가람동", "가람권역") and holds(border, 37.65, 127.05)


@pytest.mark.parametrize("name", ["nowhere.geojson", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path, name):
    with pytest.raises(BadBorders) as refusal:
        read_borders(tmp_path / name)
    assert str(tmp_path) in str(refusal.value.message)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8)


@given(st.data())
def test_nothing_but_bad_borders_is_ever_raised(data):
    """A right file in which one value is replaced by anything at all."""
    made = feature()
    ring = [list(position) for position in SQUARE]
    rings = made["geometry"]["coordinates"] = [ring]
    holder, key = data.draw(st.sampled_from([
        *((made, name) for name in ("properties", "geometry")), *((made["properties"], name) for name in ("code", "name_ko", "zone")),
        *((made["geometry"], name) for name in ("type", "coordinates")), (rings, 0), (ring, 2), (ring[1], 0)]))
    holder[key] = data.draw(JSON)
    try:
        borders = parse_borders(collection(made))
    except BadBorders:
        return
    assert Borders(borders).dong_at(37.65, 127.05) in (None, borders[0].code8)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(content):
    with pytest.raises(BadBorders):
        parse_borders(content)
