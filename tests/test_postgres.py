"""The rooms' tests once more, on a real PostgreSQL server; in parts, so that they can run side by side."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PARTS = 4
FLOOR = 200  # tests of a part: fewer would mean that the rooms were not found
ASKED = "not browser and not postgres and not torture and not slow and not sqlite"


@pytest.mark.postgres
@pytest.mark.parametrize("part", range(PARTS))
def test_the_rooms_pass_on_postgresql(postgres_url, part):
    files = sorted(str(file) for file in HERE.rglob("test_*.py"))[part::PARTS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", ASKED, *files, "-p", "no:cacheprovider", "--no-header"],
        cwd=HERE.parent, env={**os.environ, "DATABASE_URL": postgres_url}, capture_output=True, text=True)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert passed and int(passed[1]) >= FLOOR, done.stdout[-500:]
