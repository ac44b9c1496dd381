from flask import Response
from peewee import JOIN

from fieldapp.consultations.views.blueprint import consultations
from fieldapp.consultations.views.giving import OF_AN_OFFER, Attempt, give
from fieldapp.consultations.views.inbox import answers_due
from fieldapp.consultations.views.links import DAY, telling_nothing
from fieldapp.database import uuid7
from fieldapp.errors import REFUSED, NotFound
from fieldapp.experts import FIELDS, Expert
from fieldapp.messages import read_link
from fieldapp.people import EXPERT
from fieldapp.referrals import REFUSALS, URGENCIES, Actor, Offer, Referral
from fieldapp.shops import Shop
from fieldapp.web import page, public
from fieldapp.zones import Zone

OPENS_FOR = 14 * DAY


@consultations.get("/o/<token>")
@public
@telling_nothing
def offer_by_link(token: str) -> Response:
    """An offer as its expert may see it before accepting. Looking changes nothing: mail scanners look too."""
    return show(token, offer_of(token))


@consultations.post("/o/<token>/<command>")
@public
@telling_nothing
def answer_by_link(token: str, command: str) -> Response:
    """Accept or refuse by the link's authority; the same answer given twice is taken once."""
    offer = offer_of(token)
    if command not in OF_AN_OFFER:
        raise NotFound()
    try:
        give(offer, command, Actor(EXPERT, offer.expert.person_id or offer.expert_id))
    except REFUSED as problem:
        return show(token, offer_of(token), Attempt.failed(command, problem))
    return page("mine/answered.html", command=command, number=offer.referral.label)


def offer_of(token: str) -> Offer:
    uid, _stamp = read_link("offer", token, OPENS_FOR)
    found = (Offer.select(Offer, Expert, Referral, Shop, Zone).join(Expert).switch(Offer).join(Referral).join_from(Referral, Shop)
             .join_from(Referral, Zone, JOIN.INNER).where(Offer.uid == uid).first())
    if found is None:
        raise NotFound()
    return found


def show(token: str, offer: Offer, attempt: Attempt | None = None) -> Response:
    """Raises NotFound once the offer was answered, or is no longer open."""
    if offer.state != "offered":
        raise NotFound()
    attempt = attempt or Attempt()
    return page("mine/offer.html", attempt.status, token=token, offer=offer, referral=offer.referral, attempt=attempt, new_id=uuid7,
                until=answers_due([offer]).get(offer.referral_id), fields=FIELDS, urgencies=URGENCIES, refusals=REFUSALS)
