"""How much lies in each cell of a view: visits from their sums where those know what is asked, shops from what they keep for the map."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from peewee import SQL

from fieldapp.dashboard.filters import NO_INDUSTRY, VisitFilter, begin
from fieldapp.dashboard.ground.spot import LEVELS
from fieldapp.dashboard.ground.view import View
from fieldapp.dashboard.visit_list import keys_of
from fieldapp.database import db, today
from fieldapp.people import Grant, Person
from fieldapp.visits import OUTCOMES
from fieldapp.zones import FINEST, coarser, middle_of

LATEST = 5000  # visits at most are looked at one by one, where a question goes beyond the sums
SUMMED = {"zone", "outcome", "first", "last"}  # what the sums know
FRESH, AGING = 30, 90  # days since a shop's last visit
EVERY = "+".join(f'"{code}"' for code in OUTCOMES)
MET = "SUM(CASE WHEN \"outcome\" = 'met' THEN 1 ELSE 0 END)"
Counts = dict[int, tuple[int, ...]]  # by the number of the cell


@dataclass(frozen=True)
class Cells:
    """Cells of one level with their counts. `since` is the day before which nothing was looked at, where not all was.

    `roots` are the visits in them, where they were looked at one by one.
    """

    level: int
    counts: Counts
    since: date | None = None
    roots: list[str] | None = None

    @property
    def placed(self) -> list[list]:
        """Latitude and longitude of each cell's middle, and the counts: so no two marks lie on each other."""
        return [[*(round(degrees, 5) for degrees in middle_of(tile, self.level)), *counts] for tile, counts in self.counts.items()]

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts.values()))


def visit_cells(person: Person, asked: VisitFilter, view: View) -> Cells:
    """Met and not met, by cell."""
    if not person.sees_all_zones or asked.parts.keys() - SUMMED:
        return by_rows(person, asked, view)
    stored = next((level for level in LEVELS if level >= view.level), None)
    return by_spots(asked, view) if stored is None else by_sums(asked, view, stored)


def by_sums(asked: VisitFilter, view: View, stored: int) -> Cells:
    """Whole years and months from the sums, the days at the edges of the period from the spots."""
    spans, edges = split(*period_of(asked), known_days()[1])
    level, shift = view.level, 2 * (FINEST - stored)
    ranges = [(first >> shift, last >> shift) for first, last in view.ranges]
    cell, (met, all_) = f'"tile" / {4 ** (stored - level)}', columns_of(asked)
    zone = f'WHERE "zone" = {db.param}' if asked.zone else ""
    found: Counts = {}
    if spans:
        known = f'"level" = {stored} AND "span" IN ({", ".join(map(str, spans))}) AND '
        add(found, db.execute_sql(
            f'SELECT {cell}, SUM({met}), SUM({all_}) FROM ({within("ground", ranges, ("tile", "zone", *OUTCOMES), known)}) g '
            f'{zone} GROUP BY {cell}', [asked.zone] if asked.zone else []).fetchall())
    for first, last in edges:
        add(found, by_day(asked, view, first, last, level))
    return Cells(level, {tile: counts for tile, counts in found.items() if any(counts)})


def within(table: str, ranges: list[tuple[int, int]], columns: Iterable[str], known: str = "") -> str:
    """The rows of a table in these runs of cells, each run a search of its own: of a join with the runs PostgreSQL makes a whole scan."""
    named = ", ".join(f'"{name}"' for name in columns)
    return " UNION ALL ".join(f'SELECT {named} FROM "{table}" WHERE {known}"tile" BETWEEN {first} AND {last}' for first, last in ranges)


def by_day(asked: VisitFilter, view: View, first: date, last: date, level: int) -> list[tuple]:
    """The spots of a few days, by the index of days; what lies in the view's numbers but not in its runs is left out afterwards."""
    ranges, cell = view.ranges, f'"tile" / {4 ** (FINEST - level)}'
    where, values = conditions(asked)
    rows = db.execute_sql(
        f'SELECT {cell}, {MET}, COUNT(*) FROM "spot" WHERE "day" BETWEEN {number(first)} AND {number(last)} '
        f'AND "tile" BETWEEN {ranges[0][0]} AND {ranges[-1][1]} {where} GROUP BY {cell}', values).fetchall()
    return [row for row in rows if in_ranges(row[0] << 2 * (FINEST - level), ranges)]


def by_spots(asked: VisitFilter, view: View) -> Cells:
    """Close up: every spot of the view, by the index of places. The plus keeps both databases from that of the days."""
    level = view.level
    where, values = conditions(asked)
    cell = f'"tile" / {4 ** (FINEST - level)}'
    first, last = map(number, period_of(asked))
    found: Counts = {}
    add(found, db.execute_sql(
        f'SELECT {cell}, {MET}, COUNT(*) FROM ({within("spot", view.ranges, ("tile", "day", "zone", "outcome"))}) s '
        f'WHERE +"day" BETWEEN {first} AND {last} {where} GROUP BY {cell}', values).fetchall())
    return Cells(level, found)


def by_rows(person: Person, asked: VisitFilter, view: View) -> Cells:
    """What the sums don't know, from the latest visits one by one."""
    level, ranges, rows = view.level, view.ranges, latest_spots(person, asked)
    inside = [row for row in rows if in_ranges(row[1], ranges)]
    found: Counts = {}
    add(found, ((coarser(tile, level), outcome == "met", 1) for _root, tile, outcome, _day in inside))
    return Cells(level, found, day_of(min(row[3] for row in rows)) if len(rows) == LATEST else None, [row[0] for row in inside])


