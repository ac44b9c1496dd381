"""`flask work`: what is done each minute beside the web server, in a process of its own.

huey says when, and nothing more: what must not be lost waits in our own tables. So its queue is a small file of its own in the
data folder, on either database, and two workers at once take each thing once.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import SqliteHuey, crontab

from fieldapp.config import HOME, Config
from fieldapp.database import forget_connection
from fieldapp.errors import storage_problem
from fieldapp.exports import make_waiting, tidy
from fieldapp.messages import MAIL, TEXT, deliver_due
from fieldapp.referrals import look_again
from fieldapp.shops import bring_waiting, compare_shops, tidy_imports
from fieldapp.worktime import Clock

EACH_MINUTE: dict[str, Callable[[], object]] = {
    "clocks": Clock.tick,
    "experts": look_again,
    "mail": lambda: deliver_due(channels=[MAIL]),  # each gateway by itself: one that stalls holds up nothing else
    "text": lambda: deliver_due(channels=[TEXT]),
    "exports": tidy,
    "imports": tidy_imports,
    "doubles": compare_shops,
}
SOON = 2  # seconds until someone who waits at a page for a long sheet or a long list sees it begun
LONGEST_END = 40  # seconds for what is under way when the worker is stopped: a gateway has ten for each of its answers
COMMAND = ["-m", "flask", "--app", "fieldapp", "work", "--while-stdin"]

log = logging.getLogger("fieldapp.worker")


@click.command("work")
@click.option("--while-stdin", is_flag=True, help="End when standard input does, as where another process started this one.")
@with_appcontext
def work(while_stdin: bool) -> None:
    """Send messages and watch the time limits until stopped (SIGTERM or Ctrl-C)."""
    logging.basicConfig(level=(os.environ.get("LOG_LEVEL") or "warning").upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stopped = threading.Event()
    if while_stdin:
        threading.Thread(target=stop_when_input_ends, args=(stopped,), daemon=True).start()
    run(app, stopped)


def stop_when_input_ends(stopped: threading.Event) -> None:
    sys.stdin.buffer.read()
    stopped.set()


def run(app: Flask, stopped: threading.Event) -> None:
    """Do all at once, then each minute, until `stopped` or a signal; what is under way may end."""
    huey = queue_of(app.config["SETTINGS"])
    for name, task in EACH_MINUTE.items():
        huey.periodic_task(crontab(), name=name)(alone(app, name, task))
    consumer = huey.create_consumer(workers=len(EACH_MINUTE), initial_delay=0.5, max_delay=5, shutdown_timeout=LONGEST_END)
    consumer.start()
    beside = [threading.Thread(target=look_often, args=(app, stopped, *one), daemon=True)
              for one in (("sheets", make_waiting), ("lists", bring_waiting))]
    for thread in beside:
        thread.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    consumer.stop(graceful=True)
    for thread in beside:
        thread.join(LONGEST_END)


def look_often(app: Flask, stopped: threading.Event, name: str, work: Callable[[Callable[[], bool]], int]) -> None:
    """Look every few seconds whether someone waits for this; what is half done when the worker is stopped waits for the next."""
    turn = alone(app, name, lambda: work(stopped.is_set))
    while not stopped.wait(SOON):
        turn()


def queue_of(settings: Config) -> SqliteHuey:
    """A queue that keeps no results. Python's own SQLite may be one whose write-ahead log is unsafe, so it has none."""
    return SqliteHuey("fieldapp", results=False, filename=str(settings.data / "worker.db"), journal_mode="truncate", fsync=True)


def alone(app: Flask, name: str, task: Callable[[], object]) -> Callable[[], None]:
    """The task in the application's context, never twice at once in this process; an error is logged and the next minute tries again."""
    busy = threading.Lock()

    def turn() -> None:
        if not busy.acquire(blocking=False):
            return
        try:
            with app.app_context():
                task()
        except Exception as error:
            if storage_problem(error):
                log.warning("%s waits for the storage: %s", name, error)
            else:
                log.exception("%s", name)
            forget_connection()
        finally:
            busy.release()

    return turn


def start_beside(settings: dict[str, str]) -> None:
    """Start a worker that lives as long as this process and what it becomes.

    It reads from a pipe whose other end stays open here, over `exec` too. However this process and its children end, the
    kernel closes that end, and the worker ends.
    """
    workers_end, our_end = os.pipe()
    os.set_inheritable(our_end, True)
    subprocess.Popen([sys.executable, *COMMAND], stdin=workers_end, cwd=HOME, env={**os.environ, **settings})
    os.close(workers_end)
