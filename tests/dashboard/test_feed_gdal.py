"""A real client reads the address over HTTP: GDAL, by which QGIS reads it too. Every visit that the token may see and none else."""

import struct
from datetime import timedelta

import pytest
from pyogrio.raw import read

from fieldapp.dashboard.feed import Feed
from fieldapp.database import now, writing
from fieldapp.form import Reader
from fieldapp.people import Grant, Person
from fieldapp.visits import Visit
from tests.conftest import make_shop
from tests.recording import recorded

FIELDS = {"id", "shop", "address", "industry", "zone", "manager", "visited_at", "outcome", "outcome_ko", "categories", "review", "place",
          "accuracy_m", "distance_m"}


@pytest.fixture
def filled(office):
    """Visits in two zones, some corrected, at places of their own, at their shops' and nowhere."""
    cast = office.cast
    nowhere = make_shop("가상 노점 “봄” <b>&", cast.zone, cast.changdong, None, None)
    for number, shop in enumerate((cast.shop, cast.neighbour, cast.other_shop, nowhere) * 3):
        own = {"place.source": "gps", "place.lat": f"37.65{number:02}", "place.lon": f"127.04{number:02}"} if number % 3 else {}
        form = {"shop": shop.uid, "outcome": ("met", "absent")[number % 2], "visited_at": (now() - timedelta(days=number)).isoformat(),
                "memo": "가상 비밀", **own}
        visit = recorded(shop.manager, form)
        if number % 4 == 1:
            recorded(shop.manager, form | {"replaces": visit.uid, "outcome": "busy"})
    return cast


def token_of(person: Person) -> str:
    return Feed.make(Reader({"name": "가상"}), person)[1]


def seen(url: str) -> dict[str, tuple]:
    """What GDAL reads: for each visit its point and its fields."""
    meta, _fids, shapes, columns = read(f"GeoJSON:{url}")
    assert meta["crs"] == "EPSG:4326" and meta["geometry_type"] == "Point" and meta["encoding"] == "UTF-8" and set(meta["fields"]) == FIELDS
    fields = [dict(zip(meta["fields"], values, strict=True)) for values in zip(*columns, strict=True)]
    return {told["id"]: (point(shape), told) for shape, told in zip(shapes, fields, strict=True)}


def point(wkb: bytes | None) -> tuple[float, float] | None:
    """Longitude and latitude of a little-endian point of WKB."""
    if wkb is None:
        return None
    order, kind, lon, lat = struct.unpack("<BIdd", wkb)
    assert (order, kind) == (1, 1)
    return lon, lat


def expected(visits) -> dict[str, tuple]:
    found = {}
    for visit in visits:
        lat, lon = (visit.lat, visit.lon) if visit.lat is not None else (visit.shop.lat, visit.shop.lon)
        found[visit.root] = ((lon, lat) if lat is not None else None, visit.shop.title, visit.outcome, visit.zone.name_ko)
    return found


def told(read_back: dict[str, tuple]) -> dict[str, tuple]:
    return {uid: (place, fields["shop"], fields["outcome"], fields["zone"]) for uid, (place, fields) in read_back.items()}


def test_gdal_reads_every_visit_that_the_token_may_see_and_none_else(office, filled):
    cast, current = filled, Visit.select().where(Visit.current)
    url = f"{office.url}/feed/{token_of(cast.supervisor)}/visits.geojson"
    everything = seen(url)
    assert told(everything) == expected(current) and len(everything) == 12
    assert {fields["outcome_ko"] for _place, fields in everything.values()} == {"만남", "부재", "바쁨"}
    assert any(fields["shop"] == "가상 노점 “봄” <b>&" for _place, fields in everything.values())
    assert None in {place for place, _fields in everything.values()}
    assert told(seen(f"{url}?zone={cast.zone.uid}")) == expected(current.where(Visit.zone == cast.zone))
    with writing():
        Person.update(role="manager").where(Person.uid == cast.supervisor.uid).execute()
        Grant.create(person=cast.supervisor, zone=cast.other_zone, first_day=now().date() - timedelta(1))
    assert told(seen(url)) == expected(current.where(Visit.zone == cast.other_zone)) != {}


def test_gdal_reads_shops_too(office, filled):
    meta, _fids, shapes, columns = read(f"GeoJSON:{office.url}/feed/{token_of(filled.coordinator)}/shops.geojson")
    fields = dict(zip(meta["fields"], columns, strict=True))
    assert {"가상분식", "가상세탁소", "가상카페"} < set(fields["name"]) and len(shapes) == 4
    assert dict(zip(fields["name"], map(point, shapes), strict=True))["가상분식"] == (filled.shop.lon, filled.shop.lat)
