"""The walking order: never worse than nearest-neighbour, near the optimum, every stop once; and the flat distances that it walks by."""

from random import Random
from statistics import mean

import pytest
from geopy.distance import geodesic

pytestmark = pytest.mark.browser

SETS, STOPS = 200, 9
ORDERED = """const metres = (stops) => route.length(stops, arg.from);
    return arg.sets.map((stops) => {
      const [ours, nearest] = [route.order(stops, arg.from), route.nearestOrder(stops, arg.from)];
      return { ours: ours.map((one) => one.uid), first: nearest.map((one) => one.uid), metres: metres(ours), nearest: metres(nearest) };
    })"""
SHORTEST = """const { metres } = await import("/js/search.js");
    return arg.sets.map((stops) => {
      let least = Infinity;
      const walk = (at, left, walked) => {
        if (walked >= least) return;
        if (!left.length) { least = walked; return; }
        for (const next of left) walk(next, left.filter((one) => one !== next), walked + metres(at, next));
      };
      walk(arg.from, stops, 0);
      return least;
    })"""


def place(chance: Random, uid: int = 0) -> dict:
    """Somewhere in a walkable part of a district."""
    return {"uid": uid, "lat": 37.64 + chance.random() * 0.02, "lon": 127.03 + chance.random() * 0.02}


def test_distances_are_right_to_half_a_percent_within_a_city(ask):
    chance = Random(1)
    pairs = [[{"lat": 37.43 + chance.random() * 0.27, "lon": 126.77 + chance.random() * 0.41} for _ in "ab"] for _ in range(500)]
    pairs += [[one, {"lat": one["lat"] + chance.gauss(0, 1e-4), "lon": one["lon"] + chance.gauss(0, 1e-4)}] for one, _other in pairs]
    found = ask("const { metres } = await import('/js/search.js'); return arg.map(([a, b]) => metres(a, b))", pairs)
    true = [geodesic(*((one["lat"], one["lon"]) for one in pair)).meters for pair in pairs]
    assert max(abs(ours - metres) / metres for ours, metres in zip(found, true, strict=True)) < 0.005


def test_nine_stops_are_within_five_percent_of_the_shortest_way_on_average(ask):
    chance = Random(2)
    arg = {"from": place(chance), "sets": [[place(chance, uid) for uid in range(STOPS)] for _ in range(SETS)]}
    ours, shortest = ask(ORDERED, arg), ask(SHORTEST, arg)
    assert all(least - 1e-6 <= one["metres"] <= one["nearest"] + 1e-6 for one, least in zip(ours, shortest, strict=True))
    longer = mean(one["metres"] / least for one, least in zip(ours, shortest, strict=True))
    nearest = mean(one["nearest"] / least for one, least in zip(ours, shortest, strict=True))
    print(f"longer than the shortest way by {longer - 1:.2%} on average, nearest-neighbour by {nearest - 1:.2%}")
    assert longer <= 1.05 < nearest, "as short a way as nearest-neighbour's would not do"


@pytest.mark.parametrize("start", [True, False])
def test_a_way_takes_every_stop_once_and_is_never_worse_than_nearest_neighbour(ask, start):
    chance, sets = Random(3), []
    for number in [*range(62), *(chance.randrange(62) for _ in range(60))]:
        stops = [place(chance, uid) for uid in range(number)]
        for one in chance.sample(stops, number // 4):  # floors of one building, and shops whose place nobody knows
            one |= chance.choice([{"lat": stops[0]["lat"], "lon": stops[0]["lon"]}, {"lat": None, "lon": None}])
        sets.append(stops)
    for stops, one in zip(sets, ask(ORDERED, {"from": place(chance) if start else None, "sets": sets}), strict=True):
        placed, lost = [[stop["uid"] for stop in stops if (stop["lat"] is None) is unknown] for unknown in (False, True)]
        assert sorted(one["ours"][:len(placed)]) == placed and one["ours"][len(placed):] == lost
        assert one["metres"] <= one["nearest"] + 1e-6
        if not start:
            assert one["ours"][:1] == (placed or lost)[:1], "the most pressing is where a way begins"


def test_one_more_stop_goes_where_it_costs_least(ask):
    chance = Random(4)
    cases = [[place(chance, 99), [place(chance, uid) for uid in range(chance.randrange(12))]] for _ in range(60)]
    arg = {"from": place(chance), "cases": cases}
    for at, least in ask("""return arg.cases.map(([stop, stops]) => {
            const ways = [...stops, null].map((_, at) => route.length(stops.toSpliced(at, 0, stop), arg.from));
            return [ways[route.placeFor(stop, stops, arg.from)], Math.min(...ways)];
        })""", arg):
        assert at == pytest.approx(least)
    lost = {"stop": {"lat": None}, "stops": [place(chance), {"lat": None}]}
    assert ask("return [route.placeFor(arg.stop, arg.stops), route.placeFor(arg.stops[0], arg.stops.slice(1))]", lost) == [2, 0]
