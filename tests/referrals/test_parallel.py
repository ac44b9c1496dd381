"""Many at once, from two processes: of commands against one version one wins, an order is carried out once, no capacity is given twice."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from fieldapp.database import now, uuid7
from fieldapp.events import Event
from fieldapp.experts import Expert
from fieldapp.referrals import SHOP, Actor, Given, Offer, Referral
from fieldapp.referrals.states import BACK, RUNNING, TABLE
from fieldapp.worktime import Clock
from tests.cases import case_in, expert_of, form_for, given
from tests.referrals.crowd import Crowd, Outcome, Task, close_office, give, order, tick

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 16
LOGINS = {"manager": "changdong", "coordinator": "coordinator", "supervisor": "supervisor", "expert": "expert"}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def processes() -> Iterator[Crowd]:
    with Crowd() as crowd:
        yield crowd


@pytest.fixture
def crowd(processes, config, cast) -> Crowd:
    processes.enter(config)
    return processes


@pytest.fixture
def expert(cast) -> Expert:
    """Takes as many as come."""
    return expert_of(cast, capacity=1000)


def form(cast, case: Referral, command: str) -> dict:
    more = {"note": {"text": "가상 메모"}, "refuse": {"code": "busy"}, "agree": {"how": "phone"}, "ask": form_for(cast, case, "hold"),
            "guide": {"programme": cast.programme.uid}}
    return more.get(command) or form_for(cast, case, command)


def actor(cast, role: str) -> Actor:
    return SHOP if role == "owner" else Actor.of(getattr(cast, LOGINS[role]))


def told(cast, case: Referral, command: str, role: str, uid: str = "") -> Task:
    return give, (case.uid, order(command, case.version, uid, **form(cast, case, command)), actor(cast, role))


def possible(state: str) -> list[tuple[str, str]]:
    """Whatever a person may do in this state, by each who may; but merge, which takes a second case."""
    return [(command, role) for command, (_to, roles) in TABLE[state].items() for role in (*LOGINS, "owner")
            if role in roles and command != "merge"]


def how(outcomes: list[Outcome]) -> Counter:
    """What they came to; an error that no person is told is shown whole."""
    strange = [one for one in outcomes if one.how not in ("done", "Stale", "Invalid", "Conflict")]
    assert not strange, strange
    return Counter(one.how for one in outcomes)


def sound(case: Referral) -> Referral:
    """The case as it stands now: its offers and clocks fit its state, and each of its versions has an event."""
    case = Referral.get_by_id(case.uid)
    offers = Counter(offer.state for offer in Offer.select().where(Offer.referral == case))
    works = case.before if case.state == "on_hold" else case.state
    assert (offers["offered"], offers["accepted"]) == (case.state == "offered", works in RUNNING), (case.state, offers)
    steps = [event.facts for event in Event.of(case.uid) if "after" in event.facts]
    assert case.version == 1 + len(steps) and steps[-1]["after"] == case.state
    assert all(one["after"] == two["before"] for one, two in pairwise(steps))
    assert max(Counter(clock.kind for clock in Clock.open_of(case.uid)).values(), default=1) == 1
    return case


@pytest.mark.parametrize("state", ["offered", "matching", "accepted", "triaged", "on_hold"])
def test_of_commands_against_the_same_version_exactly_one_wins(cast, expert, crowd, state):
    """Whoever may do what in a state does it at once with all others; the losers are told that it is another one now."""
    chance, won = random.Random(1), 0
    for _round in range(6):
        case = case_in(cast, state)
        chosen = [*possible(state), *chance.choices(possible(state), k=AT_ONCE)][:AT_ONCE]
        chance.shuffle(chosen)
        outcomes = crowd.at_once([told(cast, case, *one) for one in chosen])
        assert how(outcomes) == {"done": 1, "Stale": AT_ONCE - 1}, outcomes
        after = sound(case)
        [(command, found)] = [(one[0], outcome.found) for one, outcome in zip(chosen, outcomes, strict=True) if outcome.how == "done"]
        goal = TABLE[state][command][0]
        assert found == (after.state, after.version) == (case.before if goal == BACK else goal, case.version + 1)
        steps = [event.kind for event in Event.of(case.uid) if "after" in event.facts]
        assert steps[-1] == f"referral.{command}"
        won += 1
    assert won == 6


@pytest.mark.parametrize(("state", "command", "role"), [
    ("matching", "offer", "coordinator"), ("offered", "accept", "expert"), ("offered", "refuse", "expert"),
    ("offered", "recall", "coordinator"), ("matching", "hold", "coordinator"), ("triaged", "note", "manager"),
    ("accepted", "schedule", "expert"), ("triaged", "withdraw", "owner")])
def test_an_order_that_comes_sixteen_times_is_carried_out_once(cast, crowd, state, command, role):
    """All get the same answer, although the expert's last place is gone when the second comes."""
    expert_of(cast, capacity=1)
    case, uid = case_in(cast, state), uuid7()
    outcomes = crowd.at_once([told(cast, case, command, role, uid)] * AT_ONCE)
    assert how(outcomes) == {"done": AT_ONCE} and len({one.found for one in outcomes}) == 1, outcomes
    after = sound(case)
    assert (after.version, outcomes[0].found) == (case.version + 1, (TABLE[state][command][0], case.version + 1))
    assert Given.select().where(Given.uid == uid).count() == 1
    assert Event.of(case.uid).where(Event.kind == f"referral.{command}").count() == 1


