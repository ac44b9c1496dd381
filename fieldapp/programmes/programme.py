from datetime import date

import peewee

from fieldapp.database import Record


class Programme(Record):
    """지원사업. Periods are words ("예산 소진시까지"): most notices name no plain range."""

    name = peewee.CharField(200)
    agency = peewee.CharField(100, default="")
    period = peewee.CharField(200, default="")
    link = peewee.CharField(500, default="")
    last_day = peewee.DateField(null=True)
    seq = peewee.BigIntegerField(default=0)

    @classmethod
    def current(cls, day: date):
        return cls.select().where(cls.last_day.is_null() | (cls.last_day >= day)).order_by(cls.name)
