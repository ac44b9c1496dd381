from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Record
from fieldapp.errors import Invalid
from fieldapp.experts.form import PartnerInput, columns_of, differences, public_part

# 개인정보 보호법: giving to a third party (제17조) needs the owner's own consent for that institution; entrusting (제26조) does not,
# it is only disclosed.
BASES = {"provision": _("제공"), "entrustment": _("위탁")}
STANDINGS = {
    "in_force": _("협약 중"), "ending": _("곧 끝남"), "ended": _("협약 끝남"), "coming": _("시작 전"), "stopped": _("중지"),
}
ENDING = timedelta(days=30)  # so long before its last day an agreement is said to end
PERSONAL = {"contact_name", "contact_mail", "contact_phone", "note"}


class Partner(Record):
    """협약기관: an institution whose experts advise under an agreement (MOU); both of its days are included, an open end is None."""

    name = peewee.CharField(120, unique=True)
    basis = peewee.CharField(20)
    mou_first_day = peewee.DateField()
    mou_last_day = peewee.DateField(null=True)
    contact_name = peewee.CharField(60, default="")
    contact_mail = peewee.CharField(120, default="")
    contact_phone = peewee.CharField(40, default="")
    note = peewee.TextField(default="")
    active = peewee.BooleanField(default=True)

    def in_force(self, day: date) -> bool:
        return self.standing(day) in ("in_force", "ending")

    def standing(self, day: date) -> str:
        """How the agreement stands on that day: stopped, coming, ended, ending (within thirty days) or in_force."""
        if not self.active:
            return "stopped"
        if day < self.mou_first_day:
            return "coming"
        if self.mou_last_day is None or day + ENDING < self.mou_last_day:
            return "in_force"
        return "ending" if day <= self.mou_last_day else "ended"

    @property
    def needs_consent(self) -> bool:
        """Whether an owner's data reach it only with a consent that names it."""
        return self.basis == "provision"

    @classmethod
    def ordered(cls):
        return cls.select().order_by(cls.name, cls.uid)

    @classmethod
    def enter(cls, entry: PartnerInput, by: str) -> "Partner":
        """Keep a new institution, inside the caller's transaction. Raises Invalid where the name is taken."""
        with _named_once():
            partner = cls.create(**columns_of(entry))
        events.record("partner.created", partner.uid, by=by, basis=entry.basis)
        return partner

    def change(self, entry: PartnerInput, by: str) -> bool:
        """Take over what was typed, inside the caller's transaction; whether anything changed. Raises Invalid as `enter` does."""
        told = differences(self.entry, entry)
        if not told:
            return False
        with _named_once():
            Partner.update(**columns_of(entry)).where(Partner.uid == self.uid).execute()
        events.record("partner.changed", self.uid, by=by, fields=sorted(told), changes=public_part(told, PERSONAL))
        return True

    @property
    def entry(self) -> PartnerInput:
        return PartnerInput(self.name, self.basis, self.mou_first_day, self.mou_last_day, self.contact_name, self.contact_mail,
                            self.contact_phone, self.note, self.active)


@contextmanager
def _named_once() -> Iterator[None]:
    try:
        yield
    except peewee.IntegrityError:
        raise Invalid(fields={"name": _("이미 있는 협약기관입니다.")}) from None
