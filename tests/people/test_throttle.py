from datetime import timedelta

import pytest
import time_machine

from fieldapp.database import now
from fieldapp.errors import TooMany
from fieldapp.people import Attempt, limit_sending, throttle

pytestmark = pytest.mark.usefixtures("database")


def fail(key: str, times: int = 1) -> None:
    for _turn in range(times):
        Attempt.begin({key: 1000})


def wait(key: str, limit: int) -> int:
    """The seconds that `key` is told to wait; 0 where it may go on."""
    try:
        Attempt.check(key, limit)
    except TooMany as problem:
        assert problem.status == 429 and problem.retry_after
        return problem.retry_after
    return 0


def test_up_to_the_limit_nothing_is_said():
    fail("가", 4)
    assert wait("가", 5) == 0 and wait("나", 1) == 0
    fail("가")
    assert 890 < wait("가", 5) <= 900 and wait("나", 1) == 0


def test_the_window_slides_the_wait_ends_when_the_oldest_failure_that_counts_does():
    start = now()
    for minute in range(6):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            fail("가")
    with time_machine.travel(start + timedelta(minutes=10), tick=False):
        assert wait("가", 5) == 6 * 60, "the second of six, which is the fifth from the end, was in minute 1"
    with time_machine.travel(start + timedelta(minutes=15, seconds=59), tick=False):
        assert wait("가", 5) == 1
    with time_machine.travel(start + timedelta(minutes=16, seconds=1), tick=False):
        assert wait("가", 5) == 0


def test_one_failure_counts_for_each_key_and_is_forgotten_for_one():
    Attempt.begin({"가": 5, "나": 5})
    assert wait("가", 1) and wait("나", 1)
    Attempt.forget("가")
    assert not wait("가", 1) and wait("나", 1)


def test_what_is_out_of_the_window_is_cleared_away():
    fail("가", 3)
    with time_machine.travel(now() + timedelta(minutes=16)):
        fail("나")
        assert Attempt.select().count() == 1


def test_keys_are_told_apart_only_by_whoever_has_the_secret(app):
    fail("가")
    key = Attempt.get().key
    app.config["SECRET_KEY"] = "another"
    fail("가")
    assert "가" not in key and Attempt.select().where(Attempt.key == key).count() == 1 and not wait("가", 2)


def test_sending_is_limited_by_person_and_goes_on_when_the_window_has_slid(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(throttle, "monotonic", lambda: clock[0])
    throttle._sent.clear()
    for _turn in range(3):
        limit_sending("가", 3)
        clock[0] += 10
    with pytest.raises(TooMany) as told:
        limit_sending("가", 3)
    assert told.value.retry_after == 270, "300 seconds after the first"
    limit_sending("나", 3)
    clock[0] = 1300.5
    limit_sending("가", 3)
    with pytest.raises(TooMany):
        limit_sending("가", 3)
    throttle._sent.clear()
