from dataclasses import dataclass

from flask import g, request

from fieldapp.experts.expert import Expert, ExpertField, ExpertZone, today
from fieldapp.experts.field import FIELD_CODES, FIELDS
from fieldapp.experts.partner import STANDINGS, Partner
from fieldapp.experts.views.blueprint import ROWS, experts
from fieldapp.form import UUID, Reader, clean
from fieldapp.web import allow, page
from fieldapp.worktime import Closure
from fieldapp.zones import Zone

OWN = "own"  # asked for in place of an institution: the district's own


@dataclass(frozen=True)
class ExpertFilter:
    """What the list is narrowed to, as it stands in the address; `problems` says why a part could not be read."""

    problems: dict[str, str]
    q: str = ""
    field: str = ""
    zone: str = ""
    partner: str = ""
    active: str = ""

    @classmethod
    def read(cls, args) -> "ExpertFilter":
        form = Reader(args.to_dict(flat=False))
        partner = OWN if args.get("partner") == OWN else form.uid("partner")
        return cls(form.errors, form.text("q", limit=60), form.choice("field", FIELD_CODES), form.uid("zone"), partner,
                   form.choice("active", ("yes", "no")))

    @property
    def parts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("q", "field", "zone", "partner", "active") if getattr(self, name)}

    def narrow(self, found):
        for word in self.q.split():
            found = found.where(Expert.name.contains(word))
        if self.field:
            found = found.where(Expert.uid.in_(ExpertField.select(ExpertField.expert).where(ExpertField.field == self.field)))
        if self.zone:  # who serves it: those of this zone, and those of all
            found = found.where(Expert.uid.in_(ExpertZone.select(ExpertZone.expert).where(ExpertZone.zone == self.zone))
                                | Expert.uid.not_in(ExpertZone.select(ExpertZone.expert)))
        if self.partner:
            found = found.where(Expert.partner.is_null() if self.partner == OWN else Expert.partner == self.partner)
        return found.where(Expert.active == (self.active == "yes")) if self.active else found


@experts.get("/experts")
@allow("expert.see")
def index():
    asked = ExpertFilter.read(request.args)
    found = asked.narrow(Expert.reachable_by(g.person))
    rows, more = page_of(found, request.args.get("after", ""))
    return page("experts/index.html", status=422 if asked.problems else 200, asked=asked, count=found.count(), more=more,
                zones=list(Zone.ordered()), partners=list(Partner.ordered()), own=OWN, **facts_of(rows))


def page_of(found, after: str) -> tuple[list[Expert], str]:
    """The rows after a mark by name, and the mark of those that follow."""
    name, _tilde, uid = clean(after).rpartition("~")
    if UUID.fullmatch(uid):
        found = found.where((Expert.name > name) | ((Expert.name == name) & (Expert.uid > uid)))
    rows = list(Expert.with_partner(found).order_by(Expert.name, Expert.uid).limit(ROWS + 1))
    return rows[:ROWS], f"{rows[ROWS - 1].name}~{rows[ROWS - 1].uid}" if len(rows) > ROWS else ""


def facts_of(rows: list[Expert]) -> dict:
    """What a table of experts shows of them, each in one query."""
    uids = [expert.uid for expert in rows]
    return {"rows": rows, "fields": FIELDS, "fields_of": Expert.fields_of(uids), "zones_of": Expert.zones_of(uids),
            "absent": absent_until(uids), "standings": STANDINGS, "today": today()}


def absent_until(uids: list[str]) -> dict:
    """Who of these is absent today, and up to and with which day."""
    rows = Closure.select().where(Closure.whose.in_(uids), Closure.first_day <= today(), Closure.last_day >= today())
    return {row.whose: row.last_day for row in rows.order_by(Closure.last_day)}
