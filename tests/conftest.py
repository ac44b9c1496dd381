"""The cast and the places: 창동 매니저, 쌍문 매니저, 감독, 담당자, 전문가, 관리자, and 남, who has no account."""

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
from contextvars import Context
from dataclasses import replace
from datetime import date
from functools import cache
from ipaddress import ip_network
from itertools import zip_longest
from types import SimpleNamespace

import psycopg
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from fieldapp import create_app, settle
from fieldapp.config import HOME, Config
from fieldapp.database import at, db, migrate, now, open_database, uuid7, writing
from fieldapp.grievances import Category
from fieldapp.people import Grant, Person
from fieldapp.programmes import Programme
from fieldapp.shops import Shop
from fieldapp.zones import Dong, Zone
from tests.nursery import Nursery
from tests.pages import check_page
from tests.server import Server

# How long an example takes is the machine's affair, and other tests run beside it.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

pytest_plugins = ["tests.conftest_browser", "tests.office", "tests.postgres"]

PASSWORD = "correct horse 9"


@cache
def password_hash() -> str:
    """One hash for the whole cast, quick to verify: argon2 is slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture(scope="session", autouse=True)
def english():
    """The catalogue as `make` compiles it, where that has not been done since it changed."""
    source = HOME / "fieldapp" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    made = source.with_suffix(".mo")
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-i", source, "-o", made], check=True)


@pytest.fixture(scope="session", autouse=True)
def nursery():
    Server.nursery = Nursery()
    yield
    Server.nursery.close()


@pytest.fixture(scope="session")
def assets(tmp_path_factory):
    """What browsers load is compressed once for all tests: that takes ten times as long as the rest of a start."""
    return tmp_path_factory.mktemp("assets")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An SQLite file with all its tables and nothing in them, made once: each test gets a copy."""
    file = tmp_path_factory.mktemp("migrated") / "test.db"
    open_database(f"sqlite:///{file}")
    migrate()
    db.close()
    return file


@pytest.fixture
def config(tmp_path, assets, migrated) -> Config:
    """SQLite in a folder of the test's own, or the PostgreSQL that DATABASE_URL names, emptied for each test."""
    (tmp_path / "assets").symlink_to(assets)
    shutil.copy(migrated, tmp_path / "test.db")
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{tmp_path / 'test.db'}"
    return Config(data=tmp_path, database_url=url, secret_key="only for tests")


@pytest.fixture(scope="session")
def house(tmp_path_factory, assets):
    """One application for all tests of this process: to make it takes ten times as long as most of them."""
    data = tmp_path_factory.mktemp("house")
    (data / "assets").symlink_to(assets)
    app = create_app(Config(data=data, database_url=f"sqlite:///{data / 'test.db'}", secret_key="only for tests"))
    db.close()
    return app


@pytest.fixture
def app(house, config):
    """The application with a database of the test's own; one that changes more than its settings makes its own (`own_app`)."""
    kept = dict(house.config)
    settle(house, config)
    yield from in_use(house, config)
    house.config.clear()
    house.config.update(kept)


@pytest.fixture
def own_app(config):
    """An application that nobody else gets: routes may be added."""
    yield from in_use(create_app(config), config)


def in_use(app, config):
    if config.database_url == os.environ.get("DATABASE_URL"):
        empty(config.database_url)
    elif not config.database_url.startswith("sqlite"):
        migrate()  # a new database of the test's own
    with app.test_request_context():
        yield app
    if not db.is_closed():
        db.close()


@cache
def sweeper(url: str):
    """A connection that stays open, and what takes every row out of all tables, whatever refers to whatever."""
    migrate()
    tables = [table for table in db.get_tables() if not table.startswith("schema_migration")]
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("SET session_replication_role = replica")
    return connection, ";".join(f'DELETE FROM "{table}"' for table in tables)


def empty(url: str) -> None:
    """Empty the migrated PostgreSQL at that address; far quicker than to make its tables anew."""
    connection, statement = sweeper(url)
    connection.execute(statement)


@pytest.fixture
def database(app):
    """A migrated, empty database, inside the app's context."""
    return db


def make_cast() -> SimpleNamespace:
    """Two zones with two shops each, and everyone who works there."""
    with writing():
        zones = {name: Zone.create(name_ko=name, name_en=english, colour=colour, position=position)
                 for position, (name, english, colour) in enumerate(
                     [("창동권역", "Chang-dong", "violet"), ("쌍문권역", "Ssangmun", "teal")])}
        for code, name, zone in (("11320511", "창1동", "창동권역"), ("11320660", "쌍문1동", "쌍문권역")):
            Dong.create(code8=code, name_ko=name, zone=zones[zone])
        cast = SimpleNamespace(zone=zones["창동권역"], other_zone=zones["쌍문권역"])
        for login, role in (("changdong", "manager"), ("ssangmun", "manager"), ("supervisor", "supervisor"),
                            ("coordinator", "coordinator"), ("expert", "expert"), ("admin", "admin")):
            setattr(cast, login, Person.create(login=login, name=f"가상 {login}", role=role, password_hash=password_hash()))
        Grant.create(person=cast.changdong, zone=cast.zone, first_day=date(2020, 1, 1))
        Grant.create(person=cast.ssangmun, zone=cast.other_zone, first_day=date(2020, 1, 1))
        cast.shop = make_shop("가상분식", cast.zone, cast.changdong, 37.6500, 127.0450)
        cast.neighbour = make_shop("가상세탁소", cast.zone, cast.changdong, 37.6503, 127.0452)
        cast.other_shop = make_shop("가상카페", cast.other_zone, cast.ssangmun, 37.6541, 127.0190)
        cast.rent = Category.create(code="rent", name_ko="임대료", name_en="Rent", field="legal", position=1)
        cast.labor = Category.create(code="labor", name_ko="인건비", name_en="Wages", field="labor", position=2)
        cast.expired = Category.create(code="expired", name_ko="지난 분류", last_day=date(2021, 1, 1))
        cast.programme = Programme.create(name="가상 정책자금", period="예산 소진시까지", link="https://example.org/fund")
    return cast


