"""`flask backup`: the office in one .tar, made while it serves and phones send.

The database is copied first, then every photo that the copy calls received and every file that is attached to a session: files
are older than their rows and never change, so both fit. SHA256SUMS stands last and names all the others; an archive without it was cut off.
"""

import errno
import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
import peewee
from flask import current_app
from flask.cli import with_appcontext

from fieldapp import durable
from fieldapp.consultations import file_path
from fieldapp.database import SEOUL, db, now
from fieldapp.photos import LARGE, SMALL, stored_path

FORMAT = 1
DATABASE, MANIFEST, SUMS = "fieldapp.db", "manifest.json", "SHA256SUMS"
KINDS = {True: "fieldapp", False: "fieldapp-rows"}  # with photos, without
UNFINISHED = ".backup-"


@dataclass
class Manifest:
    """What an archive is: `rows` says of each table how many it has, `missing` which photos were not in the folder.

    `database` is sqlite or postgresql; of the latter the archive holds the photos alone. `photos` is whether it holds them.
    """

    database: str
    migrations: list[str]
    rows: dict[str, int]
    photos: bool = True
    format: int = FORMAT
    made_at: str = field(default_factory=lambda: now().isoformat())
    missing: list[str] = field(default_factory=list)

    @property
    def when(self) -> str:
        return f"{datetime.fromisoformat(self.made_at).astimezone(SEOUL):%Y-%m-%d %H:%M}"

    @property
    def told(self) -> str:
        return f"방문 visits {self.rows.get('visit', 0):,} · 사진 photos {self.rows.get('photo', 0):,}"


