"""`flask restore`: an office back from a backup, whole or not at all.

Everything is unpacked beside the office and found right before anything of it is touched; then names are exchanged.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import peewee
from flask import current_app
from flask.cli import with_appcontext

from fieldapp import events
from fieldapp.config import Config
from fieldapp.consultations import file_path
from fieldapp.database import MIGRATIONS, SEOUL, Sequence, db, migrate, now, open_database, uuid7, writing
from fieldapp.photos import LARGE, SMALL, stored_path
from fieldapp.setup.backup import DATABASE, FORMAT, MANIFEST, SUMS, Manifest, create, files_of, on_sqlite, photos_of, refuse_unsound

PHOTOS = "photos"
NAMES = re.compile(rf"{re.escape(DATABASE)}|{PHOTOS}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}\.(?:\d+\.jpg|file)|{re.escape(MANIFEST)}|{SUMS}")
SUM = re.compile("([0-9a-f]{64})  (.+)")

TOLD = """
휴대폰 phones: 다음에 이어질 때 점포 목록을 모두 새로 받습니다. 아직 보내지 않은 기록은 그대로 도착합니다.
  {when} 뒤에 받은 기록은 휴대폰에서도 지워졌습니다. 보낼함이 이레 동안 어느 방문이었는지 보여 줍니다: 다시 적게 하십시오.
  Phones load everything anew; what they have not sent yet will arrive. What arrived after {when} is gone from them too:
  for seven days their outbox lists which visits those were, so that they can be written down again.
계정 accounts: 계정·로그인·동의가 {when}의 상태입니다. 그 뒤에 닫거나 철회한 것은 다시 하십시오.
  Accounts, log-ins and consents are as they were then: close and withdraw again what has been since.
"""


@dataclass(frozen=True)
class Part:
    """The database's file or the folder of photos: where it lives, and beside it where it is made ready."""

    live: Path

    @property
    def ready(self) -> Path:
        return self.live.with_name(f"{self.live.name}.restoring")

    def clear(self) -> None:
        """Remove what is unfinished, of a restore that was killed too."""
        if self.ready.is_dir():
            shutil.rmtree(self.ready)
        for file in self.ready.parent.glob(f"{self.ready.name}*"):
            file.unlink()

    def exchange(self, stamp: str) -> Path | None:
        """Put what is ready in its place; give where that which stood there stands now. A log of SQLite's goes before its file."""
        aside = self.live.with_name(f"{self.live.name}.before-{stamp}")
        for suffix in ("-wal", "-shm", "-journal", ""):
            old = Path(f"{self.live}{suffix}")
            if old.exists():
                old.rename(f"{aside}{suffix}")
        self.ready.rename(self.live)
        return aside if aside.exists() else None


@dataclass(frozen=True)
class Archive:
    """A backup whose names were found right; its hashes are compared as it is unpacked."""

    tar: tarfile.TarFile
    members: dict[str, tarfile.TarInfo]
    sums: dict[str, str]
    manifest: Manifest


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Where the office holds data already: move it aside. Nothing is deleted.")
@with_appcontext
def restore(file: Path, replace: bool) -> None:
    """Bring the office back from FILE, a backup. Stop the server first."""
    settings: Config = current_app.config["SETTINGS"]
    try:
        with tarfile.open(file, "r:") as tar:
            archive = open_archive(tar)
            parts = parts_of(archive, settings.data)
            if not replace and holds_anything(parts):
                raise click.ClickException(f"{settings.data} holds an office already. Say --replace, and it will be moved aside first.")
            with alone_with(parts.get(DATABASE)), cleared(parts):
                unpack(archive, parts)
                make_ready(parts.get(DATABASE), file)
                asides = exchange(parts)
    except tarfile.TarError as error:
        raise click.ClickException(f"This is no backup of fieldapp, or a damaged one: {error}") from None
    except (OSError, peewee.DatabaseError) as error:
        raise click.ClickException(f"Not restored: {error}") from None
    db.close()
    open_database(settings.database_url)
    tell(file, archive.manifest, asides)


