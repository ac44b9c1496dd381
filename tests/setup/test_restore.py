"""A restored office is the one that was backed up, or nothing has changed."""

import hashlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import peewee
import pytest

from fieldapp import create_app
from fieldapp.config import HOME, Config
from fieldapp.database import Sequence, db, migrate, writing
from fieldapp.events import Event
from fieldapp.photos import Photo, stored_path
from fieldapp.visits import Visit
from tests.conftest import Client, frozen
from tests.setup.conftest import content_of, size_of

pytestmark = pytest.mark.sqlite


IN_PASSING = {"test.db-wal", "test.db-shm", "broken.tar"}


@pytest.fixture
def file(flask, visit_with_photo, tmp_path) -> Path:
    """A backup of an office with three visits, each with a photo."""
    for seed in range(3):
        visit_with_photo(seed)
    made = tmp_path / "made.tar"
    assert flask("backup", made).code == 0
    return made


@pytest.fixture
def other(config, tmp_path):
    """A new, empty office in a folder of its own; from here on the database is that one's."""
    def empty(name: str = "other"):
        db.close()
        folder = tmp_path / name
        folder.mkdir()
        (folder / "assets").symlink_to(config.data / "assets")
        return create_app(Config(data=folder, database_url=f"sqlite:///{folder / 'fieldapp.db'}", secret_key="another"))

    return empty


def rows(file: Path) -> dict[str, list]:
    """All that a SQLite file holds, by table."""
    read = peewee.sqlite3.connect(file)
    try:
        tables = [name for name, in read.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: read.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall() for table in tables}
    finally:
        read.close()


def everything(folder: Path) -> tuple[dict[str, list], dict[str, bytes], set[str]]:
    """What an office is: its rows, its photos and the names in its folder."""
    photos = {str(path.relative_to(folder)): path.read_bytes() for path in (folder / "photos").rglob("*.jpg")}
    return rows(folder / "test.db"), photos, {path.name for path in folder.iterdir()} - IN_PASSING


def test_an_empty_folder_becomes_the_same_office(flask, file, other, as_, cast):
    served = as_("changdong").get("/sync/pack").json
    uids, photos = [visit.uid for visit in Visit.select()], [photo.sha256 for photo in Photo.select()]
    pictures = [stored_path(sha256, size).read_bytes() for sha256 in photos for size in (1600, 320)]
    restored = other()
    done = flask("restore", file, office=restored)
    assert done.code == 0 and "visits 3" in done.said and "Phones load everything anew" in done.said, done.said
    with restored.test_request_context():
        assert [stored_path(sha256, size).read_bytes() for sha256 in photos for size in (1600, 320)] == pictures
        assert Event.select().where(Event.kind == "office.restored").count() == 1
        desk, phone = Client(restored, "supervisor"), Client(restored, "changdong")
        assert all(f"기억할 것 {seed}" in desk.get(f"/visits/{uid}").text for seed, uid in enumerate(uids))
        shown = [desk.get(f"/visits/{uid}/photos/1/{size}") for uid in uids for size in (1600, 320)]
        assert all(answer.status_code == 200 for answer in shown) and sorted(a.data for a in shown) == sorted(pictures)
        again = phone.get(f"/sync/pack?cursor={served['cursor']}&rest={served['rest_hash']}").json
        assert again["full"] and len(again["shops"]) == len(served["shops"]) == 2 and again["rest"]
        delta = phone.get(f"/sync/pack?cursor={again['cursor']}&rest={again['rest_hash']}").json
        assert not delta["full"] and not delta["shops"]
    assert not list(Path(restored.config["DATA"]).glob("*.restoring*"))


def test_what_a_phone_still_holds_arrives_once_after_a_restore(flask, file, other, cast):
    """A visit that came after the backup is unknown again; one that came before is a duplicate."""
    before = Visit.select().first()
    restored = other()
    assert flask("restore", file, office=restored).code == 0
    with restored.test_request_context():
        phone = Client(restored, "changdong")
        known = phone.get(f"/sync/status?ids={before.uid}").json["records"][0]
        assert known["answer"] == "duplicate" and known["missing"] == []
        entry = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "absent"})
        assert phone.get(f"/sync/status?ids={entry['id']}").json["records"][0]["answer"] == "unknown"
        assert [phone.send(entry)[0]["answer"] for _ in range(2)] == ["created", "duplicate"]


