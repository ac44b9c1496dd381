"""Any order of commands, right and wrong, new, stale and given again, with time passing between them, leaves every case sound.

Hypothesis chooses who says what to which of three cases; experts, sessions, reports and clocks are the shipped ones.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from random import Random
from types import SimpleNamespace

import peewee
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from fieldapp.consultations import Consultation
from fieldapp.database import at, db, now, uuid7
from fieldapp.errors import Conflict, Invalid
from fieldapp.events import Event
from fieldapp.experts import Expert
from fieldapp.people import ROLES
from fieldapp.referrals import COMMANDS, SHOP, TIME, Actor, Offer, Order, Referral, Refused, Stale, carry_out
from fieldapp.referrals.states import BACK, CLOCKS, OWNER, RUNNING, TABLE
from fieldapp.worktime import Clock
from tests.cases import case_in, expert_of, form_for, in_days, slot

EXAMPLES, STEPS = 100, 12
FLOORS = {"done": 400, "Refused": 40, "Invalid": 80, "Stale": 60, "again": 25, "Conflict": 20, "expired": 4, "told by time": 80}
EXPERTS = ("expert", "second", "third")
BY_TIME = {"expire", "aftercare", "redraft"}  # no person gives these
STARTS = ("submitted", "matching", "offered", "offered", "accepted", "in_progress", "report_submitted")
SIDEWAYS = ("note", "agree", "withdraw", "cancel", "merge")
JUNK: tuple[dict, ...] = (
    {}, {"reason": "가" * 2000}, {"code": "무엇", "expert": "누구"}, {"unknown": "이름"}, {"reason": ["둘", "셋"], "code": "busy"},
    {"text": "900101-1234567", "reason": "900101-1234567"})
REASON = {"reason": "가상 사유"}


@dataclass
class World:
    """What outlives one example: the cast, its experts, and the count of what was done."""

    cast: SimpleNamespace
    experts: list[Expert]
    count: Counter = field(default_factory=Counter)

    def clear(self) -> None:
        """Let nothing of the example before hold a place or a clock."""
        Referral.update(state="cancelled", expert=None).execute()
        Offer.update(state="recalled").execute()
        Clock.update(ended_at=now(), next_at=None).where(Clock.ended_at.is_null()).execute()

    def weight(self, command: str) -> float:
        """What was seldom done comes sooner, and what leads nowhere later, so that cases get far."""
        return (0.2 if command in SIDEWAYS else 1) / (3 + self.count[command])

    def actor(self, case: Referral, role: str) -> Actor:
        if role in (OWNER, "clock"):
            return SHOP if role == OWNER else TIME
        asked = case.expert and case.expert.person
        person = asked if role == "expert" and asked else getattr(self.cast, {"manager": "changdong"}.get(role, role))
        return Actor(role, person.uid)

    def form(self, case: Referral, command: str, luck: int) -> dict:
        """What this command needs; `luck` chooses among what is in order."""
        other = Referral.select().where(Referral.shop == case.shop_id, Referral.uid != case.uid).order_by(Referral.number.desc()).first()
        later = slot(2 + luck % 4) | ({"rescheduled_by": "owner"} if command == "plan" else {})
        sat = {"attendance": "held", "summary": "가상 상담"} | (slot(3, prefix="next.") if luck % 2 else {})
        held = {"code": ("shop", "expert", "office")[luck % 3], "review_on": in_days(3 + luck).isoformat(), **REASON}
        forms: dict[str, dict] = {
            "offer": {"expert": self.experts[luck % 3].uid}, "refuse": {"code": "busy"}, "note": {"text": "가상 메모"},
            "hold": held, "ask": held, "agree": {"how": "phone"}, "guide": {"programme": self.cast.programme.uid},
            "merge": {"into": other.label if other else "R-1"}, "resolve": {"answer": "가상 의결"}, "close": {"answer": "가상 의결"},
            "refer_again": {"refer.field": "tax"}, "schedule": slot(3), "plan": later, "begin": sat, "sit": sat,
            "miss": {"attendance": "absent", "code": "owner_absent"}, "reschedule": {"rescheduled_by": "owner", **REASON},
            "unmerge": REASON, "reopen": REASON}
        return forms.get(command) or form_for(self.cast, case, command)


BY_PERSONS = sorted(set(COMMANDS) - BY_TIME)
SEEDS = st.integers(0, 2**32 - 1)


def steps_from(state: str) -> list[tuple[str, str]]:
    """What persons may do in this state, by each who may."""
    return [(command, role) for command, (_to, roles) in TABLE[state].items() for role in roles
            if command not in BY_TIME and role not in ("visit", "consent")]


TABLES = (("referral", "uid"), ("offer", "referral_id"), ("clock", "subject"), ("consultation", "referral_id"), ("given", "referral_id"),
          ("report", "referral_id"), ("event", "subject"))


def snapshot(first: int) -> dict[str, list]:
    """For each case from this number on all that a command could change of it, as the database has it."""
    found: dict[str, list] = {}
    for table, key in TABLES:
        rows = db.execute_sql(f'SELECT "{key}", "t".* FROM "{table}" AS "t" WHERE "{key}" IN '
                              f'(SELECT "uid" FROM "referral" WHERE "number" >= {first}) ORDER BY 1, 2')
        for uid, *row in rows.fetchall():
            found.setdefault(uid, []).append((table, *row))
    return found


def machine(world: World) -> type[RuleBasedStateMachine]:
    class Desk(RuleBasedStateMachine):
        @initialize(starts=st.tuples(*[st.sampled_from(STARTS)] * 3))
        def begin(self, starts) -> None:
            world.clear()
            self.first = (Referral.select(peewee.fn.MAX(Referral.number)).scalar() or 0) + 1
            self.given: list[tuple[str, Order, Actor]] = []
            self.stages: dict[str, int] = {}
            self.moment, self.last = now(), {}
            self.checked: dict[str, list] = {}
            shops = (world.cast.shop, world.cast.shop, world.cast.neighbour)
            for start, shop, login in zip(starts, shops, EXPERTS, strict=True):
                self.later(lambda start=start, shop=shop, login=login: case_in(world.cast, start, shop, expert=login))
            self.last = snapshot(self.first)

        def cases(self) -> list[Referral]:
            return list(Referral.select().where(Referral.number >= self.first).order_by(Referral.number))

        def pick(self, chance: Random) -> Referral:
            return chance.choice(self.cases())

        def form(self, case: Referral, command: str, chance: Random) -> dict:
            with at(self.moment):
                return world.form(case, command, chance.randrange(12))

        def later(self, act: Callable):
            """Do it a minute after the step before."""
            with at(self.moment + timedelta(minutes=1)):
                try:
                    return act()
                finally:
                    self.moment = now()

        def say(self, case: Referral, command: str, by: Actor, form: dict, version: int) -> None:
            """Give a command and hold what comes of it against the table."""
            order = Order(uuid7(), command, version, form)
            found = self.tried(case, order, by)
            to, roles = TABLE[case.state].get(command, ("", ()))
            if version != case.version:
                assert found is Stale
            elif by.role not in roles:
                assert found is Refused
            else:
                assert found in (Invalid, None)
            if found is None:
                after = Referral.get_by_id(case.uid)
                goal = {BACK: case.before or "triaged", "completed": "aftercare"}.get(to, to)
                assert (after.state, after.version) == (goal, case.version + (2 if command == "approve" else 1)), (command, after.state)
                self.given.append((case.uid, order, by))
                world.count[f"{command}"] += 1
            world.count[found.__name__ if found else "done"] += 1

        def tried(self, case: Referral, order: Order, by: Actor) -> type[Exception] | None:
            """Whether it was carried out; where it was not, why, and nothing has changed."""
            before = self.last
            try:
                self.later(lambda: carry_out(case, order, by))
                return None
            except (Conflict, Invalid) as refusal:
                assert snapshot(self.first) == before, (order, refusal)
                assert str(refusal.message) and (refusal.fields or not isinstance(refusal, Invalid))
                return type(refusal)
            finally:
                self.last = snapshot(self.first)

        @rule(seed=SEEDS)
        def go_on(self, seed) -> None:
            """What may be done, by one who may, with a form that is in order."""
            chance = Random(seed)
            for _turn in range(chance.randint(1, 4)):
                case = self.pick(chance)
                steps = steps_from(case.state)
                if steps:
                    [(command, role)] = chance.choices(steps, [world.weight(command) for command, _role in steps])
                    self.say(case, command, world.actor(case, role), self.form(case, command, chance), case.version)

        @rule(seed=SEEDS)
        def say_anything(self, seed) -> None:
            chance = Random(seed)
            case, command, role = self.pick(chance), chance.choice(BY_PERSONS), chance.choice((*ROLES, OWNER, "clock"))
            self.say(case, command, world.actor(case, role), self.form(case, command, chance), case.version)

        @rule(seed=SEEDS, junk=st.sampled_from(JUNK))
        def fill_in_badly(self, seed, junk) -> None:
            case = self.pick(chance := Random(seed))
            command, role = chance.choice(steps_from(case.state) or [("note", "admin")])
            self.say(case, command, world.actor(case, role), junk, case.version)

        @rule(seed=SEEDS, back=st.sampled_from([1, 2, 5, -1]))
        def come_too_late(self, seed, back) -> None:
            """What is right for the state, against a version that it no longer has, or has not yet."""
            case = self.pick(chance := Random(seed))
            command, role = chance.choice(steps_from(case.state) or [("note", "admin")])
            self.say(case, command, world.actor(case, role), self.form(case, command, chance), case.version - back)

        @rule(seed=SEEDS, other=st.sampled_from(["", "", "form", "person", "case"]))
        def say_again(self, seed, other) -> None:
            """The same order gives the same answer and changes nothing; its id for something else is refused."""
            if not self.given:
                return self.go_on(seed)
            uid, order, by = Random(seed).choice(self.given)
            if other == "form":
                order = Order(order.uid, order.command, order.version, order.form | {"note": "다른 말"})
            if other == "person":
                by = Actor(by.role, uuid7())
            if other == "case":
                uid = next(case.uid for case in self.cases() if case.uid != uid)
            before, found = self.last, self.tried(Referral.get_by_id(uid), order, by)
            assert found is (Conflict if other else None) and self.last == before, (order, found)
            world.count["Conflict" if other else "again"] += 1
            return None

        @rule(seed=SEEDS)
        def wait(self, seed) -> None:
            """Time passes; mostly the clocks are looked at, and what was offered too long ago is free again."""
            chance = Random(seed)
            self.moment += timedelta(hours=chance.choice([1, 5, 24, 24, 72, 300]))
            open_before, tick = {offer.uid for offer in Offer.select().where(Offer.state == "offered")}, chance.random() < 0.8
            world.count["told by time"] += self.later(Clock.tick) if tick else 0
            self.last = snapshot(self.first)
            expired = {offer.uid for offer in Offer.select().where(Offer.state == "expired")} & open_before
            world.count["expired"] += len(expired)
            assert not (tick and Clock.select().where(Clock.next_at <= self.moment).count())

        @invariant()
        def every_case_is_sound(self) -> None:
            for case in self.cases() if hasattr(self, "first") else ():
                if self.last[case.uid] != self.checked.get(case.uid):
                    self.offers_fit(case)
                    self.clocks_fit(case)
                    self.history_fits(case)
                    self.checked[case.uid] = self.last[case.uid]

        def offers_fit(self, case: Referral) -> None:
            offers = list(Offer.select().where(Offer.referral == case))
            waiting = [offer.expert_id for offer in offers if offer.state == "offered"]
            accepted = [offer.expert_id for offer in offers if offer.state == "accepted"]
            assert len(waiting) == (case.state == "offered") and len(accepted) <= 1, (case.state, waiting, accepted)
            if case.state in RUNNING:
                assert accepted == [case.expert_id]
            if case.state == "offered":
                assert waiting == [case.expert_id]
            assert all(offer.decided_at for offer in offers if offer.state != "offered")
            assert len(list(Consultation.select().where(Consultation.referral == case, Consultation.attendance == "planned"))) <= (
                case.state in (*RUNNING, "on_hold"))

        def clocks_fit(self, case: Referral) -> None:
            clocks = Clock.of(case.uid)
            for clock in clocks:
                if clock.due_at:
                    assert clock.started_at <= clock.amber_at <= clock.due_at <= clock.escalate_at
                assert clock.stage >= self.stages.get(clock.uid, 0)
                self.stages[clock.uid] = clock.stage
            running = [clock for clock in clocks if clock.ended_at is None]
            assert case.due_at == min((clock.due_at for clock in running if clock.due_at), default=None)
            self.kinds_fit(case, {clock.kind for clock in running}, {clock.kind for clock in running if clock.is_paused})
            assert len({clock.kind for clock in running}) == len(running)

        def kinds_fit(self, case: Referral, kinds: set[str], paused: set[str]) -> None:
            came_from = case.before if case.state in ("on_hold", "merged") else case.state
            wanted = set(CLOCKS.get(came_from, ()))
            if case.state == "on_hold":
                wanted |= {"review"}
            assert kinds == wanted, (case.state, case.before, kinds)
            holds = [event.facts for event in Event.of(case.uid) if event.facts.get("after") == "on_hold" != event.facts["before"]]
            stopped = case.state == "merged" or (case.state == "on_hold" and holds[-1]["code"] == "shop")
            assert paused == (kinds - {"review"} if stopped else set()), (case.state, kinds, paused)

        def history_fits(self, case: Referral) -> None:
            steps = [event for event in Event.of(case.uid) if "after" in event.facts and event.kind != "clock.moved"]
            assert case.version == 1 + len(steps), (case.version, [event.kind for event in steps])
            state = "draft"
            for event in steps:
                assert event.facts["before"] == state, (event.kind, event.facts, state)
                to, _roles = TABLE[state][event.kind.removeprefix("referral.")]
                state = event.facts["after"]
                assert to in (state, BACK)
            assert state == case.state
            orders = [event.facts["order"] for event in steps if "order" in event.facts]
            assert len(orders) == len(set(orders))
            assert all(one.created_at <= two.created_at for one, two in pairwise(steps))

    return Desk


def chosen(examples: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
                    print_blob=False, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def opened(cast) -> World:
    return World(cast, [expert_of(cast, login, capacity=2) for login in EXPERTS])


@pytest.mark.slow
def test_any_order_of_commands_leaves_every_case_sound(cast):
    world = opened(cast)
    run_state_machine_as_test(machine(world), settings=chosen(EXAMPLES))
    print(dict(world.count))
    short = {name: world.count[name] for name, floor in FLOORS.items() if world.count[name] < floor}
    never = set(BY_PERSONS) - {"submit", "discard"} - set(world.count)
    assert not short and not never, f"the harness did too little to prove anything: {short}, {never}"


@pytest.mark.slow
@pytest.mark.parametrize(("owner", "name", "instead"), [
    (Offer, "withdraw_open", lambda referral, code: None), (Clock, "pause", lambda subject, reason: None)])
def test_what_is_forgotten_is_found(cast, monkeypatch, owner, name, instead):
    """An expert who is not let go, and a clock that does not stand still for the shop's sake."""
    monkeypatch.setattr(owner, name, staticmethod(instead))
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_state_machine_as_test(machine(opened(cast)), settings=chosen(40))
