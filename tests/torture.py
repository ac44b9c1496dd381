"""`make torture`: thousands of kills of the server and dozens of the browser, then a count. Ends with 1 if anything was lost or is twice.

`python -m tests.torture --server 2000 --browser 50 --write docs/torture.txt`; `--seed` chooses other moments.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import peewee
from playwright.sync_api import sync_playwright

from fieldapp.database import db
from tests.browser import ARGS, PHONE, chromium_path
from tests.nursery import Nursery
from tests.office import Office
from tests.server import Server
from tests.storm import server_storm
from tests.storm_browser import browser_storm


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--server", type=int, default=2000, help="kills of the server")
    asked.add_argument("--browser", type=int, default=50, help="kills of the browser while it saves")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    asked.add_argument("--write", type=Path, help="keep the summary in this file")
    given = asked.parse_args()
    began = time.monotonic()
    Server.nursery = Nursery()
    lines = [f"{datetime.now(UTC):%Y-%m-%d}, seed {given.seed}, {os.cpu_count()} cores, Python {platform.python_version()}, "
             f"SQLite {peewee.sqlite3.sqlite_version}, WAL, synchronous=FULL"]
    sound = True
    for part in (server_part, browser_part):
        text, whole = part(given)
        lines.append(text)
        sound &= whole
    Server.nursery.close()
    lines.append(f"{(time.monotonic() - began) / 60:.0f} minutes. {'Nothing lost, nothing twice.' if sound else 'NOT SOUND.'}")
    print("\n".join(lines))
    if given.write:
        given.write.write_text("\n".join(lines) + "\n")
    return 0 if sound else 1


def server_part(given: argparse.Namespace) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        with office.app.app_context(), office.server:
            count = server_storm(office, given.server, given.server * 4, seed=given.seed, tell=tell)
        db.close()
    return str(count), not count.lost and not count.twice and count.kills >= given.server


def browser_part(given: argparse.Namespace) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = Office(Path(folder))

        def switch_on(profile: Path, url: str):
            return playwright.chromium.launch_persistent_context(profile, executable_path=chromium_path(), args=ARGS, base_url=url, **PHONE)

        with office.app.app_context(), office.server:
            count = browser_storm(office, switch_on, Path(folder) / "phone", given.browser, seed=given.seed, tell=tell)
        db.close()
    return str(count), not (count.lost or count.twice or count.halves) and count.kills >= given.browser and bool(count.said_saved)


def tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
