"""A case's whole way on one line: what happened, what was said, asked, offered, told and counted, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from peewee import JOIN

from fieldapp.consultations import Attachment, Consultation, Report, Satisfaction
from fieldapp.dashboard.stories import told
from fieldapp.events import Event
from fieldapp.experts import Expert
from fieldapp.grievances import Grievance
from fieldapp.messages import Message
from fieldapp.owners import Consent
from fieldapp.people import Person
from fieldapp.referrals import Offer, Referral
from fieldapp.visits import Visit, VisitPhoto
from fieldapp.worktime import Clock, Pause

PARTS = {"session": 0, "rating": 1, "report": 2, "step": 3, "offer": 3, "consent": 4, "visit": 5, "clock": 6, "message": 7}  # in one minute
SHOWN_OTHERWISE = ("message.created", "referral.offer")


@dataclass(frozen=True)
class Entry:
    """One thing of a case; `label` is the number of the case that it came with, where that was merged into this one."""

    at: datetime
    part: str
    thing: object
    label: str = ""
    more: object = None


@dataclass(frozen=True)
class Minute:
    at: datetime
    entries: list[Entry]


def timeline_of(referral: Referral, merged: list[Referral]) -> list[Minute]:
    """What happened to this case and to those that went into it; the same queries however much that was."""
    cases = {one.uid: one for one in (referral, *merged)}
    labels = {uid: one.label if uid != referral.uid else "" for uid, one in cases.items()}
    entries = [*visits(cases, labels), *consents(cases)]
    for part in (steps, offers, sessions, reports, messages, clocks, ratings):
        entries += part(labels)
    return by_minute(entries)


def merged_into(referral: Referral) -> list[Referral]:
    """The cases that went into this one, and those that had gone into them before."""
    found: list[Referral] = []
    last = [referral.uid]
    while last:
        more = list(Referral.select().where(Referral.merged_into.in_(last)).order_by(Referral.number))
        found, last = found + more, [one.uid for one in more]
    return found


def by_minute(entries: Iterable[Entry]) -> list[Minute]:
    newest = sorted(entries, key=lambda entry: entry.at, reverse=True)
    grouped = groupby(newest, key=lambda entry: entry.at.replace(second=0, microsecond=0))
    return [Minute(at, sorted(group, key=lambda entry: PARTS[entry.part])) for at, group in grouped]


def visits(cases: dict[str, Referral], labels: dict[str, str]) -> list[Entry]:
    by_visit = {one.visit_id: labels[uid] for uid, one in cases.items() if one.visit_id}
    uids = list(by_visit)
    heard = Grievance.of(uids)
    photos: dict[str, list[VisitPhoto]] = {}
    for photo in VisitPhoto.select().where(VisitPhoto.visit.in_(uids)).order_by(VisitPhoto.position):
        photos.setdefault(photo.visit_id, []).append(photo)
    return [Entry(visit.visited_at, "visit", visit, by_visit[visit.uid],
                  {"grievances": heard.get(visit.uid, []), "photos": photos.get(visit.uid, [])})
            for visit in Visit.select().where(Visit.uid.in_(uids))]


def consents(cases: dict[str, Referral]) -> list[Entry]:
    """What the owner agreed to in the visits of these cases and since, and took back."""
    first, visits = next(iter(cases.values())), [one.visit_id for one in cases.values() if one.visit_id]
    began = min(one.created_at for one in cases.values())
    rows = list(Consent.select().where(Consent.shop == first.shop_id))
    given = [Entry(row.given_at, "consent", row, more="given") for row in rows if row.visit in visits or row.given_at >= began]
    return given + [Entry(row.withdrawn_at, "consent", row, more="withdrawn") for row in rows
                    if row.withdrawn_at and row.withdrawn_at >= began]


def steps(labels: dict[str, str]) -> list[Entry]:
    happened = [event for event in Event.of(*labels) if event.kind not in SHOWN_OTHERWISE]
    return [Entry(step.at, "step", step, labels[step.subject]) for step in told(happened)]


def offers(labels: dict[str, str]) -> list[Entry]:
    """To whom it was offered, by whom and with which words, and what came of it."""
    rows = (Offer.select(Offer, Expert, Person).join(Expert).switch(Offer).join(Person, JOIN.LEFT_OUTER, on=Offer.offered_by)
            .where(Offer.referral.in_(list(labels))))
    return [Entry(row.created_at, "offer", row, labels[row.referral_id]) for row in rows]


def sessions(labels: dict[str, str]) -> list[Entry]:
    rows = list(Consultation.select().where(Consultation.referral.in_(list(labels))).order_by(Consultation.number))
    files = Attachment.of(rows)
    return [Entry(row.held_at or row.planned_at, "session", row, labels[row.referral_id], files.get(row.uid, [])) for row in rows]


def reports(labels: dict[str, str]) -> list[Entry]:
    rows = Report.select().where(Report.referral.in_(list(labels)))
    return [Entry(row.created_at, "report", row, labels[row.referral_id]) for row in rows]


def messages(labels: dict[str, str]) -> list[Entry]:
    rows = Message.select().where(Message.subject.in_(list(labels)))
    return [Entry(row.created_at, "message", row, labels[row.subject]) for row in rows]


def clocks(labels: dict[str, str]) -> list[Entry]:
    rows = list(Clock.select().where(Clock.subject.in_(list(labels))))
    pauses = Pause.of(rows)
    return [Entry(row.started_at, "clock", row, labels[row.subject], pauses.get(row.uid, [])) for row in rows]


def ratings(labels: dict[str, str]) -> list[Entry]:
    rows = Satisfaction.select().where(Satisfaction.referral.in_(list(labels)))
    return [Entry(row.created_at, "rating", row, labels[row.referral_id]) for row in rows]
