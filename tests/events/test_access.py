import logging
import threading

import peewee
import pytest
from flask import g

from fieldapp.database import Sqlite, db, uuid7
from fieldapp.errors import Busy
from fieldapp.events import AccessLog, access, accessed


@pytest.fixture(autouse=True)
def looking(app, cast):
    """감독 looks at a page; nothing waits from before, and nothing is left behind."""
    access._waiting.clear()
    with app.test_request_context("/visits?zone=1&page=2", environ_base={"REMOTE_ADDR": "192.0.2.9"}):
        g.person = cast.supervisor
        yield
    access._waiting.clear()


@pytest.fixture
def broken(monkeypatch):
    """`broken(error)` makes each write of the log fail with it, until the test's end or `monkeypatch.undo()`."""
    def breaks(error: Exception) -> None:
        def fails(rows):
            raise error
        monkeypatch.setattr(AccessLog, "insert_many", fails)
    return breaks


def test_a_row_says_who_did_what_with_whose_data_when_and_from_where(cast):
    accessed("visit.see", [cast.shop.uid, cast.neighbour.uid, cast.shop.uid])
    row = AccessLog.get()
    assert (row.person, row.verb, row.path, row.address) == (cast.supervisor.uid, "visit.see", "/visits?zone=1&page=2", "192.0.2.9")
    assert (row.shops, row.count) == (sorted([cast.shop.uid, cast.neighbour.uid]), 2)
    assert row.created_at and not access._waiting


def test_a_long_address_is_cut(app, cast):
    with app.test_request_context("/visits?" + "가" * 400):
        g.person = cast.supervisor
        accessed("visit.see", [])
    assert len(AccessLog.get().path) == 300


@pytest.mark.parametrize("error", [
    peewee.OperationalError("database or disk is full"), peewee.OperationalError("attempt to write a readonly database"),
    peewee.OperationalError("database is locked"), OSError(28, "No space left on device"), Busy()])
def test_a_read_goes_on_while_the_disk_takes_no_write_and_the_row_lands_later(cast, broken, monkeypatch, caplog, error):
    broken(error)
    with caplog.at_level(logging.WARNING, "fieldapp.access"):
        accessed("visit.see", [cast.shop.uid])
        accessed("shop.see", [cast.neighbour.uid])
    assert AccessLog.select().count() == 0
    assert cast.shop.uid in caplog.text and cast.neighbour.uid in caplog.text, "it stands in the log of the process at once"
    monkeypatch.undo()
    accessed("map.see", [])
    rows = list(AccessLog.select().order_by(AccessLog.created_at))
    assert [row.verb for row in rows] == ["visit.see", "shop.see", "map.see"] and not access._waiting
    assert rows[0].created_at < rows[2].created_at, "with the time at which it was looked at"


@pytest.mark.sqlite
@pytest.mark.parametrize("pragma", ["query_only = 1", "max_page_count = 1"])
def test_a_real_database_that_takes_no_write(cast, pragma):
    """A real SQLite that refuses: read-only, or full to its last page."""
    db.execute_sql(f"PRAGMA {pragma}")
    told = [uuid7() for _ in range(3000)]  # more than fits in the pages that are there
    accessed("visit.see", told)
    assert AccessLog.select().count() == 0 and len(access._waiting) == 1
    db.execute_sql("PRAGMA query_only = 0")
    db.execute_sql("PRAGMA max_page_count = 1000000")
    access.flush()
    assert AccessLog.get().shops == sorted(told) and not access._waiting


@pytest.mark.sqlite
def test_a_writer_that_holds_the_queue_too_long_does_not_stop_a_read(cast, monkeypatch):
    monkeypatch.setattr("fieldapp.database.WAIT", 0.05)
    queue = db.obj.queue
    assert isinstance(db.obj, Sqlite)
    held, done = threading.Event(), threading.Event()

    def hold():
        with queue:
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    accessed("visit.see", [cast.shop.uid])
    assert len(access._waiting) == 1
    done.set()
    thread.join()
    access.flush()
    assert AccessLog.get().shops == [cast.shop.uid]


def test_another_error_is_no_trouble_of_the_disk_and_is_told(cast, broken):
    broken(peewee.ProgrammingError("no such table"))
    with pytest.raises(peewee.ProgrammingError):
        accessed("visit.see", [])


def test_thousands_of_rows_that_waited_land_at_once(cast, broken, monkeypatch):
    broken(peewee.OperationalError("disk is full"))
    accessed("visit.see", [])
    access._waiting.extend([dict(access._waiting[0]) for _ in range(9_000)])
    monkeypatch.undo()
    access.flush()
    assert AccessLog.select().count() == 9_001 and not access._waiting


def test_nothing_to_store_is_nothing_to_do():
    access.flush()
    assert AccessLog.select().count() == 0


def test_many_who_look_at_once_are_each_noted_once(app, cast):
    failed: list[BaseException] = []

    def look():
        try:
            with app.test_request_context("/visits"):
                g.person = cast.supervisor
                for _turn in range(10):
                    accessed("visit.see", [cast.shop.uid])
        except BaseException as error:
            failed.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and AccessLog.select().count() == 80 and not access._waiting
