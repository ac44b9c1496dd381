from flask import Response, g, request, send_file
from peewee import JOIN, fn

from fieldapp.dashboard.filters import VisitFilter, choices_of, mark_of, read_mark
from fieldapp.dashboard.stories import story_of
from fieldapp.dashboard.views.blueprint import ROWS, dashboard
from fieldapp.database import writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.events import accessed
from fieldapp.grievances import DISPOSITIONS, Grievance
from fieldapp.owners import Consent
from fieldapp.people import Person
from fieldapp.photos import stored_path
from fieldapp.programmes import Programme
from fieldapp.referrals import STATES, Referral
from fieldapp.shops import Shop
from fieldapp.visits import MOST_PHOTOS, OUTCOMES, REVIEWS, Visit, VisitPhoto, VisitProgramme
from fieldapp.web import allow, go, page
from fieldapp.zones import Zone

SIZES = (320, 1600)
FAR = 100  # metres from the shop's point from which the distance is worth a remark


@dashboard.get("/visits")
@allow("visit.see")
def visits():
    asked = VisitFilter.read(request.args)
    found = asked.narrow(Visit.reachable_by(g.person).where(Visit.current))
    rows = page_of(found, read_mark(request.args.get("before", "")))
    shown, more = rows[:ROWS], rows[ROWS:]
    uids = [visit.uid for visit in shown]
    if shown:
        accessed("visit.list", [visit.shop_id for visit in shown])
    return page(
        "visits/index.html", status=422 if asked.problems else 200, asked=asked, rows=shown, count=found.count(),
        grievances=Grievance.of(uids), photos=photo_counts(uids), outcomes=OUTCOMES, reviews=REVIEWS, dispositions=DISPOSITIONS,
        more=mark_of(shown[-1].visited_at, shown[-1].uid) if more else "", **choices_of(g.person))


def with_names(visits):
    """The query with each visit's shop, manager and zone in the same row."""
    return (visits.select(Visit, Shop, Person, Zone).join(Shop).switch(Visit).join(Person, on=Visit.manager)
            .switch(Visit).join(Zone, on=Visit.zone))


def page_of(visits, after) -> list[Visit]:
    """The rows after a mark, the latest first, and one more if there is one."""
    if after:
        moment, uid = after
        visits = visits.where((Visit.visited_at < moment) | ((Visit.visited_at == moment) & (Visit.uid < uid)))
    return list(with_names(visits).order_by(Visit.visited_at.desc(), Visit.uid.desc()).limit(ROWS + 1))


def photo_counts(uids: list[str]) -> dict[str, tuple[int, int]]:
    """For each visit how many of its photos have arrived, and how many it names."""
    arrived = fn.COUNT(VisitPhoto.received_at)
    counted = (VisitPhoto.select(VisitPhoto.visit, arrived, fn.COUNT(VisitPhoto.id)).where(VisitPhoto.visit.in_(uids))
               .group_by(VisitPhoto.visit))
    return {uid: (here, named) for uid, here, named in counted.tuples()}


@dashboard.get("/visits/<uid>")
@allow("visit.see")
def visit(uid: str):
    return show(reachable(uid))


def reachable(uid: str) -> Visit:
    found = with_names(Visit.reachable_by(g.person)).where(Visit.uid == uid).first()
    if found is None:
        raise NotFound()
    return found


def show(found: Visit, status: int = 200, reason: str = "", problem: str = "") -> Response:
    revisions = found.revisions()
    photos = list(VisitPhoto.select().where(VisitPhoto.visit == found).order_by(VisitPhoto.position))
    told = list(Programme.select().join(VisitProgramme).where(VisitProgramme.visit == found))
    referrals = list(Referral.select().where(Referral.visit_root == found.root).order_by(Referral.number))
    accessed("visit.view", [found.shop_id])
    return page(
        "visits/show.html", status=status, visit=found, revisions=revisions, photos=photos, programmes=told, referrals=referrals,
        grievances=Grievance.of([found.uid]).get(found.uid, []), consents=list(Consent.select().where(Consent.visit == found.uid)),
        story=story_of(found.root, *[revision.uid for revision in revisions], *[referral.uid for referral in referrals]),
        newest=next((revision for revision in revisions if revision.current), found), outcomes=OUTCOMES, reviews=REVIEWS,
        dispositions=DISPOSITIONS, states=STATES, far=FAR, reason=reason, problem=problem)


@dashboard.post("/visits/<uid>/return")
@allow("visit.return")
def return_visit(uid: str):
    found = reachable(uid)
    reason = request.form.get("reason", "")
    try:
        with writing():
            found.send_back(reason, g.person)
    except (Invalid, Conflict) as problem:
        return show(reachable(uid), problem.status, reason[:2000], str(problem.fields.get("reason", problem.message)))
    return go(f"/visits/{uid}")


@dashboard.get("/visits/<uid>/photos/<int:position>/<int:size>")
@allow("visit.see")
def visit_photo(uid: str, position: int, size: int):
    """A clean copy, for whoever may see the visit that names it."""
    if size not in SIZES or not 1 <= position <= MOST_PHOTOS:
        raise NotFound()
    reach = Visit.reachable_by(g.person).where(Visit.uid == uid)
    row = (VisitPhoto.select(VisitPhoto, Visit).join(Visit, JOIN.INNER)
           .where(VisitPhoto.visit.in_(reach.select(Visit.uid)), VisitPhoto.position == position).first())
    if row is None or row.received_at is None:
        raise NotFound()
    if size == max(SIZES):
        accessed("photo.view", [row.visit.shop_id])
    try:
        response = send_file(stored_path(row.sha256, size), mimetype="image/jpeg", conditional=True)
    except FileNotFoundError:
        raise NotFound() from None
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
