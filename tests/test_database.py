import threading
import time
import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import peewee
import pytest
import time_machine
from peewee import fn

from fieldapp import database as database_file
from fieldapp.database import SEOUL, Sequence, Statement, at, db, forget_connection, migrate, next_seq, now, open_database, uuid7, writing
from fieldapp.errors import Busy
from fieldapp.events import Event
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop
from fieldapp.zones import Dong, Zone

pytestmark = pytest.mark.usefixtures("database")


def pragma(name: str):
    return db.execute_sql(f"PRAGMA {name}").fetchone()[0]


@pytest.fixture
def other(tmp_path):
    """Opens another database for the time of a test."""
    before, opened = db.obj, []

    def opening(url: str):
        opened.append(open_database(url))
        return opened[-1]

    yield opening
    for each in opened:
        each.close()
    db.initialize(before)


def in_threads(count: int, work) -> list[BaseException]:
    """What went wrong when `work(number)` ran in as many threads, each with a connection of its own."""
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failed.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@pytest.mark.sqlite
def test_sqlite_keeps_what_it_promises():
    assert pragma("synchronous") == 2 and pragma("foreign_keys") == 1
    assert pragma("journal_mode") == ("wal" if peewee.sqlite3.sqlite_version_info >= (3, 51, 3) else "delete")


@pytest.mark.sqlite
def test_every_connection_keeps_it():
    found: list = []
    assert not in_threads(3, lambda number: found.append((pragma("synchronous"), pragma("foreign_keys"))))
    forget_connection()
    db.connect()
    assert [*found, (pragma("synchronous"), pragma("foreign_keys"))] == [(2, 1)] * 4


@pytest.mark.sqlite
def test_an_old_sqlite_is_not_trusted_with_wal(other, tmp_path, monkeypatch):
    monkeypatch.setattr(peewee.sqlite3, "sqlite_version_info", (3, 40, 1))
    opened = other(f"sqlite:///{tmp_path / 'old.db'}")
    assert opened.execute_sql("PRAGMA journal_mode").fetchone()[0] == "delete"


@pytest.mark.sqlite
def test_a_database_that_cannot_keep_it_is_not_opened(other):
    """In memory there is no write-ahead log, as there is none on some network disks."""
    with pytest.raises(RuntimeError, match="journal_mode=memory"):
        other("sqlite:///:memory:")


def test_a_new_row_goes_in_as_peewee_itself_puts_it(cast):
    for row in (
        Grant(person=cast.changdong, zone=cast.zone.uid, first_day=date(2026, 1, 2)),
        Person(login="가상 '\"%s?", name="", role="manager", password_hash="-", active=False),
        Shop(source_id="1", name="가상 서점", zone=cast.zone, lat=37.65, created_at=datetime(2026, 1, 2, 3, 4, 5, 678, SEOUL)),
    ):
        model, key = type(row), row._pk
        with writing():
            row.save(force_insert=True)
            ours = model.select().where(model.uid == key).dicts().get()
            row.delete_instance()
            peewee.Model.save(row, force_insert=True)
        assert model.select().where(model.uid == key).dicts().get() == ours
        assert not row.dirty_fields


def statements():
    """One of each kind that the house writes: joins, aliases, subqueries, common tables, changes."""
    manager, before = Person.alias(), Shop.alias("before")
    seen = Shop.select(Shop.uid, fn.MAX(Shop.created_at).alias("last")).group_by(Shop.uid).cte("seen", columns=("shop", "last"))
    yield Shop.select()
    yield Shop.select(Shop, Zone, manager).join(Zone).switch(Shop).join(manager, on=(Shop.manager == manager.uid)).where(
        (manager.active == True) & Shop.zone.in_(Zone.select(Zone.uid).where(Zone.position > 1)))  # noqa: E712
    yield Shop.select(Shop.name, fn.COUNT(before.uid)).join(
        before, "LEFT", on=(before.name == Shop.name) & (before.uid < Shop.uid)).group_by(Shop.name).having(
        fn.COUNT(before.uid) > 1).order_by(Shop.name.desc()).limit(3)
    yield Shop.select(Shop.name, seen.c.last).join(seen, on=(seen.c.shop == Shop.uid)).with_cte(seen)
    yield Zone.select(Zone.uid).where(~fn.EXISTS(Shop.select(1).where(Shop.zone == Zone.uid))) | Zone.select(Zone.uid)
    yield Shop.update(name=Shop.name.concat("!"), manager=None).where(Shop.zone == Zone.select(Zone.uid).limit(1))
    yield Zone.insert(name_ko="가상", colour="teal", position=1)
    yield Sequence.insert(id=1, last=2).on_conflict(conflict_target=[Sequence.id], update={Sequence.last: Sequence.last + 1})
    yield Shop.delete().where(Shop.name ** "가상%")


