"""공약 관리카드: the pledge as the district publishes it, edited on screen; each saving is a version of its own, with who, when and why."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal

import peewee

from fieldapp import events
from fieldapp.database import Record, in_turn

YEARS = range(2022, 2027)  # the term of office
QUARTERS = tuple(f"{year}.{quarter}" for year in YEARS for quarter in range(1, 5))
BUDGET = ("before", *map(str, YEARS), "after")  # invested before the term, the term's years, and after it


@dataclass(frozen=True)
class Task:
    """One line of the schedule; `quarters` are the keys of QUARTERS in which it is worked on."""

    name: str
    quarters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """A dated line of what was done."""

    on: date
    text: str


@dataclass(frozen=True)
class Card:
    """Everything that is written on the card; what it counts stands elsewhere. Money is in millions of won, by the keys of BUDGET."""

    title: str = ""
    stage: str = ""
    span: str = ""
    budget_kind: str = ""
    department: str = ""
    state: str = ""
    goal: str = ""
    outline: str = ""
    schedule: tuple[Task, ...] = ()
    budget: dict[str, Decimal] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    plans: str = ""

    @property
    def budget_total(self) -> Decimal:
        return sum(self.budget.values(), Decimal(0))

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, default=str)

    @classmethod
    def from_json(cls, text: str) -> "Card":
        raw = json.loads(text)
        return cls(**raw | {
            "schedule": tuple(Task(task["name"], tuple(task["quarters"])) for task in raw["schedule"]),
            "budget": {name: Decimal(amount) for name, amount in raw["budget"].items()},
            "results": tuple(Result(date.fromisoformat(one["on"]), one["text"]) for one in raw["results"])})


class PledgeCard(Record):
    """One version of the card: what it says, why it was changed, and by whom. The highest version stands."""

    version = peewee.IntegerField(unique=True)
    body = peewee.TextField()  # JSON of a Card
    reason = peewee.TextField(default="")
    by = peewee.CharField(36, default="")

    @property
    def card(self) -> Card:
        return Card.from_json(self.body)

    @classmethod
    def latest(cls) -> "PledgeCard | None":
        return cls.select().order_by(cls.version.desc()).first()

    @classmethod
    def named(cls, version: int) -> "PledgeCard | None":
        """That version, or the one that stands where none is named."""
        return cls.get_or_none(cls.version == version) if version else cls.latest()

    @classmethod
    def everyone(cls) -> "list[PledgeCard]":
        return list(cls.select().order_by(cls.version.desc()))

    @classmethod
    def put(cls, card: Card, reason: str, by: str, against: int) -> "PledgeCard | None":
        """Keep a new version, made against that one, inside the caller's transaction; None where another came first.

        The same content again is the version that stands.
        """
        in_turn()
        last = cls.latest()
        if (last.version if last else 0) != against:
            return None
        if last and last.card == card:
            return last
        made = cls.create(version=against + 1, body=card.as_json(), reason=reason, by=by)
        events.record("pledge.changed", "pledge", by=by, version=made.version, reason=reason)
        return made
