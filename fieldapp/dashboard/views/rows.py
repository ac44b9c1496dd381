from dataclasses import dataclass
from datetime import date

from flask import g, request
from flask_babel import lazy_gettext as _

from fieldapp.consultations import Consultation
from fieldapp.dashboard.filters import VisitFilter, choices_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.events import accessed
from fieldapp.figures import SESSION, VISIT, Counted
from fieldapp.form import UUID, Reader
from fieldapp.people import Grant, Person
from fieldapp.referrals import Referral
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES, Visit
from fieldapp.web import allow, page
from fieldapp.zones import Zone

ROWS = 30  # on one page
MOST = 10_000  # are counted; what is more is told so
KINDS = {VISIT: _("방문"), SESSION: _("컨설팅 회차")}


@dataclass(frozen=True)
class Line:
    """A row with its names, and where it is told in full."""

    row: Counted
    shop: str
    zone: Zone | None
    manager: str
    url: str


@dashboard.get("/dashboard/rows")
@allow("dashboard.see")
def rows():
    """The rows behind a figure: visits and sessions, each with whether it counts, the latest first."""
    asked, form = VisitFilter.read(request.args), Reader(request.args.to_dict(flat=False))
    what = form.choice("what", KINDS)
    found = asked.narrow_rows(reachable(g.person))
    if what:
        found = found.where(Counted.what == what)
    picked = list(after(found, request.args.get("before", "")).order_by(Counted.day.desc(), Counted.subject.desc()).limit(ROWS + 1))
    shown, problems = picked[:ROWS], asked.problems | form.errors
    if shown:
        accessed("figure.rows", [row.shop for row in shown])
    more = f"{shown[-1].day}~{shown[-1].subject}" if len(picked) > ROWS else ""
    return page("dashboard/rows.html", status=422 if problems else 200, asked=asked, what=what, problems=problems, lines=lines_of(shown),
                count=found.limit(MOST + 1).count(), most=MOST, more=more, kinds=KINDS, outcomes=OUTCOMES, **choices_of(g.person))


def reachable(person: Person):
    if person.sees_all_zones:
        return Counted.select()
    return Counted.select().where(Counted.zone.in_(Grant.zones_of(person)))


def after(found, mark: str):
    """What comes after the last row of the page before."""
    day, _tilde, subject = mark.partition("~")
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return found
    if not UUID.fullmatch(subject):
        return found
    return found.where(Counted.day <= last, (Counted.day < last) | (Counted.subject < subject))


def lines_of(found: list[Counted]) -> list[Line]:
    """The rows with their names, by five questions."""
    named = Shop.select(Shop.uid, Shop.name, Shop.branch).where(Shop.uid.in_([row.shop for row in found]))
    shops = {shop.uid: shop.title for shop in named}
    of_zone = Zone.select(Zone.uid, Zone.name_ko, Zone.name_en, Zone.colour).where(Zone.uid.in_([row.zone for row in found]))
    zones = {zone.uid: zone for zone in of_zone}
    people = dict(Person.select(Person.uid, Person.name).where(Person.uid.in_([row.manager for row in found])).tuples())
    urls = addresses([row.subject for row in found])
    return [Line(row, shops.get(row.shop, ""), zones.get(row.zone), people.get(row.manager, ""), urls.get(row.subject, ""))
            for row in found]


def addresses(subjects: list[str]) -> dict[str, str]:
    """Where a visit or a session stands in full: a visit by its current revision, a session with its case."""
    visits = Visit.select(Visit.root, Visit.uid).where(Visit.root.in_(subjects), Visit.current)
    sessions = Consultation.select(Consultation.uid, Referral.uid).join(Referral).where(Consultation.uid.in_(subjects))
    return ({root: f"/visits/{uid}" for root, uid in visits.tuples()}
            | {uid: f"/referrals/{referral}" for uid, referral in sessions.tuples()})
