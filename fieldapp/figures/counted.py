from datetime import date
from typing import NamedTuple

import peewee

from fieldapp.database import Model

VISIT, SESSION = "visit", "session"


class Counted(Model):
    """The row behind every figure: one for each visit, by its root, and one for each session that was held, by its uid.

    A visit says what its current revision says, and keeps the zone in which it was made; a session has zone and manager of its case.
    Trade and street are the shop's of now. `day` is the day in Seoul, `month` 202611 for November 2026, `hour` that of the visit there;
    `categories` holds codes with a space between them, `counts` whether it is a consultation by the rule in force.
    """

    subject = peewee.CharField(36, primary_key=True)
    what = peewee.CharField(10)
    day = peewee.DateField()
    month = peewee.IntegerField()
    hour = peewee.IntegerField()
    zone = peewee.CharField(36)
    manager = peewee.CharField(36)
    shop = peewee.CharField(36, index=True)
    outcome = peewee.CharField(20)
    industry = peewee.CharField(100, default="")
    street = peewee.CharField(300, default="")
    categories = peewee.TextField(default="")
    counts = peewee.BooleanField()

    class Meta:
        # The first holds all that the edges of a period are counted by; both give the rows in the order of their page.
        indexes = ((("day", "subject", "what", "counts", "zone", "manager", "outcome", "industry", "categories"), False),
                   (("zone", "day", "subject", "counts"), False))


class Row(NamedTuple):
    """A row of Counted as statements take it; `day` is written 2026-11-24."""

    subject: str
    what: str
    day: str
    month: int
    hour: int
    zone: str
    manager: str
    shop: str
    outcome: str
    industry: str
    street: str
    categories: str
    counts: bool

    @classmethod
    def read(cls, values) -> "Row":
        """A row as the database gives it."""
        row = cls(*values)
        return row._replace(day=str(row.day), counts=bool(row.counts))

    @classmethod
    def of(cls, subject: str, what: str, moment, **more) -> "Row":
        """A row of this moment, which is told in Seoul's time."""
        day: date = moment.date()
        return cls(subject=subject, what=what, day=day.isoformat(), month=day.year * 100 + day.month, hour=moment.hour, **more)
