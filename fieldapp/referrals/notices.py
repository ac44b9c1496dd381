"""Who is told what of a referral's way: the shop by text, experts and the office by mail. A number, a time and a link, never the case."""

from datetime import datetime

from fieldapp import events
from fieldapp.experts import Expert
from fieldapp.messages import MAIL, TEXT, Message
from fieldapp.owners import CONTACT, Consent, Owner
from fieldapp.people import COORDINATOR, SUPERVISOR, Person
from fieldapp.referrals.offer import Offer
from fieldapp.referrals.referral import Referral
from fieldapp.worktime import Clock


def tell_shop(template: str, event: events.Event, referral: Referral, **facts) -> None:
    """By text, where the owner has agreed to be called and left a number."""
    owner = Owner.get_or_none(Owner.shop == referral.shop_id)
    if owner and owner.phone and Consent.standing(referral.shop_id, CONTACT):
        Message.put(template, TEXT, owner.phone, f"{template}:{event.uid}:shop", referral.uid, number=referral.label,
                    link={"purpose": "shop", "uid": referral.uid, "path": "/mine/"}, **facts)


def tell_expert(template: str, event: events.Event, referral: Referral, expert_uid: str, **facts) -> None:
    expert = Expert.get_by_id(expert_uid)
    Message.put(template, MAIL, expert.mail, f"{template}:{event.uid}:{expert.uid}", referral.uid, language=expert.language,
                to_person=expert.person_id or "", number=referral.label, **facts)


def tell_office(template: str, event: events.Event, referral: Referral, role: str, **facts) -> None:
    for person in Person.select().where(Person.role == role, Person.active):
        Message.put(template, MAIL, person.mail, f"{template}:{event.uid}:{person.uid}", referral.uid, to_person=person.uid,
                    number=referral.label, link={"path": f"/referrals/{referral.uid}"}, **facts)


def offered(event: events.Event, referral: Referral) -> None:
    until = next((clock.due_at for clock in Clock.open_of(referral.uid) if clock.kind == "acceptance"), None)
    tell_expert("offer", event, referral, event.facts["expert"], until=until,
                link={"purpose": "offer", "uid": event.facts["offer"], "path": "/o/"})


def taken_from_expert(event: events.Event, referral: Referral) -> None:
    """An offer or a case that goes another way: whoever had it hears of it."""
    if event.facts.get("expert"):
        tell_expert("offer_recalled", event, referral, event.facts["expert"])


def scheduled(event: events.Event, referral: Referral) -> None:
    if not event.facts.get("at"):
        return  # a session was recorded, and no next one planned
    at = datetime.fromisoformat(event.facts["at"])
    tell_shop("scheduled", event, referral, at=at)
    if referral.expert_id:
        tell_expert("scheduled", event, referral, referral.expert_id, at=at, link=case_of(referral))


def report_returned(event: events.Event, referral: Referral) -> None:
    tell_expert("report_returned", event, referral, referral.expert_id, link=case_of(referral))


def case_of(referral: Referral) -> dict[str, str]:
    """Where the expert who took it works at it."""
    taken = Offer.accepted_of(referral)
    return {"path": f"/cases/{taken.uid}" if taken else "/inbox"}


def late(event: events.Event, referral: Referral) -> None:
    template, role = ("overdue", COORDINATOR) if event.kind == "clock.due" else ("escalated", SUPERVISOR)
    tell_office(template, event, referral, role, clock=event.facts["kind"])


def told_by(kind: str, tell) -> None:
    def listen(event: events.Event) -> None:
        referral = Referral.get_or_none(Referral.uid == event.subject)
        if referral:
            tell(event, referral)

    events.subscribe(kind, listen)


for _command, _template in (("submit", "received"), ("accept", "accepted"), ("decline", "declined"), ("guide", "declined"),
                            ("close", "declined"), ("approve", "completed")):
    told_by(f"referral.{_command}", lambda event, referral, template=_template: tell_shop(template, event, referral))
for _command in ("recall", "rematch", "escalate", "withdraw", "cancel"):
    told_by(f"referral.{_command}", taken_from_expert)
told_by("referral.offer", offered)
told_by("referral.expire", lambda event, referral: tell_expert("offer_expired", event, referral, event.facts["expert"]))
for _command in ("schedule", "plan", "begin", "sit"):
    told_by(f"referral.{_command}", scheduled)
told_by("referral.return", report_returned)
told_by("referral.nobody_fits", lambda event, referral: tell_office("nobody_fits", event, referral, COORDINATOR))
told_by("clock.due", late)
told_by("clock.escalated", late)
