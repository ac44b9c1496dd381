"""연도별 실적: what was reached in the years before the app, and a year's actual: that, and what is counted live."""

from datetime import date

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Record, in_turn
from fieldapp.figures import total
from fieldapp.form import Reader
from fieldapp.reports.cases import applied, matched

INDICATORS = {"consultations": _("상담"), "applications": _("전문가 컨설팅 신청"), "matches": _("전문가 컨설팅 매칭")}
FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST = 10_000_000


class YearFigure(Record):
    """A year's figure from a source outside the app, one for each indicator and year; whole and never below zero."""

    indicator = peewee.CharField(20)
    year = peewee.IntegerField()
    value = peewee.IntegerField()
    source = peewee.CharField(200, default="")

    class Meta:
        indexes = ((("indicator", "year"), True),)

    @classmethod
    def put(cls, indicator: str, year: int, value: int | None, source: str, by: str) -> None:
        """Set, change or (with None) take away a figure, inside the caller's transaction; the same again is no event."""
        in_turn()
        row = cls.get_or_none(cls.indicator == indicator, cls.year == year)
        before = {"value": row.value, "source": row.source} if row else None
        after = None if value is None else {"value": value, "source": source}
        if before == after:
            return
        if row:
            row.delete_instance()
        if after:
            cls.create(indicator=indicator, year=year, **after)
        events.record("year_figure.set", f"{indicator}-{year}", by=by, before=before, after=after)

    @classmethod
    def of(cls, indicator: str) -> dict[int, int]:
        return {row.year: row.value for row in cls.select().where(cls.indicator == indicator)}

    @classmethod
    def everyone(cls) -> "list[YearFigure]":
        return list(cls.select().order_by(cls.year, cls.indicator))


LIVE = {"consultations": lambda first, last: total(first, last).counted, "applications": applied, "matches": matched}


def live(indicator: str, year: int, until: date) -> int:
    """What the app itself counted in a year, up to and with that day."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    return LIVE[indicator](first, last) if first <= last else 0


def actuals(indicator: str, years: range, until: date) -> dict[int, int | None]:
    """Each year's actual; None where it has not begun by that day, or nothing is known of it."""
    known = YearFigure.of(indicator)
    found: dict[int, int | None] = {}
    for year in years:
        counted = live(indicator, year, until)
        begun = date(year, 1, 1) <= until
        found[year] = known.get(year, 0) + counted if begun and (year in known or counted) else None
    return found


def read_year(form: Reader, name: str = "year") -> int | None:
    """A year in digits; what isn't one is refused at its field."""
    text = form.text(name, limit=10, required=str(_("연도를 적어 주십시오.")))
    if not text.isascii() or not text.isdigit() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        form.refuse(name, _("연도를 2023처럼 적어 주십시오."))
        return None
    return int(text)


def read_value(form: Reader, name: str = "value") -> int | None:
    """A whole number, with or without commas."""
    text = form.text(name, limit=20).replace(",", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > MOST:
        form.refuse(name, _("0부터 10,000,000까지의 정수를 적어 주십시오."))
        return None
    return int(text)
