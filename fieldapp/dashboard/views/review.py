from flask import g, request
from flask_babel import gettext as _

from fieldapp.dashboard.filters import VisitFilter, choices_of
from fieldapp.dashboard.review import LANES, MOST, ROWS, Mark, counts_of, first_day, lane_of, rows_of, shares_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.views.visits import reachable, show, with_names
from fieldapp.dashboard.visit_list import photos_of
from fieldapp.database import writing
from fieldapp.errors import Conflict
from fieldapp.events import accessed
from fieldapp.form import Reader
from fieldapp.visits import OPEN, OUTCOMES, REVIEWS, Visit, told
from fieldapp.web import allow, go, page


@dashboard.get("/review")
@allow("visit.review")
def review():
    """Visits to look at, the most doubtful first; zone, manager and period stand in the address."""
    return lane()


def lane(problem: str = ""):
    asked = VisitFilter.read(request.args)
    here = asked.review or "received"
    rows = rows_of(lane_of(g.person, asked, here), Mark.read(request.args.get("before", "")))
    shown = rows[:ROWS]
    if shown:
        accessed("review.list", [visit.shop_id for visit in shown])
    return page(
        "review/index.html", status=422 if problem or asked.problems else 200, asked=asked, lane=here, lanes=LANES, rows=shown,
        counts=counts_of(g.person, asked, LANES[:3]), most=MOST, more=Mark.of(shown[-1]) if len(rows) > ROWS else "",
        doubts={visit.uid: told(visit) for visit in shown}, photos=photos_of([visit.uid for visit in shown]), problem=problem,
        shares=shares_of(g.person, asked.zone), since=first_day(), outcomes=OUTCOMES, reviews=REVIEWS, open=here in OPEN,
        **choices_of(g.person))


@dashboard.post("/review/confirm")
@allow("visit.review")
def confirm_many():
    """Confirm those that were chosen, as far as they are still open and still what was seen; of the others is told why not."""
    form = Reader(request.form.to_dict(flat=False))
    chosen = form.many("chosen", limit=ROWS)
    if not chosen or form.errors:
        return lane(next(iter(form.errors.values()), "") or _("방문을 하나 이상 골라 주십시오."))
    reached = list(with_names(Visit.reachable_by(g.person)).where(Visit.uid.in_(chosen)).order_by(Visit.visited_at.desc()))
    done, not_done = [], []
    with writing():
        for visit in reached:
            try:
                visit.confirm(g.person)
                done.append(visit)
            except Conflict as problem:
                not_done.append((visit, str(problem.message)))
    if reached:
        accessed("review.confirm", [visit.shop_id for visit in reached])
    return page("review/confirmed.html", done=done, not_done=not_done, missing=len(chosen) - len(reached),
                back=request.query_string.decode(errors="replace"))


@dashboard.post("/visits/<uid>/confirm")
@allow("visit.review")
def confirm_visit(uid: str):
    found = reachable(uid)
    try:
        with writing():
            found.confirm(g.person)
    except Conflict as problem:
        return show(reachable(uid), problem.status, problem=str(problem.message))
    return go(f"/visits/{uid}")
