from flask import Response, g, request, send_file
from peewee import JOIN

from fieldapp.dashboard.comparison import compare
from fieldapp.dashboard.filters import VisitFilter, choices_of, mark_of, read_mark
from fieldapp.dashboard.stories import story_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.visit_list import categories_of, count_of, page_of, photos_of
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
from fieldapp.visits import MOST_PHOTOS, OPEN, OUTCOMES, RETURNS, REVIEWS, Visit, VisitPhoto, VisitProgramme, told
from fieldapp.web import allow, go, page
from fieldapp.zones import Zone

SIZES = (320, 1600)
FAR = 100  # metres from the shop's point from which the distance is worth a remark


@dashboard.get("/visits")
@allow("visit.see")
def visits():
    asked = VisitFilter.read(request.args)
    after = read_mark(request.args.get("before", ""))
    rows, more = page_of(g.person, asked, after)
    count, all_of_it = count_of(g.person, asked) if more or after else (len(rows), True)
    uids = [visit.uid for visit in rows]
    if rows:
        accessed("visit.list", [visit.shop_id for visit in rows])
    return page(
        "visits/index.html", status=422 if asked.problems else 200, asked=asked, rows=rows, count=count, all_of_it=all_of_it,
        categories_of=categories_of(uids), photos=photos_of(uids), outcomes=OUTCOMES, reviews=REVIEWS,
        more=mark_of(rows[-1].visited_at, rows[-1].uid) if more else "", **choices_of(g.person))


def with_names(visits):
    """The query with each visit's shop, manager and zone in the same row."""
    return (visits.select(Visit, Shop, Person, Zone).join(Shop).switch(Visit).join(Person, on=Visit.manager)
            .switch(Visit).join(Zone, on=Visit.zone))


@dashboard.get("/visits/<uid>")
@allow("visit.see")
def visit(uid: str):
    return show(reachable(uid))


def reachable(uid: str) -> Visit:
    found = with_names(Visit.reachable_by(g.person)).where(Visit.uid == uid).first()
    if found is None:
        raise NotFound()
    return found


def show(found: Visit, status: int = 200, reason: str = "", problem: str = "", code: str = "", wrong: str = "reason") -> Response:
    """The page of a visit; `problem` is told beside the field `wrong`, with what was typed."""
    revisions = found.revisions()
    earlier = next((revision for revision in revisions if revision.uid == found.replaces), None)
    photos = list(VisitPhoto.select().where(VisitPhoto.visit.in_([found.uid, found.replaces])).order_by(VisitPhoto.position))
    told_of = list(Programme.select().join(VisitProgramme).where(VisitProgramme.visit == found))
    referrals = list(Referral.select().where(Referral.visit_root == found.root).order_by(Referral.number))
    accessed("visit.view", [found.shop_id])
    return page(
        "visits/show.html", status=status, visit=found, revisions=revisions, programmes=told_of, referrals=referrals,
        photos=[photo for photo in photos if photo.visit_id == found.uid],
        earlier=earlier, comparison=compare(earlier, found) if earlier else [],
        earlier_photos=[photo for photo in photos if earlier and photo.visit_id == earlier.uid],
        grievances=Grievance.of([found.uid]).get(found.uid, []), consents=list(Consent.select().where(Consent.visit == found.uid)),
        story=story_of(found.root, *[revision.uid for revision in revisions], *[referral.uid for referral in referrals]),
        newest=next((revision for revision in revisions if revision.current), found), outcomes=OUTCOMES, reviews=REVIEWS,
        dispositions=DISPOSITIONS, states=STATES, far=FAR, returns=RETURNS, doubts=told(found), open=found.current and found.review in OPEN,
        reason=reason, problem=problem, code=code, wrong=wrong)


@dashboard.post("/visits/<uid>/return")
@allow("visit.review")
def return_visit(uid: str):
    found = reachable(uid)
    reason, code = request.form.get("reason", ""), request.form.get("code", "")
    try:
        with writing():
            found.send_back(reason, g.person, code)
    except (Invalid, Conflict) as problem:
        [(wrong, text)] = (problem.fields or {"reason": problem.message}).items()
        return show(reachable(uid), problem.status, reason[:2000], str(text), code, wrong)
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
