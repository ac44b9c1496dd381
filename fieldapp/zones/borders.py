"""Where dongs lie: reads their borders from GeoJSON (RFC 7946, WGS84) and says which dong holds a point."""

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _

from fieldapp.errors import Invalid
from fieldapp.form import clean

KOREA_LAT, KOREA_LON = (33.0, 39.0), (124.0, 132.0)  # degrees


class BadBorders(Invalid):
    """A file that is not what `read_borders` can take; `message` says what and where."""

    code = "bad-borders"


@dataclass(frozen=True)
class Border:
    """One dong as the file tells it. `geometry` is a GeoJSON Polygon or MultiPolygon, or None where none is known."""

    code8: str
    name: str
    zone: str
    geometry: dict | None


def code8(code: object) -> str:
    """The first eight digits of a MOIS code of eight or ten, the key of a dong; '' for anything else."""
    text = str(code).strip()
    return text[:8] if text.isascii() and text.isdigit() and len(text) in (8, 10) else ""


def in_korea(lat: float, lon: float) -> bool:
    return KOREA_LAT[0] <= lat <= KOREA_LAT[1] and KOREA_LON[0] <= lon <= KOREA_LON[1]


def read_borders(path: str | Path) -> list[Border]:
    """The dongs of a GeoJSON file. Raises BadBorders."""
    return parse_borders(bytes_of(path))


def bytes_of(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadBorders(_("파일을 열 수 없습니다: %(path)s (%(why)s)", path=path, why=error.strerror)) from None


def parse_borders(content: bytes) -> list[Border]:
    """The dongs of a FeatureCollection, in its order. Raises BadBorders, never anything else."""
    borders: dict[str, Border] = {}
    for number, feature in enumerate(features_of(content, _("행정동(features)이 하나도 없습니다.")), 1):
        border = _border(feature, number)
        if border.code8 in borders:
            raise BadBorders(_("%(where)s번째 항목: 행정동 코드 %(code)s은(는) 이미 나왔습니다.", where=number,
                               code=border.code8))
        borders[border.code8] = border
    return list(borders.values())


def features_of(content: bytes, none: object) -> list:
    """The features of a FeatureCollection, whatever they are; `none` is what to say where there are none. Raises BadBorders."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadBorders(_("JSON 파일이 아닙니다. UTF-8로 된 GeoJSON 파일을 골라 주십시오.")) from None
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise BadBorders(_("GeoJSON FeatureCollection이 아닙니다."))
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise BadBorders(none)
    return features


def _border(feature: object, number: int) -> Border:
    properties = properties_of(feature, number)
    name, zone = (word_of(properties, key, number) for key in ("name_ko", "zone"))
    code = properties.get("code")
    if not code8(code):
        raise BadBorders(_("%(where)s번째 항목: code는 행정동 코드 8자리나 10자리 숫자여야 합니다.", where=number))
    where = f"{number} ({name})"
    return Border(code8(code), name, zone, geometry_of(feature, where))


def properties_of(feature: object, number: int) -> dict:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise BadBorders(_("%(where)s번째 항목에 properties가 없습니다.", where=number))
    return properties


def word_of(properties: dict, key: str, number: int) -> str:
    value = properties.get(key)
    word = clean(value) if isinstance(value, str) else ""
    if not word or len(word) > 60:
        raise BadBorders(_("%(where)s번째 항목: %(key)s이(가) 없거나 60자를 넘습니다.", where=number, key=key))
    return word


def geometry_of(feature: Any, where: str) -> dict:
    """The checked Polygon or MultiPolygon of a feature. Raises BadBorders."""
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise BadBorders(_("%(where)s: 경계는 Polygon이나 MultiPolygon이어야 합니다.", where=where))
    coordinates = geometry.get("coordinates")
    polygons: Any = coordinates if kind == "MultiPolygon" else [coordinates]
    if not _filled(polygons) or not all(_filled(polygon) for polygon in polygons):
        raise BadBorders(_("%(where)s: 경계에 좌표가 없습니다.", where=where))
    for polygon in polygons:
        for ring in polygon:
            _check_ring(ring, where)
    return {"type": kind, "coordinates": coordinates}


def _check_ring(ring: object, where: str) -> None:
    if not isinstance(ring, list) or not all(_is_position(position) for position in ring):
        raise BadBorders(_("%(where)s: 좌표는 [경도, 위도] 숫자 쌍이어야 합니다.", where=where))
    if len(ring) < 4 or ring[0][:2] != ring[-1][:2]:
        raise BadBorders(_("%(where)s: 경계선이 닫혀 있지 않습니다. 첫 점과 끝 점이 같아야 합니다.", where=where))
    for lon, lat, *_height in ring:
        if not in_korea(lat, lon):
            if in_korea(lon, lat):
                raise BadBorders(_("%(where)s: 위도와 경도의 순서가 바뀌었습니다. [경도, 위도]로 적어 주십시오.",
                                   where=where))
            raise BadBorders(_("%(where)s: 좌표가 대한민국 밖입니다: %(lon)s, %(lat)s", where=where, lon=lon, lat=lat))


def _filled(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _is_position(value: object) -> bool:
    return (isinstance(value, list) and len(value) >= 2
            and all(type(part) is int or (type(part) is float and math.isfinite(part)) for part in value[:2]))


class _Area:
    """A geometry made ready for many questions. Edges point north: neighbours agree about the line they share."""

    def __init__(self, geometry: dict):
        coordinates = geometry["coordinates"]
        polygons = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
        rings = [ring for polygon in polygons for ring in polygon]
        lons, lats = ([position[axis] for ring in rings for position in ring] for axis in (0, 1))
        self.west, self.east, self.south, self.north = min(lons), max(lons), min(lats), max(lats)
        pairs = (sorted(((a[1], a[0]), (b[1], b[0]))) for ring in rings for a, b in pairwise(ring))
        self.edges = [(y1, x1, y2, (x2 - x1) / (y2 - y1)) for (y1, x1), (y2, x2) in pairs if y1 != y2]

    def contains(self, lat: float, lon: float) -> bool:
        """Even-odd rule: a ray to the east crosses the border an odd number of times. Holes count by themselves."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return False
        inside = False
        for south, x, north, slope in self.edges:
            if south <= lat < north and lon < x + (lat - south) * slope:
                inside = not inside
        return inside


def contains(geometry: dict, lat: float, lon: float) -> bool:
    """Whether a checked GeoJSON Polygon or MultiPolygon holds this point."""
    return _Area(geometry).contains(lat, lon)


class Borders:
    """Some dongs that can be asked where a point lies, and which codes, names and gu they have."""

    def __init__(self, borders: list[Border]):
        self.by_code = {border.code8: border for border in borders}
        self.by_name = {border.name: border.code8 for border in borders}
        self.gus = {code[:5] for code in self.by_code}  # the first five digits of a MOIS code are the 시군구
        self._areas = [(border.code8, _Area(border.geometry)) for border in borders if border.geometry]

    @property
    def drawn(self) -> bool:
        """Whether any border is known, so that 'outside' means something."""
        return bool(self._areas)

    def dong_at(self, lat: float, lon: float) -> str | None:
        """The code8 of the dong that holds the point, or None."""
        return next((code for code, area in self._areas if area.contains(lat, lon)), None)
