"""What the pace page tells of cases: how many stand where, how long each stage took, how many found their expert, what is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from peewee import SQL, fn

from fieldapp.consultations import AHEAD, Aftercare
from fieldapp.dashboard.filters import begin
from fieldapp.dashboard.queue_filter import LANES, STATES_IN, came_in, was_matched
from fieldapp.dashboard.year_filter import YearFilter, present
from fieldapp.database import bare
from fieldapp.experts import FIELDS
from fieldapp.people import Person
from fieldapp.referrals import ENDS, Referral
from fieldapp.worktime import KINDS, Clock, calendar_of

TOLD = [lane for lane in LANES if lane not in ("now", "all")]
LANE_OF = {state: lane for lane in TOLD for state in (ENDS if lane == "ended" else STATES_IN[lane])}
SAMPLE = 200  # stages at most from which a median is told


@dataclass(frozen=True)
class Stage:
    """How long a stage took, in working days, as far as it ended in this year; pauses are in it."""

    label: str
    days: float
    seen: int


@dataclass(frozen=True)
class Cases:
    """`lanes` has for each field how many of its cases stand in which lane of the queue now."""

    lanes: dict[str, dict[str, int]]
    stages: list[Stage]
    applied: int
    matched: int
    aftercare: int
    sample: int = SAMPLE

    @classmethod
    def of(cls, person: Person, asked: YearFilter) -> "Cases":
        """Five questions, whatever the number of cases."""
        within = Referral.reachable_by(person)
        if asked.zone:
            within = within.where(Referral.zone.concat("") == asked.zone)  # as in the queue: states and days lead the search
        applied, matched = applied_in(within, asked.year)
        due = within.where(Referral.uid.in_(Aftercare.asked_until(present() + AHEAD))).count()
        return cls(lanes_of(within), stages_of(within, asked.year), applied, matched, due)

    @property
    def fields(self) -> list[tuple[str, str, dict[str, int]]]:
        """Code, name and lanes of each field that has any case."""
        return [(code, str(word), self.lanes[code]) for code, word in FIELDS.items() if code in self.lanes]

    @property
    def totals(self) -> dict[str, int]:
        return {lane: sum(row.get(lane, 0) for row in self.lanes.values()) for lane in TOLD}


def lanes_of(within) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    asked = within.select(Referral.field, Referral.state, fn.COUNT(SQL("*"))).group_by(Referral.field, Referral.state)
    for field, state, count in bare(asked):
        found[field][LANE_OF[state]] += count
    return found


def applied_in(within, year: int) -> tuple[int, int]:
    """How many cases came in in this year, and of how many of these an expert accepted."""
    came = came_in(within, year)
    return came.count(), came.where(was_matched()).count()


def stages_of(within, year: int) -> list[Stage]:
    """The median of each stage, from the last ones that ended in this year."""
    ended = (Clock.select(Clock.kind, Clock.started_at, Clock.ended_at)
             .where(Clock.ended_at >= begin(date(year, 1, 1)), Clock.ended_at < begin(date(year + 1, 1, 1)), Clock.kind != "review",
                    fn.EXISTS(within.select(SQL("1")).where(Referral.uid == Clock.subject)))
             .order_by(Clock.ended_at.desc()).limit(SAMPLE))
    return medians(ended.tuples())


def medians(clocks: Iterable[tuple]) -> list[Stage]:
    calendar, found = calendar_of(), defaultdict(list)
    for kind, started, ended in clocks:
        found[kind].append(calendar.days_between(started, max(started, ended)))
    return [Stage(str(KINDS[kind]), median(found[kind]), len(found[kind])) for kind in KINDS if kind in found]
