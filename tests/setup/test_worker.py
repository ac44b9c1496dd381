"""`flask work` in a process of its own, and beside the server that `flask start` becomes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest

from fieldapp.config import HOME
from fieldapp.database import db, writing
from fieldapp.events import Event
from fieldapp.setup.worker import alone, queue_of
from tests.server import alive, free_port

PATIENCE = 60.0  # seconds


def flask(data, *arguments, **env) -> subprocess.Popen:
    keep = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY", "HOST", "DEMO")}
    return subprocess.Popen([sys.executable, "-m", "flask", "--app", "fieldapp", *arguments], cwd=HOME, text=True, start_new_session=True,
                            env={**keep, "FIELDAPP_DATA": str(data), "DEMO": "0", **env}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/sync/ping", timeout=5) as page:
        return page.status == 200
    return False


def works(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return "work" in process.cmdline()
    return False


@pytest.fixture
def family(tmp_path):
    """`flask start` with its children: the server's master, its worker that answers, and the one that works beside."""
    port = free_port()
    started = flask(tmp_path, "start", PORT=str(port))
    master = psutil.Process(started.pid)
    members: list[psutil.Process] = []

    def here() -> bool:
        assert started.poll() is None, started.communicate()[0]
        if not ((tmp_path / "worker.db").exists() and answers(port)):
            return False
        members[:] = [master, *master.children(recursive=True)]
        return any(map(works, members))

    try:
        until(here)
        yield started, members
    finally:
        for process in members:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        started.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_however_the_server_ends_its_worker_ends_too(family, number):
    started, members = family
    assert len(members) == 3
    os.kill(started.pid, number)
    started.wait(PATIENCE)
    until(lambda: not any(map(alive, members)))


@pytest.mark.slow
def test_a_worker_that_dies_takes_nothing_with_it(family):
    started, members = family
    [worker] = filter(works, members)
    worker.kill()
    until(lambda: not alive(worker))
    time.sleep(0.5)
    assert started.poll() is None and sum(map(alive, members)) == 2


@pytest.mark.slow
def test_a_worker_ends_tidily_when_it_is_stopped_or_its_input_ends(tmp_path):
    with flask(tmp_path, "migrate") as migrated:
        assert migrated.wait(PATIENCE) == 0
    for arguments, stop in ((["work"], lambda process: process.terminate()), (["work"], lambda process: process.send_signal(signal.SIGINT)),
                            (["work", "--while-stdin"], lambda process: process.stdin.close())):
        (tmp_path / "worker.db").unlink(missing_ok=True)
        with flask(tmp_path, *arguments, LOG_LEVEL="info") as process:
            assert process.stdout
            log = iter(process.stdout.readline, "")
            assert any("clocks" in line and "executed" in line for line in log)
            stop(process)
            assert process.wait(PATIENCE) == 0
            assert "Traceback" not in process.stdout.read()


def test_a_task_that_fails_is_logged_and_tried_again(app, caplog):
    def fails():
        with writing():
            raise ZeroDivisionError

    turn = alone(app, "clocks", fails)
    turn()
    turn()
    assert [record.message for record in caplog.records] == ["clocks", "clocks"] and "ZeroDivisionError" in caplog.text


def test_a_task_whose_connection_broke_has_a_new_one_the_next_time(app):
    turns, found = iter("12"), []

    def breaks():
        if next(turns) == "1":
            db.connection().close()
        found.append(Event.select().count())

    turn = alone(app, "clocks", breaks)
    turn()
    turn()
    assert found == [0]


def test_a_task_is_not_begun_again_while_it_runs(app):
    begun = []

    def again():
        begun.append(1)
        turn()

    turn = alone(app, "mail", again)
    turn()
    assert begun == [1]


def test_the_queue_has_no_write_ahead_log_and_survives_what_it_says(app):
    queue = queue_of(app.config["SETTINGS"])
    assert queue.storage.conn.execute("pragma journal_mode").fetchone() == ("truncate",)
    assert queue.storage.conn.execute("pragma synchronous").fetchone() == (2,)
    queue.storage.close()
