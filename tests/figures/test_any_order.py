"""After any order of visits, revisions, returns, merges, sessions, deletions and crashes the kept figures are those counted by hand.

Hypothesis chooses; visits, cases and sessions go through the shipped functions, and a recount from nothing gives the same cells.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from fieldapp import events
from fieldapp.database import uuid7, writing
from fieldapp.errors import Conflict, Invalid
from fieldapp.experts import Expert, ExpertField
from fieldapp.figures import Counted, Figure, recount, total
from fieldapp.grievances import Category, Grievance
from fieldapp.owners import Owner
from fieldapp.people import Grant, Person, Session
from fieldapp.programmes import Programme
from fieldapp.referrals import Referral
from fieldapp.rooms import MODELS
from fieldapp.shops import Shop
from fieldapp.visits import Visit, VisitProgramme
from fieldapp.zones import Dong, Zone
from tests.cases import WAYS, given
from tests.figures.plain import by_hand, compare, sums
from tests.recording import recorded

EXAMPLES, STEPS = 15, 14
YEAR = date(2026, 1, 1), date(2026, 12, 31)
FLOORS = {"visits": 60, "revised": 3, "late": 1, "returned": 2, "steps": 5, "removed": 2, "crashed": 3}
CAST = {Zone, Dong, Person, Grant, Session, Shop, Category, Programme, Expert, ExpertField}
NEXT = {"submitted": ("triage", "coordinator")} | {before: (command, role) for before, command, role in WAYS.values()
                                                   if command in ("open_matching", "offer", "accept", "schedule", "begin")}
SPRING = datetime(2026, 3, 2, tzinfo=UTC)
INDUSTRIES, ROADS = ("분식", "세탁", ""), ("가상로", "도봉로110길", "마들로")

forms = st.fixed_dictionaries({
    "outcome": st.sampled_from(("met", "met", "met", "absent", "busy")), "told": st.booleans(),
    "categories": st.lists(st.sampled_from(("rent", "labor")), unique=True), "refer": st.sampled_from(("", "legal", "tax")),
    "moment": st.integers(0, 364 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))})


class Crash(Exception):
    pass


def reset() -> None:
    """As if nothing had happened yet to the cast."""
    with writing():
        Referral.update(merged_into=None, follows=None).execute()
        Owner.delete().execute()
        for model in reversed(MODELS):
            if model not in CAST:
                model.delete().execute()


def machine(cast, count: Counter):
    shops = [cast.shop, cast.neighbour, cast.other_shop]

    class Office(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            reset()
            self.waiting: list[tuple] = []
            for shop, field in zip((*shops, cast.shop), ("legal", "", "tax", "tax"), strict=True):
                self.record({"outcome": "met", "told": False, "categories": [], "refer": field, "moment": SPRING}, shop)

        def form(self, said: dict, shop) -> dict:
            form = {"shop": shop.uid, "outcome": said["outcome"], "visited_at": said["moment"].isoformat(), "consent.contact": "on",
                    "owner.name": "김가상", "category": said["categories"]}
            form |= {f"grievance.{code}.disposition": "noted" for code in said["categories"]}
            form |= {"programme": [cast.programme.uid]} if said["told"] else {}
            return form | ({"refer.field": said["refer"]} if said["refer"] else {})

        def record(self, said: dict, shop, **more) -> None:
            try:
                recorded(shop.manager, self.form(said, shop) | more.pop("form", {}), **more)
                count["visits"] += 1
            except Invalid:
                count["refused"] += 1

        def some(self, query, number: int):
            rows = list(query)
            return rows[number % len(rows)] if rows else None

        @rule(said=forms, shop=st.sampled_from(shops))
        def visit(self, said, shop) -> None:
            self.record(said, shop)

        @rule(said=forms, number=st.integers(0, 99))
        def revise(self, said, number) -> None:
            """Any revision may be the one that is replaced, an old one too."""
            if before := self.some(Visit.select().order_by(Visit.uid), number):
                self.record(said, before.shop, form={"replaces": before.uid})
                count["revised"] += 1

        @rule(said=forms, shop=st.sampled_from(shops))
        def revise_what_has_not_come(self, said, shop) -> None:
            self.waiting.append((uuid7(), shop))
            self.record(said, shop, form={"replaces": self.waiting[-1][0]})

        @precondition(lambda self: self.waiting)
        @rule(said=forms, onto=st.booleans(), number=st.integers(0, 99))
        def come_late(self, said, onto, number) -> None:
            """The first revision arrives after its correction; it may itself correct another."""
            uid, shop = self.waiting.pop()
            before = self.some(Visit.select().where(Visit.manager == shop.manager, Visit.root != uid).order_by(Visit.uid), number)
            self.record(said, shop, uid=uid, form={"replaces": before.uid} if onto and before else {})
            count["late"] += 1

        @rule(number=st.integers(0, 99))
        def send_back(self, number) -> None:
            if found := self.some(Visit.select().where(Visit.current, Visit.review != "returned").order_by(Visit.uid), number):
                with writing():
                    found.send_back("사진이 흐립니다", cast.supervisor)
                count["returned"] += 1

        def step(self, case: Referral) -> Referral | None:
            """The case after its next step, or None where there is none, as where no expert can take one more."""
            command, role = NEXT.get(case.state, ("", ""))
            try:
                after = given(cast, case, command, role) if command else None
            except (Conflict, Invalid):
                count["refused"] += 1
                return None
            count["steps"] += bool(command)
            count["held"] += command == "begin"
            return after

        @rule(number=st.integers(0, 99), whole=st.booleans())
        def go_on(self, number, whole) -> None:
            """A case's next step, or its whole way to its first session."""
            case = self.some(Referral.select().where(Referral.state.in_(list(NEXT))).order_by(Referral.number), number)
            while case and (case := self.step(case)) and whole:
                pass

        @rule(number=st.integers(0, 99), command=st.sampled_from(("merge", "unmerge", "withdraw", "cancel")))
        def end(self, number, command) -> None:
            found = self.some(Referral.select().order_by(Referral.number), number)
            other = found and Referral.get_or_none(Referral.shop == found.shop_id, Referral.uid != found.uid, Referral.state == "triaged")
            form = {"into": other.label} if command == "merge" and other else {"reason": "가상 사유"}
            if found:
                try:
                    given(cast, found, command, "supervisor" if command == "cancel" else "coordinator", **form)
                    count["merged"] += command == "merge"
                except (Conflict, Invalid):
                    count["refused"] += 1

        @rule(number=st.integers(0, 99))
        def remove(self, number) -> None:
            """A visit is taken away with all its revisions, as disposal does it."""
            alone = Visit.select().where(Visit.root.not_in(Referral.select(Referral.visit_root)))
            if found := self.some(alone.order_by(Visit.uid), number):
                with writing():
                    family = [row.uid for row in Visit.select().where(Visit.root == found.root)]
                    for model in (Grievance, VisitProgramme):
                        model.delete().where(model.visit.in_(family)).execute()
                    Visit.delete().where(Visit.uid.in_(family)).execute()
                    events.record("visit.removed", found.root)
                count["removed"] += 1

        @rule(shop=st.sampled_from(shops), industry=st.sampled_from(INDUSTRIES), road=st.sampled_from(ROADS))
        def rename(self, shop, industry, road) -> None:
            with writing():
                Shop.update(industry=industry, address_road=f"서울특별시 도봉구 {road} 1").where(Shop.uid == shop.uid).execute()
                events.record("shop.changed", shop.uid)

        @rule(version=st.sampled_from(("1", "2")))
        def choose(self, version) -> None:
            recount(rule=version)

        @rule(said=forms, shop=st.sampled_from(shops), deep=st.booleans())
        def crash(self, said, shop, deep) -> None:
            """What fails before it is committed has moved nothing."""
            before = sums()
            with pytest.raises(Crash), writing():
                self.record(said, shop)
                if deep:
                    with writing():
                        raise Crash
                raise Crash
            count["crashed"] += 1
            assert sums() == before

        @invariant()
        def every_figure_is_as_counted_by_hand(self) -> None:
            rows = by_hand()
            assert total(*YEAR) == Figure(sum(row.visit for row in rows), sum(row.counts for row in rows))

        def teardown(self) -> None:
            rows = by_hand()
            compare(*YEAR, None, rows)
            compare(date(2026, 2, 10), date(2026, 9, 17), [cast.zone.uid], rows)
            kept, counted = sums(), set(Counted.select().tuples())
            recount()
            assert sums() == kept and set(Counted.select().tuples()) == counted

    return Office


def test_any_order(cast):
    count: Counter = Counter()
    run_state_machine_as_test(machine(cast, count), settings=settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck)))
    assert not {name: count[name] for name, floor in FLOORS.items() if count[name] < floor}, count
