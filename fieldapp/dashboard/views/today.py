from datetime import timedelta

from flask import g, request

from fieldapp.dashboard.figures import zone_days
from fieldapp.dashboard.filters import FIRST_DAY, LAST_DAY
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import SEOUL, now
from fieldapp.form import Reader
from fieldapp.referrals import Referral
from fieldapp.sync import Refusal
from fieldapp.visits import OUTCOMES
from fieldapp.web import allow, page


@dashboard.get("/dashboard/day")
@allow("dashboard.see")
def today():
    """Counts of one day by zone; `day` in the address, today where it is left away."""
    present = now().astimezone(SEOUL).date()
    form = Reader(request.args.to_dict(flat=False))
    day = form.day("day", FIRST_DAY, LAST_DAY) or present
    rows = zone_days(g.person, day)
    return page(
        "dashboard/today.html", status=422 if form.errors else 200, day=day, present=present, rows=rows, problems=form.errors,
        before=day - timedelta(days=1), after=day + timedelta(days=1), outcomes=OUTCOMES,
        most=max((row.visits for row in rows), default=0), visits=sum(row.visits for row in rows), met=sum(row.met for row in rows),
        returned=sum(row.returned for row in rows), queue=Referral.queue(g.person).count(), refused=Refusal.select().count())
