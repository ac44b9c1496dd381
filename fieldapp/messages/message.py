import json
from datetime import datetime
from typing import Self

import peewee

from fieldapp import events
from fieldapp.database import Instant, Record, db, now
from fieldapp.errors import Conflict
from fieldapp.messages.hours import MAIL, TEXT, opening
from fieldapp.messages.text import Text, needed, render, versions
from fieldapp.messages.words import NOT_FAILED
from fieldapp.worktime import calendar_of

CREATED, SENDING, DELIVERED = "created", "sending", "delivered"
FAILED_TEMPORARY, FAILED_PERMANENT = "failed_temporary", "failed_permanent"
FAILED = (FAILED_TEMPORARY, FAILED_PERMANENT)

__all__ = ["CREATED", "DELIVERED", "FAILED", "FAILED_PERMANENT", "FAILED_TEMPORARY", "MAIL", "SENDING", "TEXT", "Message"]


class Message(Record):
    """One thing told to one address. It waits here until it has arrived, or until trying on makes no sense."""

    key = peewee.CharField(160, unique=True)
    channel = peewee.CharField(10)
    address = peewee.CharField(200)
    language = peewee.CharField(2)
    template = peewee.CharField(40)
    template_version = peewee.IntegerField()
    facts = peewee.TextField(default="{}")  # JSON: a number, a time, where a link leads; never what a case is about
    subject = peewee.CharField(36, index=True, default="")
    to_person = peewee.CharField(36, default="")
    state = peewee.CharField(20, default=CREATED)
    attempts = peewee.IntegerField(default=0)
    next_try_at = Instant(null=True, index=True)
    claimed_at = Instant(null=True)
    error = peewee.CharField(300, default="")
    delivered_at = Instant(null=True)

    @classmethod
    def put(cls, template: str, channel: str, address: str, key: str, subject: str = "", language: str = "ko", to_person: str = "",
            not_before: datetime | None = None, **facts) -> Self | None:
        """Keep a message, inside the transaction of what it tells; the same key again is the message that is there.

        Without an address there is none to keep, which is noted. Of the facts those are kept that the text has; without
        one of these it raises LookupError, and for a template that isn't there.
        """
        if not db.in_transaction():
            raise RuntimeError("a message belongs in the transaction of what it tells")
        version, known = _written(template, facts)
        if not address:
            events.record("message.unaddressed", subject or to_person or key[:80], template=template, channel=channel, to=to_person)
            return None
        start = opening(channel, max(now(), not_before or now()), calendar_of())
        row = cls(key=key, channel=channel, address=address, language=language, template=template, template_version=version,
                  facts=json.dumps(known, ensure_ascii=False, default=datetime.isoformat), subject=subject, to_person=to_person,
                  next_try_at=start)
        if cls.insert(row.__data__).on_conflict_ignore().as_rowcount().execute():
            events.record("message.created", subject or row.uid, message=row.uid, template=template, channel=channel, to=to_person)
        return cls.get(cls.key == key)

    @property
    def text(self) -> Text:
        """Title and body as the version of its day has them."""
        return render(self.template, self.template_version, self.language, self.facts)

    @property
    def number(self) -> str:
        """Of the case that it tells of, if it tells of one."""
        return json.loads(self.facts).get("number", "")

    @property
    def masked(self) -> str:
        return masked(self.address)

    def retry(self, by: str) -> None:
        """Begin anew with a message that failed; Conflict for any other."""
        changed = (Message.update(state=CREATED, attempts=0, next_try_at=opening(self.channel, now(), calendar_of()), claimed_at=None)
                   .where(Message.uid == self.uid, Message.state.in_(FAILED)).execute())
        if not changed:
            raise Conflict(NOT_FAILED)
        events.record("message.retried", self.subject or self.uid, by=by, message=self.uid, attempts=self.attempts)


def _written(template: str, facts: dict) -> tuple[int, dict]:
    """The newest version, and what of the facts its texts have."""
    version = versions()[template][-1]
    wanted = needed(template, version, "ko") | needed(template, version, "en")
    if missing := wanted - facts.keys():
        raise LookupError(f"the message {template} needs {', '.join(sorted(missing))}")
    return version, {name: facts[name] for name in sorted(wanted)}


def masked(address: str) -> str:
    """As much of an address as tells two apart: k***@example.org, 010-****-1234."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    digits = "".join(character for character in address if character.isdigit())
    area = 2 if digits.startswith("02") else 3
    return f"{digits[:area]}-****-{digits[-4:]}" if len(digits) > 8 else "****"
