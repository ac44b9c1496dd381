"""Which part of the queue the address asks for: a lane of states, and what that is narrowed to."""

import dataclasses
import re
from datetime import date, datetime
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _
from peewee import SQL, fn

from fieldapp.consultations import AHEAD, Aftercare
from fieldapp.dashboard.filters import YEARS, begin
from fieldapp.database import SEOUL
from fieldapp.experts import FIELDS, Expert
from fieldapp.form import Reader
from fieldapp.referrals import QUEUED, RUNNING, SOURCES, STATES, TAKEN, URGENCIES, Offer, Referral
from fieldapp.shops import Shop
from fieldapp.worktime import Calendar

LANES = {
    "now": _("지금 할 일"), "submitted": STATES["submitted"], "triaged": STATES["triaged"], "matching": STATES["matching"],
    "offered": STATES["offered"], "running": _("진행"), "held": _("보류"), "after": _("사후"), "draft": _("동의 대기"),
    "ended": _("끝난 것"), "all": _("모든 의뢰"),
}
STATES_IN: dict[str, tuple[str, ...]] = {
    "now": QUEUED, "submitted": ("submitted",), "triaged": ("triaged",), "matching": ("matching",), "offered": ("offered",),
    "running": RUNNING, "held": ("on_hold", "escalated"), "after": ("completed", "aftercare"), "draft": ("draft",),
}
BY_NUMBER = ("ended", "all")  # lanes that are read from the newest case back
AGES: dict[str, tuple[int, int | None]] = {"0-3": (0, 4), "4-7": (4, 8), "8-14": (8, 15), "15-30": (15, 31), "31-": (31, None)}
NUMBER = re.compile(r"(?:[Rr]-?)?0*([0-9]{1,9})")


@dataclasses.dataclass(frozen=True)
class QueueFilter:
    """What the address asks for; each part is empty where nothing is asked. `problems` maps a part to why it could not be read.

    `year` is that in which cases came in, those merged into another and those let go left out; `matched` asks for cases that an expert
    accepted, `due` for those whose aftercare is due within a week.
    """

    lane: str = "now"
    q: str = ""
    field: str = ""
    zone: str = ""
    source: str = ""
    urgency: str = ""
    expert: str = ""
    partner: str = ""
    age: str = ""
    year: str = ""
    matched: str = ""
    due: str = ""
    problems: dict[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def read(cls, args) -> "QueueFilter":
        form = Reader(args.to_dict(flat=False))
        q = form.text("q", limit=60)
        return cls(form.choice("lane", LANES) or ("all" if q else "now"), q, form.choice("field", FIELDS), form.uid("zone"),
                   form.choice("source", SOURCES), form.choice("urgency", URGENCIES), form.uid("expert"), form.uid("partner"),
                   form.choice("age", AGES), form.choice("year", YEARS), form.choice("matched", ("1",)), form.choice("due", ("1",)),
                   form.errors)

    @property
    def narrowed(self) -> dict[str, str]:
        """What is asked beside the lane and the words that are looked for."""
        names = ("field", "zone", "source", "urgency", "expert", "partner", "age", "year", "matched", "due")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def query(self, **changes) -> str:
        """The address's query with some parts changed, or taken away by None."""
        asked = {"lane": self.lane, "q": self.q, **self.narrowed, **changes}
        return urlencode({name: value for name, value in asked.items() if value})

    def narrow(self, referrals, at: datetime, calendar: Calendar):
        """Those that are asked for, in any lane and by whatever name."""
        for name in ("field", "source", "urgency", "expert"):
            if value := getattr(self, name):
                referrals = referrals.where(getattr(Referral, name) == value)
        if self.zone:
            referrals = referrals.where(Referral.zone.concat("") == self.zone)  # its index would lead past the one by state
        if self.partner:
            referrals = referrals.where(Referral.expert.in_(Expert.select(Expert.uid).where(Expert.partner == self.partner)))
        if self.year:
            referrals = came_in(referrals, int(self.year))
        if self.matched:
            referrals = referrals.where(was_matched())
        if self.due:
            referrals = referrals.where(Referral.uid.in_(Aftercare.asked_until(at.astimezone(SEOUL).date() + AHEAD)))
        return self.of_age(referrals, at, calendar)

    def of_age(self, referrals, at: datetime, calendar: Calendar):
        """A band of working days, told as the moments between which they came in."""
        youngest, oldest = AGES.get(self.age, (0, None))
        if youngest:
            referrals = referrals.where(Referral.submitted_at <= calendar.working_days_before(at, youngest))
        if oldest:
            referrals = referrals.where(Referral.submitted_at > calendar.working_days_before(at, oldest))
        return referrals

    def find(self, referrals):
        """By number ("R-231", or "231", as a shop may be called too), or by words in the shop's name, trade and address."""
        if not self.q:
            return referrals
        if number := NUMBER.fullmatch(self.q):
            numbered = Referral.number == int(number[1])
            called_so = Referral.shop.in_(Shop.select(Shop.uid).where(Shop.name.contains(self.q)))
            return referrals.where(numbered | called_so if self.q[0].isdigit() else numbered)
        return referrals.where(Referral.shop.in_(Shop.matching(Shop.select(Shop.uid), self.q)))


def came_in(referrals, year: int):
    """The cases that came in in this year; one that was merged into another came in with that, one let go never did."""
    return referrals.where(Referral.submitted_at >= begin(date(year, 1, 1)), Referral.submitted_at < begin(date(year + 1, 1, 1)),
                           Referral.state.not_in(("merged", "discarded")))


def was_matched():
    """Whether an expert accepted the case, whatever came of it."""
    return fn.EXISTS(Offer.select(SQL("1")).where(Offer.referral == Referral.uid, Offer.state.in_(TAKEN)))
