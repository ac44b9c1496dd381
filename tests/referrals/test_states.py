import pytest

from fieldapp.database import writing
from fieldapp.errors import Conflict
from fieldapp.events import Event
from fieldapp.referrals import STATES, Referral
from fieldapp.referrals.states import BEFORE_TRIAGE, COMMANDS, QUEUED
from tests.recording import recorded

EVERY_COMMAND = sorted({command for _state, command in COMMANDS} | {"dance", ""})


@pytest.fixture
def referral(cast, visit_form) -> Referral:
    recorded(cast.changdong, visit_form | {"refer.field": "legal"})
    return Referral.get()


def put(referral: Referral, state: str) -> Referral:
    Referral.update(state=state).where(Referral.uid == referral.uid).execute()
    return Referral.get_by_id(referral.uid)


def test_the_table_names_only_states_that_have_a_name():
    named = {state for state, _command in COMMANDS} | set(COMMANDS.values()) | set(BEFORE_TRIAGE) | set(QUEUED)
    assert named == set(STATES)


def test_every_state_can_be_reached_from_a_draft():
    reached = {"draft"}
    while more := {after for (before, _command), after in COMMANDS.items() if before in reached} - reached:
        reached |= more
    assert reached == set(STATES)


def test_every_step_of_the_table_is_taken_with_an_event_that_tells_it(referral, cast):
    for (before, command), after in COMMANDS.items():
        standing = put(referral, before)
        with writing():
            standing.move(command, cast.changdong.uid)
        now = Referral.get_by_id(referral.uid)
        assert (now.state, now.version) == (after, standing.version)
        event = list(Event.of(referral.uid))[-1]
        assert (event.kind, event.person) == (f"referral.{command}", cast.changdong.uid)
        assert event.facts == {"before": before, "after": after}


def test_every_command_that_is_not_in_the_table_is_a_conflict_and_changes_nothing(referral, cast):
    tried = 0
    for state in (*STATES, "a state of next year"):
        for command in EVERY_COMMAND:
            if (state, command) in COMMANDS:
                continue
            before = put(referral, state)
            events = Event.select().count()
            with pytest.raises(Conflict), writing():
                Referral.get_by_id(referral.uid).move(command, cast.changdong.uid)
            after = Referral.get_by_id(referral.uid)
            assert (after.state, after.version, Event.select().count()) == (state, before.version, events), (state, command)
            tried += 1
    assert tried == (len(STATES) + 1) * len(EVERY_COMMAND) - len(COMMANDS)
