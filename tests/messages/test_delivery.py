"""What happens between the table and the gateways: claims, leases, waits, and the hours that are kept."""

import socket
from datetime import timedelta

import pytest

from fieldapp.database import at, now, writing
from fieldapp.events import Event
from fieldapp.messages import TEXT, Message, deliver_due
from fieldapp.messages.delivery import FEWEST, LEASE, PATIENCE, claim, finish
from fieldapp.messages.gateway import NotNow
from tests.messages.conftest import MORNING, set_up
from tests.server import free_port


def test_a_message_is_claimed_by_one(put, morning):
    put()
    mine, theirs = Message.get(), Message.get()
    assert claim(mine) and not claim(theirs)
    held = Message.get()
    assert (held.state, held.attempts) == ("sending", 1) and held.claimed_at


def test_a_claim_holds_for_a_lease_and_then_it_is_anyones(put, mailbox, morning):
    message = put()
    assert claim(Message.get())
    with at(MORNING + LEASE - timedelta(minutes=1)):
        assert deliver_due() == 0
    with at(MORNING + LEASE + timedelta(seconds=5)):
        assert deliver_due() == 1
    assert mailbox.ids == [f"<{message.uid}@fieldapp>"] and Message.get().attempts == 2


def test_a_worker_whose_lease_is_over_writes_nothing_over_the_others_answer(put, mailbox, morning):
    put()
    late = Message.get()
    assert claim(late)
    with at(MORNING + LEASE + timedelta(seconds=5)):
        deliver_due()
        finish(late, NotNow("I was asleep"))
    assert Message.get().state == "delivered"


def test_it_waits_longer_each_time_and_gives_up_after_two_days(app, put, morning):
    set_up(app, text_webhook_url=f"http://127.0.0.1:{free_port()}", text_webhook_secret="s")
    put("received", "text", subject="case")
    waits, moment = [], MORNING
    while Message.get().next_try_at:
        moment = max(moment, Message.get().next_try_at + timedelta(seconds=2))
        with at(moment):
            deliver_due()
            after = Message.get()
            waits.append((after.next_try_at - now()).total_seconds() / 60 if after.next_try_at else 0)
    assert after.state == "failed_permanent" and after.attempts >= FEWEST
    assert timedelta() <= moment - MORNING - PATIENCE < timedelta(hours=14)
    assert [1 <= waits[0] < 1.3, 5 <= waits[1] < 6.2, 30 <= waits[2] < 37, 120 <= waits[3] < 145] == [True] * 4
    assert len(set(waits)) == len(waits), "workers don't come back in step"
    [event] = Event.select().where(Event.kind == "message.failed")
    assert event.subject == "case" and event.facts["attempts"] == after.attempts


def test_no_retry_and_no_late_worker_breaks_the_quiet_hours(put, mailbox, hook, morning):
    put()
    put("received", "text")
    with at(MORNING.replace(hour=18, minute=30)):
        assert deliver_due() == 1 and not mailbox.mails and len(hook.posts) == 1, "texts go until eight"
    with at(MORNING.replace(day=28)):  # a Saturday
        assert deliver_due() == 0
    with at(MORNING.replace(day=30, hour=9, minute=1)):
        assert deliver_due() == 1


def test_a_failed_evening_is_tried_again_in_the_morning(put, hook, morning):
    put("received", "text")
    hook.answers = [(503, {"Retry-After": "3600"})]
    with at(MORNING.replace(hour=19, minute=30)):
        deliver_due()
    assert Message.get().next_try_at == MORNING.replace(day=25, hour=9)


def test_a_gateway_that_is_dead_holds_up_nothing_but_itself(app, put, hook, morning):
    set_up(app, smtp_url=f"smtp://127.0.0.1:{free_port()}", mail_from="office@example.org")
    for _ in range(5):
        put()
        put("received", "text")
    assert deliver_due() == 5 and len(hook.posts) == 5
    assert sum(message.attempts for message in Message.select().where(Message.channel != TEXT)) == 1


def test_what_waited_for_a_week_is_not_sent_by_surprise_but_by_hand(put, mailbox, morning, cast):
    with at(MORNING - timedelta(days=8)):
        put()
    with at(MORNING - timedelta(days=6)):
        put()
    assert deliver_due() == 1
    old = Message.get(Message.state != "delivered")
    assert (old.state, old.error) == ("failed_permanent", "it had waited too long")
    with writing():
        old.retry(cast.coordinator.uid)
    assert deliver_due() == 1


def test_a_text_that_breaks_is_its_own_failure(put, mailbox, morning):
    broken = put()
    Message.update(facts="{}").execute()
    put()
    assert deliver_due() == 1
    assert (Message.get_by_id(broken.uid).state, Message.get_by_id(broken.uid).error) == ("failed_permanent", "UndefinedError")


def test_as_many_as_asked_and_the_longest_due_first(put, mailbox, morning):
    first = [put().uid for _ in range(3)]
    assert deliver_due(limit=2) == 2 and mailbox.ids == [f"<{uid}@fieldapp>" for uid in first[:2]]


def test_what_was_sent_is_noted_without_the_address(put, mailbox, morning):
    message = put(subject="case")
    deliver_due()
    event = Event.get(Event.kind == "message.delivered")
    assert event.subject == "case"
    assert event.facts == {"message": message.uid, "template": "offer", "channel": "mail", "attempts": 1}


def test_a_turn_takes_few_queries(put, mailbox, morning, queries):
    for _ in range(4):
        put()
    deliver_due(limit=1)
    with queries:
        deliver_due(limit=1)
    one = queries.count
    with queries:
        deliver_due(limit=2)
    assert (one, queries.count) == (5, 8), "each message costs a claim, a result and its event"


@pytest.fixture
def dead_gateways(app):
    set_up(app, smtp_url=f"smtp://127.0.0.1:{free_port()}", mail_from="office@example.org",
           text_webhook_url=f"http://127.0.0.1:{free_port()}", text_webhook_secret="s")


def test_no_page_and_no_put_opens_a_connection(as_, put, morning, dead_gateways, monkeypatch):
    message = put()
    Message.update(state="failed_permanent", next_try_at=None).execute()
    client, opened = as_("coordinator"), []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: opened.append(address))
    monkeypatch.setattr(socket, "create_connection", lambda address, *_, **__: opened.append(address))
    put("received", "text")
    assert client.post(f"/messages/{message.uid}/retry").status_code == 303
    assert client.get("/messages").status_code == 200
    assert opened == []


def test_a_message_goes_back_with_its_transaction(put, morning):
    with pytest.raises(ZeroDivisionError), writing():
        put()
        raise ZeroDivisionError
    assert deliver_due() == 0 and not Message.select().exists()
