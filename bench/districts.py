"""Made-up districts: zones side by side with their borders, streets in them, shops along the streets, two managers to a zone."""

import json
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from types import SimpleNamespace

from bench.street import TRADES, WORDS
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop
from fieldapp.zones import Dong, Zone

ZONES, STREETS = 4, 8  # of a gu, of a zone
COLOURS = ("violet", "orange", "teal", "blue")
SOUTH_WEST, GU = (37.44, 126.79), (0.052, 0.078)  # where the first begins, and how large each is, in degrees
ACROSS = 5  # so many lie beside each other


@dataclass(frozen=True)
class Corner:
    """A zone, its south-western corner in degrees, and who holds it."""

    zone: Zone
    lat: float
    lon: float
    gu: int
    managers: tuple[str, str]


@dataclass(frozen=True)
class Place:
    """A shop as far as its visits need it."""

    shop: str
    zone: str
    lat: float
    lon: float
    managers: tuple[str, str]


def zones_of(cast: SimpleNamespace, gu: int) -> list[Corner]:
    """Four zones to a gu; those of the cast are the first two, and the cast's managers hold them beside others."""
    found = []
    for number in range(gu * ZONES):
        district, part = divmod(number, ZONES)
        lat = SOUTH_WEST[0] + (district // ACROSS + part // 2 / 2) * GU[0]
        lon = SOUTH_WEST[1] + (district % ACROSS + part % 2 / 2) * GU[1]
        known = (cast.zone, cast.other_zone)
        zone = known[number] if number < len(known) else Zone.create(
            name_ko=f"가상{district + 1}구 {part + 1}권역", name_en=f"Made-up {district + 1}-{part + 1}",
            colour=COLOURS[part], position=number)
        Dong.create(code8=f"99{number:06}", name_ko=f"가상{number + 1}동", zone=zone, geometry=border(lat, lon))
        found.append(Corner(zone, lat, lon, district + 1, hired(cast, zone, number)))
    return found


def hired(cast: SimpleNamespace, zone: Zone, number: int) -> tuple[str, str]:
    """Two managers; of the cast's zones one is the cast's."""
    known = {cast.zone.uid: cast.changdong, cast.other_zone.uid: cast.ssangmun}
    people = [known[zone.uid]] if zone.uid in known else []
    while len(people) < 2:
        person = Person.create(login=f"m{number}-{len(people)}", name=f"가상 매니저 {2 * number + len(people) + 1}", role="manager",
                               password_hash=cast.changdong.password_hash)
        Grant.create(person=person, zone=zone, first_day=date(2020, 1, 1))
        people.append(person)
    return people[0].uid, people[1].uid


def border(lat: float, lon: float) -> str:
    """A zone's quarter, with two points more on each side, as borders have."""
    height, width = GU[0] / 2, GU[1] / 2
    corners = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0))
    ring = [[round(lon + (x1 + (x2 - x1) * step / 3) * width, 5), round(lat + (y1 + (y2 - y1) * step / 3) * height, 5)]
            for (y1, x1), (y2, x2) in pairwise(corners) for step in range(3)]
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def shops_of(zones: list[Corner], count: int, chance: Random) -> list[Place]:
    return [open_shop(number, zones[number % len(zones)], number // len(zones), chance) for number in range(count)]


def open_shop(number: int, corner: Corner, inside: int, chance: Random) -> Place:
    """The houses of a street stand some twelve metres apart, and every fourth shop is upstairs from the one before."""
    street, house = inside % STREETS, inside // STREETS
    spot = house - house // 4  # upstairs shares the point of the house
    lat = corner.lat + (street + 1) / (STREETS + 1) * GU[0] / 2 + (0.5 if spot % 2 else -0.5) * 1e-4
    lon = corner.lon + (0.1 + 0.7 * (street * 7 % STREETS) / STREETS) * GU[1] / 2 + spot * 1.3e-4
    name, trade = f"{WORDS[number % 7]}{TRADES[number % 11]} {number}호점", TRADES[number % 11]
    made = Shop.create(
        source_id=f"million {number}", name=name, industry=trade, zone=corner.zone, manager=corner.managers[chance.random() < 0.5],
        lat=round(lat, 6), lon=round(lon, 6), floor="2" if house % 4 == 3 else "1",
        address_road=f"서울특별시 가상{corner.gu}구 가상{corner.gu}로{corner.zone.position % ZONES * STREETS + street + 1}길 {spot + 1}")
    return Place(made.uid, corner.zone.uid, made.lat, made.lon, corner.managers)
