"""What the desk knows of one case beside its timeline: the facts, and what each command's form offers to choose from."""

from dataclasses import dataclass
from datetime import datetime

from peewee import JOIN

from fieldapp.consultations import Aftercare, Consultation, Report
from fieldapp.dashboard.due import Due, age, nearest_clocks
from fieldapp.database import SEOUL, now
from fieldapp.errors import NotFound
from fieldapp.experts import Expert, Partner
from fieldapp.owners import CONTACT, PARTNER, Consent, Owner
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.referrals import NEXT, Candidate, Referral, candidates_for, commands_for
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.worktime import calendar_of
from fieldapp.zones import Zone

BEST = 3  # of those who fit are shown at once
OTHERS = 20  # cases of the same shop that are named


def read_case(person: Person, uid: str) -> Referral:
    """A case within reach, with all that it names, in one query; raises NotFound."""
    found = (Referral.reachable_by(person).select(Referral, Shop, Zone, Visit, Person, Expert, Partner).join(Shop).switch(Referral)
             .join(Zone).switch(Referral).join(Visit, JOIN.LEFT_OUTER).switch(Referral).join(Person, on=Referral.manager).switch(Referral)
             .join(Expert, JOIN.LEFT_OUTER, on=Referral.expert).join(Partner, JOIN.LEFT_OUTER).where(Referral.uid == uid).first())
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Facts:
    """What stands beside the timeline. `owner` is closed without a consent that opens it."""

    due: Due
    age: str
    owner: Owner | None
    consents: list[Consent]
    partners: dict[str, str]
    others: list[Referral]
    aftercare: list[Aftercare]

    @classmethod
    def of(cls, person: Person, referral: Referral) -> "Facts":
        at, calendar = now(), calendar_of()
        clock = nearest_clocks([referral]).get(referral.uid)
        consents = list(Consent.select().where(Consent.shop == referral.shop_id, Consent.withdrawn_at.is_null())
                        .order_by(Consent.given_at.desc()))
        agreed = any(consent.kind == CONTACT for consent in consents)
        others = (Referral.reachable_by(person).where(Referral.shop == referral.shop_id, Referral.uid != referral.uid)
                  .order_by(Referral.number.desc()).limit(OTHERS))
        return cls(Due.of(referral, clock, at, calendar), age(calendar, referral, at),
                   Owner.get_or_none(Owner.shop == referral.shop_id) if agreed else None, consents,
                   {partner.uid: partner.name for partner in Partner.ordered()}, list(others),
                   list(Aftercare.of(referral)))

    @property
    def may_be_called(self) -> Consent | None:
        return next((consent for consent in self.consents if consent.kind == CONTACT), None)

    @property
    def covered(self) -> list[str]:
        """The institutions to which this shop's data may be given."""
        return [self.partners.get(consent.party, "") for consent in self.consents if consent.kind == PARTNER]


@dataclass(frozen=True)
class Choices:
    """What the forms of these commands offer to choose from; only what one of them needs is read."""

    can: list[str]
    twins: list[Referral]
    fits: list[Candidate]
    unfit: list[Candidate]
    programmes: list[Programme]
    partners: list[Partner]
    planned: Consultation | None
    report: Report | None
    today: datetime

    @classmethod
    def of(cls, referral: Referral, can: list[str]) -> "Choices":
        at = now().astimezone(SEOUL)
        everyone = candidates_for(referral) if "offer" in can else []
        return cls(
            can, list(referral.twins()) if "merge" in can else [], [one for one in everyone if not one.why_not],
            [one for one in everyone if one.why_not], list(Programme.current(at.date())) if "guide" in can else [],
            list(Partner.ordered().where(Partner.active, Partner.basis == "provision")) if "agree" in can else [],
            Consultation.planned_of(referral) if {"begin", "sit", "plan", "miss", "reschedule"} & set(can) else None,
            Report.latest(referral) if "report" in can else None, at)

    @property
    def best(self) -> list[Candidate]:
        return self.fits[:BEST]

    @property
    def rest(self) -> list[Candidate]:
        return self.fits[BEST:]

    def is_asked_for(self, kind: str) -> bool:
        """Whether somebody is kept out by this reason."""
        return any(one.why_not == kind for one in self.unfit)


def commands_of(referral: Referral, person: Person, wished: str = "") -> tuple[str, list[str]]:
    """The command whose form stands open, and all others of this person: the one wished for where it may happen, else what comes next."""
    can = commands_for(referral.state, person.role)
    lead = next((command for command in (wished, NEXT.get(referral.state, "")) if command in can), "")
    if lead == "sit" and Consultation.planned_of(referral) is None:
        lead = "plan"  # nothing is there yet that could be recorded
    return lead, [command for command in can if command != lead]


def home_of(referral: Referral, person: Person) -> Referral:
    """The case that this one's way goes on in: itself, or what it was merged into, as far as that is within reach."""
    reach = Referral.reachable_by(person)
    while referral.state == "merged" and referral.merged_into_id:
        onward = reach.where(Referral.uid == referral.merged_into_id).first()
        if onward is None:
            break
        referral = onward
    return referral
