from dataclasses import dataclass
from datetime import timedelta

from flask import g, request
from flask_babel import gettext as _
from peewee import Case

from fieldapp.dashboard.filters import choices_of
from fieldapp.dashboard.stories import story_of
from fieldapp.dashboard.views.blueprint import ROWS, dashboard
from fieldapp.database import now
from fieldapp.errors import NotFound
from fieldapp.events import accessed
from fieldapp.experts import FIELDS
from fieldapp.form import UUID, Reader, read_instant
from fieldapp.grievances import DISPOSITIONS
from fieldapp.owners import CONTACT, Consent, Owner
from fieldapp.people import Person
from fieldapp.referrals import STATES, URGENCIES, Referral
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES, Visit
from fieldapp.web import allow, page
from fieldapp.zones import Zone

RANK = {"urgent": 0, "soon": 1, "normal": 2}
urgency_rank = Case(Referral.urgency, tuple(RANK.items()), 3)


@dataclass(frozen=True)
class Mark:
    """Where a page of the queue ended."""

    rank: int
    submitted_at: object
    uid: str

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        rank, _tilde, rest = text.partition("~")
        moment, _tilde, uid = rest.partition("~")
        read = read_instant(moment)
        return cls(int(rank), read, uid) if rank in ("0", "1", "2", "3") and read and UUID.fullmatch(uid) else None

    def after(self, queue):
        return queue.where((urgency_rank > self.rank) | ((urgency_rank == self.rank) & (
            (Referral.submitted_at > self.submitted_at) | ((Referral.submitted_at == self.submitted_at) & (Referral.uid > self.uid)))))


@dashboard.get("/referrals")
@allow("referral.see")
def referrals():
    form = Reader(request.args.to_dict(flat=False))
    asked = {"zone": form.uid("zone"), "field": form.choice("field", FIELDS), "urgency": form.choice("urgency", URGENCIES)}
    queue = Referral.queue(g.person)
    for name, value in asked.items():
        if value:
            queue = queue.where(getattr(Referral, name) == value)
    after = Mark.read(request.args.get("after", ""))
    rows = list((after.after(queue) if after else queue).order_by(urgency_rank, Referral.submitted_at, Referral.uid).limit(ROWS + 1))
    shown, last = rows[:ROWS], rows[ROWS - 1] if len(rows) > ROWS else None
    if shown:
        accessed("referral.list", [referral.shop_id for referral in shown])
    return page(
        "referrals/index.html", status=422 if form.errors else 200, asked=asked, problems=form.errors, rows=shown, count=queue.count(),
        waiting=Referral.reachable_by(g.person).where(Referral.state == "draft").count(), fields=FIELDS, urgencies=URGENCIES,
        states=STATES, age=age, more=f"{RANK[last.urgency]}~{last.submitted_at.isoformat()}~{last.uid}" if last else "",
        zones=choices_of(g.person)["zones"])


def age(referral: Referral) -> str:
    """How long it has waited, in the largest whole unit."""
    waited = now() - (referral.submitted_at or referral.created_at)
    if waited >= timedelta(days=1):
        return _("%(n)s일", n=waited.days)
    hours = int(waited.total_seconds() // 3600)
    return _("%(n)s시간", n=hours) if hours else _("%(n)s분", n=int(waited.total_seconds() // 60))


@dashboard.get("/referrals/<uid>")
@allow("referral.see")
def referral(uid: str):
    found = (Referral.reachable_by(g.person).select(Referral, Shop, Zone, Visit, Person).join(Shop).switch(Referral).join(Zone)
             .switch(Referral).join(Visit).switch(Referral).join(Person, on=Referral.manager).where(Referral.uid == uid).first())
    if found is None:
        raise NotFound()
    consent = Consent.standing(found.shop, CONTACT)
    accessed("referral.view", [found.shop_id])
    return page(
        "referrals/show.html", referral=found, visit=found.visit, consent=consent, grievances=found.grievances(), age=age,
        owner=Owner.get_or_none(Owner.shop == found.shop_id) if consent else None, story=story_of(found.uid), fields=FIELDS,
        urgencies=URGENCIES, states=STATES, outcomes=OUTCOMES, dispositions=DISPOSITIONS)