def test_rows_without_photos_leave_the_photos_alone(flask, file, visit_with_photo, other, config, tmp_path):
    """The way of a lost disk: photos copied elsewhere come back as files, then the hour's rows."""
    hourly = tmp_path / "hourly.tar"
    assert flask("backup", "--no-photos", hourly).code == 0 and [*content_of(hourly)] == ["fieldapp.db", "manifest.json", "SHA256SUMS"]
    restored = other()
    copied = shutil.copytree(config.data / "photos", tmp_path / "other" / "photos")
    lost = min(copied.rglob("*.320.jpg"))
    lost.unlink()
    done = flask("restore", hourly, office=restored)
    assert done.code == 0 and "missing photos: 1" in done.said, done.said
    assert Visit.select().count() == 3 and len([*copied.rglob("*.jpg")]) == 5
    assert flask("restore", hourly, office=restored).code == 1 and flask("restore", "--replace", hourly, office=restored).code == 0
    assert not list((tmp_path / "other").glob("photos.*"))


def test_a_counter_that_was_never_used_gets_its_epoch(flask, database, other, tmp_path):
    assert not Sequence.select().exists() and flask("backup", tmp_path / "made.tar").code == 0
    restored = other()
    assert flask("restore", tmp_path / "made.tar", office=restored).code == 0
    assert Sequence.get().epoch


def test_a_filled_office_is_replaced_only_if_that_is_said_and_then_stands_beside(flask, file, visit_with_photo, config):
    visit_with_photo(4)
    before = everything(config.data)
    refused = flask("restore", file)
    assert refused.code == 1 and "--replace" in refused.said and everything(config.data) == before
    done = flask("restore", "--replace", file)
    assert done.code == 0, done.said
    assert Visit.select().count() == Photo.select().count() == 3
    [old] = config.data.glob("test.db.before-*")
    [photos] = config.data.glob("photos.before-*")
    assert rows(old) == before[0] and str(old) in done.said and str(photos) in done.said
    assert {f"photos/{path.relative_to(photos)}": path.read_bytes() for path in photos.rglob("*.jpg")} == before[1]


def test_an_older_backup_gets_the_tables_of_today(flask, file, other, tmp_path, monkeypatch):
    migrations = shutil.copytree(HOME / "migrations", tmp_path / "migrations")
    (migrations / "0999_later.py").write_text("def up(migrator, db):\n    db.execute_sql('CREATE TABLE later (id INTEGER)')\n")
    monkeypatch.setattr("fieldapp.database.MIGRATIONS", migrations)
    assert flask("restore", file, office=other()).code == 0
    assert "later" in db.get_tables() and migrate() == []


def test_a_newer_backup_is_refused(flask, file, other, tmp_path, monkeypatch):
    monkeypatch.setattr("fieldapp.setup.restore.MIGRATIONS", tmp_path / "none")
    restored = other()
    done = flask("restore", file, office=restored)
    assert done.code == 1 and "newer" in done.said
    assert not list(Path(restored.config["DATA"]).glob("photos*"))


def test_a_damaged_archive_is_refused_wherever_the_damage_is(flask, file, config):
    before, body, chance = everything(config.data), file.read_bytes(), random.Random(1)
    with tarfile.open(file) as tar:
        inside = [(member.offset_data, member.size) for member in tar.getmembers()]
    places = [offset + chance.randrange(size) for offset, size in inside for _ in range(3)]
    broken = config.data / "broken.tar"
    for place in places:
        broken.write_bytes(body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1:])
        done = flask("restore", "--replace", broken)
        assert done.code == 1 and "backup" in done.said, (place, done.said)
        assert everything(config.data) == before
    last = inside[-1][0] + inside[-1][1]
    for length in [0, 1, 511, 512, *(chance.randrange(last) for _ in range(20)), last - 1]:
        broken.write_bytes(body[:length])
        done = flask("restore", "--replace", broken)
        assert done.code == 1 and "backup" in done.said, (length, done.said)
        assert everything(config.data) == before


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "photos/../../escaped", "photos/aa/../../../escaped",
                                  "photos/aa/" + "b" * 64 + ".320.jpg", "secret_key", "photos", "fieldapp.db-wal", "FIELDAPP.DB"])
