"""Two entries of the register side by side: where they differ, what hangs on each, and which is the better one to keep."""

from collections.abc import Collection
from dataclasses import dataclass

from peewee import JOIN, fn

from fieldapp.owners import Consent, Owner
from fieldapp.people import Person
from fieldapp.referrals import Referral
from fieldapp.shops import Shop, ShopPair
from fieldapp.visits import Visit
from fieldapp.zones import Zone

SHOWN = 20  # pairs on one page
FACTS = ("name", "branch", "industry", "place", "address_lot", "phone")
ON_THE_SPOT = ("street", "office")  # sources that no list brings anew


@dataclass(frozen=True)
class Side:
    """A shop, and how many visits and referrals it has."""

    shop: Shop
    visits: int
    referrals: int


@dataclass(frozen=True)
class Double:
    """Two that may be one. `pair` is what was found of them, if anything."""

    one: Side
    other: Side
    pair: ShopPair | None = None

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.one, self.other

    @property
    def metres(self) -> float | None:
        return self.one.shop.distance(self.other.shop.lat, self.other.shop.lon)

    def differs(self, name: str) -> bool:
        first, second = (getattr(side.shop, name) for side in self.sides)
        return bool(first and second) and "".join(str(first).split()) != "".join(str(second).split())

    @property
    def kept(self) -> Shop:
        """Which is proposed to stand: a list's before what was registered on the spot, then the one with more behind it."""
        return max(self.sides, key=lambda side: (side.shop.source not in ON_THE_SPOT, side.visits + side.referrals, side.shop.uid)).shop


def open_pairs(person: Person, shop: str = "", before: tuple[int, str] | None = None) -> tuple[list[Double], int, bool]:
    """The likeliest first, how many there are in all, and whether more follow; of one shop, where it is named."""
    asked = ShopPair.open()
    reached = Shop.reachable_by(person).select(Shop.uid)
    asked = asked.where(ShopPair.one.in_(reached), ShopPair.other.in_(reached))
    if shop:
        asked = asked.where((ShopPair.one == shop) | (ShopPair.other == shop))
    count = asked.count()
    if before:
        points, uid = before
        asked = asked.where((ShopPair.points < points) | ((ShopPair.points == points) & (ShopPair.uid < uid)))
    rows = list(asked.order_by(ShopPair.points.desc(), ShopPair.uid.desc()).limit(SHOWN + 1))
    return doubles_of(rows[:SHOWN]), count, len(rows) > SHOWN


def doubles_of(pairs: list[ShopPair]) -> list[Double]:
    sides = sides_of({uid for pair in pairs for uid in (pair.one_id, pair.other_id)})
    return [Double(sides[pair.one_id], sides[pair.other_id], pair) for pair in pairs if pair.one_id in sides and pair.other_id in sides]


def double_of(one: Shop, other: Shop) -> Double:
    sides = sides_of([one.uid, other.uid])
    return Double(sides[one.uid], sides[other.uid])


def sides_of(uids: Collection[str]) -> dict[str, Side]:
    """The same three queries for any number of shops."""
    shops = Shop.select(Shop, Zone).join(Zone, JOIN.LEFT_OUTER).where(Shop.uid.in_(uids))
    visits = counted(Visit.select(Visit.shop, fn.COUNT(Visit.uid)).where(Visit.shop.in_(uids), Visit.current).group_by(Visit.shop))
    referrals = counted(Referral.select(Referral.shop, fn.COUNT(Referral.uid)).where(Referral.shop.in_(uids)).group_by(Referral.shop))
    return {shop.uid: Side(shop, visits.get(shop.uid, 0), referrals.get(shop.uid, 0)) for shop in shops}


def counted(query) -> dict[str, int]:
    return dict(query.tuples())


def owners_differ(one: Shop, other: Shop) -> bool:
    """Whether the two are known with owners of different names: what the one agreed to is then not the other's."""
    names = {"".join(owner.name.split()) for owner in Owner.select(Owner.name).where(Owner.shop.in_((one, other))) if owner.name}
    return len(names) > 1


def staying(one: Shop, other: Shop) -> tuple[type[Consent], ...]:
    """What stays with the entry that goes."""
    return (Consent,) if owners_differ(one, other) else ()

