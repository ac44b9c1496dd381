"""주소 feeds: a secret address at which a map program reads what the person who made it may see."""

import secrets

import peewee
from flask_babel import gettext as _

from fieldapp import events
from fieldapp.database import Instant, Record, now, writing
from fieldapp.errors import NotFound
from fieldapp.form import Reader
from fieldapp.people import Person, hashed, may

LONGEST_NAME = 60
VERB = "visit.see"  # what the maker must still be allowed to do when the address is read


class Feed(Record):
    """One address. Its token is shown once and kept only as a hash."""

    person = peewee.ForeignKeyField(Person, backref="feeds", on_delete="CASCADE")
    name = peewee.CharField(60)
    token_hash = peewee.CharField(64, unique=True)
    read_at = Instant(null=True)
    revoked_at = Instant(null=True)

    @classmethod
    def make(cls, form: Reader, by: Person) -> tuple["Feed", str]:
        """A new address for this person, and its token, which can't be had again. Raises Invalid."""
        name = form.text("name", limit=LONGEST_NAME, required=_("어디에 쓰는 주소인지 적어 주십시오."))
        form.finish()
        token = secrets.token_urlsafe(32)
        with writing():
            feed = cls.create(person=by, name=name, token_hash=hashed(token))
            events.record("feed.made", feed.uid, by=by.uid, name=name)
        return feed, token

    @classmethod
    def of(cls, person: Person):
        """Those of this person that are still good, the newest first."""
        return cls.select().where(cls.person == person, cls.revoked_at.is_null()).order_by(cls.created_at.desc())

    @classmethod
    def revoke(cls, uid: str, by: Person) -> None:
        """End one's own address. Raises NotFound where there is none such."""
        with writing():
            if not cls.update(revoked_at=now()).where(cls.uid == uid, cls.person == by, cls.revoked_at.is_null()).execute():
                raise NotFound()
            events.record("feed.revoked", uid, by=by.uid)

    @classmethod
    def opened_by(cls, token: str) -> "Feed":
        """The feed of this token, with its person. NotFound where it is none, was revoked, or its maker may not look any more."""
        feed = cls.select(cls, Person).join(Person).where(cls.token_hash == hashed(token), cls.revoked_at.is_null()).first()
        if feed is None or not may(feed.person, VERB):
            raise NotFound()
        return feed

    def was_read(self) -> None:
        Feed.update(read_at=now()).where(Feed.uid == self.uid).execute()
