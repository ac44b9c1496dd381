import contextlib
import re
import time
from pathlib import Path

from fieldapp import durable
from fieldapp.photos.clean import LARGE, SMALL, CleanPhoto

NAME = re.compile(r"[0-9a-f]{64}")
STALE = 3600  # seconds after which an unfinished file is nobody's

_settled: set[Path] = set()  # folders that this process has seen to


class Store:
    """Clean copies in a folder outside the web root, named by the hash of what was sent and by their size."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, sha256: str, size: int) -> Path:
        """Where a copy stands; raises ValueError for what is no name, FileNotFoundError for what isn't there."""
        place = self._place(sha256, size)
        if not place.is_file():
            raise FileNotFoundError(place)
        return place

    def has(self, sha256: str) -> bool:
        return all(self._place(sha256, size).is_file() for size in (LARGE, SMALL))

    def put(self, sha256: str, photo: CleanPhoto) -> None:
        """Keep both copies durably: when it returns, they survive a power cut. Twice is the same as once."""
        folder = self._place(sha256, LARGE).parent
        if folder not in _settled or not folder.is_dir():
            self._settle(folder)
        for size, body in ((LARGE, photo.large), (SMALL, photo.small)):
            durable.write(self._place(sha256, size), body)
        durable.sync_folder(folder)

    def sweep(self) -> int:
        """Remove what writes that never ended have left behind; give how many."""
        removed = 0
        for file in self.folder.glob(f"??/{durable.UNFINISHED}*"):
            with contextlib.suppress(FileNotFoundError):  # another process has swept it
                if file.stat().st_mtime < time.time() - STALE:
                    file.unlink()
                    removed += 1
        return removed

    def _settle(self, folder: Path) -> None:
        """Make the folder for its owner alone, and durably: an earlier process may have died between the two."""
        if self.folder not in _settled:
            self.sweep()
        for made in (self.folder, folder):
            durable.make_folder(made)
        _settled.update((self.folder, folder))

    def _place(self, sha256: str, size: int) -> Path:
        if not NAME.fullmatch(sha256) or size not in (LARGE, SMALL):
            raise ValueError(f"no photo is named {sha256[:80]!r} at {size}")
        return self.folder / sha256[:2] / f"{sha256}.{size}.jpg"
