import hashlib
import secrets
from datetime import datetime, timedelta

import peewee
from flask import Response, request

from fieldapp.database import Instant, Model, now, prepared
from fieldapp.people.person import Person
from fieldapp.people.second import TRUSTED_FOR

COOKIE = "fieldapp"
DEVICE_COOKIE = "fieldapp_device"
PERSON_COOKIE = "fieldapp_person"
LIFETIME = timedelta(days=60)
TOUCH_EVERY = timedelta(hours=6)  # a read need not write each time


SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
BROWSERS = {"SamsungBrowser": "Samsung Internet", "Whale": "Whale", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome",
            "Safari": "Safari"}


def device_named(agent: str) -> str:
    """A device in words that its owner knows, from what its browser says of itself: `Android · Chrome`."""
    parts = [next((one for one in SYSTEMS if one in agent), ""), next((name for mark, name in BROWSERS.items() if mark in agent), "")]
    return " · ".join(part for part in parts if part) or "?"


class Session(Model):
    """A log-in that can be ended from here. Only the token's hash is kept."""

    token_hash = peewee.CharField(64, primary_key=True)
    person = peewee.ForeignKeyField(Person, backref="sessions", on_delete="CASCADE")
    device = peewee.CharField(64, index=True, default="")
    agent = peewee.CharField(200, default="")
    created_at = Instant(default=now)
    seen_at = Instant(default=now)
    ended_at = Instant(null=True)
    revoked = peewee.BooleanField(default=False)  # ended from elsewhere: its device is not trusted any more
    second_at = Instant(null=True)  # when more than a password was proved

    @classmethod
    def begin(cls, person: Person, device: str, agent: str, proved: bool = False) -> str:
        """Start a session and give the token for the cookie; `proved`: more than a password was shown just now."""
        token = secrets.token_urlsafe(32)
        cls.create(token_hash=hashed(token), person=person, device=device, agent=agent[:200],
                   second_at=now() if proved else cls.proved_at(person, device))
        return token

    @classmethod
    def proved_at(cls, person: Person, device: str) -> datetime | None:
        """When this person last proved more than a password on this device, by sessions that nobody ended but themselves."""
        found = cls.select(peewee.fn.MAX(cls.second_at)).where(cls.person == person, cls.device == device, ~cls.revoked)
        return found.scalar() if device else None

    @classmethod
    def live_of(cls, person: Person) -> "list[Session]":
        """Where this person is logged in, the latest seen first."""
        live = cls.select().where(cls.person == person, cls.ended_at.is_null(), cls.seen_at > now() - LIFETIME)
        return list(live.order_by(cls.seen_at.desc()))

    @classmethod
    def end_all(cls, person: Person, but: str = "") -> None:
        """End this person's sessions; devices of earlier ones are not trusted any more either."""
        cls.update(ended_at=now(), revoked=True).where(cls.person == person, cls.token_hash != but, ~cls.revoked).execute()

    @classmethod
    def find(cls, token: str) -> "Session | None":
        """The live session of this token, with its person; every request asks, so of both only what requests need."""
        found = _live(hashed(token), now() - LIFETIME)
        return found[0] if found and found[0].person.may_enter else None

    @property
    def named(self) -> str:
        return device_named(self.agent)

    @property
    def is_stale(self) -> bool:
        return now() - self.seen_at > TOUCH_EVERY

    @property
    def is_proved(self) -> bool:
        return self.second_at is not None and now() - self.second_at < TRUSTED_FOR

    def prove(self) -> None:
        Session.update(second_at=now()).where(Session.token_hash == self.token_hash).execute()

    def touch(self) -> None:
        Session.update(seen_at=now()).where(Session.token_hash == self.token_hash).execute()

    def revoke(self) -> None:
        """End it from elsewhere; its device is not trusted any more."""
        self.end()
        Session.update(revoked=True).where(
            (Session.token_hash == self.token_hash) | ((Session.person == self.person_id) & (Session.device == self.device))).execute()

    def end(self) -> None:
        Session.update(ended_at=now()).where(Session.token_hash == self.token_hash).execute()

    @classmethod
    def knows(cls, person_uid: str, device: str) -> bool:
        """Whether this person has ever logged in on this device."""
        return bool(device) and cls.select().where(cls.person == person_uid, cls.device == device).exists()


@prepared
def _live(token_hash: str, since: datetime):
    return (Session.select(Session.token_hash, Session.seen_at, Session.second_at, Person.uid, Person.login, Person.name, Person.role,
                           Person.active, Person.last_day, Person.second_since)
            .join(Person).where(Session.token_hash == token_hash, Session.ended_at.is_null(), Session.seen_at > since))


def with_device(response: Response, device: str) -> Response:
    """Let the browser keep its device's name, which outlives every session."""
    response.set_cookie(DEVICE_COOKIE, device, max_age=LIFETIME * 12, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def with_cookies(response: Response, person: Person, token: str, device: str) -> Response:
    """Let the browser keep the session, its device's name, and who is in."""
    response.set_cookie(COOKIE, token, max_age=LIFETIME, httponly=True, samesite="Lax", secure=request.is_secure)
    # The phone's modules name a record's author by it, offline too; it opens nothing.
    response.set_cookie(PERSON_COOKIE, person.uid, max_age=LIFETIME * 12, samesite="Lax", secure=request.is_secure)
    return with_device(response, device)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def device_of(cookies) -> str:
    """The hash of the device's cookie, which only the server hands out; empty where there is none."""
    token = cookies.get(DEVICE_COOKIE, "")
    return hashed(token) if token else ""