def parts_of(archive: Archive, data: Path) -> dict[str, Part]:
    """What of the office comes from this archive. Raises ClickException where it is another kind of office's."""
    manifest, held = archive.manifest, {name.partition("/")[0] for name in archive.sums}
    if manifest.database != ("sqlite" if on_sqlite() else "postgresql"):
        raise click.ClickException(f"This is a backup of an office on {manifest.database}; this office is on another database.")
    parts = {PHOTOS: Part(data / PHOTOS)} if manifest.photos else {}
    parts |= {DATABASE: Part(Path(db.obj.database))} if on_sqlite() else {}
    if held - parts.keys() or parts.keys() - held - {PHOTOS}:
        raise click.ClickException("This backup is damaged: it does not hold what it says.")
    return parts


def holds_anything(parts: dict[str, Part]) -> bool:
    """Whether there is a photo, or a row in any of SQLite's tables. On PostgreSQL the database was restored before."""
    if PHOTOS in parts and any(parts[PHOTOS].live.rglob("*.*")):
        return True
    if DATABASE not in parts:
        return False
    try:
        return any(db.execute_sql(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()
                   for table in db.get_tables() if table != "schema_migration")
    except peewee.DatabaseError:
        return True


@contextmanager
def alone_with(part: Part | None) -> Iterator[None]:
    """Hold the database so that nobody has it open or opens it meanwhile; raises ClickException where a server runs on it."""
    if part is None:
        refuse_other_connections()
        yield
        return
    db.close()
    held = peewee.sqlite3.connect(part.live, timeout=1, isolation_level=None)
    try:
        held.execute("PRAGMA journal_mode = delete")  # refused while anyone else has a database in WAL mode open
        held.execute("BEGIN EXCLUSIVE")
    except peewee.sqlite3.DatabaseError as error:
        held.close()
        if "locked" in str(error):
            raise click.ClickException(f"A server or another command has {part.live} open. Stop it first.") from None
    try:
        yield  # a database that is too broken to be held is served by nobody
    finally:
        held.close()


def refuse_other_connections(patience: float = 3) -> None:
    """Raise ClickException where another client stays connected; one that has just said goodbye may take a moment to go."""
    others = ("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
              "AND backend_type = 'client backend'")
    deadline = time.monotonic() + patience
    while db.execute_sql(others).fetchone()[0]:
        if time.monotonic() > deadline:
            raise click.ClickException("A server or another command is connected to the database. Stop it first.")
        time.sleep(0.1)


@contextmanager
def cleared(parts: dict[str, Part]) -> Iterator[None]:
    for part in parts.values():
        part.clear()
    try:
        yield
    finally:
        for part in parts.values():
            part.clear()


def open_archive(tar: tarfile.TarFile) -> Archive:
    """Raises ClickException where this is no backup, is not whole, or is a newer one."""
    refuse_strange(tar.getmembers())
    members = {member.name: member for member in tar.getmembers()}
    sums = read_sums(tar, members)
    return Archive(tar, members, sums, read_manifest(tar, members[MANIFEST], sums.pop(MANIFEST)))


def refuse_strange(members: list[tarfile.TarInfo]) -> None:
    """Raise ClickException for anything that no backup holds: other names, links, the same name twice."""
    seen: set[str] = set()
    for member in members:
        if not member.isreg() or not NAMES.fullmatch(member.name) or member.name in seen:
            raise click.ClickException(f"This is no backup of fieldapp: it holds {member.name[:200]!r}.")
        seen.add(member.name)


def read_sums(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> dict[str, str]:
    """Each file's name and SHA-256. Raises ClickException where they aren't those that the archive holds."""
    if SUMS not in members:
        raise click.ClickException("This backup is cut off: its end is missing.")
    lines = [SUM.fullmatch(line) for line in content(tar, members[SUMS]).decode("ascii", "replace").removesuffix("\n").split("\n")]
    sums = {line[2]: line[1] for line in lines if line}
    if not all(lines) or sums.keys() != members.keys() - {SUMS} or MANIFEST not in sums:
        raise click.ClickException("This backup is damaged: it does not hold the files that it names.")
    return sums


def read_manifest(tar: tarfile.TarFile, member: tarfile.TarInfo, sha256: str) -> Manifest:
    """What the archive says of itself, where this version can take it. Raises ClickException."""
    text = content(tar, member)
    if hashlib.sha256(text).hexdigest() != sha256:
        raise click.ClickException(f"This backup is damaged: {MANIFEST} is not what was written.")
    told = json.loads(text)
    known = {file.stem for file in MIGRATIONS.glob("*.py")}
    if told["format"] > FORMAT or not known.issuperset(told["migrations"]):
        raise click.ClickException("This backup was made by a newer fieldapp. Update first.")
    return Manifest(**told)


def content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    with tar.extractfile(member) as text:  # type: ignore[union-attr]
        return text.read()


def unpack(archive: Archive, parts: dict[str, Part]) -> None:
    """Make the parts ready, every hash proven. Raises ClickException."""
    if DATABASE not in parts:
        refuse_without_photos(archive.sums)
    if PHOTOS in parts:
        parts[PHOTOS].ready.mkdir(mode=0o700)
    with click.progressbar(archive.sums.items(), label="확인 checking", file=sys.stderr) as shown:
        for name, sha256 in shown:
            first, _slash, rest = name.partition("/")
            extract(archive.tar, archive.members[name], parts[first].ready / rest, sha256)
    os.sync()


def extract(tar: tarfile.TarFile, member: tarfile.TarInfo, place: Path, sha256: str) -> None:
    """Write one file and read it back; raises ClickException where it isn't what it was."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tar.extractfile(member) as source, create(place) as out:  # type: ignore[union-attr]
        shutil.copyfileobj(source, out)
    with place.open("rb") as written:
        if hashlib.file_digest(written, "sha256").hexdigest() != sha256:
            raise click.ClickException(f"This backup is damaged: {member.name} is not what was written.")


def refuse_without_photos(sums: dict[str, str]) -> None:
    """On PostgreSQL the restored database must not call photos received that this archive hasn't."""
    held = {name.split("/")[-1].split(".")[0] for name in sums}
    missing = [sha256 for sha256 in (*photos_of(db.obj), *files_of(db.obj)) if sha256 not in held]
    if missing:
        raise click.ClickException(f"The database calls {len(missing)} photos or files received that this backup hasn't: take a later one.")


def make_ready(database: Part | None, archive: Path) -> None:
    """The unpacked database, found sound, begun anew, and closed so that it is one file; on PostgreSQL the live one."""
    if database is None:
        begin_anew(archive)
        return
    opened = open_database(f"sqlite:///{database.ready}")
    try:
        refuse_unsound(opened)
        begin_anew(archive)
        opened.execute_sql("PRAGMA journal_mode = delete")
    finally:
        opened.close()
    os.sync()


def begin_anew(archive: Path) -> None:
    """This version's tables, and a new epoch, so that every phone reloads; the history says why."""
    migrate()
    with writing():
        if not Sequence.update(epoch=uuid7()).execute():
            Sequence.create(id=1)
        events.record("office.restored", archive.name[:80])


def exchange(parts: dict[str, Part]) -> list[Path]:
    """Everything at once; gives where the old ones stand. The database comes last, so that it never lacks its photos."""
    stamp = f"{now().astimezone(SEOUL):%Y%m%d-%H%M%S}"
    asides = [parts[name].exchange(stamp) for name in (PHOTOS, DATABASE) if name in parts]
    os.sync()
    return [aside for aside in asides if aside]


def tell(file: Path, manifest: Manifest, asides: list[Path]) -> None:
    click.echo(f"복원 restored: {file.name}  ({manifest.when} · {manifest.told})")
    for aside in asides:
        click.echo(f"전의 것 what was there before: {aside}")
    missing = [sha256 for sha256 in photos_of(db.obj) if not all(is_there(sha256, size) for size in (LARGE, SMALL))]
    missing += [sha256 for sha256 in files_of(db.obj) if not is_there(sha256)]
    if missing:
        click.echo(f"없는 사진 missing photos: {len(missing):,}. Copies of them belong into {PHOTOS}/, under the same names.")
    click.echo(TOLD.format(when=manifest.when))


def is_there(sha256: str, size: int | None = None) -> bool:
    """A photo at this size, or a file that is attached to a session."""
    try:
        return bool(stored_path(sha256, size) if size else file_path(sha256))
    except FileNotFoundError:
        return False
