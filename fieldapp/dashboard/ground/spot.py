from typing import NamedTuple

import peewee

from fieldapp.database import Model, db
from fieldapp.visits import OUTCOMES
from fieldapp.zones import coarser

LEVELS = (12, 14, 16)  # at which sums are kept; what lies between is added up from the next finer one
Cell = tuple[int, int, int, str]  # level, span, tile, zone


class Spot(Model):
    """Where the current revision of a visit was: at its own place, or at its shop's where none was recorded.

    `day` is a number, 20261124, so that its month and year are got by division.
    """

    root = peewee.CharField(36, primary_key=True)
    tile = peewee.BigIntegerField()
    day = peewee.IntegerField()
    zone = peewee.CharField(36)
    outcome = peewee.CharField(20)

    class Meta:
        indexes = ((("tile", "day", "outcome", "zone"), False), (("day", "tile", "outcome", "zone"), False))


class Ground(Model):
    """How many visits of each outcome were in a cell, in a zone and a span: a month (202611) or a year (2026). It may be none any more."""

    level = peewee.IntegerField()
    span = peewee.IntegerField()
    tile = peewee.BigIntegerField()
    zone = peewee.CharField(36)
    met = peewee.IntegerField()
    absent = peewee.IntegerField()
    busy = peewee.IntegerField()
    refused = peewee.IntegerField()
    shut_today = peewee.IntegerField()
    closed_down = peewee.IntegerField()
    moved = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("level", "span", "tile", "zone")


class Row(NamedTuple):
    """A row of Spot as statements take it."""

    root: str
    tile: int
    day: int
    zone: str
    outcome: str


class Sums:
    """What is to be added to each cell, by outcome."""

    def __init__(self) -> None:
        self.cells: dict[Cell, list[int]] = {}

    def add(self, row: Row, sign: int = 1) -> None:
        place = list(OUTCOMES).index(row.outcome)
        for level in LEVELS:
            for span in (row.day // 10_000, row.day // 100):
                cell = level, span, coarser(row.tile, level), row.zone
                self.cells.setdefault(cell, [0] * len(OUTCOMES))[place] += sign

    def store(self) -> None:
        """Put it down, in the order of the keys: on PostgreSQL no two transactions then wait for each other's rows."""
        rows = [(*cell, *counts) for cell, counts in sorted(self.cells.items()) if any(counts)]
        if rows:
            one = f"({', '.join([db.param] * len(rows[0]))})"
            db.execute_sql(f"{ADDITION.format(', '.join([one] * len(rows)))}", [value for row in rows for value in row])


_counts = ", ".join(f'"{code}" = "ground"."{code}" + excluded."{code}"' for code in OUTCOMES)
_columns = ", ".join(f'"{name}"' for name in ("level", "span", "tile", "zone", *OUTCOMES))
ADDITION = (f'INSERT INTO "ground" ({_columns}) VALUES {{}} ON CONFLICT ("level", "span", "tile", "zone") DO UPDATE SET {_counts}')
