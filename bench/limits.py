"""What the machine itself can do: durable commits of SQLite, and writes that reach the disk."""

import os
import time
from pathlib import Path

from peewee import sqlite3


def commits(folder: Path, seconds: float) -> float:
    """Commits a second of one small insert each, in WAL with synchronous=FULL, from one connection."""
    connection = sqlite3.connect(folder / "limits.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("PRAGMA synchronous=full")
    connection.execute("CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, text TEXT)")
    rate = repeated(lambda: connection.execute("INSERT INTO line (text) VALUES ('a few words')"), seconds)
    connection.close()
    return rate


def fsyncs(folder: Path, seconds: float) -> float:
    """Writes a second of 4 KB, each followed by fsync, to the end of one file."""
    page = os.urandom(4096)
    with open(folder / "limits.bin", "wb", buffering=0) as file:
        def write() -> None:
            file.write(page)
            os.fsync(file.fileno())
        return repeated(write, seconds)


def repeated(work, seconds: float) -> float:
    begun, count = time.monotonic(), 0
    while (passed := time.monotonic() - begun) < seconds or not count:
        work()
        count += 1
    return count / passed
