"""QR stickers by street: whoever scans one at a shop's door stands in that shop's visit form."""

import re
from collections import Counter
from dataclasses import dataclass

from fieldapp.figures import street_of
from fieldapp.people import Person
from fieldapp.shops import Shop

ON_A_SHEET = 24  # A4, three beside each other
MOST = 5 * ON_A_SHEET  # at once
DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Street:
    """A road's name, empty for shops whose address names none; and how many open shops stand there."""

    name: str
    count: int


def streets_of(person: Person, zone: str) -> list[Street]:
    """The streets of a zone, those with most shops first."""
    counts = Counter(street_of(address) for (address,) in open_in(person, zone).select(Shop.address_road).tuples())
    return [Street(name, count) for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]


def shops_along(person: Person, zone: str, street: str) -> list[Shop]:
    """Its open shops as one passes them: by house number."""
    columns = (Shop.uid, Shop.name, Shop.branch, Shop.address_road, Shop.address_lot, Shop.floor, Shop.unit)
    found = [shop for shop in open_in(person, zone).select(*columns) if street_of(shop.address_road) == street]
    return sorted(found, key=lambda shop: (in_order(shop.address_road), shop.name, shop.uid))


def open_in(person: Person, zone: str):
    return Shop.reachable_by(person).where(Shop.zone == zone, Shop.status == "open")


def in_order(address: str) -> list[tuple[int, str]]:
    """So that 마들로 9 comes before 마들로 12."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in DIGITS.split(address)]
