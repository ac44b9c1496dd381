"""Sums that are kept, so that a page costs the same at ten thousand visits and at a million."""

from collections.abc import Iterable, Iterator
from functools import cache

import peewee

from fieldapp.database import Model, db
from fieldapp.figures.counted import VISIT, Row

DISTRICT = ""  # the zone of sums over all zones
AT_ONCE = 500  # rows in one statement
Cell = tuple[str, str, int, str]


class Rollup(Model):
    """How many visits, and how much that counts, fall into a cell: a zone (or all of them), a dimension, a period and a key.

    `period` is a month (202611), or a year (2026) for shops, streets and hours of a street. A cell may hold nothing any more.
    """

    zone = peewee.CharField(36)
    dimension = peewee.CharField(10)
    period = peewee.IntegerField()
    key = peewee.CharField(310)
    visits = peewee.IntegerField()
    counted = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("zone", "dimension", "period", "key")


def cells(row: Row) -> Iterator[Cell]:
    """Every cell into which a row falls."""
    month, year = row.month, row.month // 100
    yield DISTRICT, "total", month, ""
    yield DISTRICT, "zone", month, row.zone
    for zone in (DISTRICT, row.zone):
        yield zone, "day", month, row.day
        yield zone, "manager", month, row.manager
        yield zone, "outcome", month, row.outcome
        yield zone, "industry", month, row.industry
        for category in row.categories.split():
            yield zone, "category", month, category
            yield zone, "raised", month, f"{row.day} {category}"
        yield zone, "shop", year, row.shop
        if row.street and row.what == VISIT:
            yield zone, "street", year, row.street
            yield zone, "hour", year, f"{row.street} {row.hour:02}"


class Sums:
    """Cells with how much is to be added to each."""

    def __init__(self) -> None:
        self.cells: dict[Cell, tuple[int, int]] = {}

    def add(self, row: Row, sign: int = 1) -> None:
        """Add a row, or take it away."""
        visits, counted = sign * (row.what == VISIT), sign * row.counts
        for cell in cells(row):
            before = self.cells.get(cell, (0, 0))
            self.cells[cell] = before[0] + visits, before[1] + counted

    def rows(self) -> list[tuple]:
        """What changes anything, sorted, so that on PostgreSQL no two transactions wait for each other's rows."""
        return sorted((*cell, *sums) for cell, sums in self.cells.items() if sums != (0, 0))

    def store(self) -> None:
        put(self.rows())


def put(rows: Iterable[tuple]) -> None:
    rows = list(rows)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start:start + AT_ONCE]
        db.execute_sql(_addition(len(part), db.param), [value for row in part for value in row])


@cache
def _addition(count: int, mark: str) -> str:
    marks = ", ".join([f"({', '.join([mark] * 6)})"] * count)
    return (f'INSERT INTO "rollup" ("zone", "dimension", "period", "key", "visits", "counted") VALUES {marks} '
            'ON CONFLICT ("zone", "dimension", "period", "key") DO UPDATE SET '
            '"visits" = "rollup"."visits" + excluded."visits", "counted" = "rollup"."counted" + excluded."counted"')
