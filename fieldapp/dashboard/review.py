"""The lane of visits that a supervisor looks at, the most doubtful first, and how much of each manager's work has been looked at."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from peewee import Tuple, fn

from fieldapp.dashboard.filters import VisitFilter, begin
from fieldapp.database import SEOUL, now
from fieldapp.figures import Figure, by
from fieldapp.form import UUID, read_instant
from fieldapp.people import MANAGER, Grant, Person
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.zones import Zone

LANES = ("received", "answered", "returned", "confirmed")
ROWS = 30
MOST = 1000  # counted in a lane; beyond that there is only "more than"
WEEKS = timedelta(weeks=4)
SHOWN = (Visit.uid, Visit.visited_at, Visit.outcome, Visit.shop, Visit.zone, Visit.manager, fn.SUBSTR(Visit.memo, 1, 80).alias("memo"),
         Visit.doubts, Visit.doubt_weight, Visit.distance_m, Visit.accuracy_m, Visit.fix_age_s, Visit.skew_ms, Visit.letters,
         Shop.uid, Shop.name, Shop.branch, Zone.uid, Zone.name_ko, Zone.name_en, Zone.colour, Person.uid, Person.name)


@dataclass(frozen=True)
class Mark:
    """Where a page ended: the last row's weight, time and uid."""

    weight: int
    moment: datetime
    uid: str

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        weight, _tilde, rest = text.partition("~")
        moment, _tilde, uid = rest.partition("~")
        read = read_instant(moment)
        known = weight.isascii() and weight.isdigit() and len(weight) < 7
        return cls(int(weight), read, uid) if known and read and UUID.fullmatch(uid) else None

    @classmethod
    def of(cls, visit: Visit) -> str:
        return f"{visit.doubt_weight}~{visit.visited_at.isoformat()}~{visit.uid}"


@dataclass(frozen=True)
class Share:
    """How many of a manager's visits of the last four weeks have been looked at: confirmed, or sent back at some time."""

    manager: Person
    visits: int
    reviewed: int

    @property
    def percent(self) -> int:
        """Whole per cents, cut."""
        return self.reviewed * 100 // self.visits if self.visits else 0


def lane_of(person: Person, asked: VisitFilter, lane: str):
    """What stands in a lane; of the address all but its own lane narrows it."""
    return replace(asked, review="").narrow(Visit.reachable_by(person).where(Visit.current, Visit.review == lane))


def rows_of(visits, after: Mark | None) -> list[Visit]:
    """A page of the lane and one more if there is one, the most doubtful first and of these the latest; keys first, then what is shown."""
    if after:
        place = Tuple(Visit.doubt_weight, Visit.visited_at, Visit.uid)
        visits = visits.where(place < Tuple(after.weight, Visit.visited_at.db_value(after.moment), after.uid))
    order = Visit.doubt_weight.desc(), Visit.visited_at.desc(), Visit.uid.desc()
    uids = [uid for (uid,) in visits.select(Visit.uid).order_by(*order).limit(ROWS + 1).tuples()]
    return list(Visit.select(*SHOWN).join(Shop).switch(Visit).join(Person, on=Visit.manager).switch(Visit).join(Zone, on=Visit.zone)
                .where(Visit.uid.in_(uids)).order_by(*order))


def counts_of(person: Person, asked: VisitFilter, lanes) -> dict[str, int]:
    """How many stand in each of these lanes, counted up to one more than MOST."""
    return {lane: lane_of(person, asked, lane).select(Visit.uid).limit(MOST + 1).count() for lane in lanes}


def first_day() -> date:
    return now().astimezone(SEOUL).date() - WEEKS


def shares_of(person: Person, zone: str = "") -> list[Share]:
    """The managers of a zone or of all within reach, who was looked at least first; those without a visit last."""
    reach = [one for one in Grant.zones_of(person) if not zone or one == zone]
    today = now().astimezone(SEOUL).date()
    managers = list(Person.select().join(Grant).where(Grant.zone.in_(reach), Grant.valid_on(today), Person.active, Person.role == MANAGER)
                    .order_by(Person.name).distinct())
    visits = by("manager", first_day(), today, reach if zone else None)
    waiting = Visit.select(Visit.manager, fn.COUNT(Visit.uid)).where(
        Visit.current, Visit.review == "received", Visit.visited_at >= begin(first_day()))
    open_ones = dict((waiting.where(Visit.zone.in_(reach)) if zone else waiting).group_by(Visit.manager).tuples())
    shares = [share_of(manager, visits.get(manager.uid, Figure()).visits, open_ones.get(manager.uid, 0)) for manager in managers]
    return sorted(shares, key=lambda share: (not share.visits, share.percent, -share.visits))


def share_of(manager: Person, visits: int, open_ones: int) -> Share:
    """What is not open any more has been looked at; a visit told of later than today counts in neither."""
    return Share(manager, visits, max(0, visits - open_ones))
