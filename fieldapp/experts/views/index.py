from flask import g, request

from fieldapp.database import today
from fieldapp.experts.expert import Expert
from fieldapp.experts.field import FIELDS
from fieldapp.experts.filter import OWN, ExpertFilter
from fieldapp.experts.partner import STANDINGS, Partner
from fieldapp.experts.views.blueprint import ROWS, experts
from fieldapp.form import UUID, clean
from fieldapp.web import allow, page
from fieldapp.worktime import Closure
from fieldapp.zones import Zone


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
