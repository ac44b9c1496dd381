"""건의·애로: what was raised in the visits of /visits, one row each, the latest first."""

from flask_babel import lazy_gettext as _
from peewee import fn

from fieldapp.dashboard import VisitFilter
from fieldapp.exports.columns import Column, words_of
from fieldapp.exports.lists import names
from fieldapp.exports.lists.owners import OWNER_COLUMNS, fill_owner
from fieldapp.exports.purposes import NAMED, STATISTICS
from fieldapp.exports.table import List
from fieldapp.grievances import DISPOSITIONS, Grievance
from fieldapp.people import Person
from fieldapp.shops import Shop
from fieldapp.visits import Visit

COLUMNS = (
    Column("visited_at", _("때"), "moment"),
    Column("shop_name", _("점포"), only=NAMED, wide=24),
    Column("industry", _("업종"), wide=18),
    Column("address", _("주소"), only=NAMED, wide=36),
    Column("dong", _("행정동"), words=names.dongs),
    Column("zone", _("권역"), words=names.zones),
    Column("manager", _("매니저"), only=NAMED, words=names.managers),
    Column("category", _("건의·애로"), words=names.categories, wide=18),
    Column("disposition", _("처리"), words=words_of(DISPOSITIONS)),
    Column("text", _("들은 것"), "said", NAMED),  # 건의 처리대장 is made of what was said
    *OWNER_COLUMNS,
    Column("lat", _("위도"), "degree", (STATISTICS,)),
    Column("lon", _("경도"), "degree", (STATISTICS,)),
)
VALUES = {
    "visited_at": Visit.visited_at, "shop_name": fn.TRIM(Shop.name.concat(" ").concat(Shop.branch)), "industry": Shop.industry,
    "address": Shop.address_road, "dong": Shop.dong, "zone": Visit.zone, "manager": Visit.manager, "category": Grievance.category,
    "disposition": Grievance.disposition, "text": Grievance.text, "lat": Shop.lat, "lon": Shop.lon,
}


def rows(person: Person, asked: VisitFilter):
    """Those of the visits that the address asks for; where it names a category, those of that category alone."""
    visits = asked.narrow(Visit.reachable_by(person).where(Visit.current))
    found = visits.join(Grievance, on=Grievance.visit == Visit.uid)
    return found.where(Grievance.category.in_(names.of_code(asked.category))) if asked.category else found


GRIEVANCES = List(
    "grievances", _("건의·애로"), "/visits", "visit.see", VisitFilter, rows,
    lambda found: found.switch(Visit).join(Shop), VALUES, (Visit.visited_at, Grievance.uid), COLUMNS,
    shop=Visit.shop, place=(Shop.lat, Shop.lon), fills={"owner": fill_owner})
