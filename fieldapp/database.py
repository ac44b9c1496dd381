"""The database: SQLite by default, PostgreSQL by DATABASE_URL. All writing goes through `writing()`."""

import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import peewee
from playhouse import db_url
from playhouse.migrations import Runner

from fieldapp.errors import Busy

SEOUL = ZoneInfo("Asia/Seoul")
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
SAFE_WAL = (3, 51, 3)  # older ones can corrupt a WAL database when its log is reset (sqlite.org/wal.html, "WAL-reset bug")
WAIT = 10.0  # seconds that a writer queues before it is told to come back

db = peewee.DatabaseProxy()


_last = threading.local()  # `works`: what this thread's transaction does before it commits
_ago: ContextVar[timedelta] = ContextVar("ago", default=timedelta())


def now() -> datetime:
    return datetime.now(UTC) - _ago.get()


def today() -> date:
    """The day as the district counts it."""
    return now().astimezone(SEOUL).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Do what is told of that moment: how made-up history gets its times. The clock runs on meanwhile."""
    token = _ago.set(datetime.now(UTC) - moment)
    try:
        yield
    finally:
        _ago.reset(token)


def uuid7() -> str:
    """A UUIDv7 (RFC 9562, method 3): milliseconds, 12 bits for their parts, then random, so that keys sort by when they were made."""
    milliseconds, part = divmod(int(now().timestamp() * 1_000_000), 1000)
    number = milliseconds << 80 | 7 << 76 | (part * 4096 // 1000) << 64 | 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Instant(peewee.DateTimeField):
    """An aware UTC datetime, stored without its zone so that SQLite and PostgreSQL order it alike."""

    def db_value(self, value):
        if isinstance(value, datetime):
            value = value.astimezone(UTC).replace(tzinfo=None)
        return super().db_value(value)

    def python_value(self, value):
        value = super().python_value(value)
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


class Model(peewee.Model):
    class Meta:
        database = db
        legacy_table_names = False

    def save(self, force_insert: bool = False, only=None):
        """As peewee's, but a new row that has its key goes in by a statement made once: six times as fast."""
        if not force_insert or only is not None or self._meta.auto_increment:
            return super().save(force_insert, only)
        fields = self._meta.sorted_fields
        model: Any = type(self)
        db.execute_sql(_insertion(model, db.param), [field.db_value(self.__data__.get(field.name)) for field in fields])
        self._dirty.clear()
        return 1


@cache
def _insertion(model: Any, mark: str) -> str:
    columns = [f'"{field.column_name}"' for field in model._meta.sorted_fields]
    return f'INSERT INTO "{model._meta.table_name}" ({", ".join(columns)}) VALUES ({", ".join([mark] * len(columns))})'


class Record(Model):
    """A row that the outside world may name: its UUID is key, address and DOM id."""

    uid = peewee.CharField(36, primary_key=True, default=uuid7)
    created_at = Instant(default=now)


class Sequence(Model):
    """One row: the last number handed to a change that phones must hear of, and since which restore it counts."""

    last = peewee.BigIntegerField(default=0)
    epoch = peewee.CharField(36, default=uuid7)


def next_seq(many: int = 1) -> int:
    """The next change number, or the last of so many. Its row stays locked until commit, so numbers become visible in order."""
    taking = f'UPDATE "sequence" SET "last" = "last" + {many:d} WHERE "id" = 1 RETURNING "last"'
    while not (found := db.execute_sql(taking).fetchone()):
        Sequence.insert(id=1).on_conflict_ignore().execute()
    return found[0]


class Statement(peewee.Context):
    """peewee's own writing of statements, with a shorter way to a plain column: most of what a page costs is this writing."""

    __slots__ = ()

    def sql(self, obj):
        if getattr(type(obj), "__sql__", None) is not peewee.Field.__sql__:
            return super().sql(obj)
        if self.state.scope == peewee.SCOPE_VALUES:
            return self.literal(f'"{obj.column_name}"')
        return self.literal(f'"{self.alias_manager[obj.model._meta.table]}"."{obj.column_name}"')


def prepared(build: Callable[..., Any]) -> Callable[..., list]:
    """A select that is asked often: its text is written once; a call fills in the values that `build` takes, and gives the rows.

    A value is a text, a number, a day, a moment, or a list of texts. What peewee takes to write a statement is more than what running it
    takes.
    """
    written: dict[tuple, tuple[Any, str, list]] = {}

    def ask(*values) -> list:
        shape = (db.param, *(len(value) if isinstance(value, list) else -1 for value in values))
        if shape not in written:
            written[shape] = _write(build, shape[1:])
        query, text, params = written[shape]
        flat = [stored for value in values for stored in (value if isinstance(value, list) else [_stored(value)])]
        cursor = db.execute_sql(text, [flat[_SLOTS[param]] if param in _SLOTS else param for param in params])
        return list(query._get_cursor_wrapper(cursor))  # rows as peewee itself makes them of this query
    return ask


