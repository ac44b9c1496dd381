from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from fieldapp.dashboard.filters import VisitFilter
from fieldapp.dashboard.ground import View
from fieldapp.dashboard.ground import counts as counting
from fieldapp.dashboard.ground.counts import end_of_month, shop_cells, split, visit_cells
from fieldapp.dashboard.ground.pins import heat, streets
from fieldapp.database import now, writing
from fieldapp.grievances import Category
from fieldapp.shops import Shop
from fieldapp.zones import Box, middle_of
from tests.dashboard.ground.plain import by_hand
from tests.recording import recorded

EVERYWHERE = "126.9,37.5,127.2,37.8"


def asked(**parts) -> VisitFilter:
    found = VisitFilter.read(MultiDict(parts))
    assert not found.problems
    return found


def view(zoom: float = 12, box: str = EVERYWHERE) -> View:
    found = View.read(MultiDict({"box": box, "zoom": str(zoom)}))
    assert not found.problems
    return found


def counted(cells) -> tuple[int, int]:
    return tuple(sum(counts[place] for counts in cells.counts.values()) for place in (0, 1))


def day(ago: int) -> str:
    return (counting.today() - timedelta(ago)).isoformat()


@pytest.mark.parametrize("zoom", [3, 9, 11, 12, 13, 14, 15, 16, 17, 18, 22])
def test_at_any_zoom_every_visit_is_in_a_cell(cast, scattered, zoom):
    cells = visit_cells(cast.supervisor, asked(), view(zoom, "127.01,37.62,127.07,37.71"))
    assert counted(cells) == by_hand(asked()) and sum(by_hand(asked())) == 40
    assert sum(row[2] + row[3] for row in cells.placed) == 40


@pytest.mark.parametrize("parts", [
    {"zone": "own"}, {"outcome": "met"}, {"outcome": "busy"}, {"zone": "own", "outcome": "absent"}, {"first": 400}, {"last": 30},
    {"first": 200, "last": 20}, {"first": 400, "last": 399}, {"first": 26, "last": 13, "zone": "own"},
    {"manager": "changdong"}, {"review": "received"}, {"manager": "changdong", "first": 100}, {"last": -400}, {"first": -1}])
@pytest.mark.parametrize("zoom", [11, 14, 18])
def test_what_is_asked_for_is_what_is_counted(cast, scattered, parts, zoom):
    words = {"own": cast.zone.uid, "changdong": cast.changdong.uid}
    told = asked(**{name: day(value) if name in ("first", "last") else words.get(value, value) for name, value in parts.items()})
    assert counted(visit_cells(cast.supervisor, told, view(zoom))) == by_hand(told)


def test_a_period_back_to_front_is_told_before_anything_is_counted():
    assert set(VisitFilter.read(MultiDict({"first": day(10), "last": day(20)})).problems) == {"last"}


def test_only_what_lies_in_the_view_is_counted(cast, scattered):
    for zoom in (13, 15, 17):
        near = view(zoom, "127.02,37.63,127.032,37.65")
        cells = visit_cells(cast.supervisor, asked(), near)
        inside = by_hand(asked(), lambda lat, lon, box=near.box: box.south <= lat <= box.north and box.west <= lon <= box.east)
        assert 0 < sum(inside) <= cells.total < 40
    assert visit_cells(cast.supervisor, asked(), view(16, "128.0,35.0,128.1,35.1")).total == 0


def test_managers_count_what_they_may_see(cast, scattered, visit_at):
    assert counted(visit_cells(cast.changdong, asked(), view())) == by_hand(asked(zone=cast.zone.uid))
    assert visit_cells(cast.changdong, asked(zone=cast.other_zone.uid), view()).total == 0
    assert shop_cells(cast.changdong, asked(zone=cast.other_zone.uid), view()).total == 0
    assert shop_cells(cast.changdong, asked(), view()).total == Shop.select().where(Shop.zone == cast.zone).count()


