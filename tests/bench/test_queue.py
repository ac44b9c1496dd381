"""The measured backlog is one that the office could have, and what is measured beside a page gives the page's rows."""

import os
import re
import subprocess
import sys
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from bench.backlog import ENDED, OPEN, Size, fill
from bench.queue import MORE, kinds_of
from fieldapp.dashboard.queue import ROWS, queue_of
from fieldapp.dashboard.queue_filter import STATES_IN, QueueFilter
from fieldapp.database import now
from fieldapp.referrals import LIVE, QUEUED, STATES, Offer, Referral
from fieldapp.referrals.states import CLOCKS
from fieldapp.shops import Shop
from fieldapp.worktime import Clock

ROOT = Path(__file__).resolve().parents[2]
SIZE = Size(1500, 500, 120)
NUMBERS = re.compile(r'href="/referrals/[^"]+">R-(\d+)</a>')


@pytest.fixture
def backlog(cast) -> None:
    fill(cast, SIZE)


def test_the_backlog_has_its_size_and_every_state(cast, backlog):
    states = Counter(state for (state,) in Referral.select(Referral.state).tuples())
    assert (states.total(), sum(states[state] for state in LIVE), Shop.select().count()) == (1500, 500, 120 + 3)
    assert set(states) == set(OPEN) | set(ENDED) == set(STATES) - {"completed"} and sum(OPEN.values()) == sum(ENDED.values()) == 100


def test_what_is_open_has_the_clocks_of_its_state(cast, backlog):
    open_kinds: dict[str, set] = {}
    for clock in Clock.select().where(Clock.ended_at.is_null()):
        open_kinds.setdefault(clock.subject, set()).add(clock.kind)
    live = list(Referral.select().where(Referral.state.in_(LIVE)))
    for case in live:
        assert open_kinds.get(case.uid, set()) == set(CLOCKS.get("matching" if case.state == "on_hold" else case.state, ()))
    assert any(case.due_at and case.due_at < now() for case in live) and any(case.due_at and case.due_at > now() for case in live)
    assert Offer.select().where(Offer.state == "offered").count() == sum(case.state == "offered" for case in live)


def test_a_bare_query_gives_the_rows_of_its_page(cast, backlog, as_):
    client = as_("coordinator")
    more = MORE.search(client.get("/referrals").get_data(as_text=True))
    assert more, "what presses now fills more than a page"
    kinds, seen = kinds_of(cast.zone.uid, "/referrals" + unescape(more[1])), set()
    for kind in kinds:
        text = client.get(kind.path).get_data(as_text=True)
        shown, rows = list(map(int, NUMBERS.findall(text))), kind.query()
        assert shown == [row[0] for row in rows[:ROWS]] and shown, kind.name
        seen.add(tuple(shown))
        counted = {state: count for state, count, _pressing in kind.counts()} | {"now": sum(
            pressing for state, _count, pressing in kind.counts() if state in QUEUED)}
        asked = QueueFilter.read(MultiDict(parse_qsl(urlsplit(kind.path).query)))
        lanes = queue_of(cast.coordinator, asked).counts
        assert lanes == {lane: counted["now"] if lane == "now" else sum(counted.get(state, 0) for state in states)
                         for lane, states in STATES_IN.items()}, kind.name
    assert len(seen) == len(kinds) == 7


@pytest.mark.slow
def test_every_line_of_the_quick_run_has_its_figures():
    outside = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    command = [sys.executable, "-m", "bench", "--quick", "--only", "matching,queue"]
    done = subprocess.run(command, cwd=ROOT, env=outside, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    _facts, averages, beside, *queues = [table.splitlines() for table in done.stdout.strip().split("\n\n")]
    assert (len(averages), len(beside), {len(queue) for queue in queues}) == (3 + 11, 3 + 11, {3 + 7 + 2})
    assert sum("MISSED" in line or "ok" in line for line in beside) == 1
    for line in (line for queue in queues for line in queue[3:-2]):
        figures = [float(cell) for cell in re.split(r"  +", line)[1:14]]
        assert len(figures) == 13 and all(figure > 0 for figure in figures), line
