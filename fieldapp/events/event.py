import json
from collections import defaultdict
from collections.abc import Callable

import peewee

from fieldapp.database import Record, db

_subscribers: dict[str, list[Callable]] = defaultdict(list)


class Event(Record):
    """One thing that happened to one subject. Never changed, never deleted."""

    kind = peewee.CharField(40)
    subject = peewee.CharField(80, index=True)
    person = peewee.CharField(36, default="")
    data = peewee.TextField(default="{}")

    class Meta:
        indexes = ((("kind", "created_at"), False),)

    @property
    def facts(self) -> dict:
        return json.loads(self.data)

    @classmethod
    def of(cls, *subjects: str):
        """What happened to these subjects, oldest first."""
        return cls.select().where(cls.subject.in_(subjects)).order_by(cls.created_at, cls.uid)


def record(kind: str, subject: str, /, by: str = "", **facts) -> Event:
    """Note that `kind` happened to `subject`, inside the transaction that makes it so, and tell who subscribed."""
    if not db.in_transaction():
        raise RuntimeError("an event belongs in the transaction of its change")
    event = Event.create(kind=kind, subject=subject, person=by, data=json.dumps(facts, ensure_ascii=False))
    for listener in _subscribers[kind]:
        listener(event)
    return event


def subscribe(kind: str, listener: Callable[[Event], None]) -> None:
    """Call `listener` with each event of `kind`, in the same transaction."""
    _subscribers[kind].append(listener)
