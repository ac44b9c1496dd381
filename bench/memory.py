"""How much memory a server takes with all its processes, watched while something happens."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.server import Server

MB = 1_000_000


@dataclass
class Peak:
    """In MB (a million bytes). `shared` counts a page that several processes share once (PSS, Linux only; elsewhere as `resident`)."""

    resident: float = 0
    shared: float = 0

    def look(self, server: Server) -> None:
        resident, shared = now_taken(server)
        self.resident, self.shared = max(self.resident, resident), max(self.shared, shared)


def now_taken(server: Server) -> tuple[float, float]:
    resident = shared = 0
    for process in server.processes():
        with contextlib.suppress(psutil.Error):
            found = process.memory_full_info()
            resident += found.rss
            shared += getattr(found, "pss", found.rss)
    return resident / MB, shared / MB


@contextlib.contextmanager
def watched(server: Server, every: float = 0.02) -> Iterator[Peak]:
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.is_set():
            peak.look(server)
            time.sleep(every)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
