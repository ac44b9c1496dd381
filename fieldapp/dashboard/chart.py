"""Where lines and points of a chart lie, in the units of its drawing; the template draws them. All charts begin at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 130, 14, 28  # what is left around the drawing for words and numbers
Point = tuple[float, float]


@dataclass(frozen=True)
class YearChart:
    """What a year adds up to, against what was promised: `done` and `promised` at the end of each month, from zero on.

    `band` is between which sums the year will end, `at` how far in the year it is told, 0 to 12.
    """

    done: Sequence[int]
    promised: Sequence[int]
    band: tuple[int, int] | None
    at: float

    @property
    def top(self) -> int:
        """A round number that nothing exceeds."""
        most = max(10, *self.done, *self.promised, *(self.band or (0,)))
        size = 10 ** (len(str(most)) - 1)
        return next(round(step * size) for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * size >= most)

    def point(self, month: float, value: float) -> Point:
        across, up = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return round(LEFT + month / 12 * across, 1), round(TOP + up - value / self.top * up, 1)

    @property
    def marks(self) -> list[tuple[int, float]]:
        """The lines across, each with its value and height."""
        return [(value, self.point(0, value)[1]) for value in (0, self.top // 2, self.top)]

    @property
    def done_points(self) -> list[Point]:
        whole = [self.point(month, value) for month, value in enumerate(self.done) if month <= self.at]
        return whole if self.at == int(self.at) else [*whole, self.point(self.at, self.done[-1])]

    @property
    def promised_points(self) -> list[Point]:
        return [self.point(month, value) for month, value in enumerate(self.promised)]

    @property
    def band_points(self) -> list[Point]:
        """From what is done today to between which the year ends."""
        if not self.band:
            return []
        return [self.point(self.at, self.done[-1]), self.point(12, self.band[1]), self.point(12, self.band[0])]


def spread_labels(heights: Sequence[float], apart: float = 16) -> list[float]:
    """The heights at which labels stand so that none covers another, in the order given."""
    placed: dict[int, float] = {}
    last = float("-inf")
    for index, height in sorted(enumerate(heights), key=lambda pair: pair[1]):
        placed[index] = last = max(height, last + apart)
    return [placed[index] for index in range(len(heights))]


def path(points: Sequence[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
