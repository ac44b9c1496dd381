from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

import peewee

from fieldapp import events
from fieldapp.database import SEOUL, Instant, Record, now
from fieldapp.people import Grant, Person
from fieldapp.referrals import Referral
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.worktime import calendar_of

MONTHS = (1, 3, 6)
AHEAD = timedelta(days=7)  # so long before it is due a task stands in the manager's day


class Aftercare(Record):
    """사후관리: a look at the shop one, three and six months after its result was approved, answered by a visit."""

    referral = peewee.ForeignKeyField(Referral, backref="aftercares", on_delete="CASCADE")
    months = peewee.IntegerField()
    due_on = peewee.DateField()
    answered_at = Instant(null=True)
    visit = peewee.ForeignKeyField(Visit, null=True, backref="aftercares", on_delete="SET NULL")

    class Meta:
        indexes = ((("answered_at", "due_on"), False),)

    @classmethod
    def begin(cls, referral: Referral) -> None:
        """Put down the tasks from today on; what an earlier approval of this case still asked for they replace."""
        today = now().astimezone(SEOUL).date()
        cls.delete().where(cls.referral == referral, cls.answered_at.is_null()).execute()
        for months in MONTHS:
            cls.create(referral=referral, months=months, due_on=working_day(months_after(today, months)))

    @classmethod
    def of(cls, referral: Referral):
        return cls.select().where(cls.referral == referral).order_by(cls.due_on, cls.months)

    @classmethod
    def due_for(cls, person: Person, day: date) -> list["Aftercare"]:
        """What is due in this person's zones within a week of that day, or overdue, with its case and shop; the oldest first."""
        return list(cls.select(cls, Referral, Shop).join(Referral).join(Shop)
                    .where(cls.answered_at.is_null(), cls.due_on <= day + AHEAD, Referral.state == "aftercare",
                           Shop.zone.in_(Grant.zones_of(person))).order_by(cls.due_on, cls.months, cls.uid))

    @classmethod
    def asked_until(cls, day: date):
        """The cases of which something is asked by that day, or was before and has no answer."""
        return cls.select(cls.referral).join(Referral).where(cls.answered_at.is_null(), cls.due_on <= day, Referral.state == "aftercare")

    @classmethod
    def answer(cls, uids: Collection[str], visit: Visit, by: str) -> list["Aftercare"]:
        """Mark those of the visit's shop as answered by it, inside the caller's transaction; what isn't one of these is only noted."""
        asked = set(uids)
        here = (Referral.shop == visit.shop_id) & (Referral.state == "aftercare") & cls.answered_at.is_null()
        found = list(cls.select(cls, Referral).join(Referral).where(cls.uid.in_(sorted(asked)), here)) if asked else []
        for task in found:
            task.answered_at, task.visit = now(), visit  # type: ignore[assignment]
            task.save()
            events.record("aftercare.answered", task.referral_id, by=by, task=task.uid, months=task.months, visit=visit.uid)
        if strange := sorted(asked - {task.uid for task in found}):
            events.record("aftercare.not_answered", visit.root, by=by, visit=visit.uid, tasks=strange)
        return found


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_day(day: date) -> date:
    """That day, or the first one after it on which the office works."""
    office = calendar_of()
    while not office.is_working(day):
        day += timedelta(days=1)
    return day
