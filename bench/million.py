"""`python -m bench.million FOLDER [--visits 1000000]`: five years of twenty-five districts' visits, the same for the same seed.

The rows go straight into the tables, the figures are then counted from them. Nothing is told of it: there are no events.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import NamedTuple

from bench.backlog import ENDED, OPEN, case, expert, insert
from bench.districts import Place, shops_of, zones_of
from bench.table import progress
from fieldapp.consultations import Consultation
from fieldapp.dashboard.ground import redraw
from fieldapp.database import SEOUL, Model, at, db, now, writing
from fieldapp.experts import Expert
from fieldapp.figures import recount
from fieldapp.grievances import Category, Grievance
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.shops import Shop
from fieldapp.visits import Visit, VisitProgramme
from fieldapp.worktime import Policy
from tests.office import Office

# Of so many visits, and of so many things said.
OUTCOMES = {"met": 520, "absent": 210, "busy": 140, "refused": 50, "shut_today": 60, "moved": 12, "closed_down": 8}
SAID = {"rent": ("임대료", 16), "labor": ("인건비", 14), "sales": ("매출 감소", 18), "loan": ("대출·이자", 14), "parking": ("주차", 9),
        "fee": ("배달 수수료", 12), "permit": ("인허가", 3), "tax": ("세금", 5), "waste": ("쓰레기", 3), "works": ("도로 공사", 2),
        "online": ("온라인 판매", 3), "flood": ("침수", 1)}
DISPOSITIONS = {"noted": 45, "resolved_on_site": 25, "guided_to_programme": 18, "needs_referral": 9, "needs_committee": 3}
HEARD = ("재계약을 앞두고 임대료 인상을 걱정하심", "점심 장사는 되나 저녁 손님이 줄었다고 하심", "정책자금 이율과 거치 기간을 물으심",
         "가게 앞 공사로 손님이 돌아간다고 하심", "사람을 더 쓰고 싶으나 인건비가 부담이라고 하심", "")
UNHEARD = ("", "", "문이 닫혀 있음", "손님이 많아 다음에 뵙기로 함")
SAYS, TOLD, REFERS = 0.6, 0.12, 0.008  # how often an owner who is met says something, is told of a programme, becomes a case
ANSWERED, RETURNED, WITHOUT_PLACE = 0.01, 0.01, 0.05
REVIEWED = timedelta(days=14)  # after which a visit has been looked at
YEARS, AT_ONCE = 5, 20_000
TABLES = (Visit, Grievance, VisitProgramme)


@dataclass(frozen=True)
class Size:
    visits: int = 1_000_000
    shops: int = 20_000
    gu: int = 25


class Town(NamedTuple):
    """What visits are made of."""

    places: list[Place]
    categories: list[str]
    programmes: list[str]


class Made(NamedTuple):
    """A visit as its table takes it, as far as visits differ."""

    uid: str
    created_at: str
    root: str
    revision: int
    replaces: str
    current: bool
    shop: str
    zone: str
    manager: str
    outcome: str
    memo: str
    visited_at: str
    made_at: str
    place_source: str
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    fix_age_s: float | None
    distance_m: float | None
    review: str
    return_reason: str


@dataclass
class Rows:
    """What is written at once."""

    visits: list[Made] = field(default_factory=list)
    said: list[tuple] = field(default_factory=list)
    told: list[tuple] = field(default_factory=list)
    cases: list[tuple[Made, Place]] = field(default_factory=list)


def fill(cast: SimpleNamespace, size: Size, seed: int = 1) -> None:
    """Put so many visits, current ones, into an office that has its cast and nothing else, and count its figures and its map."""
    chance = Random(seed)
    with writing():
        zones = zones_of(cast, size.gu)
        town = Town(shops_of(zones, size.shops, chance), categories(), programmes(cast))
    made, numbers = Cases(cast, chance), 0
    with without_indexes(TABLES):
        for rows in visits(town, size.visits, chance):
            with writing():
                store(rows)
                made.store(rows.cases)
            numbers += sum(visit.current for visit in rows.visits)
            progress(f"{numbers} of {size.visits} visits")
    recount(lambda done, total: progress(f"figures: {done} of {total}") if done % 100_000 == 0 else None)
    redraw(lambda done, total: progress(f"map: {done} of {total}") if done % 100_000 == 0 else None)
    if db.param == "%s":
        db.execute_sql("VACUUM ANALYZE")  # PostgreSQL does so by itself within a minute


def categories() -> list[str]:
    """Uids, in the order of SAID; what the cast has already stays."""
    known = {category.code: category.uid for category in Category.select()}
    return [known.get(code) or Category.create(code=code, name_ko=name, position=position).uid
            for position, (code, (name, _share)) in enumerate(SAID.items())]


def programmes(cast: SimpleNamespace) -> list[str]:
    return [cast.programme.uid, *(Programme.create(name=f"가상 지원사업 {number}", period="상시").uid for number in range(2, 11))]


def visits(town: Town, count: int, chance: Random) -> Iterator[Rows]:
    """Day after working day, each as many as the others."""
    days, made, rows = working_days(), 0, Rows()
    for number, day in enumerate(days, 1):
        share = count * number // len(days) - made
        made += share
        a_day(town, day, share, chance, rows)
        if len(rows.visits) >= AT_ONCE or number == len(days):
            yield rows
            rows = Rows()


def working_days() -> list[date]:
    last = now().astimezone(SEOUL).date()
    days = (last - timedelta(days=ago) for ago in range(YEARS * 365, 0, -1))
    return [day for day in days if day.weekday() < 5]


def a_day(town: Town, day: date, count: int, chance: Random, rows: Rows) -> None:
    """From half past nine to half past five in Seoul, which is the same day in UTC."""
    morning = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    recent = now() - morning < REVIEWED
    outcomes = chance.choices(list(OUTCOMES), cum_weights=list(accumulate(OUTCOMES.values())), k=count)
    for number, (outcome, place) in enumerate(zip(outcomes, chance.choices(town.places, k=count), strict=True)):
        moment = morning + timedelta(microseconds=(number + chance.random()) * 28_800e6 // count)
        a_visit(town, place, outcome, moment, recent, chance, rows)


def a_visit(town: Town, place: Place, outcome: str, moment: datetime, recent: bool, chance: Random, rows: Rows) -> None:
    uid, text, met = key(moment, chance), str(moment)[:-6], outcome == "met"
    memo = HEARD[int(chance.random() * len(HEARD))] if met else UNHEARD[int(chance.random() * len(UNHEARD))]
    review, reason = ("received" if recent else "confirmed"), ""
    if recent and chance.random() < RETURNED:
        review, reason = "returned", "무엇을 들으셨는지 더 적어 주십시오"
    made = Made(uid, text, uid, 1, "", True, place.shop, place.zone, place.managers[chance.random() < 0.5], outcome, memo, text, text,
                *where(place, chance), review, reason)
    if not recent and chance.random() < ANSWERED:
        rows.visits.append(made._replace(current=False, review="returned", return_reason="사진이 흐립니다"))
        made = made._replace(uid=key(moment, chance), revision=2, replaces=uid, memo=f"{memo} 다시 적음".strip())
    rows.visits.append(made)
    if met:
        what_came_of_it(town, place, made, chance, rows)


def where(place: Place, chance: Random) -> tuple[str, float | None, float | None, float | None, float | None, float | None]:
    """A fix near the shop, or none."""
    one, two = chance.random(), chance.random()
    if one < WITHOUT_PLACE:
        return "none", None, None, None, None, None
    return ("gps", round(place.lat + (one - 0.5) * 3e-4, 6), round(place.lon + (two - 0.5) * 3e-4, 6), round(4 + 30 * two, 1),
            round(20 * one, 1), round(25 * (one + two), 1))


def what_came_of_it(town: Town, place: Place, made: Made, chance: Random, rows: Rows) -> None:
    if chance.random() < SAYS:
        for category in {one(SHARES, chance) for _thing in range(1 + (chance.random() < 0.2))}:
            text = HEARD[int(chance.random() * len(HEARD))]
            rows.said.append((key_of(made, chance), made.created_at, made.uid, made.shop, town.categories[category], text,
                              one(FATES, chance), made.visited_at))
    if chance.random() < TOLD:
        rows.told.append((made.uid, town.programmes[int(chance.random() * len(town.programmes))]))
    if chance.random() < REFERS:
        rows.cases.append((made, place))


class Cases:
    """What was referred, with clocks and offers as in the backlog, and the sessions that were held."""

    def __init__(self, cast: SimpleNamespace, chance: Random) -> None:
        self.manager, self.chance, self.number = cast.changdong, chance, 0
        self.policies, self.present = {policy.kind: policy for policy in Policy.everyone()}, now()
        self.experts: list[Expert] = [expert(number) for number in range(20)]
        with writing():
            insert(self.experts)

    def store(self, asked: list[tuple[Made, Place]]) -> None:
        """What is younger than two months may still be open."""
        found: dict[type[Model], list[Model]] = defaultdict(list)
        for made, place in asked:
            moment = datetime.fromisoformat(made.visited_at).replace(tzinfo=UTC)
            states = OPEN if self.present - moment < timedelta(days=60) and self.chance.random() < 0.7 else ENDED
            with at(moment + timedelta(minutes=1)):
                for row in self.case(made, place, one(list(states.items()), self.chance)):
                    found[type(row)].append(row)
        for rows in found.values():
            insert(rows)

    def case(self, made: Made, place: Place, state: str) -> Iterator[Model]:
        self.number += 1
        referral, clocks, offers = case(self.number, state, self.chance, Shop(uid=place.shop, zone=place.zone),
                                        self.chance.choice(self.experts), self.manager, self.policies, self.present)
        referral.visit_root, referral.visit, referral.manager = made.root, made.uid, made.manager
        yield from (referral, *clocks, *offers)
        if state in ("closed", "aftercare", "report_submitted", "in_progress"):
            planned = now() + timedelta(days=9)
            yield Consultation(referral=referral, expert=referral.expert, number=1, planned_at=planned, attendance="held",
                               held_at=min(planned, self.present), summary="가상 상담")


def one(shares: list[tuple], chance: Random):
    """One of these by their shares."""
    return chance.choices([what for what, _share in shares], [share for _what, share in shares])[0]


SHARES = [(number, share) for number, (_name, share) in enumerate(SAID.values())]
FATES = list(DISPOSITIONS.items())


def key(moment: datetime, chance: Random) -> str:
    """A UUIDv7 of this moment that hangs on the seed alone."""
    return _key(int(moment.timestamp() * 1000), chance)


def key_of(made: Made, chance: Random) -> str:
    """Another of the same moment."""
    return _key(int(made.uid[:8] + made.uid[9:13], 16), chance)


def _key(milliseconds: int, chance: Random) -> str:
    drawn = f"{chance.getrandbits(72):018x}"
    stamp = f"{milliseconds:012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{drawn[:3]}-a{drawn[3:6]}-{drawn[6:]}"


def store(rows: Rows) -> None:
    put(Visit, Made._fields, rows.visits)
    put(Grievance, ("uid", "created_at", "visit", "shop", "category", "text", "disposition", "said_at"), rows.said)
    put(VisitProgramme, ("visit", "programme"), rows.told)


def put(model: type[Model], names: Iterable[str], rows: list) -> None:
    """Write rows of these fields; each other field holds its default, the same in all of them."""
    names, meta = list(names), model._meta
    rest = [one for one in meta.sorted_fields if one.name not in names and not (meta.auto_increment and one.primary_key)]
    more = tuple(one.db_value(one.default() if callable(one.default) else one.default) for one in rest)
    columns = ", ".join(f'"{one.column_name}"' for one in (*(meta.fields[name] for name in names), *rest))
    cursor = db.connection().cursor()
    if db.param == "%s":
        with cursor.copy(f'COPY "{meta.table_name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row((*row, *more))
    else:
        marks = ", ".join("?" * (len(names) + len(rest)))
        cursor.executemany(f'INSERT INTO "{meta.table_name}" ({columns}) VALUES ({marks})', (((*row, *more)) for row in rows))


@contextmanager
def without_indexes(models: Iterable[type[Model]]) -> Iterator[None]:
    """Meanwhile these tables have only their keys: indexes are made faster in one go."""
    asked = ("SELECT indexname, indexdef FROM pg_indexes WHERE indexname NOT LIKE '%%_pkey' AND tablename = %s" if db.param == "%s" else
             "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?")
    known = [row for model in models for row in db.execute_sql(asked, (model._meta.table_name,)).fetchall()]
    quick, usual = (("SET session_replication_role = replica", "SET session_replication_role = DEFAULT") if db.param == "%s" else
                    ("PRAGMA cache_size = -400000", "PRAGMA cache_size = -2000"))
    db.execute_sql(quick)
    for name, _definition in known:
        db.execute_sql(f'DROP INDEX "{name}"')
    yield
    for name, definition in known:
        progress(f"index {name}")
        db.execute_sql(definition)
    db.execute_sql(usual)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    asked.add_argument("folder", type=Path, help="where the office shall stand; it must not exist yet")
    asked.add_argument("--visits", type=int, default=1_000_000)
    asked.add_argument("--shops", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    options.folder.mkdir(parents=True)
    office = Office(options.folder)
    fill(office.cast, Size(options.visits, options.shops), options.seed)
    names = ", ".join(person.login for person in Person.select().where(Person.role != "manager"))
    progress(f"FIELDAPP_DATA={options.folder}; log in as {names}")


if __name__ == "__main__":
    main()
