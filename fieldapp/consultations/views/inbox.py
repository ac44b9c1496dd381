from flask import g, request
from peewee import JOIN

from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.satisfaction import Satisfaction
from fieldapp.consultations.views.blueprint import consultations
from fieldapp.events import accessed
from fieldapp.experts import FIELDS, Expert
from fieldapp.form import UUID
from fieldapp.referrals import OFFER_STATES, RUNNING, STATES, URGENCIES, Offer, Referral
from fieldapp.shops import Shop
from fieldapp.web import allow, page
from fieldapp.worktime import Clock
from fieldapp.zones import Zone

ROWS = 50


@consultations.get("/inbox")
@allow("case.work")
def inbox():
    """What waits for this expert's answer, what runs, and what is over, the latest first."""
    expert = Expert.of_person(g.person)
    if expert is None:
        return page("consultations/unknown.html")
    mine = Offer.of_expert(expert).select(Offer, Referral, Shop, Zone).join_from(Referral, Shop).join_from(Referral, Zone, JOIN.INNER)
    waiting = list(mine.where(Offer.state == "offered").order_by(Offer.uid))
    running = list(mine.where(is_running(expert)).order_by(Referral.due_at.asc(nulls="LAST"), Offer.uid))
    over = mine.where(Offer.state != "offered", ~is_running(expert)).order_by(Offer.uid.desc())
    before = request.args.get("before", "")
    over = list((over.where(Offer.uid < before) if UUID.fullmatch(before) else over).limit(ROWS + 1))
    if running:
        accessed("case.list", [offer.referral.shop_id for offer in running])
    return page(
        "consultations/inbox.html", waiting=waiting, running=running, over=over[:ROWS], before=before,
        more=over[ROWS - 1].uid if len(over) > ROWS else "", until=answers_due(waiting), sessions=awaited(running),
        rating=Satisfaction.of_expert(expert), fields=FIELDS, urgencies=URGENCIES, states=STATES, offer_states=OFFER_STATES)


def is_running(expert: Expert):
    """The condition that a case is this expert's and goes on, or only waits."""
    return (Offer.state == "accepted") & (Referral.expert == expert.uid) & Referral.state.in_((*RUNNING, "on_hold"))


def answers_due(offers: list[Offer]) -> dict:
    """For each offer's case until when it is to be answered."""
    uids = [offer.referral_id for offer in offers]
    clocks = Clock.select().where(Clock.subject.in_(uids), Clock.kind == "acceptance", Clock.ended_at.is_null()) if uids else ()
    return {clock.subject: clock.due_at for clock in clocks}


def awaited(offers: list[Offer]) -> dict[str, Consultation]:
    """For each offer's case the session that is planned."""
    uids = [offer.referral_id for offer in offers]
    planned = Consultation.select().where(Consultation.referral.in_(uids), Consultation.attendance == "planned") if uids else ()
    return {session.referral_id: session for session in planned}
