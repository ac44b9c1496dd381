"""Any order of saving, editing, losing, killing, expiring and syncing ends with server = phone.

The shipped outbox modules run in a real Chromium against the real server; Hypothesis chooses the order.
"""

import base64
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from playwright.sync_api import BrowserContext, Page

from fieldapp.database import writing
from fieldapp.sync import Received
from fieldapp.visits import Visit, VisitPhoto
from tests.office import Office
from tests.storm import small_photo

pytestmark = pytest.mark.browser

HARNESS = (Path(__file__).parent.parent / "js" / "phone.js").read_text()
EXAMPLES, STEPS = 300, 14
FLOORS = {"acknowledged": 900, "lost reply": 60, "lost request": 30, "portal": 30, "edit": 70, "page killed": 60, "server killed": 10,
          "expired": 40, "returned": 80, "photo": 400}
KNOWN_PHOTO = base64.b64encode(small_photo(0)).decode()


def photo(index: int) -> str:
    """In base64: a new one, or at 0 the one that the office soon has from other visits, and asks for no more."""
    return base64.b64encode(small_photo(index)).decode() if index else KNOWN_PHOTO


@dataclass
class World:
    """What outlives one example: the office, the browser, and the count of what was done to them."""

    office: Office
    context: BrowserContext
    page: Page | None = None
    count: Counter = field(default_factory=Counter)

    def boot(self) -> None:
        self.page = self.context.new_page()
        self.page.goto(f"{self.office.url}/login")
        self.page.evaluate("async () => {" + HARNESS.replace("BUILD", self.office.app.config["BUILD"]) + "}")

    def ask(self, script: str, *args):
        assert self.page
        return self.page.evaluate(f"(args) => phone.{script}(...args)", list(args))


@dataclass
class Saved:
    """What the phone said it had kept."""

    hash: str
    photos: list[str]
    replaces: str
    poison: bool = False


