"""휴대폰: which phones carry the district's work, how they stand, and what the office orders at their next contact."""

from dataclasses import dataclass
from datetime import datetime

import peewee
from flask_babel import lazy_gettext as _

from fieldapp.database import Instant, Record, now, prepared
from fieldapp.errors import Conflict
from fieldapp.events import record
from fieldapp.people.person import Person
from fieldapp.people.session import Session, device_named

LOCK, WIPE = "lock", "wipe"
ORDERS = {LOCK: _("잠금"), WIPE: _("비우기")}
QUIET = 3  # days without a contact after which a phone with unsent visits is pointed out


@dataclass(frozen=True)
class Told:
    """What a phone says of itself; storage in MB, `pin` whether one stands before what it keeps."""

    unsent: int = 0
    photos: int = 0
    oldest_at: datetime | None = None
    build: str = ""
    used_mb: int = 0
    room_mb: int = 0
    kept: bool = False
    pin: bool = False


class Phone(Record):
    """A browser on a phone, known by its device's cookie; the person is who used it last."""

    device = peewee.CharField(64, unique=True)
    person = peewee.ForeignKeyField(Person, backref="phones", on_delete="CASCADE")
    name = peewee.CharField(60, default="")
    seen_at = Instant(default=now)
    unsent = peewee.IntegerField(default=0)
    photos = peewee.IntegerField(default=0)
    oldest_at = Instant(null=True)
    build = peewee.CharField(40, default="")
    used_mb = peewee.IntegerField(default=0)
    room_mb = peewee.IntegerField(default=0)
    kept = peewee.BooleanField(default=False)  # whether the browser has promised not to throw storage away
    pin = peewee.BooleanField(default=False)
    order = peewee.CharField(10, default="")
    ordered_at = Instant(null=True)
    emptied_at = Instant(null=True)

    @classmethod
    def order_of(cls, device: str) -> str:
        """What waits for this device: `lock`, `wipe` or nothing; asked at every contact and log-in."""
        found = _order(device) if device else []
        return found[0].order if found else ""

    @classmethod
    def contact(cls, device: str, person: Person, agent: str, told: Told) -> None:
        """Note how a phone stands, by whoever uses it."""
        found = cls.get_or_none(cls.device == device) or cls(device=device, name=device_named(agent))
        is_new = found.person_id is None
        for name, value in vars(told).items():
            setattr(found, name, value)
        found.person, found.seen_at = person, now()
        found.save(force_insert=is_new)

    def give(self, order: str, reason: str, by: str) -> None:
        """Order it locked or emptied at its next contact; its log-ins end at once. Raises Conflict where that stands already."""
        if self.order == order:
            raise Conflict(_("이미 그렇게 지시했습니다."))
        Phone.update(order=order, ordered_at=now(), emptied_at=None).where(Phone.uid == self.uid).execute()
        for session in Session.select().where(Session.device == self.device, ~Session.revoked):
            session.revoke()
        record(f"phone.{order}", self.uid, by=by, person=self.person_id, reason=reason)

    def lift(self, reason: str, by: str) -> None:
        """Take back what was ordered and not done yet; a locked phone opens by its PIN again."""
        if not self.order:
            raise Conflict(_("지시한 것이 없습니다."))
        Phone.update(order="", ordered_at=None).where(Phone.uid == self.uid).execute()
        record("phone.lifted", self.uid, by=by, person=self.person_id, reason=reason)

    @classmethod
    def emptied(cls, device: str) -> None:
        """It says that it has sealed what was unsent and deleted all else."""
        for phone in cls.select().where(cls.device == device, cls.order == WIPE):
            cls.update(order="", emptied_at=now()).where(cls.uid == phone.uid).execute()
            record("phone.emptied", phone.uid, person=phone.person_id)


@prepared
def _order(device: str):
    return Phone.select(Phone.order).where(Phone.device == device)
