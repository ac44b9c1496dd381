"""A page of the desk's queue, and how many cases stand in each of its lanes."""

from dataclasses import dataclass
from datetime import datetime

from peewee import JOIN, SQL, Case, NodeList, fn

from fieldapp.dashboard.due import Due, age, nearest_clocks
from fieldapp.dashboard.queue_filter import BY_NUMBER, STATES_IN, QueueFilter
from fieldapp.database import now, prepared, uuid7
from fieldapp.experts import Expert
from fieldapp.form import UUID, read_instant
from fieldapp.people import Person
from fieldapp.referrals import LIVE, NEXT, QUEUED, Referral, commands_for
from fieldapp.shops import Shop
from fieldapp.worktime import Calendar, calendar_of
from fieldapp.zones import Zone

ROWS = 30  # on one page
SHOWN = (Referral.uid, Referral.number, Referral.field, Referral.urgency, Referral.state, Referral.alert, Referral.version,
         Referral.submitted_at, Referral.changed_at, Referral.amber_at, Referral.due_at, Referral.shop, Referral.zone,
         Referral.expert, Shop.uid, Shop.name, Shop.branch, Zone.uid, Zone.name_ko, Zone.name_en, Zone.colour, Expert.uid, Expert.name)
AT_ONCE = ("submit", "open_matching", "resume")  # commands that need nothing typed


@dataclass(frozen=True)
class Row:
    """One case of the list. `next` is the command that its button gives; `order` and `version` name that command."""

    referral: Referral
    due: Due
    age: str
    can: list[str]
    order: str

    @property
    def next(self) -> str:
        command = NEXT.get(self.referral.state, "")
        return command if command in self.can else ""


@dataclass(frozen=True)
class Queue:
    """A page of the queue, and how many cases stand in each lane."""

    asked: QueueFilter
    rows: list[Row]
    counts: dict[str, int]
    more: str


def queue_of(person: Person, asked: QueueFilter, after: str = "") -> Queue:
    """What the queue's page holds; seven queries for any number of cases."""
    at, calendar = now(), calendar_of()
    within = asked.narrow(Referral.reachable_by(person), at, calendar)
    picked = pick(asked.find(within), asked.lane, at, after)
    marks = {uid: f"{rank}~{due.isoformat() if due else ''}~{uid}" for uid, rank, due in picked}
    shown = list(marks)[:ROWS]
    return Queue(asked, rows_of(shown, person.role, at, calendar), counts_of(within, at), marks[shown[-1]] if len(marks) > ROWS else "")


def cases_of(person: Person, asked: QueueFilter):
    """Every case that the queue's address asks for, in no order."""
    at, calendar = now(), calendar_of()
    return in_lane(asked.find(asked.narrow(Referral.reachable_by(person), at, calendar)), asked.lane, at)


def pick(within, lane: str, at: datetime, after: str) -> list[tuple[str, int, datetime | None]]:
    """The uids of one page and of one row more, in order, without any join; each with what a mark is made of."""
    if lane in BY_NUMBER:
        return pick_by_number(in_lane(within, lane, at), after)
    rank = urgent_first(at) if lane == "now" else SQL("0")
    order = [NodeList((Referral.due_at, SQL("ASC NULLS LAST"))), Referral.uid]
    query = in_lane(within, lane, at).select(Referral.uid, rank, Referral.due_at)
    if lane == "now":
        order = [rank, *order]
    if mark := read_mark(after):
        query = query.where(comes_after(rank, *mark))
    return list(query.order_by(*order).limit(ROWS + 1).tuples())


def in_lane(within, lane: str, at: datetime):
    """Those of `within` that stand in this lane."""
    if lane in STATES_IN:
        within = within.where(Referral.state.in_(STATES_IN[lane]))
    if lane == "ended":
        within = within.where(Referral.state.not_in((*LIVE, "discarded")))
    return within.where(presses(at)) if lane == "now" else within


def pick_by_number(within, after: str) -> list[tuple[str, int, datetime | None]]:
    query = within.select(Referral.uid, Referral.number)
    number = after.partition("~")[0]
    if number.isascii() and number.isdigit() and len(number) < 10:
        query = query.where(Referral.number < int(number))
    return [(uid, number, None) for uid, number in query.order_by(Referral.number.desc()).limit(ROWS + 1).tuples()]


def presses(at: datetime):
    """What the desk must look at now: overdue, soon due, just come in, or without anyone who fits."""
    return ((Referral.due_at <= at) | (Referral.amber_at <= at) | (Referral.state == "submitted")
            | ((Referral.state == "matching") & (Referral.alert == "nobody")))


def urgent_first(at: datetime):
    return Case(None, ((Referral.due_at <= at, 0), (Referral.amber_at <= at, 1), (Referral.state == "submitted", 2)), 3)


def read_mark(text: str) -> tuple[int, datetime | None, str] | None:
    """Where the page before this one ended: rank, due time and uid of its last row."""
    rank, _tilde, rest = text.partition("~")
    moment, _tilde, uid = rest.partition("~")
    due = read_instant(moment) if moment else None
    return (int(rank), due, uid) if rank in ("0", "1", "2", "3") and bool(moment) == bool(due) and UUID.fullmatch(uid) else None


def comes_after(rank, last: int, due: datetime | None, uid: str):
    if due is None:
        later = Referral.due_at.is_null() & (Referral.uid > uid)
    else:
        later = (Referral.due_at > due) | ((Referral.due_at == due) & (Referral.uid > uid)) | Referral.due_at.is_null()
    return later if isinstance(rank, SQL) else (rank > last) | ((rank == last) & later)


def rows_of(uids: list[str], role: str, at: datetime, calendar: Calendar) -> list[Row]:
    """These cases in this order, with shop, zone and expert."""
    found = {row.uid: row for row in _shown(uids)} if uids else {}
    clocks = nearest_clocks(list(found.values()))
    return [Row(row, Due.of(row, clocks.get(row.uid), at, calendar), age(calendar, row, at),
                commands_for(row.state, role), uuid7()) for row in (found[uid] for uid in uids)]


@prepared
def _shown(uids: list[str]):
    return (Referral.select(*SHOWN).join(Shop).switch(Referral).join(Zone).switch(Referral)
            .join(Expert, JOIN.LEFT_OUTER, on=Referral.expert).where(Referral.uid.in_(uids)))


def counts_of(within, at: datetime) -> dict[str, int]:
    """How many cases stand in each lane of live ones; one query, grouped by state."""
    pressing = fn.SUM(Case(None, ((presses(at), 1),), 0))
    counted = within.select(Referral.state, fn.COUNT(Referral.uid), pressing).where(Referral.state.in_(LIVE)).group_by(Referral.state)
    by_state = {state: (count, int(urgent or 0)) for state, count, urgent in counted.tuples()}
    counts = {lane: sum(by_state.get(state, (0, 0))[0] for state in states) for lane, states in STATES_IN.items()}
    return counts | {"now": sum(urgent for state, (_count, urgent) in by_state.items() if state in QUEUED)}
