import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Model

KINDS = {
    "receipt": _("접수 확인"), "matching": _("매칭"), "acceptance": _("수락"), "first_session": _("첫 상담"),
    "report": _("결과보고"), "approval": _("승인"), "review": _("보류 검토"),
}
GIVEN = "review"  # its day is given with each hold
DEFAULTS = {  # the office's rules, until it changes them
    "receipt": (8, "hours"), "matching": (3, "days"), "acceptance": (2, "days"), "first_session": (7, "days"),
    "report": (5, "days"), "approval": (3, "days"), GIVEN: (0, "days"),
}
AMBER_PERCENT, ESCALATE_DAYS = 70, 1


class Policy(Model):
    """How long a thing may take, when it turns amber (percent of that), and how many working days past due it goes further up."""

    kind = peewee.CharField(30, primary_key=True)
    amount = peewee.IntegerField()
    unit = peewee.CharField(10)
    amber_percent = peewee.IntegerField()
    escalate_days = peewee.IntegerField()

    @classmethod
    def named(cls, kind: str) -> "Policy":
        """The office's row, or the default; KeyError where there is no such kind."""
        return cls.get_or_none(cls.kind == kind) or cls.default(kind)

    @classmethod
    def default(cls, kind: str) -> "Policy":
        amount, unit = DEFAULTS[kind]
        return cls(kind=kind, amount=amount, unit=unit, amber_percent=AMBER_PERCENT, escalate_days=ESCALATE_DAYS)

    @classmethod
    def everyone(cls) -> list["Policy"]:
        """One of each kind, in the order of a referral's life."""
        rows = {row.kind: row for row in cls.select()}
        return [rows.get(kind) or cls.default(kind) for kind in KINDS]

    @classmethod
    def change(cls, kind: str, amount: int, unit: str, amber_percent: int, escalate_days: int, by: str) -> "Policy":
        """Rule anew; the clocks hear of it and count anew in the same transaction."""
        before = cls.named(kind)
        values = {"amount": amount, "unit": unit, "amber_percent": amber_percent, "escalate_days": escalate_days}
        cls.insert(kind=kind, **values).on_conflict(conflict_target=[cls.kind], update=values).execute()
        after = cls(kind=kind, **values)
        events.record("policy.changed", kind, by=by, before=before.facts, after=after.facts)
        return after

    @property
    def facts(self) -> dict:
        return {name: value for name, value in self.__data__.items() if name != "kind"}
