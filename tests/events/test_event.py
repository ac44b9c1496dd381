import ast
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from fieldapp import events
from fieldapp.database import now, writing
from fieldapp.events import Event
from fieldapp.zones import Zone

PACKAGE = Path(events.__file__).resolve().parent.parent

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def heard(monkeypatch) -> list[Event]:
    """What a subscriber of `tested` hears, for the time of the test."""
    found: list[Event] = []
    monkeypatch.setitem(events.event._subscribers, "tested", [found.append])
    return found


def test_an_event_says_what_happened_to_whom_by_whom():
    with writing():
        event = events.record("tested", "subject", by="person", reason="까닭", count=3)
    kept = Event.get()
    assert kept == event and (kept.kind, kept.subject, kept.person) == ("tested", "subject", "person")
    assert kept.facts == {"reason": "까닭", "count": 3} and "까닭" in kept.data


def test_an_event_belongs_in_the_transaction_of_its_change():
    with pytest.raises(RuntimeError):
        events.record("tested", "subject")
    assert Event.select().count() == 0


def test_it_is_gone_with_its_change():
    with pytest.raises(ValueError), writing():
        Zone.create(name_ko="가람권역")
        events.record("tested", "subject")
        raise ValueError
    assert Event.select().count() == Zone.select().count() == 0


def test_subscribers_hear_it_in_the_same_transaction(heard):
    with pytest.raises(ValueError), writing():
        event = events.record("tested", "subject")
        assert heard == [event]
        raise ValueError
    assert Event.select().count() == 0


def test_a_subscriber_that_fails_undoes_the_change(monkeypatch):
    def fails(event):
        raise ValueError

    monkeypatch.setitem(events.event._subscribers, "tested", [fails])
    with pytest.raises(ValueError), writing():
        Zone.create(name_ko="가람권역")
        events.record("tested", "subject")
    assert Event.select().count() == Zone.select().count() == 0


def test_a_subscriber_hears_only_what_it_asked_for(heard):
    with writing():
        events.record("other", "subject")
    assert heard == []


def test_who_subscribes_is_called_once_for_each_event(monkeypatch):
    calls: list[str] = []
    monkeypatch.setattr(events.event, "_subscribers", defaultdict(list))
    events.subscribe("tested", lambda event: calls.append(event.subject))
    with writing():
        for subject in "가나":
            events.record("tested", subject)
    assert calls == ["가", "나"]


def test_history_is_told_from_the_beginning():
    start = now()
    for minute, subject in enumerate(("가", "나", "가", "다")):
        with time_machine.travel(start + timedelta(minutes=minute)), writing():
            events.record("tested", subject, minute=minute)
    assert [event.facts["minute"] for event in Event.of("가")] == [0, 2]
    assert [event.facts["minute"] for event in Event.of("다", "가")] == [0, 2, 3]
    assert list(Event.of("라")) == []


def test_events_of_the_same_moment_keep_their_order():
    with writing(), time_machine.travel(now(), tick=False):
        made = [events.record("tested", "가", number=number).uid for number in range(2)]
    assert {event.uid for event in Event.of("가")} == set(made)


@pytest.mark.parametrize("name", ["Event", "AccessLog"])
def test_nothing_in_the_house_changes_or_deletes_history(name):
    """Whatever is done to the table is asked of its class, so that is where it would show."""
    forbidden = {"update", "delete", "delete_by_id", "replace", "replace_many", "set_by_id", "bulk_update", "truncate_table", "drop_table",
                 "delete_instance"}
    found = [f"{file.name}:{node.lineno}" for file in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))
             if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in (name, "cls")
             and node.attr in forbidden and (node.value.id == name or file.parent.name == "events")]
    assert not found