def make_shop(name, zone, manager, lat, lon, **more) -> Shop:
    return Shop.create(source_id=uuid7(), name=name, zone=zone, manager=manager, lat=lat, lon=lon,
                       address_road="서울특별시 도봉구 가상로 1", **more)


@pytest.fixture
def cast(database) -> SimpleNamespace:
    return make_cast()


LONGEST = ("test_state_machine.py", "test_kills.py", "test_postgres.py", "test_planted.py", "test_trouble.py", "test_day_browser.py",
           "test_case_browser.py", "test_accessibility_browser.py")


def pytest_collection_modifyitems(items) -> None:
    """What takes longest begins first, so that no core waits for it at the end.

    A worker holds a second test while it runs one; behind a long one that is a short one, which nobody waits for. On PostgreSQL those
    that ask for no database would only say the same again.
    """
    if os.environ.get("DATABASE_URL"):
        items[:] = [item for item in items if "config" in item.fixturenames or "office" in item.fixturenames]
    long = sorted((item for item in items if item.path.name in LONGEST), key=lambda item: LONGEST.index(item.path.name))
    short = [item for item in items if item.path.name not in LONGEST]
    items[:] = [item for pair in zip_longest(long, short) for item in pair if item]


def go_by(app, office_networks: str = "", **settings) -> None:
    """Let the application go by these settings until the test ends."""
    networks = tuple(ip_network(one.strip()) for one in office_networks.split(",") if one)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], office_networks=networks, **settings)


class Client:
    """Asks as one person; every change comes from our own pages, as a browser's does."""

    def __init__(self, app, login: str = ""):
        self.http = app.test_client()
        if login:
            answer = self.post("/login", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text

    def get(self, url, **more):
        answer = alone(self.http.get, url, buffered=True, **more)
        check_page(answer)
        return answer

    def post(self, url, headers=None, **more):
        answer = alone(self.http.post, url, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})}, **more)
        check_page(answer)
        return answer

    def put(self, url, headers=None, **more):
        return alone(self.http.put, url, headers={"Sec-Fetch-Site": "same-origin", "X-Fieldapp": "1", **(headers or {})}, **more)

    def send(self, *records) -> list[dict]:
        """Post records to the outbox's address and give the answers."""
        answer = self.post("/sync/commands", json={"commands": list(records)}, headers={"X-Fieldapp": "1"})
        assert answer.status_code == 200, answer.text
        return answer.json["answers"]


def alone(ask, *args, **more):
    """Ask outside the test's own request, whose context would lend its language and person; the clock is the test's."""
    def then(moment):
        with at(moment):
            return ask(*args, **more)

    return Context().run(then, now())


@pytest.fixture
def as_(app, cast):
    """`as_("changdong")` gives a client who is logged in; `as_("")` is 남."""
    clients: dict[str, Client] = {}

    def client(login: str) -> Client:
        if login not in clients:
            clients[login] = Client(app, login)
        return clients[login]

    return client


def frozen(author, form: dict, uid: str = "", **more) -> dict:
    """A record as the phone freezes it: one text and the hash of its bytes."""
    uid = uid or uuid7()
    text = json.dumps({"id": uid, "kind": "visit.record", "version": 1, "author": author.uid, "device": "d1", "seq": 1,
                       "made_at": now().isoformat(), "timezone": "Asia/Seoul", "skew_ms": 0, "form": form, **more},
                      ensure_ascii=False)
    return {"id": uid, "hash": hashlib.sha256(text.encode()).hexdigest(), "record": text}


@pytest.fixture
def visit_form(cast):
    """A form that is in order: met, one grievance, a memo."""
    return {"shop": cast.shop.uid, "outcome": "met", "memo": "점심 뒤에 다시 뵙기로 함", "category": ["rent"],
            "grievance.rent.text": "재계약 인상", "grievance.rent.disposition": "noted"}


class Queries(logging.Handler):
    """Counts the statements that reach the database: `with queries: …; queries.count`."""

    def __init__(self) -> None:
        super().__init__()
        self.count, self.log = 0, logging.getLogger("peewee")

    def emit(self, record) -> None:
        self.count += 1

    def __enter__(self) -> "Queries":
        self.count, self.level = 0, self.log.level
        self.log.addHandler(self)
        self.log.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_) -> None:
        self.log.removeHandler(self)
        self.log.setLevel(self.level)


@pytest.fixture
def queries() -> Queries:
    return Queries()
