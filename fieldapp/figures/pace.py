"""A year's pace: what was promised, what is done, what is needed a day, and where it leads. Pure; all days are working days."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, sqrt
from statistics import fmean, stdev

FEWEST = 10  # working days that have to be seen before anything is forecast
EIGHT_OF_TEN = 1.2816  # standard deviations around the mean in which 80 % of a normal distribution lie


@dataclass(frozen=True)
class Pace:
    """`left` working days remain after today; `samples` are the consultations of each one of the weeks before."""

    target: int | None
    actual: int
    left: int = 0
    samples: Sequence[int] = ()

    @property
    def percent(self) -> int | None:
        """What is done of the target, cut and not rounded, as the pledge card has it."""
        return self.actual * 100 // self.target if self.target else None

    @property
    def missing(self) -> int:
        return max((self.target or 0) - self.actual, 0)

    @property
    def needed(self) -> float | None:
        """Consultations a day to the end, the tenth rounded up so that it is enough; None where no day is left."""
        return ceil(self.missing * 10 / self.left) / 10 if self.left else None

    @property
    def mean(self) -> float:
        return fmean(self.samples) if self.samples else 0.0

    @property
    def spread(self) -> float:
        """The standard deviation from day to day."""
        return stdev(self.samples) if len(self.samples) > 1 else 0.0

    @property
    def band(self) -> tuple[int, int] | None:
        """Between which numbers the year ends in eight cases of ten, if it goes on as in these weeks; None where too little was seen.

        The days vary by their spread, and the mean of n of them is itself uncertain by spread/√n.
        """
        seen = len(self.samples)
        if seen < FEWEST or not self.left:
            return None
        middle = self.actual + self.left * self.mean
        around = EIGHT_OF_TEN * self.spread * sqrt(self.left + self.left ** 2 / seen)
        return max(self.actual, floor(middle - around)), ceil(middle + around)


def by_working_day(counts: Mapping[date, int], working: Sequence[date]) -> list[int]:
    """How many fall on each working day; what was done on a day off goes with the working day before."""
    found = [0] * len(working)
    for day, count in counts.items():
        if working:
            found[max(bisect_right(working, day) - 1, 0)] += count
    return found
