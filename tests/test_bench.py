"""The measurements measure: the peer writes what a visit of ours writes, and every line has a figure."""

import logging
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.__main__ import replaced
from bench.imports import OTHERS, OWN, city, quarter
from bench.peer import write
from bench.phones import percentile, visit_form
from bench.photos import BYTES, renamed, taken
from bench.table import Table, at_least, at_most
from fieldapp.database import writing
from fieldapp.events import Event
from fieldapp.grievances import Grievance
from fieldapp.photos.clean import clean
from fieldapp.sync import Received
from fieldapp.visits import Visit
from tests.conftest import frozen
from tests.published import table as read

ROOT = Path(__file__).resolve().parent.parent
SUMS = ("counted", "rollup", "spot", "ground")  # what the figures and the map keep beside a visit, and the peer does not


class Writes(logging.Handler):
    """`with Writes() as writes: …; writes.tables` counts the changes by verb and table."""

    def __enter__(self) -> "Writes":
        self.tables: Counter = Counter()
        self.log = logging.getLogger("peewee")
        self.level_before = self.log.level
        self.log.addHandler(self)
        self.log.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_) -> None:
        self.log.removeHandler(self)
        self.log.setLevel(self.level_before)

    def emit(self, record) -> None:
        found = re.match(r'(INSERT INTO|UPDATE) "(\w+)"', str(record.msg[0]))
        self.tables.update([found.groups()] if found else [])


def test_the_peer_writes_the_rows_of_a_visit(cast, as_):
    form = visit_form([cast.shop.uid], [])
    ours, theirs = frozen(cast.changdong, form), frozen(cast.changdong, form)
    phone = as_("changdong")
    phone.send(frozen(cast.changdong, form))  # the office's first change makes the counter's row
    with Writes() as one:
        assert phone.send(ours)[0]["answer"] == "created"
    record = {"kind": "visit.record", "version": 1, "author": cast.changdong.uid, "timezone": "Asia/Seoul", "skew_ms": 0,
              "device": "d1", "seq": 1}
    with Writes() as two, writing():
        write(theirs, record, form, cast.zone.uid, {"rent": cast.rent.uid})
    ours_only = {*(("INSERT INTO", table) for table in SUMS), ("UPDATE", "visit")}  # visits that look alike are marked doubtful
    assert {key: count for key, count in one.tables.items() if key not in ours_only} == two.tables and sum(two.tables.values()) == 8
    for model, key in ((Received, Received.uid), (Visit, Visit.uid), (Grievance, Grievance.visit)):
        assert filled(model, key == ours["id"]) == filled(model, key == theirs["id"])
    for kind in ("visit.recorded", "grievance.raised"):
        of_ours, of_theirs = (Event.select().where(Event.kind == kind, Event.data.contains(sent["id"])).get() for sent in (ours, theirs))
        assert of_ours.facts.keys() == of_theirs.facts.keys()


def filled(model, where) -> dict[str, bool]:
    """Which columns of the one row hold something; the peer has no doubts."""
    [row] = model.select().where(where).dicts()
    return {name: value not in (None, "") for name, value in row.items() if name != "doubts"}


def test_photos_are_as_large_as_a_phones_and_all_different():
    body = taken(1)
    (one, first), (two, second) = renamed(body), renamed(body)
    assert abs(len(body) - BYTES) < BYTES * 0.05 and one != two and first != second
    assert (clean(first).width, clean(first).height) == (1600, 1200)


def test_percentiles_and_targets():
    seconds = [number / 1000 for number in range(1, 101)]
    assert [percentile(seconds, part) for part in (0.5, 0.95, 0.99)] == [50, 95, 99] and percentile([0.004], 0.95) == 4
    assert (at_least(0.5, 0.5), at_least(0.49, 0.5)) == (">= 0.5 ok", ">= 0.5 MISSED")
    assert (at_most(80, 80, " ms"), at_most(80.1, 80)) == ("<= 80 ms ok", "<= 80 MISSED")


def test_a_quarter_is_the_same_for_the_same_seed_and_the_next_one_differs_as_it_is_said(tmp_path):
    first, again, second = (quarter(tmp_path / name, 300, number) for name, number in (("a", 0), ("b", 0), ("c", 1)))
    assert first.read_bytes() == again.read_bytes()
    before, after = ({row["상가업소번호"]: row["상호명"] for row in read(file, "cp949")} for file in (first, second))
    assert len(before) == len(after) == 300 and len(after.keys() - before.keys()) == len(before.keys() - after.keys()) == 6
    assert sum(after[number] != before[number] for number in after.keys() & before.keys()) == 10
    assert {row["시군구코드"] for row in read(city(tmp_path / "d", 50_000))} == {OWN, *OTHERS}


def test_a_table_lines_up():
    table = Table("Title", ["what", "a second"])
    table.add("one", 1234.5)
    table.add("another", 0.1234)
    assert str(table) == "Title\n-----\nwhat     a second\none          1234\nanother      0.12\n"


def test_the_output_replaces_the_last_one():
    assert replaced("before\n```text\nold\n```\nafter\n", "new\nlines\n") == "before\n```text\nnew\nlines\n```\nafter\n"
    with pytest.raises(ValueError):
        replaced("no block", "new")


@pytest.mark.slow
def test_every_line_of_the_quick_run_has_a_figure():
    command = [sys.executable, "-m", "bench", "--quick", "--only", "http"]
    outside = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run(command, cwd=ROOT, env=outside, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    _facts, *tables = done.stdout.strip().split("\n\n")
    rows = [[re.split(r"  +", line) for line in table.splitlines()[3:]] for table in tables]
    kinds = ["one by one", "in batches of 20", "one by one, two photos each", "in batches of 20, two photos each"]
    assert [row[:2] for row in rows[0]] == [[kind, phones] for kind in kinds for phones in ("1", "8")]
    requests = ["POST one by one", "POST bare Flask", "POST in batches of 20", "PUT one by one, two photos each"]
    assert [row[:2] for row in rows[1]] == [[request, phones] for request in requests for phones in ("1", "8")]
    assert [len(table) for table in rows] == [8, 8, 2, 3]
    for row in (row for table in rows for row in table):
        figures = [float(cell.split()[0].rstrip("%")) for cell in row[1:] if cell[0].isdigit()]
        assert figures and all(figure > 0 for figure in figures), done.stdout
