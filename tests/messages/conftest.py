from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from fieldapp.database import SEOUL, at, now, writing
from fieldapp.messages import MAIL, TEXT, Message
from tests.messages.gateways import mail_server, text_server

MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=SEOUL)  # a Tuesday
LINK = {"purpose": "offer", "uid": "01900000-0000-7000-8000-000000000001", "stamp": "1", "path": "/o/"}
ADDRESSES = {MAIL: "kim@example.org", TEXT: "010-1234-5678"}

_keys = count(1)


@pytest.fixture
def morning():
    """Everything happens from ten o'clock of a working day on."""
    with at(MORNING):
        yield MORNING


@pytest.fixture
def put(database):
    """`put()` keeps an offer by mail; `put(channel="text", key="…", language="en", template="received")`."""
    def keep(template: str = "offer", channel: str = MAIL, **more):
        facts: dict[str, Any] = {"key": f"key:{next(_keys)}", "address": ADDRESSES[channel], "number": "R-0231", "link": LINK,
                 "until": now() + timedelta(days=2), "at": now() + timedelta(days=3), "clock": "receipt"}
        with writing():
            return Message.put(template, channel, **(facts | more))

    return keep


def set_up(app, **settings) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **settings)


@pytest.fixture
def mailbox(app):
    """A mail server that the office knows."""
    with mail_server() as box:
        set_up(app, smtp_url=box.url, mail_from="office@example.org")
        yield box


@pytest.fixture
def hook(app):
    """A gateway for texts that the office knows."""
    with text_server() as hook:
        set_up(app, text_webhook_url=hook.url, text_webhook_secret="secret between us")
        yield hook
