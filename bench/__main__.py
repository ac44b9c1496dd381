"""`python -m bench [--quick] [--only http,pages] [--write docs/performance.md]`."""

import argparse
import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path

from peewee import sqlite3

from bench import desk, http, imports, matching, pages, queue
from bench.table import progress
from fieldapp.config import HOME

SECTIONS = {"http": http.measure, "pages": pages.measure, "matching": matching.measure, "queue": queue.measure,
            "desk": desk.measure, "imports": imports.measure}


def main(arguments: list[str] | None = None) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a look whether it runs, in a minute; its figures say little")
    asked.add_argument("--only", default=",".join(SECTIONS), help="sections, by comma: " + ", ".join(SECTIONS))
    asked.add_argument("--write", type=Path, help="put the output between the marks of this file, too")
    options = asked.parse_args(arguments)
    parts = [show(facts())]
    for name in options.only.split(","):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=disk()) as folder:
            parts += [show(str(table)) for table in SECTIONS[name](Path(folder), options.quick)]
    if options.write:
        options.write.write_text(replaced(options.write.read_text(), "\n".join(parts)))


def disk() -> Path:
    """Where real data would stand: a temporary folder may lie in memory, where nothing has to wait for a disk."""
    place = HOME / "data"
    place.mkdir(exist_ok=True)
    return place


def facts() -> str:
    return (f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {time.strftime('%Y-%m-%d %H:%M')}\n")


def processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def show(text: str) -> str:
    print(text, flush=True)
    return text


def replaced(page: str, output: str) -> str:
    """The page with `output` in its one ```text block; raises ValueError where it has none."""
    before, mark, rest = page.partition("```text\n")
    _old, end, after = rest.partition("\n```")
    if not mark or not end:
        raise ValueError("no ```text block to write into")
    return before + mark + output.rstrip() + end + after


if __name__ == "__main__":
    started = time.monotonic()
    main()
    progress(f"{time.monotonic() - started:.0f} s")
    sys.exit(0)
