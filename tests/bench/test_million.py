"""The million visits are visits that an office could have, their figures are counted, and each page is one of many rows."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from bench.desk import pages_of
from bench.districts import Place
from bench.million import SAID, Size, Town, fill, visits
from fieldapp.dashboard.filters import FIRST_DAY, LAST_DAY
from fieldapp.dashboard.visit_list import ROWS
from fieldapp.database import db
from fieldapp.figures import Counted, Rollup, by, recount, total
from fieldapp.grievances import Grievance
from fieldapp.referrals import Referral
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES, Visit, VisitProgramme
from fieldapp.zones import Zone

ROOT = Path(__file__).resolve().parents[2]
SIZE = Size(visits=900, shops=80, gu=2)
UIDS = re.compile(r'<tr id="visit-([0-9a-f-]{36})"')


@pytest.fixture
def many(cast) -> None:
    fill(cast, SIZE)


def test_there_are_as_many_as_asked_for_of_every_kind(many):
    current = Visit.select().where(Visit.current)
    outcomes = Counter(outcome for (outcome,) in current.select(Visit.outcome).tuples())
    assert (outcomes.total(), Shop.select().count(), Zone.select().count()) == (900, 80 + 3, 8)
    assert outcomes.keys() <= OUTCOMES.keys() and 0.4 < outcomes["met"] / 900 < 0.65
    assert Visit.select().where(~Visit.current).count() == Visit.select().where(Visit.revision == 2, Visit.current).count() > 0
    assert {review for (review,) in current.select(Visit.review).distinct().tuples()} >= {"received", "confirmed"}
    for model in (Grievance, VisitProgramme, Referral):
        assert model.select().count() > 0


def test_its_figures_are_those_of_its_rows(many):
    visits = Visit.select().where(Visit.current).count()
    assert total(FIRST_DAY, LAST_DAY).visits == visits == Counted.select().where(Counted.what == "visit").count()
    assert 0 < total(FIRST_DAY, LAST_DAY).counted < visits
    assert sum(figure.visits for figure in by("zone", FIRST_DAY, LAST_DAY).values()) == visits
    before = sorted(Rollup.select().tuples())
    recount()
    assert sorted(Rollup.select().tuples()) == before


def test_what_was_said_has_the_time_of_its_visit(many):
    assert not Grievance.select().join(Visit).where(Grievance.said_at != Visit.visited_at).exists()
    assert {code for (code,) in Grievance.select(Grievance.category).distinct().tuples()} and len(SAID) == 12


def test_the_same_seed_gives_the_same_visits():
    town = Town([Place(f"shop {number}", "zone", 37.5, 127.0, ("one", "two")) for number in range(9)], list(SAID), ["programme"])
    first, second, other = (list(visits(town, 60, Random(seed))) for seed in (7, 7, 8))
    assert first == second != other and sum(visit.current for rows in first for visit in rows.visits) == 60


def test_the_tables_have_their_indexes_afterwards(cast):
    before = [sorted(db.get_indexes(table)) for table in ("visit", "grievance", "visit_programme")]
    fill(cast, Size(30, 16, 1))
    assert [sorted(db.get_indexes(table)) for table in ("visit", "grievance", "visit_programme")] == before


def test_a_bare_query_gives_the_rows_of_its_list(many, as_, cast):
    client = as_("supervisor")
    lists = [page for page in pages_of(cast.zone.uid) if page.path.startswith("/visits")]
    for page in lists:
        shown = UIDS.findall(client.get(page.path).get_data(as_text=True))
        rows = [uid for uid, _moment in db.execute_sql(page.bare.replace("?", db.param), page.values).fetchall()]
        assert shown == rows[:ROWS] and shown, page.name
    assert len(lists) == 7


@pytest.mark.slow
def test_every_line_of_the_quick_run_has_its_figures():
    outside = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    command = [sys.executable, "-m", "bench", "--quick", "--only", "desk"]
    done = subprocess.run(command, cwd=ROOT, env=outside, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    _facts, *desks = [table.splitlines() for table in done.stdout.strip().split("\n\n")]
    assert desks and {len(desk) % 3 for desk in desks} == {(3 + 1) % 3}
    for line in (line for desk in desks for line in desk[3:-1]):
        figures = [float(cell) for cell in re.split(r"  +", line)[1:8]]
        assert len(figures) == 7 and all(figure > 0 for figure in figures[:4] + figures[5:]), line  # busy is counted in hundredths
