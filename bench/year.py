"""A made-up year of the expert pool: who applies when for what, who advises, and how each expert would answer. One seed, one year."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random

from bench.street import TRADES
from fieldapp.database import SEOUL
from fieldapp.experts import FIELD_CODES
from fieldapp.worktime import Calendar

APPLICATIONS, EXPERTS = 300, 40
FIRST_DAY, DAYS = date(2026, 1, 1), 365
# How much is asked for in each of the ten fields, and as unevenly who advises in it.
SHARES = dict(zip(FIELD_CODES, (8, 9, 22, 8, 20, 8, 3, 14, 2, 6), strict=True))
ZONES = {"창동": (37.6531, 127.0475), "쌍문": (37.6486, 127.0347), "방학": (37.6674, 127.0443), "도봉": (37.6795, 127.0455)}
OFFICE = Calendar()


@dataclass(frozen=True)
class Adviser:
    """An expert. `minutes` is half of their answers' longest working time, `never` how seldom they answer at all."""

    uid: str
    fields: tuple[str, ...]  # the main one first
    capacity: int
    zones: frozenset[str]  # none means all
    place: tuple[float, float]
    partner: bool  # of an institution that needs the shop's own consent
    readiness: float
    minutes: float
    never: float
    slower: float  # so much slower with each offer and case at hand
    absent: frozenset[date]
    done: dict[str, int]  # finished cases by trade, before the year

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.absent)


@dataclass(frozen=True)
class Application:
    number: int
    at: datetime
    field: str
    trade: str
    zone: str
    place: tuple[float, float]
    consents: bool  # to its data being given to partner institutions
    conflicts: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """How an expert would answer one offer: after so many working minutes, or never (None); and how long they would then be busy."""

    accepts: bool
    minutes: float | None
    lasts: timedelta


@dataclass(frozen=True)
class Year:
    """What happens whatever the policy. An answer hangs on case, expert and how often they were asked, and on nothing else."""

    seed: int
    advisers: tuple[Adviser, ...]
    applications: tuple[Application, ...]

    def answer(self, case: Application, adviser: Adviser, times: int) -> Answer:
        chance = Random(f"{self.seed} {case.number} {adviser.uid} {times}")
        never, accepts = chance.random() < adviser.never, chance.random() < adviser.readiness
        minutes = adviser.minutes * math.exp(chance.gauss(0, 1))
        return Answer(accepts, None if never else minutes, timedelta(days=chance.uniform(14, 42)))


def year_of(seed: int, applications: int = APPLICATIONS, experts: int = EXPERTS) -> Year:
    chance = Random(seed)
    advisers = tuple(adviser(chance, number) for number in range(experts))
    return Year(seed, advisers, tuple(applied(chance, applications, advisers)))


def adviser(chance: Random, number: int) -> Adviser:
    """The first ten have one field each as their main one, so that none is without anybody."""
    main = FIELD_CODES[number] if number < len(FIELD_CODES) else drawn(chance)
    others = {drawn(chance) for _more in range(chance.choice((0, 1, 1, 2)))} - {main}
    zones = frozenset(chance.sample(sorted(ZONES), chance.choice((1, 2, 3)))) if chance.random() < 0.25 else frozenset()
    return Adviser(
        f"e{number:02}", (main, *sorted(others)), chance.choice((1, 2, 2, 3, 3, 4)), zones,
        near(chance, chance.choice(list(ZONES.values())), 0.03), chance.random() < 0.2, chance.uniform(0.5, 0.95),
        math.exp(chance.uniform(math.log(15), math.log(700))),
        chance.choice((0, 0.02, 0.05, 0.1, 0.25)), chance.choice((0, 0, 0.3, 0.8)), absences(chance),
        {trade: chance.choice((1, 1, 2)) for trade in chance.sample(TRADES, chance.randint(0, 3))})


def drawn(chance: Random) -> str:
    return chance.choices(list(SHARES), list(SHARES.values()))[0]


def near(chance: Random, place: tuple[float, float], degrees: float) -> tuple[float, float]:
    return place[0] + chance.uniform(-degrees, degrees), place[1] + chance.uniform(-degrees, degrees)


def absences(chance: Random) -> frozenset[date]:
    """None to three times in the year, each of some days to four weeks."""
    spans = [(chance.randrange(DAYS), chance.choice((2, 3, 5, 7, 14, 28))) for _time in range(chance.randint(0, 3))]
    return frozenset(FIRST_DAY + timedelta(first + day) for first, days in spans for day in range(days))


def applied(chance: Random, count: int, advisers: tuple[Adviser, ...]) -> list[Application]:
    """In the office's hours, as they come over the year."""
    begins = datetime.combine(FIRST_DAY, datetime.min.time(), SEOUL).astimezone(UTC)
    minutes = OFFICE.minutes_between(begins, begins + timedelta(days=DAYS))
    found = []
    for number, minute in enumerate(sorted(chance.uniform(1, minutes) for _one in range(count))):
        zone = chance.choice(list(ZONES))
        found.append(Application(
            number, OFFICE.add(begins, minute), drawn(chance), chance.choice(TRADES), zone, near(chance, ZONES[zone], 0.008),
            chance.random() < 0.85, frozenset(one.uid for one in advisers if chance.random() < 0.01)))
    return found


def metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Flat, which is near enough within one district."""
    return math.hypot((one[0] - two[0]) * 111_000, (one[1] - two[1]) * 88_000)
