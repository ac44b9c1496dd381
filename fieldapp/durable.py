"""Files that survive a power cut: written under another name, flushed, renamed, and their folder flushed too."""

import os
import tempfile
from pathlib import Path

UNFINISHED = ".new-"


def write(place: Path, body: bytes) -> None:
    """Write the whole file or none; it is durable once its folder is synced as well."""
    number, name = tempfile.mkstemp(prefix=UNFINISHED, dir=place.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def settle(made: Path, place: Path) -> None:
    """Give a file that stands finished in the same file system its name, durably."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(made, place)
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def make_folder(folder: Path) -> None:
    """A folder for its owner alone, durably: an earlier process may have died between the two."""
    folder.mkdir(exist_ok=True, mode=0o700)
    sync_folder(folder.parent)