def latest_spots(person: Person, asked: VisitFilter, most: int = 0) -> list[tuple[str, int, str, int]]:
    """Root, cell, outcome and day of what is asked for, the latest first, never more than LATEST."""
    latest, values = keys_of(person, asked).order_by(SQL("visited_at").desc(), SQL("uid").desc()).limit(most or LATEST).sql()
    return db.execute_sql(
        f'SELECT s."root", s."tile", s."outcome", s."day" FROM ({latest}) k CROSS JOIN "visit" v CROSS JOIN "spot" s '
        'WHERE v."uid" = k."uid" AND s."root" = v."root"', values).fetchall()


def shop_cells(person: Person, asked: VisitFilter, view: View) -> Cells:
    """Shops by cell: met within FRESH days, within AGING, longer ago, never visited, and closed or moved."""
    level = view.level
    where, values = shops_asked(person, asked)
    columns = ("tile", "status", "last_at", "zone_id", "manager_id", "last_outcome", "industry", "street", "uid")
    cell, fresh, aging = f's."tile" / {4 ** (FINEST - level)}', *since()
    ages = (f's."last_at" >= {db.param}', f's."last_at" < {db.param} AND s."last_at" >= {db.param}', f's."last_at" < {db.param}',
            's."last_at" IS NULL')
    counted = [f"SUM(CASE WHEN s.\"status\" = 'open' AND {age} THEN 1 ELSE 0 END)" for age in ages]
    rows = db.execute_sql(
        f"SELECT {cell}, {', '.join(counted)}, SUM(CASE WHEN s.\"status\" = 'open' THEN 0 ELSE 1 END) "
        f'FROM ({within("shop", view.ranges, columns)}) s WHERE TRUE {where} GROUP BY {cell}',
        [fresh, fresh, aging, aging, *values]).fetchall()
    return Cells(level, {tile: tuple(counts) for tile, *counts in rows})


def shops_asked(person: Person, asked: VisitFilter) -> tuple[str, list]:
    """What of the question is about shops, as conditions: zone, who is in charge, the last outcome, trade, street, the shop itself."""
    told = (("manager_id", asked.manager), ("last_outcome", asked.outcome), ("industry", asked.industry), ("street", asked.street),
            ("uid", asked.shop))
    where = [(name, ["" if (name, value) == ("industry", NO_INDUSTRY) else value]) for name, value in told if value]
    if asked.zone or not person.sees_all_zones:
        held = [asked.zone] if person.sees_all_zones else [zone for zone in Grant.zones_of(person) if asked.zone in ("", zone)]
        where.append(("zone_id", held or [""]))
    return "".join(f' AND s."{name}" IN ({", ".join([db.param] * len(values))})' for name, values in where), [
        value for _name, values in where for value in values]


def since() -> tuple[datetime, datetime]:
    """The moments from which on a last visit is fresh, and from which on it is not long ago, as they are stored."""
    fresh, aging = (begin(today() - timedelta(days)).astimezone(UTC).replace(tzinfo=None) for days in (FRESH, AGING))
    return fresh, aging


def columns_of(asked: VisitFilter) -> tuple[str, str]:
    """Which columns of the sums hold what was met, and all."""
    if not asked.outcome:
        return '"met"', EVERY
    return ('"met"' if asked.outcome == "met" else "0"), f'"{asked.outcome}"'


def conditions(asked: VisitFilter) -> tuple[str, list[str]]:
    known = [(name, value) for name, value in (("zone", asked.zone), ("outcome", asked.outcome)) if value]
    return "".join(f' AND "{name}" = {db.param}' for name, _value in known), [value for _name, value in known]


def add(found: Counts, rows) -> None:
    """Add rows of cell, met and all to what was found, as met and not met."""
    for tile, met, every in rows:
        before = found.get(tile, (0, 0))
        found[tile] = before[0] + met, before[1] + every - met


def in_ranges(tile: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= tile <= last for first, last in ranges)


def number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def period_of(asked: VisitFilter) -> tuple[date, date]:
    """What is asked for, cut to the days from which there is anything."""
    first, last = known_days()
    return max(asked.first or first, first), min(asked.last or last, last)


def known_days() -> tuple[date, date]:
    """The first of January of the first visit, and today, or the day of a phone whose clock was ahead."""
    first, last = db.execute_sql('SELECT (SELECT MIN("day") FROM "spot"), (SELECT MAX("day") FROM "spot")').fetchone()
    present = number(today())
    return date((first or present) // 10_000, 1, 1), day_of(max(last or present, present))


def split(first: date, last: date, end: date) -> tuple[list[int], list[tuple[date, date]]]:
    """A period as whole years and months (2025, 202611) and the days at its edges; after `end`, the last known day, there is nothing."""
    spans: list[int] = []
    edges: list[tuple[date, date]] = []
    day = first
    while day <= last:
        year_end, month_end = date(day.year, 12, 31), end_of_month(day)
        if day == date(day.year, 1, 1) and (year_end <= last or last == end):
            spans.append(day.year)
            day = year_end + timedelta(1)
            continue
        if day.day == 1 and (month_end <= last or last == end):
            spans.append(day.year * 100 + day.month)
        else:
            edges.append((day, min(month_end, last)))
        day = month_end + timedelta(1)
    return spans, edges


def end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def day_of(told: int) -> date:
    return date(told // 10_000, told // 100 % 100, told % 100)
