"""Text messages to a real web server."""

import hashlib
import hmac
from datetime import timedelta

import pytest

from fieldapp.database import at, now
from fieldapp.messages import Message, deliver_due, webhook
from tests.messages.conftest import MORNING, set_up
from tests.server import free_port


def test_a_text_is_posted_signed_and_by_name(put, hook, morning):
    message = put("offer_recalled", "text", language="en")
    assert deliver_due() == 1
    [(headers, said)] = hook.posts
    assert said == {"id": message.uid, "to": "010-1234-5678", "template": "offer_recalled", "language": "en",
                    "text": f"{message.text.title}\n{message.text.body}"}
    assert headers["Idempotency-Key"] == message.uid and headers["X-Fieldapp-Attempt"] == "1"
    assert headers["X-Fieldapp-Signature"] == hmac.new(b"secret between us", hook.bodies[0], hashlib.sha256).hexdigest()
    assert Message.get().state == "delivered"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again_under_the_same_name(put, hook, morning, status):
    message = put("received", "text")
    hook.answers = [(status, {})]
    deliver_due()
    assert Message.get().state == "failed_temporary" and Message.get().error == f"HTTP {status}"
    with at(MORNING + timedelta(minutes=2)):
        assert deliver_due() == 1
    assert [headers["Idempotency-Key"] for headers, _said in hook.posts] == [message.uid] * 2
    assert [headers["X-Fieldapp-Attempt"] for headers, _said in hook.posts] == ["1", "2"]


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410, 422])
def test_what_will_not_pass_is_not_repeated(put, hook, morning, status):
    put("received", "text")
    hook.answers = [(status, {"Location": "http://127.0.0.1:9/"})]
    deliver_due()
    assert Message.get().state == "failed_permanent" and Message.get().error == f"HTTP {status}"
    with at(MORNING + timedelta(hours=5)):
        deliver_due()
    assert len(hook.posts) == 1


@pytest.mark.parametrize(("told", "wait"), [
    ("1200", 1200), ("1", 60), ("Wed, 21 Oct 2026 07:28:00 GMT", 60), ("-5", 60), ("٣", 60), ("", 60)])
def test_a_gateway_may_say_when_to_come_back(put, hook, morning, told, wait):
    put("received", "text")
    hook.answers = [(429, {"Retry-After": told.encode().decode("latin-1")})]
    deliver_due()
    assert 0.9 * wait <= (Message.get().next_try_at - now()).total_seconds() <= 1.3 * wait


def test_the_longest_wait_is_a_day(put, hook, morning):
    put("received", "text")
    hook.answers = [(503, {"Retry-After": "9" * 30})]
    deliver_due()
    assert timedelta(hours=23) < Message.get().next_try_at - now() <= timedelta(hours=24)


def test_a_gateway_that_stalls_costs_one_message_a_turn_and_loses_none(put, hook, morning, monkeypatch):
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    for _ in range(3):
        put("received", "text")
    hook.stall = True
    assert deliver_due() == 0
    assert sum(message.attempts for message in Message.select()) == 1
    hook.stall = False
    with at(MORNING + timedelta(minutes=2)):
        assert deliver_due() == 3


def test_where_no_one_listens_it_waits(app, put, morning):
    set_up(app, text_webhook_url=f"http://127.0.0.1:{free_port()}", text_webhook_secret="s")
    put("received", "text")
    deliver_due()
    assert Message.get().state == "failed_temporary"


@pytest.mark.parametrize("settings", [{}, {"text_webhook_url": "http://127.0.0.1:9"}, {"text_webhook_secret": "s"}])
def test_without_address_and_secret_texts_wait(app, put, morning, settings):
    set_up(app, **settings)
    put("received", "text")
    assert deliver_due() == 0 and Message.get().attempts == 0
