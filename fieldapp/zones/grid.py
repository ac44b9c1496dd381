"""Where a point lies on the map's grid: one number, which divided by four is the number of the next coarser cell.

At level 18 a cell is some thirty metres wide, 64 pixels at that zoom of the usual web maps; each level less is twice as wide. The
number holds column and row with their bits in turn (a Morton code), so what lies in one coarse cell is one range of numbers.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

FINEST = 18
_SIDE = 1 << 20  # columns around the world at the finest level
_WIDE = 360 / _SIDE  # degrees of longitude of a finest cell
_HIGH = _WIDE * 0.8  # degrees of latitude, about as long on the ground in Korea


class Box(NamedTuple):
    """A part of the map in WGS84 degrees, in the order of GeoJSON's bbox."""

    west: float
    south: float
    east: float
    north: float


def tile_at(lat: float | None, lon: float | None) -> int | None:
    """The number of the finest cell that holds the point, or None where there is no point."""
    if lat is None or lon is None:
        return None
    return _join(_column(lon, FINEST), _row(lat, FINEST))


def coarser(tile: int, level: int, of: int = FINEST) -> int:
    """The cell of a coarser level in which a cell lies."""
    return tile >> 2 * (of - level)


def middle_of(tile: int, level: int) -> tuple[float, float]:
    """Latitude and longitude of a cell's middle."""
    column, row = _split(tile), _split(tile >> 1)
    cells = 1 << FINEST - level
    return (row + 0.5) * cells * _HIGH - 90, (column + 0.5) * cells * _WIDE - 180


def level_for(box: Box, zoom: float, most: int) -> int:
    """The level whose cells are 64 pixels wide at this zoom, or a coarser one that has at most `most` cells in the box."""
    level = max(1, min(FINEST, int(zoom)))
    while level > 1 and _count(box, level) > most:
        level -= 1
    return level


def ranges_of(box: Box, level: int) -> list[tuple[int, int]]:
    """The finest cells that lie in the box's cells of this level, as first and last of each run of numbers."""
    return [(first << 2 * (FINEST - level), (last + 1 << 2 * (FINEST - level)) - 1) for first, last in _runs(_cells(box, level))]


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def _cells(box: Box, level: int) -> list[int]:
    columns = range(_column(box.west, level), _column(box.east, level) + 1)
    rows = [_spread(row) << 1 for row in range(_row(box.south, level), _row(box.north, level) + 1)]
    return [_spread(column) | row for column in columns for row in rows]


def _count(box: Box, level: int) -> int:
    return ((_column(box.east, level) - _column(box.west, level) + 1)
            * (_row(box.north, level) - _row(box.south, level) + 1))


def _column(lon: float, level: int) -> int:
    return min(_SIDE - 1, math.floor((lon + 180) / _WIDE)) >> FINEST - level


def _row(lat: float, level: int) -> int:
    return math.floor((lat + 90) / _HIGH) >> FINEST - level


def _join(column: int, row: int) -> int:
    return _spread(column) | _spread(row) << 1


def _spread(number: int) -> int:
    """The bits of a number of 20 bits, each with an empty one above it."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555


def _split(number: int) -> int:
    """Every second bit of a number, from the lowest on."""
    number &= 0x5555555555555555
    number = (number | number >> 1) & 0x3333333333333333
    number = (number | number >> 2) & 0x0F0F0F0F0F0F0F0F
    number = (number | number >> 4) & 0x00FF00FF00FF00FF
    number = (number | number >> 8) & 0x0000FFFF0000FFFF
    return (number | number >> 16) & 0x00000000FFFFFFFF
