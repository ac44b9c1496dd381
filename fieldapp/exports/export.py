from datetime import datetime, timedelta

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Record, now, writing
from fieldapp.errors import NotFound
from fieldapp.exports.lists import LISTS
from fieldapp.exports.wish import Wish, narrowing
from fieldapp.people import SUPERVISOR, Person

STATES = {
    "waiting": _("기다림"), "making": _("만드는 중"), "ready": _("받을 수 있음"), "sending": _("보내는 중"), "sent": _("보냄"),
    "cut": _("끊김"), "failed": _("만들지 못함"), "removed": _("지움"),
}
UNDER_WAY = ("waiting", "making")
KEPT = timedelta(hours=24)  # a file that was made
SILENT = timedelta(minutes=10)  # after which nobody is at work at what nobody tells of
TRIES = 3
PAUSE = timedelta(minutes=1)  # before what failed for want of the storage is tried again


class Export(Record):
    """One list that left the house, or is to: who took what, by which address, which columns, for what, and how many rows.

    `problem` says why it failed. The rows themselves are kept nowhere but in the file, for `KEPT`.
    """

    person = peewee.CharField(36, index=True)
    what = peewee.CharField(20)
    query = peewee.TextField(default="")
    format = peewee.CharField(10)
    purpose = peewee.CharField(20)
    why = peewee.CharField(300)
    unmasked = peewee.BooleanField(default=False)
    columns = peewee.TextField(default="")  # names, parted by commas
    language = peewee.CharField(5, default="ko")
    address = peewee.CharField(60, default="")
    state = peewee.CharField(10)
    rows = peewee.IntegerField()  # when it was asked for
    done = peewee.IntegerField(default=0)
    tries = peewee.IntegerField(default=0)
    problem = peewee.CharField(20, default="")
    size = peewee.BigIntegerField(default=0)
    sha256 = peewee.CharField(64, default="")
    changed_at = Instant(default=now)

    class Meta:
        indexes = ((("state", "changed_at"), False),)

    @classmethod
    def ask(cls, wish: Wish, rows: int, by: Person, state: str, language: str, address: str) -> "Export":
        """Note what is taken and what for, before anything is."""
        with writing():
            made = cls.create(person=by.uid, what=wish.of.code, query=wish.asked.query(), format=wish.format, purpose=wish.purpose,
                              why=wish.why, unmasked=wish.unmasked, language=language, address=address, state=state, rows=rows,
                              columns=",".join(column.name for column in wish.of.columns_for(wish.purpose)))
            events.record("export.asked", made.uid, by=by.uid, list=made.what, format=made.format, purpose=made.purpose, rows=rows)
        return made

    @classmethod
    def reachable_by(cls, person: Person):
        """One's own; for a supervisor everyone's."""
        return cls.select() if person.role == SUPERVISOR else cls.select().where(cls.person == person.uid)

    @classmethod
    def get_reachable(cls, person: Person, uid: str) -> "Export":
        found = cls.reachable_by(person).where(cls.uid == uid).first()
        if found is None:
            raise NotFound()
        return found

    @classmethod
    def claim(cls) -> "Export | None":
        """The one that has waited longest, from now on in the caller's hands; of two that ask at once one gets it."""
        rested = (cls.tries == 0) | (cls.changed_at < now() - PAUSE)
        for row in cls.select().where(cls.state == "waiting", rested).order_by(cls.uid).limit(10):
            with writing():
                mine = cls.update(state="making", tries=cls.tries + 1, done=0, changed_at=now()).where(
                    cls.uid == row.uid, cls.state == "waiting").execute()
            if mine:
                return cls.get_by_id(row.uid)
        return None

    @property
    def wish(self) -> Wish:
        of = LISTS[self.what]
        return Wish(of, narrowing(of, self.query), self.format, self.purpose, self.why, self.unmasked)

    @property
    def page(self) -> str:
        """The address of the list as it was taken."""
        return f"{LISTS[self.what].page}?{self.query}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def until(self) -> datetime:
        """When a file that was made goes."""
        made: datetime = self.changed_at
        return made + KEPT

    @property
    def waits_long(self) -> bool:
        return self.state == "waiting" and self.created_at < now() - timedelta(minutes=2)

    def turn(self, state: str, **facts) -> None:
        """Put it into a state, with an event that says how far it came; what another has taken over is left alone."""
        with writing():
            if self.put(state=state, **facts):
                events.record(f"export.{state}", self.uid, by=self.person, rows=self.done)

    def put(self, **changes) -> int:
        """Change the row where it still is as it was read; it takes the new values either way."""
        was = (Export.uid == self.uid) & (Export.state == self.state) & (Export.tries == self.tries)
        for name, value in (changes | {"changed_at": now()}).items():
            setattr(self, name, value)
        return Export.update(changed_at=self.changed_at, **changes).where(was).execute()
