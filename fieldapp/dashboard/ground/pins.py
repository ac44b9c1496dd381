"""What a view shows one by one where it holds few enough: shops with their floors, visits, streets with what is open, a day's walks."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fieldapp.dashboard.filters import VisitFilter, begin
from fieldapp.dashboard.ground.counts import (
    Cells,
    conditions,
    in_ranges,
    latest_spots,
    number,
    period_of,
    shops_asked,
    since,
    within,
)
from fieldapp.dashboard.ground.spot import LEVELS
from fieldapp.dashboard.ground.view import View
from fieldapp.database import SEOUL, db, today
from fieldapp.people import Person
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.zones import FINEST, middle_of

MOST = 80  # pins of one kind in a view
LONGEST = 24  # letters of a name
SHORT = 31  # days, whose spots are few enough to be looked through
STREETS, STOPS = 10, 150
WORST = 3  # streets of a cell that are named
OPEN = 'SUM(s."open_grievances")'
WIDE = 13  # the level below which a view is most of a city
OF_SHOP = (Visit.shop, Shop.uid, Shop.lat, Shop.lon, Shop.name, Shop.branch)


def shop_pins(person: Person, asked: VisitFilter, view: View) -> list[list]:
    """Latitude, longitude, name, uid, age, last outcome and floor of each shop in the box; lower floors first."""
    where, values = shops_asked(person, asked)
    west, south, east, north = view.box
    rows = db.execute_sql(
        'SELECT s."lat", s."lon", s."name", s."branch", s."uid", s."status", s."last_at", s."last_outcome", s."floor" FROM "shop" s '
        f'WHERE s."lat" BETWEEN {db.param} AND {db.param} AND s."lon" BETWEEN {db.param} AND {db.param} {where} '
        f'ORDER BY s."lat", s."lon", s."floor", s."name" LIMIT {MOST}', [south, north, west, east, *values]).fetchall()
    return [[lat, lon, short(f"{name} {branch}"), uid, age_of(status, last_at), outcome, floor]
            for lat, lon, name, branch, uid, status, last_at, outcome, floor in rows]


def age_of(status: str, last_at: str | datetime | None) -> str:
    """How long ago a shop was visited, as the map tells it: the words of AGES."""
    if status != "open":
        return "gone"
    if last_at is None:
        return "never"
    fresh, aging = since()
    moment = datetime.fromisoformat(last_at) if isinstance(last_at, str) else last_at
    return "fresh" if moment >= fresh else "aging" if moment >= aging else "old"


def visits_in(person: Person, asked: VisitFilter, view: View, cells: Cells) -> list[Visit] | None:
    """The visits of these cells with their shops, the latest first; None where they are many, or can't be found without a long search."""
    roots = cells.roots if cells.roots is not None else roots_in(person, asked, view) if cells.total <= MOST else None
    if roots is None or len(roots) > MOST:
        return None
    return list(Visit.select(Visit.uid, Visit.lat, Visit.lon, Visit.outcome, Visit.visited_at, *OF_SHOP).join(Shop)
                .where(Visit.root.in_(roots), Visit.current).order_by(Visit.visited_at.desc()))


def visit_pin(visit: Visit) -> list:
    """Latitude, longitude, shop's name, uid, outcome and time."""
    return [*place_of(visit), short(visit.shop.title), visit.uid, visit.outcome, f"{visit.visited_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"]


def roots_in(person: Person, asked: VisitFilter, view: View) -> list[str] | None:
    """The visits of a view by their roots, of which the sums say that they are few."""
    (first, last), (where, values), ranges = period_of(asked), conditions(asked), view.ranges
    if last - first < timedelta(SHORT):
        rows = db.execute_sql(
            f'SELECT "root", "tile" FROM "spot" WHERE "day" BETWEEN {number(first)} AND {number(last)} '
            f'AND "tile" BETWEEN {ranges[0][0]} AND {ranges[-1][1]} {where}', values).fetchall()
        return [root for root, tile in rows if in_ranges(tile, ranges)][:MOST + 1]
    if asked.parts and view.level <= LEVELS[-1]:
        latest = latest_spots(person, asked, MOST + 1)
        return None if len(latest) > MOST else [root for root, tile, _outcome, _day in latest if in_ranges(tile, ranges)]
    inside = within("spot", ranges, ("root", "day", "zone", "outcome"))
    return [root for (root,) in db.execute_sql(
        f'SELECT "root" FROM ({inside}) s WHERE +"day" BETWEEN {number(first)} AND {number(last)} {where} LIMIT {MOST + 1}',
        values).fetchall()]