def test_one_id_for_two_commands_carries_out_one_of_them(cast, expert, crowd):
    """An id that was used for another command is refused as that, not as a stale one."""
    for _round in range(4):
        case, uid = case_in(cast, "offered"), uuid7()
        outcomes = crowd.at_once([told(cast, case, "accept", "expert", uid), told(cast, case, "refuse", "expert", uid)] * (AT_ONCE // 2))
        assert how(outcomes) == {"done": AT_ONCE // 2, "Conflict": AT_ONCE // 2}
        assert sound(case).state in ("accepted", "matching") and Given.select().where(Given.uid == uid).count() == 1


def test_the_last_place_is_given_once(cast, crowd):
    """Eight coordinators offer eight cases to one expert who can take one."""
    expert, cases = expert_of(cast, capacity=1), [case_in(cast, "matching") for _number in range(8)]
    for _round in range(8):
        cases = [Referral.get_by_id(case.uid) for case in cases]
        outcomes = crowd.at_once([told(cast, case, "offer", "coordinator") for case in cases])
        assert how(outcomes) == {"done": 1, "Invalid": 7}, outcomes
        assert all(list(one.found) == ["expert"] for one in outcomes if one.how == "Invalid")
        assert Offer.select().where(Offer.expert == expert, Offer.state == "offered").count() == 1
        [taken] = [case for case in cases if sound(case).state == "offered"]
        given(cast, taken, "recall", "coordinator")


def test_time_runs_out_while_the_expert_answers(cast, expert, crowd):
    """An acceptance, a refusal, a recall and the clock meet; whoever comes first, no offer is decided twice and nobody meets an error."""
    won: Counter[str] = Counter()
    later = now() + timedelta(days=20)
    for _round in range(8):
        cases = [case_in(cast, "offered") for _number in range(4)]
        commands = [("accept", "expert"), ("refuse", "expert"), ("recall", "coordinator")]
        tasks = [told(cast, case, *one) for case in cases for one in commands] + [(tick, (later,))] * 4
        outcomes = crowd.at_once(tasks)
        how(outcomes)
        for case in cases:
            [step] = [event for event in Event.of(case.uid) if event.facts.get("before") == "offered"]
            won[step.kind] += 1
            assert sound(case).version == case.version + 1
    assert sum(won.values()) == 32 and len(won) >= 2, won


def test_the_calendar_changes_while_commands_are_given(cast, expert, crowd):
    """Every open clock is counted anew while its case moves on; both are done."""
    day = date(2027, 3, 2)
    for number in range(2):
        cases = [case_in(cast, "offered") for _number in range(12)]
        closures: list[Task] = [(close_office, (day + timedelta(number * 7 + extra),)) for extra in range(4)]
        outcomes = crowd.at_once([told(cast, case, "accept", "expert") for case in cases] + closures)
        assert how(outcomes) == {"done": AT_ONCE}, outcomes
        for case in cases:
            assert (sound(case).due_at,) == (Clock.open_of(case.uid)[0].due_at,)


@pytest.mark.postgres
def test_all_of_it_on_postgresql(postgres_url):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "slow and not postgres", __file__, "-p", "no:cacheprovider", "--no-header"],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": postgres_url}, capture_output=True, text=True)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-6000:] + done.stderr[-2000:]