def machine(world: World):
    office, cast = world.office, world.office.cast

    class Outbox(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            if world.page is None:
                world.boot()
            world.ask("forget")
            self.saved: dict[str, Saved] = {}
            self.number = 0

        def keep(self, told: dict | None, kind: str, poison: bool = False) -> None:
            if told:
                world.count[kind] += 1
                self.saved[told["id"]] = Saved(told["hash"], told["photos"], told["replaces"], poison)

        def memo(self) -> str:
            self.number += 1
            return f"기록 {self.number}"

        @rule(photos=st.lists(st.integers(0, 5), max_size=2, unique=True))
        def save(self, photos) -> None:
            self.save_one(photos)

        def save_one(self, photos) -> None:
            self.keep(world.ask("save", cast.changdong.uid, cast.shop.uid, self.memo(), "absent", [photo(i) for i in photos]), "save")

        @rule(luck=st.integers(0, 3))
        def save_poison(self, luck) -> None:
            if luck:
                return self.save_one([])
            self.keep(world.ask("save", cast.changdong.uid, cast.shop.uid, self.memo(), "dancing", []), "poison", poison=True)

        @precondition(lambda self: self.saved)
        @rule(index=st.integers(0, 20), photos=st.lists(st.integers(0, 5), max_size=1))
        def edit(self, index, photos) -> None:
            waiting = [uid for uid, (state, _code) in world.ask("states").items() if state != "done"]
            if not waiting:
                return self.save_one(photos)
            uid = waiting[index % len(waiting)]
            told = world.ask("edit", uid, self.memo(), [photo(i) for i in photos])
            if told and told["id"] != uid and self.saved[uid].poison:  # superseded
                del self.saved[uid]
            self.keep(told, "edit")

        @precondition(lambda self: self.saved)
        @rule(index=st.integers(0, 20))
        def send_back_and_answer(self, index) -> None:
            world.ask("sync")
            visits = list(Visit.select().where(Visit.uid.in_(list(self.saved)), Visit.current, Visit.review != "returned"))
            if not visits:
                return
            visit = visits[index % len(visits)]
            with writing():
                visit.send_back("사진이 흐립니다", cast.supervisor)
            world.ask("sync")
            self.keep(world.ask("answerReturned", cast.changdong.uid, visit.uid, self.memo()), "returned")

        @rule(passing=st.integers(0, 2), fates=st.lists(st.sampled_from(["reply", "request", "reply", "portal"]), min_size=1, max_size=3),
              photos=st.lists(st.integers(0, 5), max_size=2, unique=True))
        def lose(self, passing, fates, photos) -> None:
            assert world.page
            self.save_one(photos)
            fates = ["fine"] * passing + fates
            before = world.page.evaluate("(fates) => { phone.lose.push(...fates); return phone.lose.length; }", fates)
            world.ask("sync")
            after = world.page.evaluate("() => phone.lose.splice(0).length")
            for fate in fates[: max(0, before - after)]:
                world.count[{"reply": "lost reply", "request": "lost request"}.get(fate, fate)] += 1

        @rule()
        def sync(self) -> None:
            world.ask("sync")

        @rule(during=st.booleans(), luck=st.integers(0, 2))
        def kill_page(self, during, luck) -> None:
            assert world.page
            if luck:
                return self.save_one([])
            if during:
                world.page.evaluate("() => { phone.sync(); }")
            world.page.close()
            world.boot()
            world.count["page killed"] += 1

        @rule(during=st.booleans(), luck=st.integers(0, 15))
        def kill_server(self, during, luck) -> None:
            assert world.page
            if luck:
                return  # a restart takes a second
            if during:
                world.page.evaluate("() => { phone.sync(); }")
            office.server.kill()
            if not during:
                world.ask("sync")
            office.server.start()
            world.count["server killed"] += 1

        @rule(luck=st.integers(0, 3))
        def expire(self, luck) -> None:
            self.save_one([])
            if luck:
                return
            office.log_out()
            world.ask("sync")
            assert all(state != "done" or uid in self.at_office() for uid, (state, _) in world.ask("states").items())
            office.log_in(world.context)
            world.count["expired"] += 1

        def at_office(self) -> set[str]:
            return {row.uid for row in Visit.select(Visit.uid).where(Visit.uid.in_(list(self.saved)))}

        @invariant()
        def nothing_that_was_saved_is_nowhere(self) -> None:
            if not getattr(self, "saved", None):
                return
            here = world.ask("states")
            missing = self.saved.keys() - here.keys() - self.at_office()
            assert not missing, missing

        def teardown(self) -> None:
            if not getattr(self, "saved", None):
                return
            for _ in range(6):
                world.ask("sync")
                states = world.ask("states")
                if all(state in ("done", "rejected") for state, _code in states.values()):
                    break
            poisoned = {uid for uid, saved in self.saved.items() if saved.poison}
            assert {uid for uid, (state, _) in states.items() if state == "rejected"} == poisoned, states
            assert all(state == "done" for uid, (state, _) in states.items() if uid not in poisoned), states
            self.compare(poisoned)

        def compare(self, poisoned: set[str]) -> None:
            wanted = {uid: saved for uid, saved in self.saved.items() if uid not in poisoned}
            received = {row.uid: row.hash for row in Received.select().where(Received.uid.in_(list(self.saved)))}
            assert received == {uid: saved.hash for uid, saved in wanted.items()}
            visits = list(Visit.select().where(Visit.uid.in_(list(wanted))))
            assert len(visits) == len(wanted)
            replaced = {saved.replaces for saved in wanted.values()}
            for root in {visit.root for visit in visits}:
                current = [visit for visit in Visit.select().where(Visit.root == root) if visit.current]
                assert len(current) == 1 and current[0].uid not in replaced, root
            named = {(uid, sha) for uid, saved in wanted.items() for sha in saved.photos}
            arrived = {(row.visit_id, row.sha256) for row in VisitPhoto.select().where(
                VisitPhoto.visit.in_(list(wanted)), VisitPhoto.received_at.is_null(False))}
            assert arrived == named
            assert world.ask("photosLeft") == 0
            world.count["acknowledged"] += len(wanted)
            world.count["photo"] += len(named)

    return Outbox


def chosen(examples: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
                    print_blob=False, suppress_health_check=list(HealthCheck))


def test_any_order_ends_with_server_and_phone_alike(office, phone):
    context = phone(office.url)
    office.log_in(context)
    world = World(office, context)
    run_state_machine_as_test(machine(world), settings=chosen(EXAMPLES))
    print(dict(world.count))
    short = {name: world.count[name] for name, floor in FLOORS.items() if world.count[name] < floor}
    assert not short, f"the harness did too little to prove anything: {short}"
