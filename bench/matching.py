"""A simulated year of matching, by the shipped ranking and beside it by two that are simpler: the same applications, the same answers.

Nothing is measured in seconds here. What counts is how many cases find an expert in time, and what it costs the experts.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from statistics import fmean, median, pstdev, quantiles

from bench.table import Table, progress
from bench.year import APPLICATIONS, DAYS, EXPERTS, OFFICE, Adviser, Application, Year, metres, year_of
from fieldapp.database import SEOUL
from fieldapp.referrals import Candidate, ranked
from fieldapp.worktime import DEFAULTS

SEEDS, QUICK = 20, 3
RESAMPLES = 2000
Policy = Callable[["Desk", Application, list[Candidate]], Candidate | None]


@dataclass
class Case:
    """An application on its way: who refused it, who let it expire, who took it and when."""

    application: Application
    asked: Counter = field(default_factory=Counter)
    declined: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    taken_by: Adviser | None = None
    taken_at: datetime | None = None
    same_trade: bool = False

    @property
    def lost(self) -> int:
        """Offers that came to nothing."""
        return self.asked.total() - (self.taken_by is not None)


class Desk:
    """Works through a year: what happens next is done next, and whoever waits is tried anew whenever something changes."""

    def __init__(self, year: Year, policy: Policy) -> None:
        self.year, self.policy = year, policy
        self.cases = [Case(application) for application in year.applications]
        self.load: Counter = Counter()
        self.last_offer: dict[str, datetime] = {}
        self.turn: dict[str, str] = {}  # by field, whom round robin asked last
        self.done = Counter({(one.uid, trade): number for one in year.advisers for trade, number in one.done.items()})
        self.waiting: list[Case] = []
        self.events = 0
        self._heap: list[tuple[datetime, int, Callable, tuple]] = []
        self._order = count()

    def run(self) -> "Desk":
        for case in self.cases:
            self.later(case.application.at, self.match, case)
        for day in range(DAYS):
            self.later(self.year.applications[0].at + timedelta(days=day), self.try_anew)  # absences end
        while self._heap:
            self.now, _order, act, told = heapq.heappop(self._heap)
            self.events += 1
            act(*told)
        return self

    def later(self, moment: datetime, act: Callable, *told) -> None:
        heapq.heappush(self._heap, (moment, next(self._order), act, told))

    def try_anew(self) -> None:
        waiting, self.waiting = self.waiting, []
        for case in waiting:
            self.match(case)

    def match(self, case: Case) -> None:
        found = self.policy(self, case.application, self.candidates(case))
        if found is None:
            return self.waiting.append(case)
        adviser = next(one for one in self.year.advisers if one.uid == found.uid)
        answer, slower = self.year.answer(case.application, adviser, case.asked[found.uid]), 1 + adviser.slower * self.load[found.uid]
        case.asked[found.uid] += 1
        self.load[found.uid] += 1
        self.last_offer[found.uid] = self.now
        until = adviser.calendar.due(self.now, *DEFAULTS["acceptance"])
        answered = adviser.calendar.add(self.now, answer.minutes * slower) if answer.minutes is not None else until
        if answer.minutes is None or answered >= until:
            return self.later(until, self.expire, case, adviser)
        if not answer.accepts:
            return self.later(answered, self.refuse, case, adviser)
        return self.later(answered, self.accept, case, adviser, found, answer.lasts)

    def expire(self, case: Case, adviser: Adviser) -> None:
        case.expired.add(adviser.uid)
        self.free(adviser, case)

    def refuse(self, case: Case, adviser: Adviser) -> None:
        case.declined.add(adviser.uid)
        self.free(adviser, case)

    def accept(self, case: Case, adviser: Adviser, found: Candidate, lasts: timedelta) -> None:
        case.taken_by, case.taken_at, case.same_trade = adviser, self.now, found.same_trade > 0
        self.later(self.now + lasts, self.finish, case, adviser)

    def finish(self, case: Case, adviser: Adviser) -> None:
        self.done[adviser.uid, case.application.trade] += 1
        self.free(adviser)

    def free(self, adviser: Adviser, *again: Case) -> None:
        self.load[adviser.uid] -= 1
        for case in again:
            self.match(case)
        self.try_anew()

    def candidates(self, case: Case) -> list[Candidate]:
        return [self.candidate(case, one) for one in self.year.advisers if case.application.field in one.fields]

    def candidate(self, case: Case, one: Adviser) -> Candidate:
        """As the office knows them; the filters in its order."""
        wanted, load = case.application, self.load[one.uid]
        filters = (("absent", self.now.astimezone(SEOUL).date() in one.absent), ("full", load >= one.capacity),
                   ("zone", bool(one.zones) and wanted.zone not in one.zones), ("conflict", one.uid in wanted.conflicts),
                   ("declined", one.uid in case.declined), ("consent", one.partner and not wanted.consents))
        return Candidate(
            one.uid, why_not=next((why for why, out in filters if out), ""), main=one.fields[0] == wanted.field,
            expired=one.uid in case.expired, same_trade=self.done[one.uid, wanted.trade], load=load, capacity=one.capacity,
            last_offer=self.last_offer.get(one.uid), metres=metres(one.place, wanted.place))


def ours(desk: Desk, case: Application, candidates: list[Candidate]) -> Candidate | None:
    return next(iter(ranked(candidates)), None)


def first_fit(desk: Desk, case: Application, candidates: list[Candidate]) -> Candidate | None:
    """The first of the list who passes the filters."""
    return next((one for one in candidates if not one.why_not), None)


def round_robin(desk: Desk, case: Application, candidates: list[Candidate]) -> Candidate | None:
    """The next in turn, in this field, who passes the filters."""
    last = desk.turn.get(case.field, "")
    found = first_fit(desk, case, sorted(candidates, key=lambda one: (one.uid <= last, one.uid)))
    if found:
        desk.turn[case.field] = found.uid
    return found


POLICIES: dict[str, Policy] = {"ours": ours, "first fit": first_fit, "round robin": round_robin}
IN_TIME = "taken within 3 working days, %"


def figures(desk: Desk) -> dict[str, float]:
    cases, end = desk.cases, desk.year.applications[-1].at
    taken = [case for case in cases if case.taken_at]
    in_time = [case for case in taken if case.taken_at <= OFFICE.due(case.application.at, *DEFAULTS["matching"])]  # type: ignore[operator]
    waited = [OFFICE.minutes_between(case.application.at, case.taken_at or max(end, case.application.at)) / 60 for case in cases]
    shares = loads(desk)
    matches = max(1, len(taken))
    return {
        IN_TIME: 100 * len(in_time) / len(cases),
        "taken at all, %": 100 * len(taken) / len(cases),
        "working hours until taken, median": median(waited),
        "working hours until taken, p90": quantiles(waited, n=10)[-1],
        "refusals and expiries for a match": sum(case.lost for case in cases) / matches,
        "expert's main field, %": 100 * sum(case.taken_by.fields[0] == case.application.field for case in taken if case.taken_by) / matches,
        "same trade before, %": 100 * sum(case.same_trade for case in taken) / matches,
        "km to the expert": fmean([metres(case.taken_by.place, case.application.place) for case in taken if case.taken_by] or [0]) / 1000,
        "cases for a place: standard deviation": pstdev(shares),
        "cases for a place: most / mean": max(shares) / (fmean(shares) or 1),
        "cases for a place: Gini": gini(shares),
    }


def loads(desk: Desk) -> list[float]:
    """For each expert the cases that they took in the year, for each place of their capacity."""
    taken = Counter(case.taken_by.uid for case in desk.cases if case.taken_by)
    return [taken[one.uid] / one.capacity for one in desk.year.advisers]


def gini(values: list[float]) -> float:
    """0 where all have the same, towards 1 where one has all."""
    ordered, total = sorted(values), sum(values)
    return sum((2 * place - len(ordered) - 1) * value for place, value in enumerate(ordered, 1)) / (len(ordered) * total) if total else 0


def interval(values: list[float]) -> tuple[float, float]:
    """95 % for the mean, by bootstrap over the seeds."""
    chance = Random(1)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _again in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


@dataclass
class Compared:
    """Each policy's figures, a dictionary for each seed."""

    found: dict[str, list[dict[str, float]]]
    events: int = 0

    def of(self, policy: str, name: str) -> list[float]:
        return [one[name] for one in self.found[policy]]

    def differences(self, policy: str, name: str) -> list[float]:
        """Ours less the other's, seed by seed."""
        return [mine - theirs for mine, theirs in zip(self.of("ours", name), self.of(policy, name), strict=True)]


