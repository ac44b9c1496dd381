"""What leaves the house: the rows of a page's address, read in batches, so that a list of any length takes the same memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import peewee

from fieldapp.exports.cells import Cell
from fieldapp.exports.columns import Column
from fieldapp.exports.purposes import ALL, COARSE, COARSE_DIGITS
from fieldapp.people import Person

BATCH = 1000  # rows that are read at once

Place = tuple[float, float] | None
Fill = Callable[[list[dict]], None]


@dataclass(frozen=True)
class List:
    """A list that may be taken: which page shows it, how its address is read, and what its rows hold.

    `rows(person, asked)` gives what this person may see of what the address asks for. `values` names what is read of each row, and
    `joined` joins what that needs. The order is by `keys`, of which the last is unique. `fills` fetch what stands beside, a batch at once.
    """

    code: str
    title: Any
    page: str
    verb: str
    filter: Any
    rows: Callable[[Person, Any], Any]
    joined: Callable[[Any], Any]
    values: Mapping[str, Any]
    keys: tuple[Any, ...]
    columns: tuple[Column, ...]
    latest_first: bool = True
    fills: Mapping[str, Fill] = field(default_factory=dict)
    shop: Any = None  # whose data a row is
    place: tuple[Any, Any] | None = None  # latitude and longitude
    purposes: tuple[str, ...] = ALL

    def columns_for(self, purpose: str) -> list[Column]:
        return [column for column in self.columns if purpose in column.only]

    def count(self, person: Person, asked) -> int:
        return self.rows(person, asked).select(peewee.fn.COUNT(self.keys[-1])).scalar() or 0

    def whose(self, person: Person, asked, limit: int | None = None) -> list[str]:
        """The shops whose data the rows are, each once, at most `limit` of them."""
        if self.shop is None:
            return []
        shops = self.rows(person, asked).select(self.shop).distinct().limit(limit)
        return [uid for (uid,) in shops.tuples()]


class Row(NamedTuple):
    cells: list[Cell]
    place: Place
    shop: str


class Table:
    """One list for one person, purpose and address: `titles`, and `batches()` of rows."""

    def __init__(self, of: List, person: Person, asked, purpose: str, unmasked: bool = False):
        self.of, self.person, self.asked = of, person, asked
        self.columns = of.columns_for(purpose)
        self.coarse = purpose in COARSE
        self.readings = [column.reading(not unmasked, self.coarse) for column in self.columns]
        self.titles = [str(column.title) for column in self.columns]

    def batches(self, size: int = BATCH) -> Iterator[list[Row]]:
        """All rows in order, `size` at once; each batch is one query and one for each thing that stands beside."""
        spots, expressions = self.read_of_each_row()
        query = self.of.joined(self.of.rows(self.person, self.asked)).select(*expressions).order_by(*self.order())
        mark: list = []
        while found := list((query.where(self.comes_after(mark)) if mark else query).limit(size).tuples()):
            yield self.read([{name: row[spot] for name, spot in spots.items()} for row in found])
            mark = list(found[-1][:len(self.of.keys)])

    def read_of_each_row(self) -> tuple[dict[str, int], list]:
        """Where in a row each name stands, and what is read: the keys first, and nothing twice."""
        of, expressions = self.of, list(self.of.keys)
        named = {column.name: of.values[column.name] for column in self.columns if column.name in of.values}
        named |= {"uid": of.keys[-1], "shop": of.shop or peewee.Value("")}
        named |= dict(zip(("lat", "lon"), of.place or (), strict=False))
        expressions += [one for one in named.values() if not any(one is key for key in of.keys)]
        return {name: next(spot for spot, other in enumerate(expressions) if other is one) for name, one in named.items()}, expressions

    def order(self) -> list:
        return [key.desc() if self.of.latest_first else key.asc() for key in self.of.keys]

    def comes_after(self, mark: list):
        """What stands behind a row; the bound of the first key alone leads the search into an index."""
        (key, *rest), (value, *others) = self.of.keys, mark
        beyond = key < value if self.of.latest_first else key > value
        if not rest:
            return beyond
        [last], [uid] = rest, others
        later = last < uid if self.of.latest_first else last > uid
        return (key <= value if self.of.latest_first else key >= value) & (beyond | later)

    def read(self, rows: list[dict]) -> list[Row]:
        for need in dict.fromkeys(column.needs for column in self.columns if column.needs):
            self.of.fills[need](rows)
        return [Row([reading(row.get(column.name)) for column, reading in zip(self.columns, self.readings, strict=True)],
                    self.place_of(row), row["shop"]) for row in rows]

    def place_of(self, row: dict) -> Place:
        lat, lon = row.get("lat"), row.get("lon")
        if lat is None or lon is None:
            return None
        return (round(lat, COARSE_DIGITS), round(lon, COARSE_DIGITS)) if self.coarse else (lat, lon)
