"""Mail through a real SMTP server."""

import asyncio
from datetime import timedelta

import pytest

from fieldapp.database import at, now
from fieldapp.messages import Message, deliver_due, smtp
from tests.messages.conftest import MORNING, set_up
from tests.server import free_port


def later(**ago) -> Message:
    """What becomes of the only message when the worker comes again after so long."""
    with at(MORNING + timedelta(**ago)):
        deliver_due()
    return Message.get()


def test_a_mail_arrives_as_it_was_written(put, mailbox, morning):
    message = put("offer_recalled", language="en")
    assert deliver_due() == 1
    [mail] = mailbox.mails
    assert mailbox.addresses == ["kim@example.org"] and mail["From"] == "office@example.org" and mail["To"] == "kim@example.org"
    assert mail["Subject"] == message.text.title and mail.get_content().splitlines() == message.text.body.splitlines()
    assert mail["Message-ID"] == f"<{message.uid}@fieldapp>" and mail["X-Fieldapp-Attempt"] == "1"
    after = Message.get()
    assert (after.state, after.attempts, after.next_try_at, after.error) == ("delivered", 1, None, "") and after.delivered_at
    assert deliver_due() == 0 and len(mailbox.mails) == 1


def test_korean_survives_the_way(put, mailbox, morning):
    message = put()
    deliver_due()
    assert mailbox.mails[0]["Subject"] == message.text.title and "수락 또는 거절" in mailbox.mails[0].get_content()


def test_a_refusal_for_now_is_tried_again_under_the_same_name(put, mailbox, morning):
    put()
    mailbox.answers = ["451 the mailbox of kim@example.org is busy", "250 OK"]
    assert deliver_due() == 0
    waiting = Message.get()
    assert waiting.state == "failed_temporary" and waiting.error == "451 the mailbox of k***@example.org is busy"
    assert timedelta(seconds=50) < waiting.next_try_at - now() < timedelta(seconds=75)
    assert deliver_due() == 0 and Message.get().attempts == 1, "not before its time"
    assert later(minutes=2).state == "delivered"
    [mail] = mailbox.mails
    assert mail["X-Fieldapp-Attempt"] == "2" and mail["Message-ID"] == f"<{waiting.uid}@fieldapp>"


@pytest.mark.parametrize(("answers", "refused"), [(["550 no such user"], {}), ([], {"kim@example.org": "553 unknown <kim@example.org>"})])
def test_a_refusal_for_good_is_not_repeated(put, mailbox, morning, answers, refused):
    put()
    mailbox.answers, mailbox.refused = answers, refused
    deliver_due()
    failed = Message.get()
    assert failed.state == "failed_permanent" and failed.next_try_at is None and failed.error.startswith("55")
    assert "kim@" not in failed.error
    assert later(days=1).attempts == 1


@pytest.mark.parametrize("address", ["kim@example.org\nBcc: all@example.org", "김@가상.한국", "no address", "a" * 200, "@",
                                     "kim@example.org, lee@example.org", "<kim@example.org>", "kim@example.org\r\nDATA"])
def test_what_is_no_address_is_not_sent_to(put, mailbox, morning, address):
    odd = put(address=address)
    put()
    assert deliver_due() == 1 and mailbox.addresses == ["kim@example.org"]
    assert (Message.get_by_id(odd.uid).state, Message.get_by_id(odd.uid).error) == ("failed_permanent", "not an address")


def test_one_that_is_refused_does_not_hold_up_the_others(put, mailbox, morning):
    for number in range(5):
        put(address=f"someone{number}@example.org")
    mailbox.refused = {"someone1@example.org": "550 no", "someone3@example.org": "450 later"}
    assert deliver_due() == 3


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:{port}", "smtps://127.0.0.1:{port}", "smtp://127.0.0.1:{port}?starttls=1"])
def test_where_no_one_listens_one_message_knocks_and_the_rest_waits(app, put, morning, url):
    set_up(app, smtp_url=url.format(port=free_port()), mail_from="office@example.org")
    for _ in range(3):
        put()
    assert deliver_due() == 0
    assert sorted(message.state for message in Message.select()) == ["created", "created", "failed_temporary"]


def test_a_password_that_is_refused_or_no_encryption_is_the_gateways_trouble(app, put, mailbox, morning):
    for url in (mailbox.url.replace("//", "//user:p%40ss@"), f"{mailbox.url}?starttls=1"):
        set_up(app, smtp_url=url)
        Message.delete().execute()
        put()
        deliver_due()
        assert Message.get().state == "failed_temporary" and not mailbox.mails


def test_a_server_that_stalls_is_left_after_the_timeout(put, mailbox, morning, monkeypatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    put()

    async def stall():
        await asyncio.sleep(1)

    mailbox.stall = stall
    assert deliver_due() == 0
    assert Message.get().state == "failed_temporary" and "timed out" in Message.get().error
    mailbox.stall = None
    assert later(minutes=2).state == "delivered"


def test_without_a_gateway_mail_waits(app, put, morning):
    put()
    assert deliver_due() == 0
    assert (Message.get().state, Message.get().attempts) == ("created", 0)
