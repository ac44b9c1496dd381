"""Which report of which days is asked for, read from the address: a day, its week, a month, a half-year, or from a day to a day."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from fieldapp.database import today
from fieldapp.errors import Invalid
from fieldapp.form import Reader
from fieldapp.zones import Zone

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LONGEST = 366  # days of a report from a day to a day
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Both days are included; `period` is a key of PERIODS. For the pledge card `last` is the cut-off day."""

    period: str
    first: date
    last: date
    zone: str = ""
    version: int = 0

    @property
    def cut(self) -> date:
        """The last day that can hold anything yet."""
        return min(self.last, today())

    @property
    def zones(self) -> list[str] | None:
        return [self.zone] if self.zone else None

    @property
    def parts(self) -> dict[str, str]:
        """What is asked, as it stands in the address."""
        parts = {"zone": self.zone, "version": str(self.version or "")} | PARTS[self.period](self.first, self.last)
        return {name: value for name, value in parts.items() if value}


def read_asked(period: str, args) -> Asked:
    """Raises Invalid with what to do about each part that can't be read, a period back to front, or one that has not come yet."""
    form = Reader(args.to_dict(flat=False))
    first, last = PERIODS[period](form)
    zone = form.choice("zone", {zone.uid for zone in Zone.select(Zone.uid)}) if period != "until" else ""
    version = form.number("version", 1, 1_000_000) if period == "until" else None
    if not form.errors:
        refuse_odd_days(form, period, first, last)
    if form.errors:
        raise Invalid(fields=form.errors)
    return Asked(period, first, last, zone, int(version or 0))


def refuse_odd_days(form: Reader, period: str, first: date, last: date) -> None:
    if first > last:
        form.refuse("last", _("끝 날이 첫 날보다 앞섭니다. 날짜를 바꾸어 주십시오."))
    elif (last - first).days > LONGEST and period in ("range", "days"):
        form.refuse("last", _("한 번에 1년까지 볼 수 있습니다. 기간을 줄여 주십시오."))
    elif (last if period == "until" else first) > today():
        form.refuse(FIELD[period], _("아직 오지 않은 기간입니다. 오늘까지의 날짜를 골라 주십시오."))


def read_day(form: Reader) -> tuple[date, date]:
    day = form.day("day", FIRST_DAY, LAST_DAY) or today()
    return day, day


def read_week(form: Reader) -> tuple[date, date]:
    """Monday to Sunday around a day."""
    day = form.day("day", FIRST_DAY, LAST_DAY) or today()
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def read_month(form: Reader) -> tuple[date, date]:
    text = form.text("month", limit=40) or f"{today():%Y-%m}"
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text):
        form.refuse("month", _("달을 2026-11처럼 적어 주십시오."))
        return today(), today()
    first = date.fromisoformat(f"{text}-01")
    return first, month_end(first)


def read_half(form: Reader) -> tuple[date, date]:
    text = form.text("half", limit=40) or half_of(today())
    if not re.fullmatch(r"20[0-9]{2}-[12]", text):
        form.refuse("half", _("반기를 2026-1처럼 적어 주십시오. 1은 상반기, 2는 하반기입니다."))
        return today(), today()
    year, half = int(text[:4]), int(text[5])
    return (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))


def read_range(form: Reader) -> tuple[date, date]:
    """From a day to a day; this year where none is named."""
    last = form.day("last", FIRST_DAY, LAST_DAY) or today()
    first = form.day("first", FIRST_DAY, LAST_DAY) or last.replace(month=1, day=1)
    return first, last


def read_days(form: Reader) -> tuple[date, date]:
    """From a day to a day; this month where none is named."""
    last = form.day("last", FIRST_DAY, LAST_DAY) or today()
    return form.day("first", FIRST_DAY, LAST_DAY) or last.replace(day=1), last


def read_until(form: Reader) -> tuple[date, date]:
    last = form.day("until", FIRST_DAY, LAST_DAY) or today()
    return min(date(2022, 1, 1), last), last


PERIODS: dict[str, Callable[[Reader], tuple[date, date]]] = {
    "day": read_day, "week": read_week, "month": read_month, "half": read_half, "range": read_range, "days": read_days,
    "until": read_until}
FIELD = {"day": "day", "week": "day", "month": "month", "half": "half", "range": "first", "days": "first", "until": "until"}
PARTS: dict[str, Callable[[date, date], dict[str, str]]] = {
    "day": lambda first, _last: {"day": str(first)}, "week": lambda first, _last: {"day": str(first)},
    "month": lambda first, _last: {"month": f"{first:%Y-%m}"}, "half": lambda first, _last: {"half": half_of(first)},
    "range": lambda first, last: {"first": str(first), "last": str(last)},
    "days": lambda first, last: {"first": str(first), "last": str(last)}, "until": lambda _first, last: {"until": str(last)}}


def half_of(day: date) -> str:
    return f"{day.year}-{1 if day.month <= 6 else 2}"


def month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def year_before(day: date) -> date:
    """The same day a year earlier; of a month's last day that month's last."""
    if day == month_end(day):
        return month_end(day.replace(year=day.year - 1, day=28))
    return day.replace(year=day.year - 1)
