"""점포: the register as /shops shows it, by name."""

from flask_babel import lazy_gettext as _
from peewee import fn

from fieldapp.dashboard import ShopFilter
from fieldapp.exports.columns import Column, words_of
from fieldapp.exports.lists import names
from fieldapp.exports.lists.owners import OWNER_COLUMNS, fill_owner
from fieldapp.exports.purposes import NAMED, TOLD
from fieldapp.exports.table import List
from fieldapp.people import Person
from fieldapp.shops import STATUSES, Shop
from fieldapp.visits import Visit

COLUMNS = (
    Column("shop_name", _("점포"), only=NAMED, wide=24),
    Column("industry", _("업종"), wide=18),
    Column("address", _("주소"), only=NAMED, wide=36),
    Column("floor", _("층"), only=NAMED, wide=6),
    Column("unit", _("호"), only=NAMED, wide=6),
    Column("dong", _("행정동"), words=names.dongs),
    Column("zone", _("권역"), words=names.zones),
    Column("manager", _("매니저"), only=NAMED, words=names.managers),
    Column("status", _("상태"), words=words_of(STATUSES)),
    Column("visits", _("방문"), "number", needs="visits"),
    Column("last_visit", _("지난 방문"), "moment", needs="visits"),
    *OWNER_COLUMNS,
    Column("shop_phone", _("점포 전화"), "phone", TOLD),
    Column("lat", _("위도"), "degree"),
    Column("lon", _("경도"), "degree"),
)
VALUES = {
    "shop_name": fn.TRIM(Shop.name.concat(" ").concat(Shop.branch)), "industry": Shop.industry, "address": Shop.address_road,
    "floor": Shop.floor, "unit": Shop.unit, "dong": Shop.dong, "zone": Shop.zone, "manager": Shop.manager, "status": Shop.status,
    "shop_phone": Shop.phone, "lat": Shop.lat, "lon": Shop.lon,
}


def rows(person: Person, asked: ShopFilter):
    return asked.narrow(Shop.reachable_by(person))


def fill_visits(rows: list[dict]) -> None:
    counted = (Visit.select(Visit.shop, fn.COUNT(Visit.uid), fn.MAX(Visit.visited_at))
               .where(Visit.shop.in_([row["uid"] for row in rows]), Visit.current).group_by(Visit.shop))
    found = {shop: (count, last) for shop, count, last in counted.tuples()}
    for row in rows:
        row["visits"], row["last_visit"] = found.get(row["uid"], (0, None))


SHOPS = List(
    "shops", _("점포"), "/shops", "shop.see", ShopFilter, rows, lambda found: found, VALUES, (Shop.name, Shop.uid), COLUMNS,
    latest_first=False, shop=Shop.uid, place=(Shop.lat, Shop.lon), fills={"visits": fill_visits, "owner": fill_owner})
