"""What a row of a list means for the register as it stands: the same for what is shown and for what is then done."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from peewee import fn

from fieldapp.database import bare, today
from fieldapp.people import Grant
from fieldapp.shops.facts import Place, ShopFacts, place
from fieldapp.shops.shop import MERGED, Shop, searchable
from fieldapp.zones import Dong, known_borders, tile_at

OF_THE_SHOP = ("source", "source_id", "name", "branch", "industry", "address_road", "address_lot", "phone", "floor",
               "unit", "lat", "lon")


class Known(NamedTuple):
    """What is compared of a shop that is known."""

    uid: str
    source_id: str
    hash: str
    zone: str | None
    manager: str | None
    status: str
    to_check: bool
    told: str
    industry_code: str
    industry: str
    name: str


COLUMNS = (Shop.uid, Shop.source_id, Shop.source_hash, Shop.zone, Shop.manager, Shop.status, Shop.to_check, Shop.told, Shop.industry_code,
           Shop.industry, Shop.name)


def known_of(source: str) -> dict[str, Known]:
    """Every shop of a source by its number there."""
    return {row[1]: Known(*row) for row in bare(Shop.select(*COLUMNS).where(Shop.source == source))}


def known_among(facts: Iterable[ShopFacts]) -> dict[tuple[str, str], Known]:
    """Those of these shops that are known, by their keys."""
    ids: dict[str, list[str]] = {}
    for one in facts:
        ids.setdefault(one.source, []).append(one.source_id)
    return {(source, row[1]): Known(*row) for source, source_ids in ids.items()
            for row in bare(Shop.select(*COLUMNS).where(Shop.source == source, Shop.source_id.in_(source_ids)))}


class Judge:
    """Knows the borders, which dong lies in which zone, and who works there."""

    def __init__(self) -> None:
        self.borders = known_borders()
        self.managers = Managers()
        self.look_again()

    def look_again(self) -> None:
        """A border may have moved since the batch before."""
        self.zones: dict[str, str] = {dong.code8: dong.zone_id for dong in Dong.select(Dong.code8, Dong.zone)}

    def place(self, facts: ShopFacts) -> Place:
        return place(facts, self.borders)

    def is_elsewhere(self, gu_code: str) -> bool:
        """Whether a row with that 시군구코드 is another gu's; without borders nobody knows."""
        return bool(gu_code and self.borders.gus) and gu_code not in self.borders.gus

    def zone(self, known: Known | None, where: Place) -> str | None:
        """A shop keeps its zone; one that has none gets its dong's."""
        return (known.zone if known else None) or self.zones.get(where.dong or "")

    def act(self, digest: str, known: Known | None, where: Place) -> str:
        """new, changed (the content), placed (borders or managers have come since, or it is back) or unchanged."""
        if known is None:
            return "new"
        if known.status == MERGED:
            return "unchanged"  # what its list says of a second entry is of no account while it is one
        if known.hash != digest:
            return "changed"
        zone = self.zone(known, where)
        waits = known.manager is None and bool(self.managers.of(zone))
        return "placed" if zone != known.zone or waits or known.to_check else "unchanged"

    def columns(self, act: str, facts: ShopFacts, digest: str, known: Known | None, where: Place) -> dict:
        """What the shop's row shall hold; zone and manager are kept, and a shop that had none gets one."""
        zone = self.zone(known, where)
        given = {"zone": zone, "manager": (known.manager if known else None) or self.managers.choose(zone), "to_check": False}
        if act == "placed":
            moved = known is not None and zone != known.zone
            return given | ({"dong": where.dong, "outside": where.outside} if moved else {})
        words = searchable(facts.name, facts.branch, facts.industry, facts.address_road, facts.address_lot)
        return given | {name: getattr(facts, name) for name in OF_THE_SHOP} | {
            "source_hash": digest, "search": words, "dong": where.dong, "outside": where.outside, "tile": tile_at(facts.lat, facts.lon)}


class Managers:
    """Who gets a new shop: of the zone's active managers of today the one with the fewest."""

    def __init__(self) -> None:
        shops = Shop.select(Shop.manager, fn.COUNT(Shop.uid)).where(Shop.manager.is_null(False))
        self.loads = Counter(dict(shops.group_by(Shop.manager).tuples()))
        self.of_zone: dict[str, list[str]] = {}

    def of(self, zone: str | None) -> list[str]:
        if zone and zone not in self.of_zone:
            self.of_zone[zone] = [person.uid for person in Grant.holders(zone, today()) if person.is_manager]
        return self.of_zone.get(zone or "", [])

    def choose(self, zone: str | None) -> str | None:
        chosen = min(self.of(zone), key=lambda uid: self.loads[uid], default=None)
        if chosen:
            self.loads[chosen] += 1
        return chosen
