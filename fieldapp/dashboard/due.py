"""By when a thing is due and how long it has waited, in words; all of it in the office's working time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from fieldapp.database import SEOUL, prepared
from fieldapp.dates import day
from fieldapp.referrals import Referral
from fieldapp.worktime import Calendar, Clock

DAY = 8 * 60  # working minutes


@dataclass(frozen=True)
class Due:
    """`level` is late, soon, later, paused or none; `clock` names how it came about."""

    level: str
    text: str
    at: datetime | None = None
    clock: str = ""

    @classmethod
    def of(cls, referral: Referral, clock: Clock | None, at: datetime, calendar: Calendar) -> "Due":
        uid = clock.uid if clock else ""
        if referral.due_at is None:
            return cls("paused", _("멈춤"), clock=uid) if clock else cls("none", "–")
        if referral.due_at <= at:
            late = calendar.minutes_between(referral.due_at, at)
            return cls("late", _("%(time)s 지남", time=in_words(late)) if late else _("방금 지남"), referral.due_at, uid)
        soon = referral.amber_at is not None and referral.amber_at <= at
        return cls("soon" if soon else "later", ahead(referral.due_at, at), referral.due_at, uid)


def ahead(moment: datetime, at: datetime) -> str:
    """오늘 17:00, 내일 12:00, or the day with its weekday."""
    local, today = moment.astimezone(SEOUL), at.astimezone(SEOUL).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return _("오늘 %(time)s", time=time)
    return _("내일 %(time)s", time=time) if local.date() == today + timedelta(days=1) else f"{day(moment)} {time}"


def worked(calendar: Calendar, since: datetime, until: datetime) -> str:
    """The working time between two moments."""
    return in_words(max(calendar.minutes_between(since, until), 0))


def age(calendar: Calendar, referral: Referral, at: datetime) -> str:
    """How long it has been in the office's hands, or was until it ended."""
    if referral.submitted_at is None:
        return "–"
    return worked(calendar, referral.submitted_at, at if referral.is_live else referral.changed_at)


def in_words(minutes: int) -> str:
    """So much working time, in the largest unit that tells it."""
    if minutes < 60:
        return _("%(n)s분", n=minutes)
    if minutes < DAY:
        return _("%(n)s시간", n=minutes // 60)
    return _("%(n)s일", n=f"{minutes / DAY:.1f}".removesuffix(".0") if minutes < 10 * DAY else minutes // DAY)


@prepared
def _open_clocks(referrals: list[str]):
    return (Clock.select(Clock.uid, Clock.subject, Clock.started_at, Clock.due_at)
            .where(Clock.subject.in_(referrals), Clock.ended_at.is_null()))


def nearest_clocks(referrals: list[Referral]) -> dict[str, Clock]:
    """For each of these referrals the open clock that is due first; a paused one only where no other runs. One query."""
    found: dict[str, Clock] = {}
    clocks = _open_clocks([row.uid for row in referrals]) if referrals else []
    for clock in sorted(clocks, key=lambda one: (one.due_at is None, one.due_at or one.started_at, one.uid)):
        found.setdefault(clock.subject, clock)
    return found