def bare(query: Any) -> list[tuple]:
    """The rows of a select as the database gives them: texts and sums, of which many are read."""
    return db.execute_sql(*query.sql()).fetchall()


_SLOTS = {f"\0slot {number}": number for number in range(1000)}  # stand where values will, and occur in no text


def _write(build: Callable[..., Any], lengths: tuple[int, ...]) -> tuple[Any, str, list]:
    slots = iter(_SLOTS)
    query = build(*([next(slots) for _ in range(length)] if length >= 0 else next(slots) for length in lengths))
    text, params = query.sql()
    return query, text, list(params)


def _stored(value: Any) -> Any:
    return Instant().db_value(value) if isinstance(value, datetime) else value


class Sqlite(peewee.SqliteDatabase):
    """SQLite whose writers queue in the process: its own busy handler polls and starves."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.queue = threading.RLock()


db_url.register_database(Sqlite, "sqlite")


def in_turn() -> None:
    """Go on when no other transaction that took its turn is open; on SQLite every writer takes it at its begin.

    Called first where a case, its offers and its clocks change together: on PostgreSQL two could else each hold a row for which
    the other waits, or read what a third has changed since the version was compared.
    """
    if not isinstance(db.obj, Sqlite):
        next_seq()


def only_writer(model: Any) -> None:
    """Go on when no other transaction writes to this table, until this one ends; on SQLite every writer takes its turn at its begin."""
    if not isinstance(db.obj, Sqlite):
        db.execute_sql(f'LOCK TABLE "{model._meta.table_name}" IN SHARE ROW EXCLUSIVE MODE')


def open_database(url: str) -> peewee.Database:
    """Open `url`, bind every model to it, and make sure that it keeps its promises. Raises RuntimeError."""
    if url.startswith("sqlite:"):
        version = peewee.sqlite3.sqlite_version_info
        mode = "wal" if version >= SAFE_WAL else "delete"
        opened = db_url.connect(
            url, lock_type="IMMEDIATE", timeout=5,
            pragmas={"journal_mode": mode, "synchronous": "full", "foreign_keys": 1})
        _read_back(opened, mode)
    else:
        # Its compiling of statements takes longer than any of ours runs.
        told = {} if "options=" in url else {"options": "-c jit=off"}
        opened = db_url.connect(url.replace("postgresql://", "psycopg3://", 1), **told)
        opened.connect(reuse_if_open=True)
    opened.context_class = Statement
    db.initialize(opened)
    return opened


def _read_back(opened: peewee.Database, mode: str) -> None:
    opened.connect(reuse_if_open=True)
    for pragma, wanted in {"journal_mode": mode, "synchronous": 2, "foreign_keys": 1}.items():
        found = opened.execute_sql(f"PRAGMA {pragma}").fetchone()[0]
        if found != wanted:
            raise RuntimeError(f"SQLite keeps {pragma}={found}, not {wanted}: the folder may be on a network disk")


@contextmanager
def writing() -> Iterator[None]:
    """One durable transaction. When it ends without an error, what was written survives a power cut."""
    if db.in_transaction():
        yield  # the outermost one decides
        return
    queue = getattr(db.obj, "queue", None)
    if queue and not queue.acquire(timeout=WAIT):
        raise Busy()
    try:
        with db.atomic():
            _last.works = {}
            yield
            while _last.works:
                work, keys = _last.works.popitem()
                work(list(keys))
    finally:
        _last.works = None
        if queue:
            queue.release()


def before_commit(work: Callable[[list], None], key: Hashable) -> None:
    """Have `work` called at the end of the outermost `writing()`, inside its transaction, with all keys named for it, each once.

    What it names itself is done too. In a transaction that `writing()` did not begin it is called at once.
    """
    works = getattr(_last, "works", None)
    if works is None:
        work([key])
    else:
        works.setdefault(work, {})[key] = None


def migrate() -> list[str]:
    """Apply what is pending; give the names."""
    return Runner(db.obj, str(MIGRATIONS)).up()


def forget_connection() -> None:
    """Drop this thread's connection after a failure, so that the next request opens a sound one."""
    if db.obj and not db.is_closed():
        db.close()