def test_what_goes_beyond_the_sums_is_cut_at_the_latest_and_says_so(cast, scattered, monkeypatch):
    monkeypatch.setattr(counting, "LATEST", 10)
    cells = visit_cells(cast.supervisor, asked(review="received"), view())
    assert cells.total == 10 and cells.since == counting.today() - timedelta(13 * 9)


def test_cells_stand_where_what_is_in_them_is(cast, visit_at):
    visit_at(cast.shop, now())
    for zoom in (12, 15, 18):
        [(lat, lon, met, rest)] = visit_cells(cast.supervisor, asked(), view(zoom)).placed
        side = 360 / 2**20 * 2 ** (18 - view(zoom).level)
        assert (met, rest) == (1, 0) and abs(lat - cast.shop.lat) < side and abs(lon - cast.shop.lon) < side


def test_shops_are_told_apart_by_how_long_ago_they_were_visited(cast, scattered, visit_at):
    with writing():
        Shop.update(status="closed_down").where(Shop.uid == cast.other_shop.uid).execute()
    visit_at(cast.shop, now() - timedelta(29))
    visit_at(cast.neighbour, now() - timedelta(89))
    with writing():
        never = Shop.create(source_id="never", name="가상 새 점포", zone=cast.zone, manager=cast.changdong, lat=37.651, lon=127.041)
    own = shop_cells(cast.supervisor, asked(zone=cast.zone.uid, shop=never.uid), view())
    assert list(own.counts.values()) == [(0, 0, 0, 1, 0)]
    for shop, expected in ((cast.shop, 0), (cast.neighbour, 1), (cast.other_shop, 4)):
        [counts] = shop_cells(cast.supervisor, asked(shop=shop.uid), view()).counts.values()
        assert counts.index(1) == expected, shop.name
    assert shop_cells(cast.supervisor, asked(), view()).total == Shop.select().count()
    assert shop_cells(cast.supervisor, asked(outcome="met"), view()).total == Shop.select().where(Shop.last_outcome == "met").count()


def test_streets_are_told_by_what_is_open_there(cast):
    with writing():
        Shop.update(address_road="서울특별시 도봉구 마들로 3").where(Shop.uid == cast.neighbour.uid).execute()
        Category.create(code="third", name_ko="셋째")
    form = {"outcome": "met", "category": ["rent", "labor"], "grievance.rent.disposition": "needs_committee",
            "grievance.labor.disposition": "guided_to_programme"}
    recorded(cast.changdong, form | {"shop": cast.shop.uid})
    recorded(cast.changdong, form | {"shop": cast.neighbour.uid, "grievance.labor.disposition": "resolved_on_site"})
    assert streets(cast.supervisor, asked()) == [("가상로", 2, 1), ("마들로", 1, 1)]
    assert streets(cast.ssangmun, asked()) == heat(cast.ssangmun, asked(), view()) == []
    assert streets(cast.supervisor, asked(street="마들로")) == [("마들로", 1, 1)]
    for zoom in (11, 13, 16):
        assert [row[2:] for row in heat(cast.supervisor, asked(), view(zoom))] == [[3, 2, "가상로 2, 마들로 1"]]
    assert sorted(row[2] for row in heat(cast.supervisor, asked(), view(18, "127.044,37.649,127.0465,37.6515"))) == [1, 2]


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(DAYS, DAYS, DAYS)
def test_a_period_is_split_into_spans_and_edges_that_cover_each_day_once(first, last, end):
    spans, edges = split(first, min(last, end), end)
    covered = [day for one, other in edges for day in every(one, other)]
    for span in spans:
        covered += every(date(span, 1, 1), date(span, 12, 31)) if span < 10_000 else every(
            date(span // 100, span % 100, 1), end_of_month(date(span // 100, span % 100, 1)))
    assert [day for day in sorted(covered) if day <= end] == every(first, min(last, end))
    assert len(edges) <= 2 and len(spans) <= 24 + 3


def every(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]


def test_the_middle_of_a_view_far_away_is_nothing():
    assert View.read(MultiDict({"box": "-10,-10,-5,-5"})).box == Box(124.0, 33.0, 124.0, 33.0)
    assert middle_of(0, 18)[0] < -89
