"""What hangs on a shop and would go with it to another manager: said before anything moves, and printed for who takes over."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from peewee import fn

from fieldapp.consultations import Aftercare
from fieldapp.database import SEOUL, now
from fieldapp.grievances import PROMISED, Grievance
from fieldapp.people import Grant, Person
from fieldapp.referrals import LIVE, Referral
from fieldapp.shops import Shop
from fieldapp.sync import recent_visits, revisit_day
from fieldapp.visits import Visit
from fieldapp.zones import Zone

AHEAD_DAYS = 7
SLICE = 5000  # ids in one statement
SHOWN = 200  # shops with something open that a preview or a sheet names


@dataclass
class Hanging:
    """One shop and what is open there. `due` is the day of the next visit, where one was named or follows from the last."""

    shop: Shop
    last: Visit | None = None
    due: date | None = None
    promises: list[Grievance] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    aftercare: list[Aftercare] = field(default_factory=list)
    returned: list[Visit] = field(default_factory=list)

    @property
    def is_due(self) -> bool:
        return self.due is not None and (self.due - now().astimezone(SEOUL).date()).days <= AHEAD_DAYS

    @property
    def is_open(self) -> bool:
        return bool(self.is_due or self.promises or self.referrals or self.aftercare or self.returned)


@dataclass(frozen=True)
class Sum:
    """How much there is of each; `unvisited` shops have never been visited."""

    shops: int
    due: int
    promises: int
    referrals: int
    aftercare: int
    returned: int
    unvisited: int

    @classmethod
    def of(cls, rows: Collection[Hanging]) -> "Sum":
        return cls(len(rows), sum(row.is_due for row in rows), sum(len(row.promises) for row in rows),
                   sum(len(row.referrals) for row in rows), sum(len(row.aftercare) for row in rows),
                   sum(len(row.returned) for row in rows), sum(row.last is None for row in rows))


def hanging_on(shops: Collection[Shop]) -> list[Hanging]:
    """What hangs on each of these shops, what is open first; the same five queries for each 5,000 of them."""
    rows = {shop.uid: Hanging(shop) for shop in shops}
    uids = list(rows)
    for start in range(0, len(uids), SLICE):
        fill(rows, uids[start:start + SLICE])
    return sorted(rows.values(), key=lambda row: (not row.is_open, row.due or date.max, row.shop.name, row.shop.uid))


def fill(rows: dict[str, Hanging], uids: list[str]) -> None:
    for uid, visits in recent_visits(uids).items():
        rows[uid].last, rows[uid].due = visits[0], visits[0].next_visit_on or revisit_day(visits[0])
    latest = {row.last.uid: uid for uid in uids if (row := rows[uid]).last}
    for visit, raised in Grievance.of(list(latest)).items():
        rows[latest[visit]].promises = [one for one in raised if one.disposition in PROMISED]
    for referral in Referral.select().where(Referral.shop.in_(uids), Referral.state.in_(LIVE)).order_by(Referral.number):
        rows[referral.shop_id].referrals.append(referral)
    tasks = Aftercare.select(Aftercare, Referral).join(Referral).where(
        Referral.shop.in_(uids), Referral.state == "aftercare", Aftercare.answered_at.is_null())
    for task in tasks.order_by(Aftercare.due_on, Aftercare.uid):
        rows[task.referral.shop_id].aftercare.append(task)
    for visit in Visit.select().where(Visit.shop.in_(uids), Visit.current, Visit.review == "returned").order_by(Visit.visited_at):
        rows[visit.shop_id].returned.append(visit)


@dataclass(frozen=True)
class Charge:
    """A manager in a zone. `until` is the last day of the grant; who holds none today has `holds` false."""

    manager: Person | None
    shops: int
    holds: bool = True
    until: date | None = None


def charges_of(zone: Zone) -> list[Charge]:
    """Who is in charge of how many of a zone's shops: those who hold it today, then who holds it no more, then nobody."""
    today = now().astimezone(SEOUL).date()
    counted = Counter(dict(Shop.select(Shop.manager, fn.COUNT(Shop.uid)).where(Shop.zone == zone).group_by(Shop.manager).tuples()))
    until = {grant.person_id: grant.last_day for grant in Grant.select().where(Grant.zone == zone, Grant.valid_on(today))
             .order_by(Grant.last_day.is_null(), Grant.last_day)}
    holders = [person for person in Grant.holders(zone.uid, today) if person.is_manager]
    others = Person.select().where(Person.uid.in_([uid for uid in counted if uid and uid not in {one.uid for one in holders}]))
    charges = [Charge(person, counted[person.uid], until=until.get(person.uid)) for person in holders]
    charges += [Charge(person, counted[person.uid], holds=False) for person in others.order_by(Person.name)]
    return charges + ([Charge(None, counted[None], holds=False)] if counted[None] else [])
