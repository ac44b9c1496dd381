"""Years of cases in the office's tables: so many referrals of so many shops, some of them open, with clocks, experts and offers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from types import SimpleNamespace

from bench.street import TRADES, WORDS
from bench.table import progress
from bench.year import OFFICE, SHARES, ZONES, drawn
from fieldapp.database import Model, at, db, now, uuid7, writing
from fieldapp.experts import Expert, ExpertField, Partner
from fieldapp.referrals import RUNNING, Offer, Referral
from fieldapp.referrals.states import CLOCKS, OF_THE_EXPERT
from fieldapp.shops import Shop
from fieldapp.worktime import Clock, Policy
from fieldapp.zones import Zone

# Of a hundred open cases, and of a hundred that ended, so many stand in each state.
OPEN = {"draft": 4, "submitted": 6, "triaged": 8, "matching": 16, "offered": 9, "accepted": 10, "scheduled": 12, "in_progress": 16,
        "report_submitted": 4, "aftercare": 10, "on_hold": 3, "escalated": 2}
ENDED = {"closed": 80, "declined": 6, "withdrawn": 6, "cancelled": 2, "merged": 3, "discarded": 3}
EXPERTS, AT_ONCE = 60, 2000
YEARS, LATELY = timedelta(days=5 * 365), timedelta(days=90)  # how far back the ended ones reach, and the open ones
Whole = tuple[Referral, list[Clock], list[Offer]]


@dataclass(frozen=True)
class Size:
    referrals: int = 100_000
    open: int = 5_000
    shops: int = 20_000


def fill(cast: SimpleNamespace, size: Size, seed: int = 1) -> None:
    """Put a backlog of this size into an office that has its cast, the same for the same seed but for its uids."""
    chance = Random(seed)
    zones = [cast.zone, cast.other_zone, *(Zone(name_ko=f"가상{name}권역", position=9) for name in ZONES)]
    experts = [expert(number) for number in range(EXPERTS)]
    with writing():
        insert(zones[2:])
        partner = Partner.create(name="가상신용보증", basis="provision", mou_first_day=date(2020, 1, 1))
        for number, one in enumerate(experts):
            one.partner = partner if number % 5 == 0 else None
        insert(experts)
        insert(ExpertField(expert=one, field=code, main=code == fields[0]) for one in experts for fields in [chance.sample(list(SHARES), 2)]
               for code in fields)
        shops = [shop(number, chance.choice(zones), cast.changdong) for number in range(size.shops)]
        progress(f"{size.shops} shops")
        insert(shops)
        for chunk in batched(cases(size, chance, shops, experts, cast.changdong), 10_000):
            progress(f"referrals up to {chunk[-1][0].number}")
            for rows in ([case for case, _clocks, _offers in chunk], [clock for _case, clocks, _offers in chunk for clock in clocks],
                         [offer for _case, _clocks, offers in chunk for offer in offers]):
                insert(rows)


def batched(rows: Iterable, size: int) -> Iterator[list]:
    found = iter(rows)
    while chunk := list(islice(found, size)):
        yield chunk


def insert(rows: Iterable[Model]) -> None:
    """New rows of one model, in few statements; a row without a key that counts up gets it from the database."""
    for chunk in batched(rows, AT_ONCE):
        model = type(chunk[0])
        fields = [field for field in model._meta.sorted_fields if not (model._meta.auto_increment and field.primary_key)]
        names, marks = ", ".join(f'"{field.column_name}"' for field in fields), ", ".join([db.param] * len(fields))
        values = [tuple(field.db_value(row.__data__.get(field.name)) for field in fields) for row in chunk]
        db.connection().cursor().executemany(f'INSERT INTO "{model._meta.table_name}" ({names}) VALUES ({marks})', values)


def expert(number: int) -> Expert:
    return Expert(name=f"가상 위원 {number}", qualification="경영지도사", capacity=1000, mail=f"e{number}@example.org")


def shop(number: int, zone: Zone, manager) -> Shop:
    """Named as in bench.street, so that the same words are found."""
    name, trade = f"{WORDS[number % 7]}{TRADES[number % 11]} {number}호점", TRADES[number % 11]
    address = f"서울특별시 도봉구 가상로 {number % 400}"
    return Shop(source_id=f"backlog {number}", name=name, industry=trade, zone=zone, manager=manager, address_road=address,
                lat=37.64 + number % 71 * 3e-4, lon=127.03 + number % 73 * 3e-4, search=f"{name} {trade} {address}".lower())


def cases(size: Size, chance: Random, shops: list[Shop], experts: list[Expert], manager) -> Iterator[Whole]:
    """Each with its clocks and its offers; numbers rise with the time at which they came, and the open ones are mostly the last."""
    present, policies = now(), {policy.kind: policy for policy in Policy.everyone()}
    first_open = size.referrals - int(size.open * 1.2)
    chosen = set(chance.sample(range(first_open, size.referrals), size.open))
    for number in range(size.referrals):
        ago = YEARS * (1 - number / first_open) + LATELY if number < first_open else LATELY * (size.referrals - number) / (size.open * 1.2)
        states = OPEN if number in chosen else ENDED
        state = chance.choices(list(states), list(states.values()))[0]
        with at(present - ago):
            made = case(number + 1, state, chance, chance.choice(shops), chance.choice(experts), manager, policies, present)
        yield made


def case(number: int, state: str, chance: Random, shop: Shop, expert: Expert, manager, policies: dict[str, Policy],
         present: datetime) -> Whole:
    uid, came, came_from = uuid7(), now(), "matching" if state == "on_hold" else state
    running, worked = CLOCKS.get(came_from, ()), came_from in (*RUNNING, "aftercare", "closed")
    clocks = [clock(uid, "receipt", came, "", policies, ended=came + timedelta(hours=3))] if state not in ("draft", "submitted") else []
    since = present - timedelta(days=chance.expovariate(1 / 3), hours=1)  # since when it is in this state
    clocks += [clock(uid, kind, max(came, since), expert.uid if kind in OF_THE_EXPERT else "", policies) for kind in running]
    paused = state == "on_hold" and chance.random() < 0.5
    nearest = min((one for one in clocks if one.due_at and not one.ended_at), key=lambda one: one.due_at, default=None)
    asked = worked or state == "offered"
    referral = Referral(
        uid=uid, number=number, visit_root=uid, shop=shop, zone=shop.zone_id, manager=manager, field=drawn(chance),
        urgency=chance.choice(("normal", "normal", "normal", "soon", "urgent")),
        source=chance.choice(("visit", "visit", "application", "office")),
        wish="임대차 계약서를 함께 보아 주시면 좋겠다고 하심", state=state, before="matching" if state in ("on_hold", "merged") else "",
        submitted_at=None if state == "draft" else came, changed_at=since, expert=expert if asked else None, version=5,
        alert="nobody" if state == "matching" and chance.random() < 0.05 else "",
        amber_at=nearest.amber_at if nearest and not paused else None, due_at=nearest.due_at if nearest and not paused else None)
    made = Offer(referral=referral, expert=expert, state="offered" if state == "offered" else "accepted", created_at=since)
    return referral, clocks, [made] if asked else []


def clock(subject: str, kind: str, began: datetime, whose: str, policies: dict[str, Policy], ended: datetime | None = None) -> Clock:
    """As `Clock.start` makes it, but for the expert's own days off; of one that ended only the end counts."""
    policy = policies[kind]
    kept = {"subject": subject, "kind": kind, "whose": whose, "started_at": began, "amount": policy.amount, "unit": policy.unit}
    if ended:
        return Clock(**kept, ended_at=ended, amber_at=ended, due_at=ended, escalate_at=ended)
    due = OFFICE.due(began, policy.amount, policy.unit)
    amber = OFFICE.after(began, OFFICE.between(began, due) * policy.amber_percent // 100)
    escalate = OFFICE.after(due, timedelta(hours=8 * policy.escalate_days))
    return Clock(**kept, amber_at=min(amber, due), due_at=due, escalate_at=escalate, next_at=due)
