"""Real workers in processes of their own: killed in the middle, two at once, beside a gateway that stalls."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest

from fieldapp.config import HOME, Config
from fieldapp.database import at
from fieldapp.messages import Message, deliver_due
from tests.messages.conftest import MORNING

pytestmark = pytest.mark.slow
BEFORE = MORNING - timedelta(minutes=10)


@pytest.fixture
def worker(app):
    """`worker()` starts one with the office's settings; all are gone afterwards."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-m", "tests.messages.work"], cwd=HOME, env=environment(app.config["SETTINGS"]))
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait(10)


def environment(settings: Config) -> dict[str, str]:
    return {**os.environ, "FIELDAPP_DATA": str(settings.data), "DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key,
            "SMTP_URL": settings.smtp_url, "MAIL_FROM": settings.mail_from, "TEXT_WEBHOOK_URL": settings.text_webhook_url,
            "TEXT_WEBHOOK_SECRET": settings.text_webhook_secret}


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def states() -> Counter:
    return Counter(message.state for message in Message.select(Message.state))


class Stall:
    """Holds up a mail server in DATA from its `nth` mail on, until `over`."""

    def __init__(self, nth: int):
        self.left, self.began, self.over = nth, False, False

    async def __call__(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.began = True
            while not self.over:
                await asyncio.sleep(0.02)


def test_a_worker_killed_in_the_middle_loses_nothing(put, mailbox, worker):
    with at(BEFORE):
        uids = [put().uid for _ in range(20)]
    mailbox.stall = stall = Stall(6)
    killed = worker()
    until(lambda: stall.began)
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    assert states() == {"delivered": 5, "sending": 1, "created": 14}
    stall.over = True
    worker()
    until(lambda: states() == {"delivered": 19, "sending": 1})
    with at(MORNING + timedelta(minutes=6)):
        assert deliver_due() == 1
    times = Counter(mailbox.ids)
    assert times.keys() == {f"<{uid}@fieldapp>" for uid in uids}
    assert max(times.values()) <= 2 and sum(times.values()) <= 21


def test_two_workers_send_each_message_once(put, mailbox, worker):
    with at(BEFORE):
        uids = [put().uid for _ in range(50)]

    async def slowly() -> None:
        await asyncio.sleep(0.02)

    mailbox.stall = slowly
    both = [worker(), worker()]
    until(lambda: states() == {"delivered": 50})
    for process in both:
        process.terminate()
    assert [process.wait(20) for process in both] == [0, 0]
    assert sorted(mailbox.ids) == sorted(f"<{uid}@fieldapp>" for uid in uids)
    assert {message.attempts for message in Message.select()} == {1}


def test_texts_go_out_while_the_mail_server_stalls_and_a_stopped_worker_ends_what_it_began(put, mailbox, hook, worker):
    with at(BEFORE):
        for _ in range(3):
            put()
            put("received", "text")
    mailbox.stall = stall = Stall(1)
    process = worker()
    until(lambda: stall.began and len(hook.posts) == 3)
    process.terminate()
    time.sleep(0.3)
    assert process.poll() is None, "a mail is under way"
    stall.over = True
    assert process.wait(20) == 0
    assert states()["sending"] == 0 and len(mailbox.mails) == len(set(mailbox.ids)) >= 1
