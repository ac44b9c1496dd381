"""A report as data: titled tables of typed cells, made once from the database and then written as page, XLSX and HWPX."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | None
NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """One value: text, a whole number, a decimal one, a day, or nothing. `unit` stands behind a number; `link` opens into its rows."""

    value: Value
    unit: str = ""
    link: str = ""

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | Decimal)

    @property
    def text(self) -> str:
        """As one reads it: 1,190 and 627.5 and 45 % and 2023-12-31, and a dash for nothing."""
        if self.value is None:
            return NOTHING
        shown = f"{self.value:,}" if isinstance(self.value, int | Decimal) else str(self.value)
        return f"{shown} {self.unit}" if self.unit else shown


@dataclass(frozen=True)
class Table:
    """Rows under a head; without a head its rows are lines of text. The first `keys` columns say which row it is."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: int = 1
    note: str = ""

    @classmethod
    def of(cls, title: str, head: Sequence, rows: Iterable[Sequence], keys: int = 1, note: str = "") -> "Table":
        """A table of bare values, which become cells; a text in the reader's language is that text."""
        made = tuple(tuple(cell_of(one) for one in row) for row in rows)
        return cls(str(title), tuple(str(name) for name in head), made, keys, str(note))

    @classmethod
    def lines(cls, title: str, text: str) -> "Table":
        """A block of text, a row a line."""
        return cls.of(title, (), [(line.strip(),) for line in text.splitlines() if line.strip()])

    @property
    def columns(self) -> int:
        return len(self.head) or 1

    @property
    def of_numbers(self) -> list[bool]:
        """Of each column whether it holds numbers alone, or nothing."""
        return [all(row[column].is_number or row[column].value is None for row in self.rows) for column in range(self.columns)]


@dataclass(frozen=True)
class Document:
    """`facts` are names and texts that stand under the title; `cut_off` is the moment of counting (ISO 8601, UTC); `rule` the version of
    the rule by which was counted; `shops` the uids of the shops that it names."""

    kind: str
    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    cut_off: str
    rule: str
    shops: tuple[str, ...] = ()

    def as_json(self) -> str:
        """The same text for the same report, byte for byte."""
        return json.dumps({
            "kind": self.kind, "title": self.title, "facts": self.facts, "cut_off": self.cut_off, "rule": self.rule, "shops": self.shops,
            "tables": [{"title": table.title, "head": table.head, "keys": table.keys, "note": table.note,
                        "rows": [[_packed(cell) for cell in row] for row in table.rows]} for table in self.tables],
        }, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Document":
        raw = json.loads(text)
        tables = tuple(Table(one["title"], tuple(one["head"]), tuple(tuple(_unpacked(*cell) for cell in row) for row in one["rows"]),
                             one["keys"], one["note"]) for one in raw["tables"])
        return cls(raw["kind"], raw["title"], tuple((name, value) for name, value in raw["facts"]), tables, raw["cut_off"], raw["rule"],
                   tuple(raw["shops"]))


def cell_of(value) -> Cell:
    if isinstance(value, Cell):
        return value
    return Cell(value if type(value) in KINDS else str(value))


READ: dict[str, Callable[[str], Value]] = {
    "text": str, "whole": int, "decimal": Decimal, "day": date.fromisoformat, "none": lambda _text: None}
KINDS = {str: "text", int: "whole", Decimal: "decimal", date: "day", type(None): "none"}


def _packed(cell: Cell) -> list[str]:
    return [KINDS[type(cell.value)], "" if cell.value is None else str(cell.value), cell.unit, cell.link]


def _unpacked(kind: str, text: str, unit: str, link: str) -> Cell:
    return Cell(READ[kind](text), unit, link)


@dataclass(frozen=True)
class Difference:
    """A cell that was and is not the same; `column` is empty where the whole row came or went."""

    table: str
    row: str
    column: str
    before: str
    after: str


def differences(before: Document, after: Document) -> list[Difference]:
    """What stands otherwise in the second, cell by cell, in the order of the first and then of what is new."""
    was, now = _flat(before), _flat(after)
    found = []
    for place in [*was, *(place for place in now if place not in was)]:
        table, row, column = place
        if column and ((table, row, "") not in was or (table, row, "") not in now):
            continue  # told once, of the row
        old, new = was.get(place, NOTHING), now.get(place, NOTHING)
        if old != new:
            found.append(Difference(table, row, column, old, new))
    return found


def _flat(document: Document) -> dict[tuple[str, str, str], str]:
    """Each cell's text by its table, row and column; rows of the same name are counted."""
    cells: dict[tuple[str, str, str], str] = {}
    times: Counter = Counter()
    for table in document.tables:
        for row in table.rows:
            name = " · ".join(cell.text for cell in row[:table.keys])
            times[table.title, name] += 1
            label = f"{name} ({times[table.title, name]})" if times[table.title, name] > 1 else name
            cells[table.title, label, ""] = "●"
            for column, cell in list(zip(table.head, row, strict=False))[table.keys:]:
                cells[table.title, label, column] = cell.text
    return cells

