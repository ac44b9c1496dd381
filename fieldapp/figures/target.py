import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Record, in_turn

INDICATORS = {"consultations": _("상담")}


class Target(Record):
    """목표: what the office has promised for a year, by indicator. A change is a new version with its reason; the last one stands."""

    indicator = peewee.CharField(40)
    year = peewee.IntegerField()
    version = peewee.IntegerField()
    value = peewee.IntegerField()
    reason = peewee.TextField()
    approved_by = peewee.CharField(100)  # who approved it, as the office writes it
    by = peewee.CharField(36, default="")

    class Meta:
        indexes = ((("indicator", "year", "version"), True),)

    @classmethod
    def standing(cls, indicator: str, year: int) -> "Target | None":
        return cls.of(indicator, year).first()

    @classmethod
    def of(cls, indicator: str, year: int):
        """Every version, the one that stands first."""
        return cls.select().where(cls.indicator == indicator, cls.year == year).order_by(cls.version.desc())

    @classmethod
    def put(cls, indicator: str, year: int, value: int, reason: str, by: str, approved_by: str = "") -> "Target":
        """Set it anew, inside the caller's transaction; earlier versions stay."""
        in_turn()
        before = cls.standing(indicator, year)
        target = cls.create(indicator=indicator, year=year, value=value, reason=reason, by=by, approved_by=approved_by,
                            version=before.version + 1 if before else 1)
        events.record("target.set", f"{indicator}-{year}", by=by, before=before.value if before else None, value=value,
                      version=target.version, reason=reason, approved_by=approved_by)
        return target
