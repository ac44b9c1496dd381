from datetime import datetime

import pytest
import time_machine

from fieldapp.database import SEOUL
from fieldapp.events import Event


def seoul(text: str) -> datetime:
    """A moment in the office's time: `seoul("2026-09-23 16:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.fixture
def clock_at():
    """`clock_at("2026-09-23 16:00")` sets the time of day in Seoul, until the test ends or sets another."""
    running: list = []

    def travel(text: str) -> datetime:
        while running:
            running.pop().stop()
        running.append(time_machine.travel(seoul(text), tick=False))
        running[0].start()
        return seoul(text)

    yield travel
    while running:
        running.pop().stop()


@pytest.fixture
def happened(database):
    """The events of these kinds so far, in order."""
    def find(*kinds: str) -> list[Event]:
        return list(Event.select().where(Event.kind.in_(kinds)).order_by(Event.created_at, Event.uid))

    return find
