"""The year's pace and its parts, all from sums that are kept: the page costs the same at ten thousand visits and at a million."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp.dashboard.filters import NO_INDUSTRY
from fieldapp.dashboard.year_filter import YearFilter, present
from fieldapp.figures import SESSION, VISIT, Figure, Pace, Target, by, by_month, by_working_day, days, distinct_shops, raised, streets
from fieldapp.grievances import Category
from fieldapp.people import Person
from fieldapp.visits import OUTCOMES
from fieldapp.worktime import calendar_of
from fieldapp.zones import Zone

WEEKS = timedelta(weeks=8)  # from which is told where the year leads
FOUR_WEEKS = timedelta(weeks=4)
SHOWN = 12  # of a list, unless it is asked for whole
NONE = Figure()


@dataclass(frozen=True)
class Part:
    """One line of a list: `link` and `counted_link` lead to the rows behind its two figures."""

    label: str
    figure: Figure
    link: str = ""
    counted_link: str = ""


@dataclass(frozen=True)
class Parts:
    """The year by one dimension, most consultations first; `rest` sums up the `left_out` that are not shown."""

    dimension: str
    title: str
    parts: list[Part]
    left_out: int = 0
    rest: Figure = NONE

    @property
    def most(self) -> int:
        return max((part.figure.visits for part in self.parts), default=0) or max((part.figure.counted for part in self.parts), default=0)


@dataclass(frozen=True)
class Month:
    """A month with what it adds up to. `promised` is the target's part up to its end, by working days."""

    number: int
    figure: Figure
    total: int
    promised: int | None
    link: str
    counted_link: str
    total_link: str
    ahead: bool


@dataclass(frozen=True)
class Rise:
    """A category in the last four weeks and in the four before."""

    label: str
    now: int
    before: int
    link: str
    link_before: str

    @property
    def more(self) -> int:
        return self.now - self.before


