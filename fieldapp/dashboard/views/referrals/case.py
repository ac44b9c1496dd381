from datetime import timedelta

from flask import g
from flask_babel import gettext as _

from fieldapp.dashboard.stories import story_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import now
from fieldapp.errors import NotFound
from fieldapp.events import accessed
from fieldapp.experts import FIELDS
from fieldapp.grievances import DISPOSITIONS
from fieldapp.owners import CONTACT, Consent, Owner
from fieldapp.people import Person
from fieldapp.referrals import STATES, URGENCIES, Referral
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES, Visit
from fieldapp.web import allow, page
from fieldapp.zones import Zone


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