def test_names_that_no_backup_holds_are_refused(flask, file, config, tmp_path, name):
    before = everything(config.data)
    evil = config.data / "broken.tar"
    content = content_of(file)
    with tarfile.open(evil, "w") as tar:
        for told, body in [(name, b"evil"), *content.items()]:
            info = tarfile.TarInfo(told)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    done = flask("restore", "--replace", evil)
    assert done.code == 1 and "no backup" in done.said and everything(config.data) == before
    assert not list(tmp_path.parent.rglob("escaped")) and not Path("/tmp/escaped").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_only_files_are_taken(flask, file, config, kind):
    before, content = everything(config.data), content_of(file)
    evil = config.data / "broken.tar"
    with tarfile.open(evil, "w") as tar:
        for told, body in content.items():
            info = tarfile.TarInfo(told)
            if told.endswith(".1600.jpg"):
                info.type, info.linkname = kind, "/etc/passwd"
                tar.addfile(info)
            else:
                info.size = len(body)
                tar.addfile(info, io.BytesIO(body))
    done = flask("restore", "--replace", evil)
    assert done.code == 1 and "no backup" in done.said and everything(config.data) == before


@pytest.mark.parametrize("step", ["make_ready", "exchange"])
def test_a_failure_before_the_exchange_changes_nothing(flask, file, config, monkeypatch, step):
    def full(*_):
        raise OSError(28, "No space left on device")

    before = everything(config.data)
    monkeypatch.setattr(f"fieldapp.setup.restore.{step}", full)
    done = flask("restore", "--replace", file)
    assert done.code == 1 and "No space left" in done.said and everything(config.data) == before


def test_a_database_too_broken_to_read_can_be_replaced(flask, file, config):
    db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    root, size = (db.execute_sql(f"PRAGMA {pragma}").fetchone()[0] for pragma in ("page_count", "page_size"))
    with (config.data / "test.db").open("r+b") as broken:
        broken.seek(size)
        broken.write(os.urandom((root - 1) * size))
    done = flask("restore", "--replace", file)
    assert done.code == 0, done.said
    assert Visit.select().count() == 3 and list(config.data.glob("test.db.before-*"))


def typed(data: Path, *arguments: str) -> subprocess.Popen:
    """A flask command in a process of its own, on the office in this folder."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"FIELDAPP_DATA": str(data)}
    return subprocess.Popen([sys.executable, "-m", "flask", "--app", "fieldapp", *arguments], cwd=HOME, env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.slow
def test_killed_half_way_it_has_changed_nothing_and_can_be_done_again(flask, cast, config, tmp_path):
    filler = os.urandom(100_000)
    with writing():
        for number in range(300):
            sha256 = hashlib.sha256(b"%d" % number).hexdigest()
            Photo.create(sha256=sha256, width=4, height=3, bytes_sent=1)
            for size in (1600, 320):
                place = config.data / "photos" / sha256[:2] / f"{sha256}.{size}.jpg"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(filler)
    archive = tmp_path / "made.tar"
    assert flask("backup", archive).code == 0
    db.close()
    (config.data / "test.db").rename(config.data / "fieldapp.db")
    before, killed = rows(config.data / "fieldapp.db"), 0
    for megabytes in (0, 10, 25, 40):
        process = typed(config.data, "restore", "--replace", str(archive))
        while process.poll() is None and size_of("*.jpg", config.data / "photos.restoring") <= megabytes * 1_000_000:
            time.sleep(0.001)
        process.kill()
        process.communicate(timeout=30)
        killed += process.returncode == -signal.SIGKILL and (config.data / "photos.restoring").exists()
        assert rows(config.data / "fieldapp.db") == before and len(list((config.data / "photos").glob("*/*"))) == 600
    assert killed >= 3, "no kill came in time"
    process = typed(config.data, "restore", "--replace", str(archive))
    assert process.communicate(timeout=60)[0] and process.returncode == 0
    assert rows(config.data / "fieldapp.db")["photo"] == before["photo"] and not list(config.data.glob("*.restoring*"))


@pytest.mark.slow
def test_a_running_server_is_not_restored_over(office, tmp_path):
    data, archive = office.config.data, str(tmp_path / "made.tar")
    db.close()

    def flask(*arguments: str) -> tuple[int, str]:
        process = typed(data, *arguments)
        said = process.communicate(timeout=60)[0]
        return process.returncode, said

    assert flask("backup", archive)[0] == 0
    code, said = flask("restore", "--replace", archive)
    assert code == 1 and "Stop it first" in said and office.server.answers()
    assert not list(data.glob("*.before-*")) and not list(data.glob("*.restoring*"))
    office.server.kill()
    assert flask("restore", "--replace", archive)[0] == 0
    office.server.start()
    assert office.server.answers() and len(rows(data / "fieldapp.db")["shop"]) == 3
