"""What the map keeps, counted again by a loop over the visits, without sums, cells or statements of its own."""

from fieldapp.dashboard.filters import VisitFilter
from fieldapp.database import SEOUL, db
from fieldapp.visits import Visit


def by_hand(asked: VisitFilter, within=lambda lat, lon: True) -> tuple[int, int]:
    """How many visits met someone, and how many did not."""
    found = [0, 0]
    for visit in asked.narrow(Visit.select().where(Visit.current)):
        lat, lon = place_of(visit)
        if lat is not None and within(lat, lon):
            found[visit.outcome != "met"] += 1
    return found[0], found[1]


def place_of(visit: Visit) -> tuple[float | None, float | None]:
    return (visit.lat, visit.lon) if visit.lat is not None else (visit.shop.lat, visit.shop.lon)


def kept() -> tuple[list[tuple], list[tuple], list[str]]:
    """All that the map keeps, but sums that are nothing any more, and streets of shops that nobody visited."""
    spots, sums, shops = (db.execute_sql(f"SELECT {columns} FROM {table}").fetchall() for columns, table in (
        ('"root", "tile", "day", "zone", "outcome"', "spot"), ("*", "ground"), ('"uid", "street", "last_at", "last_outcome", '
                                                                                '"open_grievances"', "shop")))
    return sorted(map(tuple, spots)), sorted(tuple(row) for row in sums if any(row[4:])), sorted(str(shop) for shop in shops if shop[2])


def spots_by_hand() -> list[tuple]:
    """Root, day, zone and outcome of every current visit that was somewhere."""
    return sorted((visit.root, int(f"{visit.visited_at.astimezone(SEOUL):%Y%m%d}"), visit.zone_id, visit.outcome)
                  for visit in Visit.select().where(Visit.current) if place_of(visit)[0] is not None)