@click.command("backup")
@click.argument("where", required=False, type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Remove all but the N newest backups of this kind there.")
@click.option("--no-photos", is_flag=True, help="The database alone: small, for every hour.")
@with_appcontext
def backup(where: Path | None, keep: int | None, no_photos: bool) -> None:
    """Copy the office into one .tar while it serves: WHERE is a folder or a new file's name, else FIELDAPP_DATA/backups."""
    target = target_of(where, KINDS[not no_photos])
    if no_photos and not on_sqlite():
        raise click.ClickException("That would be empty: the database is PostgreSQL's to keep, by pg_dump.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone_in(target.parent):
            manifest = make(target, not no_photos)
            gone = prune(target.parent, KINDS[not no_photos], keep) if keep and not manifest.missing else []
    except (OSError, peewee.DatabaseError) as error:
        raise click.ClickException(f"No backup was made: {error}") from None
    click.echo(f"백업 backup: {target}  ({target.stat().st_size / 1e6:,.1f} MB · {manifest.told})")
    for name in gone:
        click.echo(f"지움 removed: {name}")
    if manifest.database != "sqlite":
        click.echo("It holds the photos alone. The database is PostgreSQL's to keep: pg_dump, and before this command (docs/backup.md).")
    if manifest.missing:
        raise click.ClickException(f"The database calls {len(manifest.missing)} photos or files received that are not in the folder: "
                                   + ", ".join(manifest.missing[:5]))


def on_sqlite() -> bool:
    return isinstance(db.obj, peewee.SqliteDatabase)


def target_of(where: Path | None, kind: str) -> Path:
    """The file that will be written."""
    where = where or Path(current_app.config["DATA"]) / "backups"
    named = where.suffix == ".tar" and not where.is_dir()
    return (where if named else where / f"{kind}-{now().astimezone(SEOUL):%Y%m%d-%H%M%S}.tar").absolute()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One backup after the other in a folder; what a killed one left behind goes."""
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo(f"Waiting for another backup into {folder} ...", err=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(UNFINISHED + "*"):
            shutil.rmtree(left)
        yield


def make(target: Path, photos: bool) -> Manifest:
    """Write the archive under another name and give it its own when every byte is on the disk. Raises FileExistsError."""
    if target.exists():
        raise FileExistsError(errno.EEXIST, "There is such a file already", str(target))
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=target.parent) as scratch:
        unfinished, copy = Path(scratch, target.name), Path(scratch, DATABASE)
        with create(unfinished) as file, snapshot(copy) as database:
            manifest = Manifest("sqlite" if copy.exists() else "postgresql", *state_of(database), photos)
            write(file, manifest, {DATABASE: copy} if copy.exists() else {}, photos_of(database) if photos else [],
                  files_of(database) if photos else [])
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
        durable.sync_folder(target.parent)
    return manifest


@contextmanager
def snapshot(copy: Path) -> Iterator[peewee.Database]:
    """A database that stands still: for SQLite a copy of one moment, which was found sound. PostgreSQL is only read."""
    if not on_sqlite():
        yield db.obj
        return
    click.echo("데이터베이스 database ...", err=True)
    db.execute_sql("VACUUM INTO ?", (str(copy),))
    copied = peewee.SqliteDatabase(copy)
    try:
        refuse_unsound(copied)
        yield copied
    finally:
        copied.close()


def refuse_unsound(database: peewee.Database) -> None:
    found = database.execute_sql("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise peewee.DatabaseError(f"the database is damaged: {found}")


def state_of(database: peewee.Database) -> tuple[list[str], dict[str, int]]:
    """The migrations that it has had, and the rows of each table."""
    tables = database.get_tables()
    if "schema_migration" not in tables:
        raise click.ClickException("This office has no tables yet: there is nothing to keep.")
    migrations = database.execute_sql('SELECT "name" FROM "schema_migration" ORDER BY "name"').fetchall()
    rows = {table: database.execute_sql(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in tables}
    return [name for name, in migrations], rows


def photos_of(database: peewee.Database) -> list[str]:
    return [sha256 for sha256, in database.execute_sql('SELECT "sha256" FROM "photo" ORDER BY "sha256"').fetchall()]


def files_of(database: peewee.Database) -> list[str]:
    """What is attached to sessions beside photos; an office before its migration has none."""
    if "attachment" not in database.get_tables():
        return []
    found = database.execute_sql('SELECT DISTINCT "sha256" FROM "attachment" WHERE "kind" = \'file\' ORDER BY "sha256"')
    return [sha256 for sha256, in found.fetchall()]


class Archive:
    """A .tar that is being written, with the SHA-256 of each file that went in."""

    def __init__(self, tar: tarfile.TarFile):
        self.tar = tar
        self.sums: dict[str, str] = {}

    def add(self, name: str, file: BinaryIO, size: int) -> None:
        read = Hashed(file)
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(now().timestamp())
        self.tar.addfile(info, read)  # type: ignore[arg-type]
        self.sums[name] = read.digest.hexdigest()

    def add_file(self, name: str, place: Path) -> None:
        with place.open("rb") as file:
            self.add(name, file, os.fstat(file.fileno()).st_size)

    def add_text(self, name: str, text: str) -> None:
        body = text.encode()
        self.add(name, io.BytesIO(body), len(body))


def write(file: BinaryIO, manifest: Manifest, files: dict[str, Path], photos: list[str], attached: list[str]) -> None:
    """The archive's content: the files, both copies of each photo, what is attached to sessions, and what they are."""
    with tarfile.open(fileobj=file, mode="w") as tar:
        archive = Archive(tar)
        for name, place in files.items():
            archive.add_file(name, place)
        with click.progressbar(photos, label="사진 photos", file=sys.stderr) as shown:
            for sha256 in shown:
                manifest.missing += add_photo(archive, sha256)
        for sha256 in attached:
            manifest.missing += add_attached(archive, sha256)
        archive.add_text(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
        archive.add_text(SUMS, "".join(f"{sha256}  {name}\n" for name, sha256 in archive.sums.items()))


def add_photo(archive: Archive, sha256: str) -> list[str]:
    """Add both copies; give the names of those that aren't there."""
    missing = []
    for size in (LARGE, SMALL):
        try:
            place = stored_path(sha256, size)
        except FileNotFoundError as error:
            missing.append(error.args[0].name)
            continue
        archive.add_file(f"photos/{place.parent.name}/{place.name}", place)
    return missing


def add_attached(archive: Archive, sha256: str) -> list[str]:
    """Add a file that is attached to a session; give its name if it isn't there."""
    try:
        place = file_path(sha256)
    except FileNotFoundError as error:
        return [error.args[0].name]
    archive.add_file(f"photos/{place.parent.name}/{place.name}", place)
    return []


class Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO):
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.digest.update(block)
        return block


def prune(folder: Path, kind: str, keep: int) -> list[str]:
    """Remove all but the newest of this kind; give the names of what went. Other files stay."""
    made = sorted(file for file in folder.iterdir() if re.fullmatch(rf"{kind}-\d{{8}}-\d{{6}}\.tar", file.name))
    for file in made[:-keep]:
        file.unlink()
    return [file.name for file in made[:-keep]]


def create(place: Path) -> BinaryIO:
    """A new file for writing, its owner's alone."""
    return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
