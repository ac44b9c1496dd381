"""Starts servers from a process that has read the application already: a start takes a quarter of the time then.

What it starts is gunicorn as it is shipped, in processes of its own, to be stopped and killed like any other.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Nursery:
    """`start(arguments, environment, log)` gives the number of a new gunicorn's process; `close()` ends the nursery alone."""

    def __init__(self) -> None:
        self._mother: subprocess.Popen | None = None

    def start(self, arguments: list[str], environment: dict[str, str], log: Path) -> int:
        if self._mother is None:
            self._mother = subprocess.Popen([sys.executable, "-m", "tests.nursery"], cwd=ROOT, text=True, start_new_session=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._mother.stdin and self._mother.stdout
        self._mother.stdin.write(json.dumps([arguments, environment, str(log)]) + "\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())

    def close(self) -> None:
        if self._mother:
            self._mother.communicate()


def bear(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """Become the server that was asked for, in the process that was just forked."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), out := os.open(log, os.O_WRONLY | os.O_APPEND), out)):
        os.dup2(file, number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gunicorn", *arguments]
    run(prog="gunicorn")


if __name__ == "__main__":
    import gunicorn.workers.gthread  # noqa: F401
    from gunicorn.app.wsgiapp import run

    import fieldapp  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how they ended
    for line in sys.stdin:
        if child := os.fork():
            print(child, flush=True)
        else:
            bear(*json.loads(line))
            sys.exit()
