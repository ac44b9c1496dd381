from collections.abc import Collection
from datetime import date, timedelta

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Record
from fieldapp.errors import Invalid, NotFound
from fieldapp.worktime.calendar import Calendar

OFFICE = ""
LONGEST = 366  # days


class Closure(Record):
    """Days on which the office is closed beside the holidays (`whose` is empty), or an expert is absent. Both days included."""

    whose = peewee.CharField(36, default=OFFICE, index=True)
    first_day = peewee.DateField()
    last_day = peewee.DateField()
    reason = peewee.CharField(200, default="")
    by = peewee.CharField(36, default="")

    @classmethod
    def of(cls, whose: str = OFFICE) -> list["Closure"]:
        return list(cls.select().where(cls.whose == whose).order_by(cls.first_day, cls.uid))

    @classmethod
    def absent(cls, uids: Collection[str], day: date) -> set[str]:
        """Who of these is absent on that day."""
        if not uids:
            return set()
        found = cls.select(cls.whose).where(cls.whose.in_(list(uids)), cls.first_day <= day, cls.last_day >= day)
        return {row.whose for row in found}

    @classmethod
    def add(cls, whose: str, first: date, last: date, reason: str = "", by: str = "") -> "Closure":
        """Close these days; what is due is counted anew. Raises Invalid where the days are in no order."""
        if last < first:
            raise Invalid(fields={"last_day": _("마지막 날이 첫날보다 빠릅니다.")})
        if (last - first).days >= LONGEST:
            raise Invalid(fields={"last_day": _("한 번에 %(limit)s일까지 쉴 수 있습니다.", limit=LONGEST)})
        closure = cls.create(whose=whose, first_day=first, last_day=last, reason=reason, by=by)
        closure._tell("closure.added", by)
        return closure

    @classmethod
    def remove(cls, uid: str, by: str = "") -> None:
        """Open these days again; raises NotFound where there is no such row."""
        closure = cls.get_or_none(cls.uid == uid)
        if closure is None or not cls.delete().where(cls.uid == uid).execute():
            raise NotFound()
        closure._tell("closure.removed", by)

    def days(self) -> list[date]:
        return [self.first_day + timedelta(number) for number in range((self.last_day - self.first_day).days + 1)]

    def _tell(self, kind: str, by: str) -> None:
        """Note the change; the clocks hear of it and count anew in the same transaction."""
        events.record(kind, self.whose or "office", by=by, closure=self.uid, first_day=self.first_day.isoformat(),
                      last_day=self.last_day.isoformat(), reason=self.reason)


def calendar_of(whose: str = OFFICE) -> Calendar:
    """The office's working time, less the days on which this one is absent."""
    return calendars_of({whose})[whose]


def calendars_of(uids: Collection[str]) -> dict[str, Calendar]:
    """The calendar of each, by one query. Only the office's reasons are told: an expert's are nobody's business."""
    closed: dict[str, dict[date, str]] = {uid: {} for uid in [*uids, OFFICE]}
    rows = Closure.select() if len(closed) > 1 else Closure.select().where(Closure.whose == OFFICE)
    for row in rows:
        if row.whose in closed:
            closed[row.whose].update(dict.fromkeys(row.days(), row.reason if row.whose == OFFICE else ""))
    return {uid: Calendar(closed[uid] | closed[OFFICE]) for uid in uids}
