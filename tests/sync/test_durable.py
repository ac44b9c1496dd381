"""Durable before it is said: the calls of the real server, in order, up to the moment it answers."""

import pytest

from fieldapp.database import db
from tests.conftest import frozen
from tests.recorder import Call, Recording, strace
from tests.storm import sha256, small_photo
from tests.sync.conftest import Caller

SYNCS = ("fsync", "fdatasync")
BODY = small_photo(1)


@pytest.fixture(scope="session")
def tracer() -> None:
    """Skips where no tracer is to be had."""
    if not strace():
        pytest.skip("no strace")


def before_the_answer(calls: list[Call]) -> list[Call]:
    """What the thread that answered has done until then; writes to the log are no part of it."""
    [answer] = [call for call in calls if call.name == "sendto" and "HTTP/1.1 200" in call.about]
    return [call for call in calls[: calls.index(answer)] if call.thread == answer.thread]


def is_synced_since_written(calls: list[Call], part: str) -> bool:
    """Whether a file with `part` in its path was written, and brought to the disk after the last write."""
    writes = [index for index, call in enumerate(calls) if "write" in call.name and part in call.about]
    syncs = [index for index, call in enumerate(calls) if call.name in SYNCS and part in call.about and call.about.endswith("= 0")]
    return bool(writes and syncs) and syncs[-1] > writes[-1]


def recorded(office, folder) -> tuple[list[Call], list[Call]]:
    """What was done for a record, and for its photo."""
    caller = Caller(office)
    form = {"shop": office.cast.shop.uid, "outcome": "met", "photo": [sha256(BODY)]}
    with Recording(office.server, folder / "record.calls") as record:
        assert caller.send(frozen(office.cast.changdong, form))[0]["answer"] == "created"
    with Recording(office.server, folder / "photo.calls") as photo:
        assert caller.put(sha256(BODY), BODY).status == 200
    return before_the_answer(record.calls), before_the_answer(photo.calls)


@pytest.mark.slow
@pytest.mark.sqlite
def test_what_was_acknowledged_had_been_brought_to_the_disk(office, tracer, tmp_path):
    record, photo = recorded(office, tmp_path)
    assert is_synced_since_written(record, "fieldapp.db"), record
    assert is_synced_since_written(photo, "/photos/") and is_synced_since_written(photo, "fieldapp.db"), photo
    kinds = [kind(call) for call in photo if kind(call)]
    first_row = kinds.index("row")
    assert kinds[:first_row] == ["folder", "folder", "write", "sync", "rename", "write", "sync", "rename", "folder"], kinds
    assert kinds.count("sync") == kinds.count("rename") == 2


def kind(call: Call) -> str:
    if "fieldapp.db" in call.about:
        return "row"
    if call.name in SYNCS:
        return "sync" if ".new-" in call.about else "folder"
    if ".new-" in call.about:
        return "rename" if call.name.startswith("rename") else "write"
    return ""


@pytest.mark.sqlite
def test_every_connection_asks_for_it(database):
    mode, synchronous = (db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))
    assert mode in ("wal", "delete") and synchronous == 2
