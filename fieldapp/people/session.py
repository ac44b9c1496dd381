import hashlib
import secrets
from datetime import datetime, timedelta

import peewee

from fieldapp.database import Instant, Model, now, prepared
from fieldapp.people.person import Person

COOKIE = "fieldapp"
DEVICE_COOKIE = "fieldapp_device"
PERSON_COOKIE = "fieldapp_person"
LIFETIME = timedelta(days=60)
TOUCH_EVERY = timedelta(hours=6)  # a read need not write each time


class Session(Model):
    """A log-in that can be ended from here. Only the token's hash is kept."""

    token_hash = peewee.CharField(64, primary_key=True)
    person = peewee.ForeignKeyField(Person, backref="sessions", on_delete="CASCADE")
    device = peewee.CharField(64, index=True, default="")
    agent = peewee.CharField(200, default="")
    created_at = Instant(default=now)
    seen_at = Instant(default=now)
    ended_at = Instant(null=True)

    @classmethod
    def begin(cls, person: Person, device: str, agent: str) -> str:
        """Start a session and give the token for the cookie."""
        token = secrets.token_urlsafe(32)
        cls.create(token_hash=hashed(token), person=person, device=device, agent=agent[:200])
        return token

    @classmethod
    def find(cls, token: str) -> "Session | None":
        """The live session of this token, with its person; every request asks, so of both only what requests need."""
        found = _live(hashed(token), now() - LIFETIME)
        return found[0] if found and found[0].person.active else None

    @property
    def is_stale(self) -> bool:
        return now() - self.seen_at > TOUCH_EVERY

    def touch(self) -> None:
        Session.update(seen_at=now()).where(Session.token_hash == self.token_hash).execute()

    def end(self) -> None:
        Session.update(ended_at=now()).where(Session.token_hash == self.token_hash).execute()

    @classmethod
    def knows(cls, person_uid: str, device: str) -> bool:
        """Whether this person has ever logged in on this device."""
        return bool(device) and cls.select().where(cls.person == person_uid, cls.device == device).exists()


@prepared
def _live(token_hash: str, since: datetime):
    return (Session.select(Session.token_hash, Session.seen_at, Person.uid, Person.login, Person.name, Person.role, Person.active)
            .join(Person).where(Session.token_hash == token_hash, Session.ended_at.is_null(), Session.seen_at > since))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def device_of(cookies) -> str:
    """The hash of the device's cookie, which only the server hands out; empty where there is none."""
    token = cookies.get(DEVICE_COOKIE, "")
    return hashed(token) if token else ""
