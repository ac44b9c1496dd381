"""An office that really serves: the cast's database in a folder, gunicorn on it, and phones that are logged in to it."""

import os
import shutil
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import BrowserContext, Page

from fieldapp import create_app
from fieldapp.config import Config
from fieldapp.database import db, migrate, writing
from fieldapp.people import Session
from fieldapp.people.session import COOKIE, DEVICE_COOKIE, PERSON_COOKIE, hashed
from tests.conftest import empty, make_cast
from tests.server import Server


class Office:
    def __init__(self, folder, **env):
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'fieldapp.db'}"
        self.config = Config(data=folder, database_url=url, secret_key="only for tests")
        self.app = create_app(self.config)
        if url.startswith("sqlite"):
            migrate()
        else:
            empty(url)
        self.cast: SimpleNamespace = make_cast()
        self.server = Server(folder, SECRET_KEY=self.config.secret_key, **env)

    @property
    def url(self) -> str:
        return self.server.url

    def cookies(self, login: str, device: str = "a-phone") -> dict[str, str]:
        person = getattr(self.cast, login)
        with writing():
            token = Session.begin(person, hashed(device), "test")
        return {COOKIE: token, DEVICE_COOKIE: device, PERSON_COOKIE: person.uid}

    def log_in(self, context: BrowserContext, login: str = "changdong", device: str = "a-phone") -> None:
        """Put the cookies of a log-in into a browser."""
        tomorrow = time.time() + 86_400
        context.add_cookies([{"name": name, "value": value, "url": self.url, "expires": tomorrow}
                             for name, value in self.cookies(login, device).items()])

    def log_out(self, login: str = "changdong") -> None:
        """End this person's sessions at the server: the phone's cookies are worth nothing any more."""
        with writing():
            for session in Session.select().where(Session.person == getattr(self.cast, login)):
                session.end()


@pytest.fixture
def office(tmp_path, assets, migrated) -> Iterator[Office]:
    (tmp_path / "assets").symlink_to(assets)
    shutil.copy(migrated, tmp_path / "fieldapp.db")
    made = Office(tmp_path)
    with made.app.app_context(), made.server:
        yield made
    if not db.is_closed():
        db.close()


def ready(page: Page, url: str) -> None:
    """Open the form and wait until it can be used."""
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
