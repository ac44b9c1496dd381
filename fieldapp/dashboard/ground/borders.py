"""Borders for a view: only what lies in it, drawn no finer than its screen shows, so that they stay small."""

import json
from functools import lru_cache

from fieldapp.dashboard.ground.view import View
from fieldapp.people import Grant, Person
from fieldapp.zones import Area, Box, Dong, Zone, box_around

BYTES = 40_000  # of all borders of a view
WORLD = 360 / 256  # degrees of longitude of a pixel at zoom 0
Ring = list[tuple[float, float]]


def borders(person: Person, view: View) -> list[dict]:
    """Features of GeoJSON: dongs coloured by their zone, and areas. Coarser, and at last left away, where they would be too much."""
    shapes = [*(dongs(person, view) if "dongs" in view.layers else ()), *(areas(view) if "areas" in view.layers else ())]
    step = WORLD / 2 ** view.zoom
    for _try in range(6):
        found = [feature for shape, told in shapes if (feature := simpler(shape, told, step))]
        if len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()) <= BYTES:
            return found
        step *= 2
    return []


def dongs(person: Person, view: View):
    zones = {zone.uid: zone for zone in Zone.select().where(Zone.uid.in_(Grant.zones_of(person)))}
    for dong in Dong.select().where(Dong.zone.in_(list(zones)), Dong.geometry != ""):
        shape, around = read(dong.geometry)
        if meets(around, view.box):
            zone = zones[dong.zone_id]
            yield shape, {"dong": dong.name_ko, "zone": zone.name_ko, "colour": zone.colour}


def areas(view: View):
    for area in Area.within(view.box):
        yield read(area.geometry)[0], {"area": area.name_ko, "kind": area.kind}


@lru_cache(2048)
def read(text: str) -> tuple[dict, Box]:
    shape = json.loads(text)
    return shape, box_around(shape)


def meets(one: Box, other: Box) -> bool:
    return one.west <= other.east and one.east >= other.west and one.south <= other.north and one.north >= other.south


def simpler(shape: dict, told: dict, step: float) -> dict | None:
    """The shape with its points on a grid of this many degrees; None where nothing is left that could be seen."""
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    kept = [rings for polygon in polygons if (rings := [ring for line in polygon if len(ring := snapped(line, step)) >= 4])]
    return {"type": "Feature", "properties": told, "geometry": {"type": "MultiPolygon", "coordinates": kept}} if kept else None


def snapped(ring: list, step: float) -> Ring:
    """Neighbours are put on the same points, so that no gap opens between them."""
    points: Ring = []
    digits = 4 if step > 0.001 else 5
    for lon, lat, *_height in ring:
        point = round(round(lon / step) * step, digits), round(round(lat / step) * step, digits)
        if not points or point != points[-1]:
            points.append(point)
    return points
