from itertools import pairwise

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.zones import FINEST, Box, coarser, level_for, middle_of, ranges_of, tile_at

KOREA = st.tuples(st.floats(33, 39), st.floats(124, 132))


def cell_at(lat: float, lon: float) -> int:
    """The finest cell of a point, which every point has."""
    tile = tile_at(lat, lon)
    assert tile is not None
    return tile


@given(KOREA, st.integers(1, FINEST))
def test_a_coarser_cell_is_the_number_divided_by_four_and_holds_the_point(point, level):
    tile = cell_at(*point)
    assert coarser(tile, level) == tile // 4 ** (FINEST - level)
    middle, side = middle_of(coarser(tile, level), level), 2 ** (FINEST - level) * 360 / 2**20
    assert abs(middle[0] - point[0]) <= side * 0.4 + 1e-9 and abs(middle[1] - point[1]) <= side / 2 + 1e-9


@given(KOREA, st.floats(0.0005, 0.4), st.floats(0.0005, 0.4), KOREA, st.integers(0, 22))
def test_the_ranges_of_a_box_hold_every_point_in_it_and_none_far_from_it(corner, high, wide, other, zoom):
    box = Box(corner[1], corner[0], corner[1] + wide, corner[0] + high)
    level = level_for(box, zoom, 280)
    found = ranges_of(box, level)
    side = 2 ** (FINEST - level) * 360 / 2**20
    inside = any(first <= cell_at(*other) <= last for first, last in found)
    if box.south <= other[0] <= box.north and box.west <= other[1] <= box.east:
        assert inside
    if inside:
        assert box.south - side <= other[0] <= box.north + side and box.west - side <= other[1] <= box.east + side
    for lat, lon in ((box.south, box.west), (box.north, box.east)):
        assert any(first <= cell_at(lat, lon) <= last for first, last in found)
    assert found == sorted(found) and all(one[1] + 1 < other[0] for one, other in pairwise(found))


@pytest.mark.parametrize("lat", [37.55, 37.69])
def test_a_finest_cell_is_thirty_metres_wide_and_high_in_seoul(lat):
    south, west = middle_of(cell_at(lat, 127.03), FINEST)
    cell = 360 / 2**20
    assert geodesic((south, west), (south, west + cell)).meters == pytest.approx(30.4, abs=0.4)
    assert geodesic((south, west), (south + cell * 0.8, west)).meters == pytest.approx(30.5, abs=0.4)


def test_what_has_no_point_has_no_cell():
    assert tile_at(None, 127.0) is tile_at(37.6, None) is None


def test_a_view_never_has_more_cells_than_it_may():
    assert level_for(Box(124, 33, 132, 39), 18, 280) < 12
    assert level_for(Box(127.0, 37.6, 127.001, 37.601), 22, 280) == FINEST
