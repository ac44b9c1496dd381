"""The rooms' tests once more, on a real PostgreSQL server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 600  # tests: fewer would mean that the rooms were not found


@pytest.mark.postgres
def test_the_rooms_pass_on_postgresql(postgres_url):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "not browser and not postgres and not torture and not slow and not sqlite", "tests",
         "-p", "no:cacheprovider", "--no-header"],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": postgres_url}, capture_output=True, text=True)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert passed and int(passed[1]) >= FLOOR, done.stdout[-500:]
