"""When the office works, and when so much of its time has passed. Pure: nothing here asks the database.

The day is 09:00-12:00 and 13:00-18:00 in Seoul, Monday to Friday, but for public holidays and what the office closes beside them.
Inside, time is counted from the beginning of a year, in which every working day is eight hours: an instant is then one sum, and
a deadline one division, however far they lie apart.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays

from fieldapp.database import SEOUL

OPENS, CLOSES = time(9), time(18)
MORNING, BACK = timedelta(hours=3), timedelta(hours=4)  # after how long comes lunch, and when it is over, from the opening
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = timedelta(hours=8)
NONE = timedelta()
UNITS = ("hours", "days")
IMMEDIATELY = (3, "hours")  # 즉시 (민원 처리에 관한 법률 시행령 제19조)
MOST_DAYS_IN_HOURS = 5


@dataclass(frozen=True)
class Line:
    """What one day counted on the way to a due time: `minutes` of it, `total` with all days before."""

    day: date
    what: str  # work | weekend | holiday | closed
    name: str
    minutes: int
    total: int


@cache
def holidays_of(year: int, language: str = "ko") -> Mapping[date, str]:
    """The public holidays of a year with their names, those in place of others among them (관공서의 공휴일에 관한 규정)."""
    return dict(holidays.country_holidays("KR", years=year, language={"en": "en_US"}.get(language, "ko"), categories=holidays.PUBLIC))


@cache
def working_days(year: int) -> tuple[date, ...]:
    free, first = holidays_of(year), date(year, 1, 1)
    days = (first + timedelta(number) for number in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if day.weekday() < 5 and day not in free)


class Calendar:
    """Working time without the days in `closed`; where that maps days to a reason, the reason is told. All instants are aware."""

    def __init__(self, closed: Collection[date] = ()):
        self.closed: Mapping[date, str] = closed if isinstance(closed, Mapping) else dict.fromkeys(closed, "")
        self._years: dict[int, tuple[date, ...]] = {}

    def is_working(self, day: date) -> bool:
        return self.kind_of(day)[0] == "work"

    def days(self, first: date, last: date) -> list[date]:
        """The days on which the office works, from one day to another, both included."""
        found: list[date] = []
        for year in range(first.year, last.year + 1):
            whole = self._year(year)
            found += whole[bisect_left(whole, first):bisect_right(whole, last)]
        return found

    def kind_of(self, day: date, language: str = "ko") -> tuple[str, str]:
        """What a day is, and the holiday's name or the reason why the office is closed."""
        if day in (named := holidays_of(day.year, language)):
            return "holiday", named[day]
        if day.weekday() >= 5:
            return "weekend", ""
        return ("closed", self.closed[day]) if day in self.closed else ("work", "")

    def add(self, start: datetime, minutes: float) -> datetime:
        """The moment at which so many working minutes have passed; at the end of a day that is 18:00, not the next 09:00."""
        return self.after(start, minutes * MINUTE)

    def after(self, start: datetime, span: timedelta) -> datetime:
        if span <= NONE:
            return start.astimezone(UTC)
        year, left = start.astimezone(SEOUL).year, self._worked(start) + span
        while left > (whole := len(self._year(year)) * DAY):
            year, left = year + 1, left - whole
        index = -(-left // DAY) - 1
        left -= index * DAY
        return _at(self._year(year)[index], left if left <= MORNING else left - MORNING + BACK)

    def due(self, start: datetime, amount: int, unit: str) -> datetime:
        """By when a thing is due that came at `start` (민원 처리에 관한 법률 제19조).

        Up to five days are counted in hours from the moment it came, eight a day; from six on days are counted, the first
        among them, to the end of the last. Saturdays and holidays never count.
        """
        if not counts_whole_days(amount, unit):
            return self.after(start, amount * (DAY if unit == "days" else HOUR))
        return self.after(_at(self._day_of_receipt(start), NONE), amount * DAY)

    def between(self, a: datetime, b: datetime) -> timedelta:
        """The working time from `a` to `b`; negative where `b` comes first."""
        if b < a:
            return -self.between(b, a)
        first, last = a.astimezone(SEOUL).year, b.astimezone(SEOUL).year
        return self._worked(b) - self._worked(a) + sum((len(self._year(year)) * DAY for year in range(first, last)), NONE)

    def minutes_between(self, a: datetime, b: datetime) -> int:
        """Whole working minutes from `a` to `b`."""
        return int(self.between(a, b) / MINUTE)

    def days_between(self, a: datetime, b: datetime) -> float:
        return self.minutes_between(a, b) / (DAY // MINUTE)

    def working_days_before(self, moment: datetime, days: int) -> datetime:
        """The cut-off of what is `days` working days old: no later than this came what has waited as long, or longer."""
        if days <= 0:
            return moment.astimezone(UTC)
        year, left = moment.astimezone(SEOUL).year, self._worked(moment) - days * DAY
        while left < NONE:
            year, left = year - 1, left + len(self._year(year - 1)) * DAY
        index = left // DAY
        left -= index * DAY
        return _at(self._year(year)[index], left if left < MORNING else left - MORNING + BACK)

    def explain(self, start: datetime, amount: int, unit: str, language: str = "ko") -> list[Line]:
        """How a due time came about, day by day, from the one on which it came to the last; seconds are left out."""
        start = start.replace(second=0, microsecond=0)
        whole, first = counts_whole_days(amount, unit), self._day_of_receipt(start)
        due, day, total, lines = self.due(start, amount, unit), start.astimezone(SEOUL).date(), 0, []
        while day <= due.astimezone(SEOUL).date():
            what, name = self.kind_of(day, language)
            begins, ends = max(start, _at(day, NONE)), min(due, _at(day, HOUR * 9))
            minutes = 0 if what != "work" or ends <= begins else self.minutes_between(begins, ends)
            if whole:
                minutes = DAY // MINUTE if what == "work" and day >= first else 0
            total += minutes
            lines.append(Line(day, what, name, minutes, total))
            day += timedelta(1)
        return lines

    def _day_of_receipt(self, start: datetime) -> date:
        """The working day of `start`, or the next one where it came after hours."""
        return self.after(start, timedelta.resolution).astimezone(SEOUL).date()

    def _worked(self, moment: datetime) -> timedelta:
        """The working time between the beginning of the moment's year and the moment."""
        local = moment.astimezone(SEOUL).replace(tzinfo=None)
        days, today = self._year(local.year), local.date()
        index = bisect_left(days, today)
        worked = index * DAY
        if index < len(days) and days[index] == today:
            since = local - datetime.combine(today, OPENS)
            worked += min(max(since, NONE), MORNING) + min(max(since - BACK, NONE), DAY - MORNING)
        return worked

    def _year(self, year: int) -> tuple[date, ...]:
        if year not in self._years:
            days = working_days(year)
            closed = any(day.year == year for day in self.closed)
            self._years[year] = tuple(day for day in days if day not in self.closed) if closed else days
        return self._years[year]


def counts_whole_days(amount: int, unit: str) -> bool:
    return unit == "days" and amount > MOST_DAYS_IN_HOURS


def closing(day: date) -> datetime:
    """The end of office hours on that day, working or not."""
    return datetime.combine(day, CLOSES, SEOUL).astimezone(UTC)


def _at(day: date, since: timedelta) -> datetime:
    return (datetime.combine(day, OPENS, SEOUL) + since).astimezone(UTC)
