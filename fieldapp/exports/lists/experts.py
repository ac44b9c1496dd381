"""전문가 명부: the experts of /experts by name. Their mail and phone are masked as an owner's are."""

from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from fieldapp.experts import FIELDS, Expert, ExpertFilter, Partner
from fieldapp.exports.columns import Column, words_of
from fieldapp.exports.purposes import BUSINESS, FIELD, STATISTICS
from fieldapp.exports.table import List
from fieldapp.people import Person

NAMED = (BUSINESS, FIELD)
COLUMNS = (
    Column("expert_name", _("성명"), only=NAMED),
    Column("qualification", _("자격"), only=NAMED, wide=24),
    Column("fields", _("분야"), needs="fields", wide=30),
    Column("zones", _("권역"), needs="zones", wide=24),
    Column("partner", _("소속"), words=lambda: dict(Partner.select(Partner.uid, Partner.name).tuples()), wide=20),
    Column("capacity", _("한 번에 맡는 건수"), "number"),
    Column("active", _("상태"), words=words_of({True: _("활동"), False: _("중지")})),
    Column("confirmed_on", _("확인한 날"), "day"),
    Column("phone", _("전화"), "phone", (FIELD,)),
)
VALUES = {
    "expert_name": Expert.name, "qualification": Expert.qualification, "partner": Expert.partner, "capacity": Expert.capacity,
    "active": Expert.active, "confirmed_on": Expert.confirmed_on, "phone": Expert.phone,
}


def rows(person: Person, asked: ExpertFilter):
    return asked.narrow(Expert.reachable_by(person))


def fill_fields(rows: list[dict]) -> None:
    found, words = Expert.fields_of([row["uid"] for row in rows]), words_of(FIELDS)()
    for row in rows:
        row["fields"] = ", ".join(words[one.field] for one in found[row["uid"]])


def fill_zones(rows: list[dict]) -> None:
    found, language = Expert.zones_of([row["uid"] for row in rows]), str(get_locale())
    for row in rows:
        row["zones"] = ", ".join(zone.name(language) for zone in found[row["uid"]]) or str(_("모든 권역"))


EXPERTS = List(
    "experts", _("전문가 명부"), "/experts", "expert.see", ExpertFilter, rows, lambda found: found, VALUES,
    (Expert.name, Expert.uid), COLUMNS, latest_first=False, fills={"fields": fill_fields, "zones": fill_zones},
    purposes=(BUSINESS, STATISTICS, FIELD))
