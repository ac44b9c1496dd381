"""The real server, gunicorn with the shipped settings, in processes that can be stopped, killed and started again."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import ClassVar, Self

import psutil

from tests.nursery import Nursery

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ["-c", "fieldapp/gunicorn.py"]
SHIPPED = "fieldapp:create_app()"


class Server:
    """`with Server(folder) as server: get(server.url)`; more settings as environment: `Server(folder, DEMO="1")`.

    The port stays the same over kill() and start(). What it logs stands in `log`.
    """

    nursery: ClassVar[Nursery | None] = None  # which starts them, where many are started

    def __init__(self, data: Path, *, patience: float = 30, **env: str) -> None:
        """Keep everything in the folder `data`; it has `patience` seconds to start, and to stop."""
        self.data, self.patience = Path(data), patience
        self.port = int(env.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        self.log, self.app = self.data / "server.log", SHIPPED
        self.env = {**env, "FIELDAPP_DATA": str(self.data), "HOST": "127.0.0.1", "PORT": str(self.port)}
        self._process: psutil.Process | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind, *_) -> None:
        self.kill()
        if kind or "PYTEST_CURRENT_TEST" in os.environ:
            print(self.tail())  # pytest shows it where the test failed.

    def start(self, app: str = "") -> None:
        """Return when it answers; raise RuntimeError with the log's end if it ends or takes too long.

        `app` is another application to serve this time; `self.app` is the one that is served otherwise.
        """
        if self._process:
            raise RuntimeError("already started")
        self.data.mkdir(parents=True, exist_ok=True)
        command, environment = [*SETTINGS, app or self.app], {**os.environ, **self.env}
        with self.log.open("ab") as log:
            if self.nursery:
                self._process = psutil.Process(self.nursery.start(command, environment, self.log))
            else:
                self._process = psutil.Popen([sys.executable, "-m", "gunicorn", *command], cwd=ROOT, env=environment,
                                             start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._at_exit = weakref.finalize(self, _signal_group, self._process.pid, signal.SIGKILL)
        deadline = time.monotonic() + self.patience
        while not self.answers():
            if not alive(self._process) or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the server did not start:\n{self.tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Let it end what it is doing; what hasn't ended in time is killed."""
        if not self._process:
            return
        _signal_group(self._process.pid, signal.SIGTERM, leader_only=True)
        with contextlib.suppress(psutil.TimeoutExpired):
            self._process.wait(self.patience)
        self.kill()

    def kill(self) -> None:
        """SIGKILL master and workers at once, and return when none of them runs any more."""
        if not self._process:
            return
        family = self.processes()
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        while any(alive(process) for process in family):
            time.sleep(0.002)
        self._at_exit.detach()
        self._process = None

    def processes(self) -> list[psutil.Process]:
        """Master and workers, for measurements; empty when it isn't running."""
        try:
            return [self._process, *self._process.children(recursive=True)] if self._process else []
        except psutil.NoSuchProcess:
            return []

    def answers(self) -> bool:
        """Whether `/sync/ping` gives JSON: an answer from something else on that port has none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/sync/ping")
            answer = connection.getresponse()
            return answer.status == 200 and isinstance(json.loads(answer.read()), dict)
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()

    def tail(self, lines: int = 60) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def alive(process: psutil.Process) -> bool:
    """Whether it still runs: one that nobody has reaped yet holds nothing any more."""
    try:
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A port below those that the system itself hands out, so that nobody is given it before it is used."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            port = random.SystemRandom().randrange(20_000, 32_000)
            probe.bind(("127.0.0.1", port))
            return port


def _signal_group(leader: int, number: int, leader_only: bool = False) -> None:
    with contextlib.suppress(ProcessLookupError):
        (os.kill if leader_only else os.killpg)(leader, number)
