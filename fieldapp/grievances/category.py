from datetime import date

import peewee

from fieldapp.database import Record
from fieldapp.zones import Zone


class Category(Record):
    """A kind of grievance. `zone` None means every zone; both days of validity are included."""

    code = peewee.CharField(40, unique=True)
    name_ko = peewee.CharField(60)
    name_en = peewee.CharField(60, default="")
    zone = peewee.ForeignKeyField(Zone, null=True, on_delete="CASCADE")
    field = peewee.CharField(20, default="")  # the expert field that a referral of it is offered first
    position = peewee.IntegerField(default=0)
    first_day = peewee.DateField(null=True)
    last_day = peewee.DateField(null=True)

    def name(self, language: str = "ko") -> str:
        return self.name_en if language == "en" and self.name_en else self.name_ko

    @classmethod
    def open_in(cls, zones: list[str], day: date):
        """What may be chosen in these zones on that day."""
        return cls.select().where(
            cls.zone.is_null() | cls.zone.in_(zones), cls.first_day.is_null() | (cls.first_day <= day),
            cls.last_day.is_null() | (cls.last_day >= day)).order_by(cls.position, cls.name_ko)
