from datetime import datetime, timedelta
from itertools import count

import pytest

from fieldapp.database import SEOUL, at, now, writing
from fieldapp.messages import MAIL, TEXT, Message

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
        facts = {"key": f"key:{next(_keys)}", "address": ADDRESSES[channel], "number": "R-0231", "link": LINK,
                 "until": now() + timedelta(days=2), "at": now() + timedelta(days=3), "clock": "receipt"}
        with writing():
            return Message.put(template, channel, **(facts | more))

    return keep
