"""A backup holds what had been acknowledged, while phones send; and no other file ever has a backup's name."""

import fcntl
import hashlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.config import HOME
from fieldapp.consultations import Attachment, Consultation
from fieldapp.database import db, writing
from fieldapp.photos import Photo, stored_path
from tests.cases import case_in
from tests.office import Office
from tests.setup.conftest import content_of, manifest_of, only, size_of
from tests.storm import Phone

pytestmark = pytest.mark.sqlite


def test_it_is_one_private_file_with_everything_that_the_manifest_names(flask, visit_with_photo, config):
    for seed in range(3):
        visit_with_photo(seed)
    done = flask("backup")
    file = only(config.data / "backups")
    assert done.code == 0 and re.fullmatch(r"fieldapp-\d{8}-\d{6}\.tar", file.name) and str(file) in done.said
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    content, manifest = content_of(file), manifest_of(file)
    first, *photos, told, last = content
    assert (first, len(photos), told, last) == ("fieldapp.db", 6, "manifest.json", "SHA256SUMS")
    assert content.pop("SHA256SUMS").decode() == "".join(
        f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in content.items()), "as sha256sum -c reads it"
    assert manifest["rows"]["visit"] == manifest["rows"]["photo"] == 3 and manifest["migrations"][0] == "0001_first"
    assert {path.name for path in file.parent.iterdir()} == {file.name, ".lock"}


def test_it_holds_what_is_attached_to_sessions_and_says_what_of_it_is_missing(flask, cast, config):
    case_in(cast, "in_progress")
    with writing():
        rows = [Attachment.receive(Consultation.get(), f"{number}.pdf", b"%PDF-1.7 " + bytes([number]), "a") for number in range(2)]
    assert flask("backup", config.data / "all.tar").code == 0
    content = content_of(config.data / "all.tar")
    for row in rows:
        assert content[f"photos/{row.sha256[:2]}/{row.sha256}.file"] == row.path.read_bytes()
    rows[0].path.unlink()
    done = flask("backup", config.data / "less.tar")
    assert done.code == 1 and f"{rows[0].sha256}.file" in done.said
    restored = flask("restore", config.data / "all.tar", "--replace")
    assert restored.code == 0, restored.said
    assert [row.path.read_bytes() for row in Attachment.select()] and "missing photos" not in restored.said


def test_a_folder_or_a_name_can_be_given_and_nothing_is_overwritten(flask, cast, tmp_path):
    assert flask("backup", tmp_path / "usb").code == 0 and only(tmp_path / "usb")
    assert flask("backup", tmp_path / "mine.tar").code == 0
    before = (tmp_path / "mine.tar").read_bytes()
    again = flask("backup", tmp_path / "mine.tar")
    assert again.code == 1 and "such a file already" in again.said and (tmp_path / "mine.tar").read_bytes() == before


def test_keep_removes_the_oldest_backups_and_nothing_else(flask, cast, config):
    folder = config.data / "backups"
    folder.mkdir()
    for name in ("fieldapp-20200101-000000.tar", "fieldapp-20200102-000000.tar", "fieldapp-rows-20200101-000000.tar",
                 "before-the-move.tar", "notes.txt"):
        (folder / name).touch()
    assert flask("backup", "--keep", 2).code == 0
    left = sorted(path.name for path in folder.iterdir())
    assert "fieldapp-20200101-000000.tar" not in left and "fieldapp-20200102-000000.tar" in left
    assert {"before-the-move.tar", "notes.txt", "fieldapp-rows-20200101-000000.tar"} < set(left) and len(left) == 6
    assert flask("backup", "--no-photos", "--keep", 1).code == 0
    left = sorted(path.name for path in folder.iterdir())
    assert "fieldapp-20200102-000000.tar" in left and "fieldapp-rows-20200101-000000.tar" not in left and len(left) == 6


def test_a_photo_that_is_gone_is_said_and_costs_no_older_backup(flask, visit_with_photo, config):
    visit_with_photo(1)
    flask("backup", config.data / "backups" / "fieldapp-20200101-000000.tar")
    lost = stored_path(Photo.get().sha256, 1600)
    lost.unlink()
    done = flask("backup", "--keep", 1)
    assert done.code == 1 and lost.name in done.said
    assert len(files := sorted((config.data / "backups").glob("*.tar"))) == 2
    assert manifest_of(files[-1])["missing"] == [lost.name]


