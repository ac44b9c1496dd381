"""방문: the visits of /visits, each its current revision, the latest first."""

from flask_babel import lazy_gettext as _
from peewee import fn

from fieldapp.dashboard import VisitFilter
from fieldapp.exports.columns import Column, words_of
from fieldapp.exports.lists import names
from fieldapp.exports.lists.counted import COUNTS
from fieldapp.exports.lists.owners import OWNER_COLUMNS, fill_owner
from fieldapp.exports.purposes import FIELD, NAMED, STATISTICS, SUBJECT, TOLD
from fieldapp.exports.table import List
from fieldapp.figures import Counted
from fieldapp.grievances import DISPOSITIONS, Category, Grievance
from fieldapp.people import Person
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES, REVIEWS, Visit, VisitPhoto, VisitProgramme

COLUMNS = (
    Column("visited_at", _("때"), "moment"),
    Column("shop_name", _("점포"), only=NAMED, wide=24),
    Column("industry", _("업종"), wide=18),
    Column("address", _("주소"), only=NAMED, wide=36),
    Column("dong", _("행정동"), words=names.dongs),
    Column("zone", _("권역"), words=names.zones),
    Column("manager", _("매니저"), only=NAMED, words=names.managers),
    Column("outcome", _("결과"), words=words_of(OUTCOMES)),
    Column("met_whom", _("만난 사람"), "said", TOLD),
    Column("categories", _("건의·애로"), needs="grievances", wide=24),
    Column("dispositions", _("처리"), needs="grievances", wide=20),
    Column("grievances", _("들은 것"), "said", TOLD, needs="grievances"),
    Column("memo", _("메모"), "said", TOLD),
    Column("programmes", _("안내한 지원사업"), needs="programmes", wide=30),
    Column("photos", _("사진"), "number", NAMED, needs="photos"),
    Column("counts", _("상담"), needs="counts", words=words_of(COUNTS)),
    Column("next_visit_on", _("다음 방문"), "day", NAMED),
    Column("review", _("검토"), words=words_of(REVIEWS)),
    *OWNER_COLUMNS,
    Column("shop_phone", _("점포 전화"), "phone", TOLD),
    Column("lat", _("위도"), "degree", (FIELD, SUBJECT, STATISTICS)),
    Column("lon", _("경도"), "degree", (FIELD, SUBJECT, STATISTICS)),
    Column("accuracy_m", _("위치 오차(m)"), "number", TOLD),
    Column("distance_m", _("점포와의 거리(m)"), "number", TOLD),
)
VALUES = {
    "visited_at": Visit.visited_at, "shop_name": fn.TRIM(Shop.name.concat(" ").concat(Shop.branch)), "industry": Shop.industry,
    "address": Shop.address_road, "dong": Shop.dong, "zone": Visit.zone, "manager": Visit.manager, "outcome": Visit.outcome,
    "met_whom": Visit.met_whom, "memo": Visit.memo, "next_visit_on": Visit.next_visit_on, "review": Visit.review,
    "shop_phone": Shop.phone, "lat": Visit.lat, "lon": Visit.lon, "accuracy_m": Visit.accuracy_m, "distance_m": Visit.distance_m,
}


def rows(person: Person, asked: VisitFilter):
    return asked.narrow(Visit.reachable_by(person).where(Visit.current))


def fill_grievances(rows: list[dict]) -> None:
    """Of each visit what was raised: categories, what is to become of them, and the words."""
    named, what = names.categories(), words_of(DISPOSITIONS)()
    found: dict[str, list[tuple[str, str, str]]] = {}
    query = Grievance.select(Grievance.visit, Grievance.category, Grievance.disposition, Grievance.text).join(Category)
    for visit, category, disposition, text in (query.where(Grievance.visit.in_([row["uid"] for row in rows]))
                                               .order_by(Category.position, Grievance.uid).tuples()):
        found.setdefault(visit, []).append((named.get(category, ""), what.get(disposition, disposition), text))
    for row in rows:
        raised = found.get(row["uid"], [])
        row["categories"] = ", ".join(category for category, _what, _text in raised)
        row["dispositions"] = ", ".join(what for _category, what, _text in raised)
        row["grievances"] = "\n".join(f"{category}: {text}" for category, _what, text in raised if text)


def fill_programmes(rows: list[dict]) -> None:
    named = names.programmes()
    found: dict[str, list[str]] = {}
    told = VisitProgramme.select(VisitProgramme.visit, VisitProgramme.programme).order_by(VisitProgramme.id)
    for visit, programme in told.where(VisitProgramme.visit.in_([row["uid"] for row in rows])).tuples():
        found.setdefault(visit, []).append(named.get(programme, ""))
    for row in rows:
        row["programmes"] = ", ".join(found.get(row["uid"], []))


def fill_photos(rows: list[dict]) -> None:
    counted = (VisitPhoto.select(VisitPhoto.visit, fn.COUNT(VisitPhoto.received_at))
               .where(VisitPhoto.visit.in_([row["uid"] for row in rows])).group_by(VisitPhoto.visit))
    found = dict(counted.tuples())
    for row in rows:
        row["photos"] = found.get(row["uid"], 0)


def fill_counts(rows: list[dict]) -> None:
    """Whether a visit counts as a consultation by the rule in force."""
    counted = (Visit.select(Visit.uid, Counted.counts).join(Counted, on=Counted.subject == Visit.root)
               .where(Visit.uid.in_([row["uid"] for row in rows])))
    found = {uid: bool(counts) for uid, counts in counted.tuples()}
    for row in rows:
        row["counts"] = found.get(row["uid"], False)


VISITS = List(
    "visits", _("방문"), "/visits", "visit.see", VisitFilter, rows, lambda found: found.join(Shop), VALUES,
    (Visit.visited_at, Visit.uid), COLUMNS, shop=Visit.shop, place=(Visit.lat, Visit.lon),
    fills={"grievances": fill_grievances, "programmes": fill_programmes, "photos": fill_photos, "counts": fill_counts,
           "owner": fill_owner})
