"""The vendored browser libraries are what CHECKSUMS says, all of them and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VENDOR, tmp_path / "vendor"))


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, folder / "fetch.py", "--check"], capture_output=True, text=True)


def test_the_files_are_as_recorded():
    checked = check(VENDOR)
    assert checked.returncode == 0, checked.stderr


def test_one_changed_byte_is_noticed(copy: Path):
    script = copy / "leaflet@1.9.4" / "leaflet.js"
    script.write_bytes(script.read_bytes().replace(b"L", b"l", 1))
    checked = check(copy)
    assert checked.returncode == 1
    assert "leaflet@1.9.4/leaflet.js" in checked.stderr


def test_a_missing_file_is_noticed(copy: Path):
    (copy / "htmx.org@4.0.1" / "htmx.min.js").unlink()
    checked = check(copy)
    assert checked.returncode == 1
    assert "missing: htmx.org@4.0.1/htmx.min.js" in checked.stderr


def test_a_file_that_nobody_recorded_is_noticed(copy: Path):
    (copy / "leaflet@1.9.4" / "more.js").write_text("1")
    checked = check(copy)
    assert checked.returncode == 1
    assert "leaflet@1.9.4/more.js" in checked.stderr