def test_a_damaged_database_is_not_kept_as_if_it_were_sound(flask, visit_with_photo, config):
    for seed in range(3):
        visit_with_photo(seed)
    root = db.execute_sql("SELECT rootpage FROM sqlite_master WHERE name = 'visit'").fetchone()[0]
    size = db.execute_sql("PRAGMA page_size").fetchone()[0]
    db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with (config.data / "test.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes(size))
    done = flask("backup")
    assert done.code == 1 and "malformed" in done.said and not list((config.data / "backups").glob("*.tar"))


def test_an_office_without_tables_is_no_backup(flask, config):
    db.close()
    for file in config.data.glob("test.db*"):
        file.unlink()
    assert "no tables" in flask("backup").said and not list((config.data / "backups").glob("*.tar"))


def test_a_full_disk_leaves_nothing(flask, cast, config, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fieldapp.setup.backup.os.fsync", full)
    done = flask("backup")
    assert done.code == 1 and "No space left" in done.said
    assert [path.name for path in (config.data / "backups").iterdir()] == [".lock"]


def backing_up(data: Path, *arguments: str) -> subprocess.Popen:
    keep = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen([sys.executable, "-m", "flask", "--app", "fieldapp", "backup", *arguments], cwd=HOME, text=True,
                            env={**keep, "FIELDAPP_DATA": str(data), "DATABASE_URL": f"sqlite:///{data / 'fieldapp.db'}"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def acknowledged(crowd: list[Phone]) -> tuple[set[str], set[str]]:
    """The visits and the photos that these phones know to be at the office."""
    kept = [record for phone in crowd for record in list(phone.outbox) if record.missing is not None]
    return {record.entry["id"] for record in kept}, {digest for record in kept for digest in list(record.confirmed)}


def more_acknowledged(crowd: list[Phone], visits: int) -> tuple[set[str], set[str]]:
    """Wait until that many visits are at the office, and photos too."""
    deadline = time.monotonic() + 60
    while len((found := acknowledged(crowd))[0]) < visits or not found[1]:
        assert time.monotonic() < deadline, [phone.error for phone in crowd]
        time.sleep(0.1)
    return found


@pytest.fixture
def busy_office(tmp_path) -> Iterator[Office]:
    """One that takes any number of requests from one person."""
    made = Office(tmp_path, SYNC_LIMIT="1000000")
    with made.app.app_context(), made.server:
        yield made
    if not db.is_closed():
        db.close()


@pytest.mark.slow
def test_phones_send_meanwhile_and_all_that_was_acknowledged_before_is_in_it(busy_office, tmp_path):
    stop = threading.Event()
    crowd = [Phone(busy_office, seed, stop) for seed in range(3)]
    for phone in crowd:
        phone.start()
    meanwhile = 0
    try:
        for number in range(4):
            visits, photos = more_acknowledged(crowd, 20 * (number + 1))
            process = backing_up(busy_office.config.data, str(tmp_path / f"{number}.tar"))
            said = process.communicate(timeout=60)[0]
            assert process.returncode == 0, said
            meanwhile += len(acknowledged(crowd)[0]) - len(visits)
            holds(tmp_path / f"{number}.tar", visits, photos, tmp_path)
    finally:
        stop.set()
        for phone in crowd:
            phone.join(30)
    assert [phone.error for phone in crowd] == [None] * 3
    assert meanwhile >= 20, "the phones were not sending"


def holds(file: Path, visits: set[str], photos: set[str], scratch: Path) -> None:
    content = content_of(file)
    (scratch / "copy.db").write_bytes(content["fieldapp.db"])
    copy = sqlite3.connect(scratch / "copy.db")
    try:
        assert {uid for uid, in copy.execute("SELECT uid FROM visit")} >= visits
        received = {sha256 for sha256, in copy.execute("SELECT sha256 FROM visit_photo WHERE received_at IS NOT NULL")}
        assert {sha256 for sha256, in copy.execute("SELECT sha256 FROM photo")} >= received >= photos
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        copy.close()
    for sha256 in received:
        for size in (1600, 320):
            assert content[f"photos/{sha256[:2]}/{sha256}.{size}.jpg"][:2] == b"\xff\xd8"


@pytest.mark.slow
def test_killed_half_way_it_leaves_no_backup_and_the_next_one_clears_up(app, cast, config, tmp_path):
    filler = os.urandom(100_000)
    with writing():
        for number in range(600):  # 60 MB, so that there is time to kill
            sha256 = hashlib.sha256(b"%d" % number).hexdigest()
            Photo.create(sha256=sha256, width=4, height=3, bytes_sent=1)
            for size in (1600, 320):
                place = config.data / "photos" / sha256[:2] / f"{sha256}.{size}.jpg"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(filler if size == 1600 else b"small")
    db.close()
    (config.data / "test.db").rename(config.data / "fieldapp.db")
    folder, killed = config.data / "backups", 0
    for megabytes in (0, 1, 10, 30, 50):
        process = backing_up(config.data)
        while process.poll() is None and size_of(".backup-*/*.tar", folder) <= megabytes * 1_000_000:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        killed += process.returncode == -signal.SIGKILL
        left = [file for file in folder.glob("*.tar") if file.name[0] != "."]
        assert not left or len(content_of(left.pop())) == 1 + 1200 + 2
    assert killed >= 3 and list(folder.glob(".backup-*")), "no kill came in time"
    process = backing_up(config.data, "--keep", "1")
    assert process.communicate(timeout=60)[0] and process.returncode == 0
    assert len(content_of(only(folder))) == 1 + 1200 + 2 and not list(folder.glob(".backup-*"))


@pytest.mark.slow
def test_two_at_once_wait_for_each_other(flask, cast, config):
    folder = config.data / "backups"
    folder.mkdir()
    db.close()
    (config.data / "test.db").rename(config.data / "fieldapp.db")
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / ".backup-of-the-other").mkdir()
        process = backing_up(config.data)
        assert process.stdout and "Waiting" in process.stdout.readline()
        assert (folder / ".backup-of-the-other").exists() and not list(folder.glob("*.tar"))
    assert "백업" in process.communicate(timeout=60)[0] and only(folder)
