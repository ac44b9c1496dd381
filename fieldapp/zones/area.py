"""상권 commercial areas: what the city publishes as such (서울 열린데이터광장 OA-15560); they only suggest where one works."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Model, writing
from fieldapp.zones.borders import BadBorders, bytes_of, features_of, geometry_of, properties_of, word_of
from fieldapp.zones.grid import Box


class Area(Model):
    """상권, by the city's code. `geometry` is GeoJSON text in WGS84; the four degrees are the box around it."""

    code = peewee.CharField(20, primary_key=True)
    name_ko = peewee.CharField(60)
    kind = peewee.CharField(60)
    geometry = peewee.TextField()
    west = peewee.DoubleField()
    south = peewee.DoubleField()
    east = peewee.DoubleField()
    north = peewee.DoubleField()

    @classmethod
    def within(cls, box: Box):
        """The areas of which some part may lie in the box."""
        return cls.select().where(cls.west <= box.east, cls.east >= box.west, cls.south <= box.north, cls.north >= box.south)


@dataclass
class Summary:
    """What a file brought and changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def import_areas(path: str | Path) -> Summary:
    """Bring in the areas of a GeoJSON file. Raises BadBorders before any change. What the file does not name stays."""
    told = parse_areas(bytes_of(path))
    summary = Summary()
    with writing():
        known = {area.code: area.__data__ for area in Area.select()}
        for area in told:
            if area["code"] not in known:
                Area.insert(area).execute()
                summary.new += 1
            elif known[area["code"]] != area:
                Area.update(area).where(Area.code == area["code"]).execute()
                summary.changed += 1
            else:
                summary.unchanged += 1
        if summary.new or summary.changed:
            events.record("areas.imported", Path(path).name[:80], **asdict(summary))
    return summary


def parse_areas(content: bytes) -> list[dict]:
    """The rows of Area that a FeatureCollection tells, in its order. Raises BadBorders."""
    found: dict[str, dict] = {}
    for number, feature in enumerate(features_of(content, _("상권(features)이 하나도 없습니다.")), 1):
        area = _area(feature, number)
        if area["code"] in found:
            raise BadBorders(_("%(where)s번째 항목: 상권 코드 %(code)s은(는) 이미 나왔습니다.", where=number, code=area["code"]))
        found[area["code"]] = area
    return list(found.values())


def _area(feature: object, number: int) -> dict:
    properties = properties_of(feature, number)
    name, kind = (word_of(properties, key, number) for key in ("name_ko", "kind"))
    code = str(properties.get("code", "")).strip()
    if not code.isascii() or not code.isdigit() or len(code) > 20:
        raise BadBorders(_("%(where)s번째 항목: code는 상권 코드 숫자여야 합니다.", where=number))
    geometry = geometry_of(feature, f"{number} ({name})")
    return {"code": code, "name_ko": name, "kind": kind, "geometry": json.dumps(geometry, separators=(",", ":")),
            **box_around(geometry)._asdict()}


def box_around(geometry: dict) -> Box:
    """The smallest box that holds a checked Polygon or MultiPolygon."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    lons, lats = zip(*(position[:2] for polygon in polygons for ring in polygon for position in ring), strict=True)
    return Box(min(lons), min(lats), max(lons), max(lats))