@dataclass
class YearPace:
    """Everything that the page tells of a year, asked for as the page needs it."""

    asked: YearFilter
    today: date = field(default_factory=present)

    @cached_property
    def months(self) -> list[Month]:
        counts, working, total, found = by_month(self.asked.year, self.asked.zones), self.working, 0, []
        for number, figure in counts.items():
            total += figure.counted
            first = date(self.asked.year, number, 1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            target = self.target
            promised = target.value * sum(day <= last for day in working) // len(working) if target and working else None
            found.append(Month(number, figure, total, promised, self.asked.rows(first=first, last=last, what=VISIT),
                               self.asked.rows(first=first, last=last, counted="1"), self.asked.rows(last=last, counted="1"),
                               first > self.today))
        return found

    @cached_property
    def total(self) -> Figure:
        return sum((month.figure for month in self.months), NONE)

    @cached_property
    def shops(self) -> int:
        return distinct_shops(self.asked.first, self.asked.last, self.asked.zones)

    @cached_property
    def working(self) -> list[date]:
        """The year's working days."""
        return calendar_of().days(self.asked.first, self.asked.last)

    @cached_property
    def target(self) -> Target | None:
        """The office's target; a single zone has none of its own."""
        return None if self.asked.zones is not None else Target.standing("consultations", self.asked.year)

    @cached_property
    def pace(self) -> Pace:
        left = sum(day > self.today for day in self.working)
        is_now = self.asked.year == self.today.year
        return Pace(self.target.value if self.target else None, self.total.counted, left, self.samples if is_now else ())

    @cached_property
    def samples(self) -> list[int]:
        """Consultations on each working day of the last eight weeks, or since the first visit in them."""
        counts = days(self.today - WEEKS, self.today - timedelta(days=1), self.asked.zones)
        begun = min(counts, default=self.today)
        working = calendar_of().days(begun, self.today - timedelta(days=1))
        return by_working_day({day: figure.counted for day, figure in counts.items()}, working)

    @cached_property
    def lists(self) -> list[Parts]:
        language = str(get_locale())
        zones = {zone.uid: zone.name(language) for zone in Zone.select(Zone.uid, Zone.name_ko, Zone.name_en)}
        managers = dict(Person.select(Person.uid, Person.name).tuples())  # who made a visit may have another role by now
        outcomes = {code: str(word) for code, word in OUTCOMES.items()} | {SESSION: _("컨설팅 회차")}
        return [self.parts("zone", _("권역"), zones), self.parts("manager", _("매니저"), managers),
                self.parts("category", _("건의·애로"), self.categories), self.parts("outcome", _("결과"), outcomes),
                self.parts("industry", _("업종"), {"": _("업종 모름")})]

    @cached_property
    def categories(self) -> dict[str, str]:
        return {category.code: category.name(str(get_locale())) for category in Category.select()}

    def parts(self, dimension: str, title: str, names: Mapping[str, str]) -> Parts:
        found = by(dimension, self.asked.first, self.asked.last, self.asked.zones)
        ordered = sorted(found.items(), key=lambda pair: (-pair[1].counted, -pair[1].visits, names.get(pair[0], pair[0])))
        shown = ordered if self.asked.all == dimension or len(ordered) <= SHOWN + 1 else ordered[:SHOWN]
        rest = ordered[len(shown):]
        return Parts(dimension, title, [self.part(dimension, key, names.get(key, key), figure) for key, figure in shown],
                     len(rest), sum((figure for _key, figure in rest), NONE))

    def part(self, dimension: str, key: str, label: str, figure: Figure) -> Part:
        if key == SESSION:
            return Part(label, figure, counted_link=self.asked.rows(what=SESSION))
        narrowed = {dimension: key or NO_INDUSTRY}
        return Part(label, figure, self.asked.rows(**narrowed, what=VISIT), self.asked.rows(**narrowed, counted="1"))

    @cached_property
    def rising(self) -> list[Rise]:
        """Categories that were spoken of more often in the last four weeks than in the four before, the steepest first."""
        last, middle = self.today, self.today - FOUR_WEEKS
        recent = middle + timedelta(days=1), last
        earlier = middle - FOUR_WEEKS + timedelta(days=1), middle
        now, before = raised([recent, earlier], self.asked.zones)

        def link(code: str, span: tuple[date, date]) -> str:
            return self.asked.rows(category=code, what=VISIT, first=span[0], last=span[1])

        found = [Rise(self.categories.get(code, code), count, before.get(code, 0), link(code, recent), link(code, earlier))
                 for code, count in now.items()]
        return sorted((rise for rise in found if rise.more > 0), key=lambda rise: (-rise.more, rise.label))

    @cached_property
    def heat(self) -> "Heat":
        return Heat.of(streets(self.asked.year, self.asked.zones, SHOWN), self.asked.rows)


@dataclass(frozen=True)
class Heat:
    """Visits by street and hour: the streets with the most, the hours in which there were any. A cell holds visits, step and address."""

    hours: list[int]
    rows: list[tuple[str, list[tuple[int, int, str]], int, str]]

    @classmethod
    def of(cls, found: Mapping[str, Mapping[int, Figure]], link: Callable[..., str]) -> "Heat":
        used = {hour for hours in found.values() for hour in hours}
        hours = list(range(min(used), max(used) + 1)) if used else []
        most = max((figure.visits for row in found.values() for figure in row.values()), default=0)
        return cls(hours, [(street, cls.cells(street, row, hours, most, link), sum(figure.visits for figure in row.values()),
                            link(street=street, what=VISIT)) for street, row in found.items()])

    @staticmethod
    def cells(street: str, row: Mapping[int, Figure], hours: Iterable[int], most: int, link: Callable[..., str]):
        """The step goes from 0, nothing, to 4, the most of all."""
        visits = [row.get(hour, NONE).visits for hour in hours]
        return [(count, -(-4 * count // most) if most else 0, link(street=street, hour=hour, what=VISIT) if count else "")
                for hour, count in zip(hours, visits, strict=True)]
