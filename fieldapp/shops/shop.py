import json

import peewee
from flask_babel import lazy_gettext as _
from geopy.distance import geodesic

from fieldapp.database import Instant, Model, Record, next_seq
from fieldapp.people import Grant, Person
from fieldapp.zones import Dong, Zone, tile_at

MERGED = "merged"  # the status of an entry that turned out to be another's second; it is shown nowhere as a shop
STATUSES = {"open": _("영업"), "closed_down": _("폐업"), "moved": _("이전")}
NEAR = 0.02  # degrees: some two kilometres, what a first sift by box lets through


class Shop(Record):
    """A place of business. `seq` is the change number by which phones hear of it; `outside` lies beyond the gu.

    `told` is how its list wrote what was tidied, as JSON. `industry_version` is the list in which `industry_code` was first told so;
    `to_check` is set where a quarterly list names the shop no more, until someone has been there or it is named again.

    `merged_into` is the shop whose second entry this was; all that hung on it hangs there.

    `tile` is the cell of the map that holds its point. The four below it are what the map tells of it at once; they follow its visits
    and are kept by a later room: its street, when it was last visited and with which outcome, and how many grievances are open.
    """

    source = peewee.CharField(60, default="office")
    source_id = peewee.CharField(80)
    source_hash = peewee.CharField(64, default="")
    name = peewee.CharField(200)
    branch = peewee.CharField(100, default="")
    industry = peewee.CharField(100, default="")
    address_road = peewee.CharField(300, default="")
    address_lot = peewee.CharField(300, default="")
    phone = peewee.CharField(60, default="")
    dong = peewee.ForeignKeyField(Dong, null=True, on_delete="SET NULL")
    zone = peewee.ForeignKeyField(Zone, null=True, backref="shops", on_delete="RESTRICT")
    manager = peewee.ForeignKeyField(Person, null=True, backref="shops", on_delete="SET NULL")
    lat = peewee.DoubleField(null=True)
    lon = peewee.DoubleField(null=True)
    floor = peewee.CharField(20, default="")
    unit = peewee.CharField(20, default="")
    status = peewee.CharField(20, default="open")
    outside = peewee.BooleanField(default=False)
    search = peewee.TextField(default="")
    to_check = peewee.BooleanField(default=False)
    industry_code = peewee.CharField(20, default="")
    industry_version = peewee.CharField(40, default="")
    told = peewee.TextField(default="")
    seq = peewee.BigIntegerField(default=0)
    tile = peewee.BigIntegerField(null=True)
    street = peewee.CharField(300, default="")
    last_at = Instant(null=True)
    last_outcome = peewee.CharField(20, default="")
    open_grievances = peewee.IntegerField(default=0)
    merged_into = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT")

    class Meta:
        indexes = ((("source", "source_id"), True), (("zone", "name"), False), (("zone", "seq"), False),
                   (("lat", "lon"), False), (("tile", "zone", "status", "last_at", "last_outcome", "uid"), False),
                   (("street",), False))  # and that of what is open, by street

    @property
    def title(self) -> str:
        return f"{self.name} {self.branch}".strip()

    @property
    def place(self) -> str:
        """Address with floor and unit, as one reads it at the door."""
        floor = f"{self.floor}층" if self.floor and self.floor.lstrip("-").isdigit() else self.floor
        return " ".join(filter(None, (self.address_road or self.address_lot, floor, self.unit)))

    @property
    def as_told(self) -> dict[str, str]:
        return json.loads(self.told) if self.told else {}

    def save(self, *args, **kwargs):
        self.search = searchable(self.name, self.branch, self.industry, self.address_road, self.address_lot)
        self.tile = tile_at(self.lat, self.lon)
        return super().save(*args, **kwargs)

    @classmethod
    def reachable_by(cls, person: Person, at=None):
        """The shops of the zones that this person holds (held, where a moment is given); for the office, those of none too."""
        if person.sees_all_zones:
            return cls.select().where(cls.merged_into.is_null())
        return cls.select().where(cls.zone.in_(Grant.zones_of(person, at)))

    @classmethod
    def standing(cls, uid: str) -> "Shop | None":
        """The shop of this uid, or the one that it was merged into."""
        found = cls.get_or_none(cls.uid == uid)
        while found and found.merged_into_id:
            found = cls.get_by_id(found.merged_into_id)
        return found

    @classmethod
    def merged_in(cls, zones: list[str]) -> dict[str, str]:
        """Which entries of these zones' shops are no more, each with the shop that stands for it."""
        into = dict(cls.select(cls.uid, cls.merged_into).where(cls.merged_into.is_null(False)).tuples())
        found = {}
        for uid, stands in into.items():
            while stands in into:
                stands = into[stands]
            found[uid] = stands
        here = {row.uid for row in cls.select(cls.uid).where(cls.uid.in_(set(found.values())), cls.zone.in_(zones))} if found else set()
        return {uid: stands for uid, stands in sorted(found.items()) if stands in here}

    def entries(self) -> list[str]:
        """The uids of all its entries: its own, and those of what was merged into it."""
        found = [self.uid]
        for uid in found:
            found += [row.uid for row in Shop.select(Shop.uid).where(Shop.merged_into == uid)]
        return found

    @classmethod
    def matching(cls, query, words: str):
        """Narrow `query`, inside the database, to the shops that hold every word as it is typed in name, industry or address."""
        for word in searchable(words).split():
            query = query.where(cls.search.contains(word))
        return query

    @classmethod
    def nearest(cls, query, lat: float, lon: float, limit: int = 20) -> list[tuple[float, "Shop"]]:
        """The nearest shops as (metres on the ellipsoid, shop), sifted by a box first."""
        box = query.where(cls.lat.between(lat - NEAR, lat + NEAR), cls.lon.between(lon - NEAR, lon + NEAR))
        found = [(geodesic((lat, lon), (shop.lat, shop.lon)).meters, shop) for shop in box]
        return sorted(found, key=lambda pair: (pair[0], pair[1].name))[:limit]

    def distance(self, lat: float | None, lon: float | None) -> float | None:
        """Metres from the shop's point, or None where either point is missing."""
        if None in (lat, lon, self.lat, self.lon):
            return None
        return geodesic((lat, lon), (self.lat, self.lon)).meters

    def touch(self, **changes) -> None:
        """Change the row and have phones hear of it."""
        Shop.update(seq=next_seq(), **changes).where(Shop.uid == self.uid).execute()

    def move_to(self, zone: Zone | None, **changes) -> None:
        """Put the shop into another zone, with what else changes; the phones of the old one forget it."""
        if self.zone_id and (zone is None or self.zone_id != zone.uid):
            Departure.create(zone=self.zone_id, shop=self.uid, seq=next_seq())
        self.touch(zone=zone, **changes)


Shop.add_index(Shop.street, Shop.tile, Shop.open_grievances, Shop.zone, Shop.lat, Shop.lon, name="shop_heat",
               where=Shop.open_grievances > 0)


class Departure(Model):
    """A shop that has left a zone: the phones of that zone forget it."""

    zone = peewee.ForeignKeyField(Zone, on_delete="CASCADE")
    shop = peewee.CharField(36)
    seq = peewee.BigIntegerField(index=True)

    @classmethod
    def since(cls, seq: int, zones: list[str]) -> list[str]:
        """The uids of shops that left these zones after change `seq` and have not come back."""
        back = Shop.select(Shop.uid).where(Shop.zone.in_(zones))
        left = cls.select(cls.shop).where(cls.seq > seq, cls.zone.in_(zones), cls.shop.not_in(back))
        return [row.shop for row in left.distinct()]


def searchable(*texts: str) -> str:
    return " ".join(" ".join(texts).lower().split())
