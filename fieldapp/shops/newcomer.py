"""A shop that stands in no register yet: what a manager says of it at its door, carried by the first visits there."""

from dataclasses import dataclass

from flask_babel import gettext as _

from fieldapp.database import next_seq
from fieldapp.events import record
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.shops.facts import phone
from fieldapp.shops.shop import Shop
from fieldapp.zones import KOREA_LAT, KOREA_LON, Dong, known_borders

STREET = "street"  # the source of what was registered on the spot


@dataclass(frozen=True)
class NewShop:
    """`zone` is the one that was chosen, where the manager holds several; the point is where the phone was, in WGS84 degrees."""

    name: str
    industry: str
    address: str
    phone: str
    floor: str
    zone: str
    lat: float | None
    lon: float | None

    @classmethod
    def read(cls, form: Reader) -> "NewShop | None":
        """What the form says of a new shop, or None where it says nothing of one."""
        texts = {name: form.text(f"shop.{name}", limit=limit)
                 for name, limit in (("name", 200), ("industry", 100), ("address", 300), ("phone", 60), ("floor", 20))}
        zone = form.uid("shop.zone")
        lat, lon = form.number("shop.lat", *KOREA_LAT), form.number("shop.lon", *KOREA_LON)
        if not texts["name"]:
            if any(texts.values()):
                form.refuse("shop", _("새 점포의 상호를 적어 주십시오."))
            return None
        if lat is None or lon is None:
            lat = lon = None
        return cls(**texts | {"phone": phone(texts["phone"])}, zone=zone, lat=lat, lon=lon)

    def register(self, uid: str, by: Person, zones: list[str]) -> Shop | None:
        """Keep the shop in one of these zones, in whose borders it lies or which was chosen; None where neither is one of them.

        Needs a transaction. The uid is the phone's: a second visit there finds the shop that the first has made.
        """
        dong, zone = self.place_in(zones)
        if zone is None:
            return None
        shop = Shop.create(
            uid=uid, source=STREET, source_id=uid, name=self.name, industry=self.industry, address_road=self.address, phone=self.phone,
            floor=self.floor, dong=dong, zone=zone, manager=by if by.is_manager else None, lat=self.lat, lon=self.lon, seq=next_seq())
        record("shop.registered", uid, by=by.uid, zone=zone)
        return shop

    def place_in(self, zones: list[str]) -> tuple[str | None, str | None]:
        """Dong and zone."""
        code = known_borders().dong_at(self.lat, self.lon) if self.lat is not None and self.lon is not None else None
        dong = Dong.get_or_none(Dong.code8 == code) if code else None
        if dong and dong.zone_id in zones:
            return dong.code8, dong.zone_id
        if self.zone in zones:
            return None, self.zone
        return None, zones[0] if len(zones) == 1 and not self.zone else None
