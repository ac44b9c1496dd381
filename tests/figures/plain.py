"""The figures counted by hand: every visit and session walked through one by one, without sums, indexes or statements of their own."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fieldapp.consultations import Consultation
from fieldapp.database import SEOUL
from fieldapp.figures import DIMENSIONS, Figure, Rollup, by, by_month, days, distinct_shops, in_force, streets, total
from fieldapp.grievances import Category, Grievance
from fieldapp.referrals import Referral
from fieldapp.shops import Shop
from fieldapp.visits import Visit, VisitProgramme

NONE = Figure()


@dataclass(frozen=True)
class Plain:
    visit: bool
    day: date
    hour: int
    zone: str
    manager: str
    shop: str
    outcome: str
    industry: str
    street: str
    categories: tuple[str, ...]
    counts: bool


def by_hand() -> list[Plain]:
    said: dict[str, set] = defaultdict(set)
    for grievance in Grievance.select(Grievance, Category).join(Category):
        said[grievance.visit_id].add(grievance.category.code)
    told = {row.visit_id for row in VisitProgramme.select()}
    referred = {referral.visit_root for referral in Referral.select() if referral.state != "discarded"}
    visits = [row for row in Visit.select(Visit, Shop).join(Shop) if row.current]
    sessions = [row for row in Consultation.select() if row.attendance in ("held", "late")]
    with_something = {row.uid for row in visits if said[row.uid] or row.uid in told or row.root in referred}
    wanted = with_something if in_force().version == "1" else {row.uid for row in visits}
    return [visit(row, said[row.uid], row.uid in wanted) for row in visits] + [session(row) for row in sessions]


def visit(row: Visit, said: set[str], anything: bool) -> Plain:
    moment = row.visited_at.astimezone(SEOUL)
    return Plain(True, moment.date(), moment.hour, row.zone_id, row.manager_id, row.shop_id, row.outcome, row.shop.industry,
                 row.shop.address_road.split()[2], tuple(sorted(said)), row.outcome == "met" and anything)


def session(row: Consultation) -> Plain:
    moment, referral = row.held_at.astimezone(SEOUL), row.referral
    return Plain(False, moment.date(), moment.hour, referral.zone_id, referral.manager_id, referral.shop_id, "session",
                 referral.shop.industry, referral.shop.address_road.split()[2], (), True)


def summed(rows: list[Plain], keys: Callable[[Plain], list]) -> dict:
    found: dict = defaultdict(Figure)
    for row in rows:
        for key in keys(row):
            found[key] += Figure(int(row.visit), int(row.counts))
    return {key: figure for key, figure in found.items() if figure != NONE}


def compare(first: date, last: date, zones: list[str] | None, counted: list[Plain] | None = None) -> None:
    """Everything that can be asked of a period and these zones is as counted by hand, or as these rows that were."""
    everything = [row for row in (by_hand() if counted is None else counted) if zones is None or row.zone in zones]
    rows = [row for row in everything if first <= row.day <= last]
    shops = len({row.shop for row in rows if row.counts})
    assert total(first, last, zones) == Figure(sum(row.visit for row in rows), sum(row.counts for row in rows))
    assert total(first, last, zones, shops=True).shops == distinct_shops(first, last, zones) == shops
    assert days(first, last, zones) == summed(rows, lambda row: [row.day])
    for dimension in DIMENSIONS:
        keys = (lambda row: row.categories) if dimension == "category" else lambda row, name=dimension: [getattr(row, name)]
        assert by(dimension, first, last, zones) == summed(rows, keys), dimension
    year, until = last.year, [row for row in everything if row.day.year == last.year and row.day <= last]
    assert {month: figure for month, figure in by_month(year, zones, last).items() if figure != NONE} == summed(
        until, lambda row: [row.day.month])
    visits = Counter((row.street, row.hour) for row in everything if row.visit and row.day.year == year)
    assert {(street, hour): figure.visits for street, hours in streets(year, zones).items() for hour, figure in hours.items()} == visits


def sums() -> set[tuple]:
    """Every cell that holds anything."""
    return set(Rollup.select().where((Rollup.visits != 0) | (Rollup.counted != 0)).tuples())
