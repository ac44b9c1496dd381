"""How offers are shared out among the experts: who was asked how often, what they answered, and how loaded they are."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean

from peewee import fn

from fieldapp.dashboard.filters import FIRST_DAY, LAST_DAY, begin
from fieldapp.database import SEOUL, now
from fieldapp.experts import FIELDS, Expert, ExpertField
from fieldapp.form import Reader
from fieldapp.referrals import TAKEN, Offer, Referral, loads
from fieldapp.worktime import Calendar, calendar_of

ANSWERS = (*TAKEN, "declined")


@dataclass(frozen=True)
class Period:
    """What is asked for: one field or all, from a day to a day, both included; this year where none is named."""

    field: str
    first: date
    last: date
    problems: dict[str, str]

    @classmethod
    def read(cls, args) -> "Period":
        form, today = Reader(args.to_dict(flat=False)), now().astimezone(SEOUL).date()
        code, first, last = form.choice("field", FIELDS), form.day("first", FIRST_DAY, LAST_DAY), form.day("last", FIRST_DAY, LAST_DAY)
        return cls(code, first or today.replace(month=1, day=1), last or today, form.errors)


@dataclass
class Share:
    """One expert's part. `answers` counts offers by their state, `days` holds the working days that each answer took."""

    expert: Expert
    load: int
    last_offer: datetime | None
    answers: dict[str, int] = field(default_factory=dict)
    days: list[float] = field(default_factory=list)

    @property
    def offers(self) -> int:
        return sum(self.answers.values())

    @property
    def accepted(self) -> int:
        """What this expert took, those cases too that went another way afterwards."""
        return sum(self.answers.get(state, 0) for state in TAKEN)

    @property
    def mean_days(self) -> float | None:
        return fmean(self.days) if self.days else None

    @property
    def days_since(self) -> int | None:
        return (now() - self.last_offer).days if self.last_offer else None


def shares_of(asked: Period) -> list[Share]:
    """A share for each active expert of the field, most often asked first; seven queries for any number of experts and offers."""
    experts = Expert.with_partner(Expert.select()).where(Expert.active)
    if asked.field:
        experts = experts.where(Expert.uid.in_(ExpertField.select(ExpertField.expert).where(ExpertField.field == asked.field)))
    load, latest, calendar = loads(), last_offers(), calendar_of()
    shares = {expert.uid: Share(expert, load.get(expert.uid, 0), latest.get(expert.uid)) for expert in experts}
    for uid, state, made, decided in offers_in(asked, list(shares)):
        add(shares[uid], state, made, decided, calendar)
    return sorted(shares.values(), key=lambda share: (-share.offers, share.expert.name, share.expert.uid))


def add(share: Share, state: str, made: datetime, decided: datetime | None, calendar: Calendar) -> None:
    share.answers[state] = share.answers.get(state, 0) + 1
    if decided and state in ANSWERS:
        share.days.append(calendar.days_between(made, decided))


def offers_in(asked: Period, experts: list[str]):
    """The offers of the period to these experts: whom, what came of it, and when."""
    offers = Offer.select(Offer.expert, Offer.state, Offer.created_at, Offer.decided_at).where(
        Offer.expert.in_(experts), Offer.created_at >= begin(asked.first), Offer.created_at < begin(asked.last + timedelta(days=1)))
    if asked.field:
        offers = offers.join(Referral).where(Referral.field == asked.field)
    return offers.tuples()


def last_offers() -> dict[str, datetime]:
    return dict(Offer.select(Offer.expert, fn.MAX(Offer.created_at)).group_by(Offer.expert).tuples())
