"""How much there was, asked by period: whole months from their sums, the days at its edges from those of the days or from the rows.

Periods are days in Seoul, both included; `zones` are uids, None means all of them. Every function asks a fixed number of times.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from peewee import fn

from fieldapp.database import bare
from fieldapp.figures.counted import VISIT, Counted
from fieldapp.figures.rollup import DISTRICT, Rollup

DIMENSIONS = ("zone", "manager", "outcome", "industry", "category")
Zones = list[str] | None
Days = tuple[date, date]


@dataclass(frozen=True)
class Figure:
    """`visits` is the plain number of visits; `counted` the consultations (상담) by the rule in force: visits that count, and sessions.

    `shops` is how many different shops these consultations were with, where that was asked for.
    """

    visits: int = 0
    counted: int = 0
    shops: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.visits + other.visits, self.counted + other.counted, self.shops + other.shops)


NONE = Figure()


def total(first: date, last: date, zones: Zones = None, shops: bool = False) -> Figure:
    """All of a period; with `shops`, in how many different shops."""
    period = split(first, last)
    found = sum(_by_zone_or_all(period.months, zones).values(), NONE)
    if period.edges:
        found += sum(_of_days(period.edges, zones).values(), NONE)
    return Figure(found.visits, found.counted, distinct_shops(first, last, zones)) if shops else found


def by_month(year: int, zones: Zones = None, until: date | None = None) -> dict[int, Figure]:
    """Each of the twelve months, up to the day `until` where one is named."""
    last = min(until or date(year, 12, 31), date(year, 12, 31))
    found = dict.fromkeys(range(1, 13), NONE)
    if last < date(year, 1, 1):
        return found
    period = split(date(year, 1, 1), last)
    for month, figure in _by_zone_or_all(period.months, zones).items():
        found[month % 100] = figure
    if period.edges:
        for day, figure in _of_days(period.edges, zones).items():
            found[day.month] += figure
    return found


def days(first: date, last: date, zones: Zones = None) -> dict[date, Figure]:
    """Each day on which there was anything."""
    return _of_days([(first, last)], zones)


def by(dimension: str, first: date, last: date, zones: Zones = None) -> dict[str, Figure]:
    """A period by zone, manager, outcome, industry or category: uids, or codes as they stand in addresses. Only what holds anything.

    A visit falls into each of its categories, and a session into none; under the outcomes sessions stand as "session".
    """
    if dimension not in DIMENSIONS:
        raise ValueError(dimension)
    period = split(first, last)
    found: dict[str, Figure] = defaultdict(Figure)
    for key, visits, counted in bare(_of_months(dimension, period.months, zones)):
        found[key] += Figure(visits, counted)
    if period.edges:
        for key, figure in _of_raised(period.edges, zones) if dimension == "category" else _of_rows(dimension, period.edges, zones):
            found[key] += figure
    return {key: figure for key, figure in found.items() if figure != NONE}


def raised(spans: list[Days], zones: Zones = None) -> list[dict[str, int]]:
    """For each of these periods in how many visits each category was spoken of, all by one question."""
    found: list[dict[str, int]] = [defaultdict(int) for _span in spans]
    for day, category, figure in _raised(spans, zones):
        for (first, last), counts in zip(spans, found, strict=True):
            counts[category] += figure.visits * (first <= day <= last)
    return found


def streets(year: int, zones: Zones = None, most: int = 10) -> dict[str, dict[int, Figure]]:
    """The streets with the most visits in a year, the first first, each by the hour of the day."""
    visits = fn.SUM(Rollup.visits)
    found = (_cells("street", zones).where(Rollup.period == year).group_by(Rollup.key).having(visits > 0)
             .order_by(visits.desc(), Rollup.key).limit(most).select(Rollup.key))
    hours: dict[str, dict[int, Figure]] = {street: {} for (street,) in bare(found)}
    if hours:
        keys = [f"{street} {hour:02}" for street in hours for hour in range(24)]
        for key, visit_count, counted in bare(_summed(_cells("hour", zones).where(Rollup.period == year, Rollup.key.in_(keys)))):
            street, _space, hour = key.rpartition(" ")
            if visit_count:
                hours[street][int(hour)] = Figure(visit_count, counted)
    return hours


def distinct_shops(first: date, last: date, zones: Zones = None) -> int:
    """How many different shops had a consultation: for a whole year from its sums, else from the rows."""
    period = split(first, last)
    if not period.edges and period.is_year:
        cells = _cells("shop", zones).where(Rollup.period == first.year, Rollup.counted > 0)
        return cells.select(fn.COUNT(Rollup.key.distinct())).scalar() or 0
    rows = _within(Counted.select(fn.COUNT(Counted.shop.distinct())).where(Counted.counts), [(first, last)], zones)
    return rows.scalar() or 0


@dataclass(frozen=True)
class Period:
    """`months`, from the first to the last (202601 to 202612), and the `edges` that are parts of a month."""

    months: tuple[int, int] | None
    edges: list[Days]

    @property
    def is_year(self) -> bool:
        return self.months is not None and self.months[1] - self.months[0] == 11


def split(first: date, last: date) -> Period:
    """A period in whole months and edges. A part of a month that has nothing outside it is as good as all of it."""
    if last < first:
        return Period(None, [])
    begin, end = _whole(first, last)
    edges: list[Days] = []
    if begin != begin.replace(day=1):
        edges.append((begin, min(end, _month_end(begin))))
        begin = _month_end(begin) + timedelta(days=1)
    if begin <= end and end != _month_end(end):
        edges.append((max(begin, end.replace(day=1)), end))
        end = end.replace(day=1) - timedelta(days=1)
    return Period((_month(begin), _month(end)) if begin <= end else None, edges)


def _whole(first: date, last: date) -> Days:
    """The period, made longer to the ends of its months where nothing lies between."""
    begin, end = first.replace(day=1), _month_end(last)
    if begin < first and _any(begin, first - timedelta(days=1)):
        begin = first
    if last < end and _any(last + timedelta(days=1), end):
        end = last
    return begin, end


def _any(first: date, last: date) -> bool:
    """Whether anything fell into these days of one month."""
    return Rollup.select().where(*_days_of(DISTRICT, first, last), (Rollup.visits > 0) | (Rollup.counted > 0)).exists()


def _month(day: date) -> int:
    return day.year * 100 + day.month


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _days_of(zone: str, first: date, last: date) -> tuple:
    return (Rollup.zone == zone, Rollup.dimension == "day", Rollup.period.between(_month(first), _month(last)),
            Rollup.key.between(first.isoformat(), last.isoformat()))


def _cells(dimension: str, zones: Zones):
    """The cells of a dimension: of the district, or of these zones."""
    return Rollup.select().where(Rollup.dimension == dimension, Rollup.zone == DISTRICT if zones is None else Rollup.zone.in_(zones))


def _summed(cells):
    """The sums of these cells by key: key, visits, counted."""
    return cells.select(Rollup.key, fn.SUM(Rollup.visits), fn.SUM(Rollup.counted)).group_by(Rollup.key)


def _of_months(dimension: str, months: tuple[int, int] | None, zones: Zones):
    low, high = months or (1, 0)
    if dimension == "zone":
        cells = _cells("zone", None)
        cells = cells if zones is None else cells.where(Rollup.key.in_(zones))
    else:
        cells = _cells(dimension, zones)
    return _summed(cells.where(Rollup.period.between(low, high)))


def _by_zone_or_all(months: tuple[int, int] | None, zones: Zones) -> dict[int, Figure]:
    """Whole months: the district's own sum, or those of the zones."""
    low, high = months or (1, 0)
    cells = _cells("total", None) if zones is None else _cells("zone", None).where(Rollup.key.in_(zones))
    asked = (cells.where(Rollup.period.between(low, high)).select(Rollup.period, fn.SUM(Rollup.visits), fn.SUM(Rollup.counted))
             .group_by(Rollup.period))
    return {month: Figure(visits, counted) for month, visits, counted in bare(asked)}


