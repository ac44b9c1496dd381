"""On PostgreSQL the archive holds the photos; pg_dump keeps the rows, and was asked first."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import create_app
from fieldapp.config import Config
from fieldapp.database import Sequence, db, migrate
from fieldapp.photos import Photo, stored_path
from fieldapp.visits import Visit
from tests.conftest import Client
from tests.postgres import database, package
from tests.setup.conftest import content_of, only

pytestmark = pytest.mark.postgres


@pytest.fixture
def config(tmp_path, assets, postgres_url) -> Config:
    (tmp_path / "assets").symlink_to(assets)
    return Config(data=tmp_path, database_url=postgres_url, secret_key="only for tests")


@pytest.fixture
def new_database(postgres) -> Iterator[str]:
    with database(postgres) as url:
        yield url
        db.close()


def program(name: str, *arguments: str) -> None:
    folder = package()
    assert folder
    subprocess.run([folder / "pginstall" / "bin" / name, *arguments], check=True)


def office_at(folder: Path, url: str, assets: Path):
    db.close()
    folder.mkdir()
    (folder / "assets").symlink_to(assets)
    return create_app(Config(data=folder, database_url=url, secret_key="another"))


def test_dump_and_archive_make_the_office_again(flask, visit_with_photo, as_, config, assets, tmp_path, postgres_url, new_database):
    dump = str(tmp_path / "made.dump")
    for seed in range(2):
        visit_with_photo(seed)
    cursor, epoch = as_("changdong").get("/sync/pack").json["cursor"], Sequence.get().epoch
    program("pg_dump", "--format=custom", f"--file={dump}", postgres_url)
    visit_with_photo(2)  # between the two: its photo has no row in the dump
    done = flask("backup")
    file = only(config.data / "backups")
    assert done.code == 0 and "pg_dump" in done.said and "pg_dump" in flask("backup", "--no-photos", tmp_path / "empty.tar").said
    assert not [name for name in content_of(file) if name.endswith(".db")] and len(content_of(file)) == 3 * 2 + 2

    restored = office_at(tmp_path / "other", new_database, assets)
    program("pg_restore", "--no-owner", f"--dbname={new_database}", dump)
    done = flask("restore", file, office=restored)
    assert done.code == 0, done.said
    with restored.test_request_context():
        assert migrate() == [] and Visit.select().count() == 2 and Sequence.get().epoch != epoch
        assert all(stored_path(photo.sha256, size) for photo in Photo.select() for size in (1600, 320))
        assert Client(restored, "changdong").get(f"/sync/pack?cursor={cursor}").json["full"]


def test_an_archive_that_is_older_than_the_dump_is_refused(flask, visit_with_photo, config):
    visit_with_photo(0)
    flask("backup")
    visit_with_photo(1)
    done = flask("restore", "--replace", only(config.data / "backups"))
    assert done.code == 1 and "1 photos" in done.said and not list(config.data.glob("*.before-*"))


def test_others_that_are_connected_are_noticed(flask, visit_with_photo, config, postgres_url):
    visit_with_photo(0)
    flask("backup")
    other = type(db.obj)(db.obj.database, **db.obj.connect_params)
    other.connect()
    try:
        assert "Stop it first" in flask("restore", "--replace", only(config.data / "backups")).said
    finally:
        other.close()


def test_an_office_on_sqlite_does_not_take_it(flask, visit_with_photo, config, assets, tmp_path):
    visit_with_photo(0)
    flask("backup")
    file = only(config.data / "backups")
    elsewhere = office_at(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}", assets)
    done = flask("restore", file, office=elsewhere)
    assert done.code == 1 and "postgresql" in done.said
