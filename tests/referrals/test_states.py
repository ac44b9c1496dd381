"""The table: every state, every command, every role is tried; what it allows moves, all else is refused and changes nothing."""

from collections import defaultdict

import pytest

from fieldapp.database import writing
from fieldapp.events import Event, event
from fieldapp.people import ROLES
from fieldapp.referrals import ENDS, LIVE, NEXT, STATES, Actor, Referral, Refused
from fieldapp.referrals.orders import _acts
from fieldapp.referrals.states import BACK, CLOCK, COMMANDS, CONSENT, OWNER, QUEUED, TABLE, VISIT, commands_for
from tests.recording import recorded

EVERYONE = (*ROLES, OWNER, CLOCK, VISIT, CONSENT)
BY_TIME = {"expire", "aftercare", "redraft"}  # no person gives these
EVERY_COMMAND = (*COMMANDS, "dance", "")


@pytest.fixture
def referral(cast, visit_form) -> Referral:
    recorded(cast.changdong, visit_form | {"refer.field": "legal"})
    return Referral.get()


@pytest.fixture(autouse=True)
def the_table_alone(monkeypatch):
    """Who listens expects what real commands tell; here only the table speaks."""
    monkeypatch.setattr(event, "_subscribers", defaultdict(list))


def put(referral: Referral, state: str) -> Referral:
    Referral.update(state=state, before="matching").where(Referral.uid == referral.uid).execute()
    return Referral.get_by_id(referral.uid)


def goal(state: str, command: str) -> str:
    to = TABLE[state][command][0]
    return "matching" if to == BACK else to


def test_the_table_names_only_what_has_a_name():
    assert set(TABLE) == set(STATES) == set(LIVE) | set(ENDS)
    assert {command for steps in TABLE.values() for command in steps} == set(COMMANDS)
    assert {to for steps in TABLE.values() for to, _roles in steps.values()} <= {*STATES, BACK}
    assert {role for steps in TABLE.values() for _to, roles in steps.values() for role in roles} <= set(EVERYONE)


def test_every_command_of_a_person_has_its_act():
    assert set(_acts) | BY_TIME == set(COMMANDS)


def test_every_state_can_be_reached_from_a_draft():
    reached = {"draft"}
    while more := {to for state in reached for to, _roles in TABLE[state].values() if to != BACK} - reached:
        reached |= more
    assert reached == set(STATES)


def test_only_the_ends_may_end():
    """Every live state leads on to another; every end but the merged and the discarded can be opened again."""
    for state in LIVE:
        assert {to for to, _roles in TABLE[state].values()} - {state, "withdrawn", "cancelled"}, state
    assert {state for state in ENDS if "reopen" in TABLE[state]} == {"closed", "declined", "withdrawn", "cancelled"}


def test_what_comes_next_is_possible_for_someone_at_the_desk():
    for state, command in NEXT.items():
        assert set(TABLE[state][command][1]) & {"coordinator", "supervisor"}, state
        role = "coordinator" if "coordinator" in TABLE[state][command][1] else "supervisor"
        assert commands_for(state, role)[0] == command
    assert set(QUEUED) - set(NEXT) == {"completed"}  # which time leads on


@pytest.mark.parametrize("state", STATES)
def test_every_command_by_every_role(referral, cast, state):
    tried = 0
    for command in EVERY_COMMAND:
        allowed = TABLE[state].get(command, ("", ()))[1]
        standing, events = put(referral, state), Event.select().count()
        for role in set(EVERYONE) - set(allowed):
            with pytest.raises(Refused) as refusal, writing():
                standing.move(command, Actor(role, "someone"))
            assert str(refusal.value.message), (command, role)
            tried += 1
        after = Referral.get_by_id(referral.uid)
        assert (after.state, after.version, Event.select().count()) == (state, standing.version, events), command
        for role in allowed:
            standing = put(referral, state)
            with writing():
                standing.move(command, Actor(role, "someone"))
            after = Referral.get_by_id(referral.uid)
            assert (after.state, after.version) == (goal(state, command), standing.version), (command, role)
            told = list(Event.select().where(Event.kind == f"referral.{command}", Event.subject == referral.uid))
            assert {"before": state, "after": after.state}.items() <= told[-1].facts.items()
            Event.delete().execute()
            tried += 1
    assert tried == len(EVERY_COMMAND) * len(EVERYONE)


def test_a_state_of_next_year_takes_no_command(referral):
    standing = put(referral, "a state of next year")
    with pytest.raises(Refused), writing():
        standing.move("triage", Actor("coordinator", "someone"))