def _of_days(spans: list[Days], zones: Zones) -> dict[date, Figure]:
    within = reduce(or_, [Rollup.period.between(_month(first), _month(last)) & Rollup.key.between(first.isoformat(), last.isoformat())
                          for first, last in spans])
    found = _summed(_cells("day", zones).where(within))
    return {date.fromisoformat(key): Figure(visits, counted) for key, visits, counted in bare(found) if visits or counted}


def _within(rows, spans: list[Days], zones: Zones):
    rows = rows.where(reduce(or_, [Counted.day.between(first, last) for first, last in spans]))
    return rows if zones is None else rows.where(Counted.zone.in_(zones))


def _of_rows(dimension: str, spans: list[Days], zones: Zones) -> Iterator[tuple[str, Figure]]:
    """The same from the rows, by a covering index."""
    group = getattr(Counted, dimension), Counted.what, Counted.counts
    for key, what, counts, number in bare(_within(Counted.select(*group, fn.COUNT(Counted.subject)), spans, zones).group_by(*group)):
        yield key, Figure(number * (what == VISIT), number * bool(counts))


def _of_raised(spans: list[Days], zones: Zones) -> Iterator[tuple[str, Figure]]:
    """The same by category."""
    for _day, category, figure in _raised(spans, zones):
        yield category, figure


def _raised(spans: list[Days], zones: Zones) -> Iterator[tuple[date, str, Figure]]:
    """The sums of each day by category."""
    within = reduce(or_, [Rollup.period.between(_month(first), _month(last)) & (Rollup.key >= first.isoformat())
                          & (Rollup.key < (last + timedelta(days=1)).isoformat()) for first, last in spans])
    for key, visits, counted in bare(_summed(_cells("raised", zones).where(within))):
        yield date.fromisoformat(key[:10]), key[11:], Figure(visits, counted)