def compared(seeds: int, policies: dict[str, Policy]) -> Compared:
    """Let every policy work through the same years."""
    found = Compared({name: [] for name in policies})
    for seed in range(1, seeds + 1):
        year = year_of(seed)
        for name, policy in policies.items():
            desk = Desk(year, policy).run()
            found.found[name].append(figures(desk))
            found.events += desk.events
    return found


def measure(folder: Path, quick: bool = False) -> Iterator[Table]:
    progress(f"matching {SEEDS if not quick else QUICK} made-up years")
    found = compared(QUICK if quick else SEEDS, POLICIES)
    seeds = len(found.found["ours"])
    yield averages(found, seeds)
    yield beside(found, seeds)


def averages(found: Compared, seeds: int) -> Table:
    table = Table(f"Matching: a simulated year of {APPLICATIONS} applications and {EXPERTS} experts, {seeds} seeds, {found.events} events; "
                  "mean (95 % interval)", ["", *POLICIES])
    for name in found.found["ours"][0]:
        table.add(name, *(spread(found.of(policy, name)) for policy in POLICIES))
    return table


def beside(found: Compared, seeds: int) -> Table:
    others = [name for name in POLICIES if name != "ours"]
    table = Table("Ours less the other, year by year: mean (95 % interval)", ["", *others, "target"])
    for name in found.found["ours"][0]:
        worse = [interval(found.differences(policy, name))[1] < 0 for policy in others]
        table.add(name, *(spread(found.differences(policy, name), "+") for policy in others), no_worse(worse) if name == IN_TIME else "")
    return table


def no_worse(worse: list[bool]) -> str:
    return f"below neither {'MISSED' if any(worse) else 'ok'}"


def spread(values: list[float], sign: str = "") -> str:
    low, high = interval(values)
    return f"{fmean(values):{sign}.2f} ({low:{sign}.2f} .. {high:{sign}.2f})"
