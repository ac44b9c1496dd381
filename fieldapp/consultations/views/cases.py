from dataclasses import dataclass

from flask import Response, g
from peewee import JOIN

from fieldapp.consultations.attachment import Attachment
from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.form import MINUTES
from fieldapp.consultations.report import Report
from fieldapp.consultations.views.blueprint import consultations
from fieldapp.consultations.views.giving import Attempt, give
from fieldapp.consultations.views.inbox import answers_due
from fieldapp.consultations.words import ASKERS, ATTENDANCES, CODES, HELD, HOWS, NOT_HELD, REPORT_STATES, RESULTS
from fieldapp.database import today, uuid7
from fieldapp.errors import REFUSED, NotFound
from fieldapp.events import accessed
from fieldapp.experts import FIELDS, Expert
from fieldapp.owners import Owner
from fieldapp.people import EXPERT
from fieldapp.programmes import Programme
from fieldapp.referrals import (
    OFFER_STATES,
    REFUSALS,
    RUNNING,
    STATES,
    URGENCIES,
    Actor,
    Offer,
    Referral,
    commands_for,
    may_know_owner,
)
from fieldapp.shops import Shop
from fieldapp.web import allow, go, page
from fieldapp.zones import Zone

COMMANDS = ("accept", "refuse", "schedule", "begin", "miss", "reschedule", "plan", "sit", "report")
WORDS = {"hows": HOWS, "attendances": ATTENDANCES, "codes": CODES, "askers": ASKERS, "results": RESULTS, "held": HELD,
         "not_held": NOT_HELD, "refusals": REFUSALS, "report_states": REPORT_STATES, "minutes": MINUTES}


@dataclass(frozen=True)
class Work:
    """What an expert sees of a running case beside its offer. `owner` is closed where a consent that opened it was withdrawn."""

    agreed: bool
    owner: Owner | None
    grievances: list
    sessions: list[Consultation]
    files: dict[str, list[Attachment]]
    report: Report | None
    programmes: list[Programme]

    @classmethod
    def at(cls, referral: Referral, expert: Expert) -> "Work":
        sessions = list(Consultation.of(referral).where(Consultation.expert == expert))
        report = Report.of(referral).where(Report.expert == expert).first()
        agreed = may_know_owner(expert, referral.shop_id)
        owner = Owner.get_or_none(Owner.shop == referral.shop_id) if agreed else None
        return cls(agreed, owner, referral.grievances(), sessions, Attachment.of(sessions), report,
                   list(Programme.current(today())))

    @property
    def planned(self) -> Consultation | None:
        return next((session for session in self.sessions if session.attendance == "planned"), None)

    @property
    def has_held(self) -> bool:
        return any(session.is_held for session in self.sessions)


@consultations.get("/cases/<offer>")
@allow("case.work")
def case(offer: str):
    return show(mine(offer))


@consultations.post("/cases/<offer>/<command>")
@allow("case.work")
def command_case(offer: str, command: str):
    found = mine(offer)
    if command not in COMMANDS:
        raise NotFound()
    try:
        give(found, command, Actor.of(g.person))
    except REFUSED as problem:
        return show(mine(offer), Attempt.failed(command, problem))
    return go(f"/cases/{offer}")


def mine(uid: str) -> Offer:
    """This expert's offer with its case; raises NotFound for anyone else's."""
    expert = Expert.of_person(g.person)
    found = (Offer.of_expert(expert).select(Offer, Referral, Shop, Zone).join_from(Referral, Shop).join_from(Referral, Zone, JOIN.INNER)
             .where(Offer.uid == uid).first()) if expert else None
    if found is None:
        raise NotFound()
    return found


def stage_of(offer: Offer) -> str:
    """How much of a case is open to its expert: offered, running, or over; on_hold only waits."""
    referral = offer.referral
    if offer.state == "offered":
        return "offered"
    if offer.state != "accepted" or referral.expert_id != offer.expert_id:
        return "over"
    return "running" if referral.state in RUNNING else "on_hold" if referral.state == "on_hold" else "over"


def show(offer: Offer, attempt: Attempt | None = None) -> Response:
    stage, attempt, referral = stage_of(offer), attempt or Attempt(), offer.referral
    shown = {"offer": offer, "referral": referral, "attempt": attempt, "fields": FIELDS, "urgencies": URGENCIES, "states": STATES,
             "offer_states": OFFER_STATES, "new_id": uuid7, **WORDS}
    if stage == "offered":
        return page("cases/offered.html", attempt.status, until=answers_due([offer]).get(referral.uid), **shown)
    if stage != "running":
        return page("cases/closed.html", attempt.status, waits=stage == "on_hold", **shown)
    accessed("case.view", [referral.shop_id])
    return page("cases/running.html", attempt.status, work=Work.at(referral, offer.expert),
                commands=commands_for(referral.state, EXPERT), **shown)
