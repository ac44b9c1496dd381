from datetime import timedelta
from typing import Self

import peewee
from flask_babel import gettext as _

from fieldapp.database import Instant, Record, now
from fieldapp.errors import Conflict, NotFound
from fieldapp.events import record
from fieldapp.messages import make_link, read_link
from fieldapp.people import Person, Session, device_named

QR, MAIL = "qr", "mail"
LASTS = {QR: timedelta(minutes=30), MAIL: timedelta(days=3)}  # until it is opened; a screen is near, a mailbox is not
FOR_THE_STEPS = timedelta(minutes=30)  # from there until all is set


class Invitation(Record):
    """A way in for one person on the one device that opens it first: password, second factor, session."""

    person = peewee.ForeignKeyField(Person, backref="invitations", on_delete="CASCADE")
    way = peewee.CharField(10)
    by = peewee.CharField(36, default="")
    expires_at = Instant()
    claimed_at = Instant(null=True)
    device = peewee.CharField(64, default="", index=True)  # which opened it, as a hash
    agent = peewee.CharField(200, default="")
    password_at = Instant(null=True)
    done_at = Instant(null=True)
    revoked_at = Instant(null=True)

    @classmethod
    def make(cls, person: Person, way: str, by: str) -> Self:
        """A new invitation in place of those that are open. Needs a transaction."""
        cls.revoke_all(person)
        made = cls.create(person=person, way=way, by=by, expires_at=now() + LASTS[way])
        record("person.invited", person.uid, by=by, way=way)
        return made

    @classmethod
    def revoke_all(cls, person: Person) -> None:
        cls.update(revoked_at=now()).where(cls.person == person, cls.done_at.is_null(), cls.revoked_at.is_null()).execute()

    @property
    def link(self) -> dict[str, str]:
        """What a message keeps of it: the token is made when the message goes out."""
        return {"path": "/join/", "purpose": "join", "uid": self.uid}

    @property
    def token(self) -> str:
        return make_link("join", self.uid)

    @classmethod
    def of_token(cls, token: str) -> Self:
        """The invitation of a link that we signed, whatever has become of it; else NotFound, which tells nothing."""
        uid, _stamp = read_link("join", token, int((LASTS[MAIL] + timedelta(days=30)).total_seconds()))
        found = cls.select(cls, Person).join(Person).where(cls.uid == uid).first()
        if found is None or not found.person.may_enter:
            raise NotFound()
        return found

    @property
    def named(self) -> str:
        """The device that opened it, in words."""
        return device_named(self.agent)

    @property
    def is_open(self) -> bool:
        return self.claimed_at is None and self.revoked_at is None and self.expires_at > now()

    def claim(self, device: str, agent: str) -> None:
        """Bind it to this device, whoever else tries at the same moment; raises Conflict, in words, when it is too late."""
        cls = type(self)
        moment = now()
        claimed = (cls.update(claimed_at=moment, device=device, agent=agent[:200], expires_at=moment + FOR_THE_STEPS)
                   .where(cls.uid == self.uid, cls.claimed_at.is_null(), cls.revoked_at.is_null(), cls.expires_at > moment).execute())
        if not claimed:
            raise Conflict(self.why_not)
        record("invitation.opened", self.person_id, by=self.person_id, device=device[:16])

    @property
    def why_not(self) -> str:
        current = type(self).get_by_id(self.uid)
        if current.revoked_at:
            return _("이 초대는 새 초대로 바뀌었거나 취소되었습니다. 관리자에게 새 QR을 받으십시오.")
        if current.claimed_at:
            return _("이 초대는 이미 다른 기기에서 열었습니다. 본인이 아니면 곧바로 관리자에게 알려 주십시오.")
        return _("이 초대는 기한이 지났습니다. 관리자에게 새 QR을 받으십시오.")

    @classmethod
    def on(cls, device: str) -> Self | None:
        """The one that this device has opened and not finished."""
        if not device:
            return None
        return (cls.select(cls, Person).join(Person)
                .where(cls.device == device, cls.done_at.is_null(), cls.revoked_at.is_null(), cls.expires_at > now(), Person.active)
                .order_by(cls.claimed_at.desc()).first())

    def set_password(self, hashed: str) -> None:
        """The person's new password; what was logged in before ends. Needs a transaction."""
        Person.update(password_hash=hashed).where(Person.uid == self.person_id).execute()
        Session.end_all(self.person)
        type(self).update(password_at=now()).where(type(self).uid == self.uid).execute()
        record("person.password_changed", self.person_id, by=self.person_id, invitation=self.uid)

    def finish(self) -> None:
        """Raises Conflict when it was finished or revoked meanwhile. Needs a transaction."""
        cls = type(self)
        if not cls.update(done_at=now()).where(cls.uid == self.uid, cls.done_at.is_null(), cls.revoked_at.is_null()).execute():
            raise Conflict(self.why_not)
        record("person.joined", self.person_id, by=self.person_id, invitation=self.uid)