@pytest.mark.parametrize("number", range(9))
def test_a_statement_is_written_as_peewee_itself_writes_it(cast, number):
    statement = list(statements())[number]
    options = db.get_context_options()
    assert Statement(**options).parse(statement)[0] == peewee.Context(**options).parse(statement)[0]
    assert type(db.get_sql_context()) is Statement


def test_a_key_that_is_there_is_not_given_again(cast):
    with pytest.raises(peewee.IntegrityError), writing():
        Person.create(uid=cast.changdong.uid, login="another", name="", role="manager", password_hash="-")
    with pytest.raises(peewee.IntegrityError), writing():
        Event.create(kind="without a subject")


def test_a_row_that_is_referred_to_cannot_go():
    with writing():
        zone = Zone.create(name_ko="가람권역")
        Dong.create(code8="11320511", name_ko="가람동", zone=zone)
    with pytest.raises(peewee.IntegrityError), writing():
        Zone.delete().execute()
    assert Zone.select().count() == 1


def test_uids_are_of_version_7_and_sort_by_the_time_they_were_made():
    start = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    made = []
    for milliseconds in (0, 0.001, 0.5, 0.999, 1, 2, 1000, 86_400_000, 10**12):
        with time_machine.travel(start + timedelta(milliseconds=milliseconds), tick=False):
            made.append(uuid7())
    assert made == sorted(made) and {(uuid.UUID(uid).version, uuid.UUID(uid).variant) for uid in made} == {(7, uuid.RFC_4122)}
    assert int(made[0].replace("-", "")[:12], 16) == start.timestamp() * 1000
    assert len({uuid7() for _turn in range(5000)}) == 5000


def test_moments_are_kept_in_utc_and_come_back_aware():
    moment = datetime(2026, 11, 23, 14, 2, 3, 456789, tzinfo=SEOUL)
    zone = Zone.create(name_ko="가람권역", created_at=moment)
    found = Zone.get_by_id(zone.uid).created_at
    assert found == moment and found.tzinfo is UTC
    assert Zone.select().where(Zone.created_at == moment.astimezone(timezone(timedelta(hours=-7)))).exists()
    assert Zone.select().where(Zone.created_at < moment + timedelta(microseconds=1)).exists()
    assert not Zone.select().where(Zone.created_at < moment).exists()


def test_what_is_told_of_another_time_has_its_time():
    moment = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    with at(moment):
        zone = Zone.create(name_ko="가람권역")
        assert timedelta() <= now() - moment < timedelta(seconds=5)
    assert timedelta() <= zone.created_at - moment < timedelta(seconds=5) and now() - moment > timedelta(days=1)
    assert zone.uid < uuid7()


def test_a_transaction_is_whole_or_not_at_all():
    with pytest.raises(ValueError), writing():
        Zone.create(name_ko="가")
        with writing():
            Zone.create(name_ko="나")
        raise ValueError
    assert Zone.select().count() == 0
    with writing():
        Zone.create(name_ko="가")
        with writing():
            Zone.create(name_ko="나")
    assert Zone.select().count() == 2


def test_many_writers_at_once_lose_nothing():
    """From the first change number on, which nobody has had before them."""
    def write(number: int) -> None:
        for turn in range(15):
            with writing():
                Zone.create(name_ko=f"{number}-{turn}")
                next_seq()

    assert not in_threads(8, write)
    assert Zone.select().count() == 120 and [row.last for row in Sequence.select()] == [120]


def test_change_numbers_are_visible_in_the_order_in_which_they_were_given():
    """Whoever sees a number sees all that came before it: otherwise a phone would pass over a change."""
    seen: list[int] = []
    stop = threading.Event()

    def write(number: int) -> None:
        for _turn in range(15):
            with writing():
                seq = next_seq()
                time.sleep(0.002)
                Event.create(kind="tested", subject=f"{seq}")

    def read() -> None:
        while not stop.is_set():
            rows = [int(event.subject) for event in Event.select()]
            seen.append(max(rows, default=0) - len(rows))
        db.close()

    with writing():
        assert Sequence.select().count() == 0 and next_seq() == 1
        Event.create(kind="tested", subject="1")
    reader = threading.Thread(target=read)
    reader.start()
    assert not in_threads(4, write)
    stop.set()
    reader.join()
    assert len(seen) > 3 and set(seen) == {0} and next_seq() == 62