def extent(person: Person, asked: VisitFilter) -> str:
    """The box around all shops that are asked for, as addresses write it; empty where there are none."""
    where, values = shops_asked(person, asked)
    found = db.execute_sql('SELECT MIN(s."lon"), MIN(s."lat"), MAX(s."lon"), MAX(s."lat") FROM "shop" s '
                           f'WHERE TRUE {where}', values).fetchone()
    return "" if None in found else ",".join(f"{edge:.5f}" for edge in found)


def streets(person: Person, asked: VisitFilter) -> list[tuple[str, int, int]]:
    """Where most is open: a street's name, how much, at how many shops."""
    where, values = shops_asked(person, asked)
    rows = db.execute_sql(
        f'SELECT s."street", {OPEN}, COUNT(*) FROM "shop" s WHERE s."open_grievances" > 0 AND s."street" <> \'\' {where} '
        f'GROUP BY s."street" ORDER BY {OPEN} DESC, s."street" LIMIT {STREETS}', values).fetchall()
    return [(street, int(count), shops) for street, count, shops in rows]


def heat(person: Person, asked: VisitFilter, view: View) -> list[list]:
    """What is open in each cell of the view: latitude and longitude of its middle, how much, at how many shops, the worst streets."""
    where, values = shops_asked(person, asked)
    west, south, east, north = view.box
    cell = f's."tile" / {4 ** (FINEST - view.level)}'
    wide = "+" if view.level < WIDE else ""  # then most shops lie in it, and the index of what is open holds all that is asked
    rows = db.execute_sql(
        f'SELECT {cell}, s."street", {OPEN}, COUNT(*) FROM "shop" s WHERE s."open_grievances" > 0 AND s."tile" IS NOT NULL '
        f'AND {wide}s."lat" BETWEEN {db.param} AND {db.param} AND s."lon" BETWEEN {db.param} AND {db.param} {where} '
        f'GROUP BY s."street", {cell} ORDER BY {OPEN} DESC, s."street"', [south, north, west, east, *values]).fetchall()
    cells: dict[int, list] = {}
    for tile, street, count, shops in rows:
        told = cells.setdefault(tile, [0, 0, []])
        told[0], told[1], told[2] = told[0] + int(count), told[1] + shops, [*told[2], f"{street} {count}"][:WORST]
    return [[*(round(degrees, 5) for degrees in middle_of(tile, view.level)), count, shops, ", ".join(worst)]
            for tile, (count, shops, worst) in cells.items()]


@dataclass
class Walk:
    """One manager's visits of one day in order of time, as far as they are known to have been somewhere."""

    manager: str
    visits: list[Visit] = field(default_factory=list)

    @property
    def stops(self) -> list[list]:
        """Latitude, longitude, time and outcome of each."""
        return [[*place_of(visit), f"{visit.visited_at.astimezone(SEOUL):%H:%M}", visit.outcome] for visit in self.visits]


def walks(visits, asked: VisitFilter, view: View) -> list[Walk]:
    """The walks of one day in the box, by name; no more than STOPS visits, the first walks whole. Visits are all that is known of them."""
    found: dict[str, Walk] = {}
    for visit in of_the_day(visits, day_walked(asked)):
        if view.holds(*place_of(visit)):
            found.setdefault(visit.manager_id, Walk(visit.manager.name)).visits.append(visit)
    kept, stops = [], 0
    for walk in sorted(found.values(), key=lambda walk: walk.manager):
        stops += len(walk.visits)
        if stops <= STOPS:
            kept.append(walk)
    return kept


def of_the_day(visits, day: date):
    """The visits of a query that were made on that day, the earliest first, with their shops and managers."""
    return (visits.where(Visit.visited_at >= begin(day), Visit.visited_at < begin(day + timedelta(1)))
            .select(Visit.uid, Visit.lat, Visit.lon, Visit.visited_at, Visit.outcome, Visit.manager, Person.uid, Person.name, *OF_SHOP)
            .join(Shop).switch(Visit).join(Person, on=Visit.manager).order_by(Visit.visited_at, Visit.uid))


def day_walked(asked: VisitFilter) -> date:
    """The last day that is asked for, or today."""
    return asked.last or today()


def place_of(visit: Visit) -> tuple[float | None, float | None]:
    """Where a visit was: at its own place, or at its shop's where none was recorded."""
    lat, lon = (visit.lat, visit.lon) if visit.lat is not None else (visit.shop.lat, visit.shop.lon)
    return (None, None) if lat is None or lon is None else (round(lat, 6), round(lon, 6))


def short(name: str) -> str:
    name = name.strip()
    return name if len(name) <= LONGEST else name[:LONGEST - 1] + "…"
