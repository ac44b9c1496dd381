"""What a view of the map is: a box, a zoom, and the layers that are shown, read from the address."""

import math
from dataclasses import dataclass, field
from functools import cached_property

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fieldapp.form import Reader
from fieldapp.zones import Box, level_for, ranges_of

LAYERS = {"shops": _("점포"), "visits": _("방문"), "heat": _("열린 건의·애로"), "walks": _("그날 걸은 길"), "areas": _("상권"),
          "dongs": _("권역과 행정동")}
SHOWN = ("shops", "visits", "dongs")  # where the address names none
KOREA = Box(124.0, 33.0, 132.0, 39.0)  # nothing of ours lies elsewhere
FARTHEST, NEAREST = 0, 24  # zooms
MOST_CELLS = 280  # in one view


@dataclass(frozen=True)
class View:
    """`box` is what is looked at, `level` the size of its cells; `problems` maps a name to why it could not be read."""

    box: Box = KOREA
    zoom: float = 8
    layers: tuple[str, ...] = SHOWN
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, args) -> "View":
        form = Reader(args.to_dict(flat=False))
        box = read_box(form) or KOREA
        zoom = form.number("zoom", FARTHEST, NEAREST)
        layers = tuple(form.many("layer"))
        if not LAYERS.keys() >= set(layers):
            form.refuse("layer", gettext("목록에 있는 것을 골라 주십시오."))
        return cls(box, 8 if zoom is None else zoom, layers or SHOWN, form.errors)

    @cached_property
    def level(self) -> int:
        return level_for(self.box, self.zoom, MOST_CELLS)

    @cached_property
    def ranges(self) -> list[tuple[int, int]]:
        """The finest cells of the view, in runs of numbers."""
        return ranges_of(self.box, self.level)

    def holds(self, lat: float | None, lon: float | None) -> bool:
        return lat is not None and lon is not None and self.box.south <= lat <= self.box.north and self.box.west <= lon <= self.box.east


def read_box(form: Reader) -> Box | None:
    """west,south,east,north in degrees, cut to where anything can lie; None where it is left away or refused."""
    told = form.text("box", limit=120)
    if not told:
        return None
    try:
        parts = [float(part) for part in told.split(",")]
    except ValueError:
        parts = []
    problem = trouble_with(parts)
    if problem:
        form.refuse("box", problem)
        return None
    return within_korea(Box(*parts))


def trouble_with(parts: list[float]) -> str:
    """What is wrong with four numbers that should be a box; empty where nothing is."""
    if len(parts) != 4 or not all(map(math.isfinite, parts)):
        return gettext("지도 범위는 서쪽, 남쪽, 동쪽, 북쪽 순서로 쉼표를 넣은 수 네 개입니다.")
    west, south, east, north = parts
    if not -90 <= south < north <= 90:
        return gettext("지도 범위의 남쪽은 북쪽보다 작고, 둘 다 -90에서 90 사이여야 합니다.")
    if not -180 <= west < east <= 180:
        return gettext("지도 범위의 서쪽은 동쪽보다 작고, 둘 다 -180에서 180 사이여야 합니다. 날짜변경선은 넘을 수 없습니다.")
    return ""


def within_korea(box: Box) -> Box:
    """The part of a box in which anything can lie; one that lies wholly elsewhere becomes a corner in which there is nothing."""
    west, south, east, north = KOREA
    return Box(*(min(max(value, low), high) for value, low, high in zip(
        box, (west, south, west, south), (east, north, east, north), strict=True)))