def test_a_change_number_of_a_transaction_that_failed_is_given_again():
    with writing():
        next_seq()
    with pytest.raises(ValueError), writing():
        assert next_seq() == 2
        raise ValueError
    assert next_seq() == 2


@pytest.mark.sqlite
def test_who_waits_too_long_is_told_to_come_back_and_finds_the_queue_in_order(monkeypatch):
    monkeypatch.setattr(database_file, "WAIT", 0.05)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing():
            Zone.create(name_ko="가람권역")
            held.set()
            done.wait(10)
        db.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    with pytest.raises(Busy) as told, writing():
        raise AssertionError("nobody comes here")
    assert told.value.status == 503 and told.value.retry_after == 5
    assert Zone.select().count() == 0, "reading goes on"
    done.set()
    thread.join()
    with writing():
        Zone.create(name_ko="나루권역")
    assert Zone.select().count() == 2


def test_a_failure_in_the_middle_leaves_the_queue_and_the_connection_in_order():
    for _turn in range(3):
        with pytest.raises(peewee.IntegrityError), writing():
            Zone.create(uid="a", name_ko="가")
            Zone.create(uid="a", name_ko="나")
    forget_connection()
    forget_connection()
    db.connect(reuse_if_open=True)
    with writing():
        Zone.create(name_ko="가람권역")
    assert Zone.select().count() == 1


def test_migrations_are_applied_once(app):
    assert migrate() == []
    answer = app.test_cli_runner().invoke(args=["migrate"])
    assert answer.exit_code == 0 and answer.output == "The database is up to date.\n"


@pytest.mark.sqlite
def test_an_empty_database_is_filled_by_them(other, tmp_path):
    other(f"sqlite:///{tmp_path / 'new.db'}")
    done = migrate()
    assert done[0] == "0001_first" and done == sorted(done) and Zone.select().count() == 0


@database_file.prepared
def _granted(person: str, day: date, zones: list[str]):
    return (Grant.select(Grant.zone, Grant.created_at, Person.login).join(Person)
            .where(Grant.person == person, Grant.valid_on(day), Grant.zone.in_(zones)))


@database_file.prepared
def _made_since(moment: datetime, login: str):
    return Grant.select(Grant.uid).join(Person).where(Grant.created_at > moment, Person.login == login)


def test_a_prepared_select_gives_the_rows_of_a_plain_one(cast):
    """Joined rows, a list of any length, one value used twice (`valid_on`), an Instant, and a text that looks like nothing but text."""
    zones, today = [cast.zone.uid, cast.other_zone.uid], now().astimezone(SEOUL).date()
    for person, held in ((cast.changdong, cast.zone), (cast.ssangmun, cast.other_zone)):
        for asked in ([], zones[:1], zones, zones[::-1]):
            found = _granted(person.uid, today, asked)
            assert [(grant.zone_id, grant.person.login) for grant in found] == ([(held.uid, person.login)] if held.uid in asked else [])
            assert all(grant.created_at.tzinfo is UTC for grant in found)
    assert [grant.zone_id for grant in _granted(cast.changdong.uid, today, [*zones, *map(str, range(300))])] == [cast.zone.uid]
    assert _granted(cast.changdong.uid, date(2019, 12, 31), zones) == []
    assert len(_made_since(now() - timedelta(hours=1), "changdong")) == 1
    assert _made_since(now(), "changdong") == _made_since(now() - timedelta(hours=1), "' OR 1 = 1 --") == []


def test_a_prepared_select_is_written_once_for_a_shape(cast, monkeypatch):
    zones, today = [cast.zone.uid], now().astimezone(SEOUL).date()
    _granted(cast.changdong.uid, today, zones)
    monkeypatch.setattr(Statement, "sql", lambda *_of: pytest.fail("written again"))
    assert len(_granted(cast.changdong.uid, today, zones)) == 1 and _granted(cast.ssangmun.uid, today, zones) == []
