"""What a running server asks of the system, call by call, as the kernel saw it (strace)."""

import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from tests import browser
from tests.server import Server

LINE = re.compile(r"(?P<thread>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<name>\w+)\()(?P<rest>.*)")


@dataclass(frozen=True)
class Call:
    """One call when it has returned: `about` holds its arguments, with the paths of its descriptors, and its result."""

    thread: str
    name: str
    about: str


def strace() -> str | None:
    """The tracer's path; as root on Debian newly installed."""
    if not shutil.which("strace") and browser.can_install():
        browser.install("strace")
    return shutil.which("strace")


class Recording:
    """`with Recording(server, file) as heard: ...`, then `heard.calls`."""

    WATCHED = "fsync,fdatasync,rename,renameat,renameat2,sendto,write,writev,pwrite64"

    def __init__(self, server: Server, file: Path) -> None:
        self.file, self.calls = file, list[Call]()
        self._pids = [process.pid for process in server.processes()[1:]]

    def __enter__(self) -> Self:
        attach = [word for pid in self._pids for word in ("-p", str(pid))]
        self._tracer = subprocess.Popen(["strace", "-f", "-y", "-s", "60", "-e", f"trace={self.WATCHED}", "-o", str(self.file), *attach],
                                        stderr=subprocess.PIPE, text=True)
        assert self._tracer.stderr
        for line in self._tracer.stderr:
            if "attached" in line:
                return self
        self._tracer.communicate(timeout=10)
        pytest.skip("this machine lets no process be traced")

    def __exit__(self, *_) -> None:
        time.sleep(0.1)  # an answer is here before the call that sent it has returned
        self._tracer.send_signal(signal.SIGINT)
        self._tracer.communicate(timeout=10)
        self.calls = list(calls(self.file.read_text(errors="replace")))


def calls(text: str):
    """Read strace's lines; a call that another thread interrupted stands where it returned."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        thread, rest = found["thread"], found["rest"]
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest
        elif found["resumed"]:
            yield Call(thread, found["resumed"], begun.pop(thread, "") + rest)
        else:
            yield Call(thread, found["name"], rest)
