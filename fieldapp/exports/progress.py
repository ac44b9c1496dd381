from collections.abc import Callable, Iterator
from time import monotonic

from fieldapp.database import writing
from fieldapp.exports.export import Export
from fieldapp.exports.table import Row

EVERY = 1.0  # seconds between two notes of how far it is


class Stopped(Exception):
    """Whoever makes it is to end."""


class Progress:
    """Passes batches on, counts them, notes now and then how far it is, and remembers whose data they were."""

    def __init__(self, export: Export, stopped: Callable[[], bool] = lambda: False):
        self.export, self.stopped = export, stopped
        self.shops: set[str] = set()
        self.noted = monotonic()

    def follow(self, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        for batch in batches:
            if self.stopped():
                raise Stopped
            self.shops.update(row.shop for row in batch if row.shop)
            yield batch
            self.export.done += len(batch)
            self.note()

    def note(self) -> None:
        """Tell that it goes on. Raises Stopped where another has taken it over, as after a long silence."""
        if monotonic() < self.noted + EVERY:
            return
        with writing():
            if not self.export.put(done=self.export.done):
                raise Stopped
        self.noted = monotonic()
