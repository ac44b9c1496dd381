from datetime import date, datetime

import peewee

from fieldapp.database import SEOUL, Record, now, prepared
from fieldapp.people.person import Person
from fieldapp.zones import Zone


class Grant(Record):
    """A manager's zone for a period; both days are included, and an open end is None."""

    person = peewee.ForeignKeyField(Person, backref="grants", on_delete="CASCADE")
    zone = peewee.ForeignKeyField(Zone, backref="grants", on_delete="CASCADE")
    first_day = peewee.DateField()
    last_day = peewee.DateField(null=True)
    deputy_for = peewee.CharField(36, default="")  # 대직: the uid of whose zone it is, else empty
    reason = peewee.CharField(200, default="")
    by = peewee.CharField(36, default="")  # who gave it

    @classmethod
    def zones_of(cls, person: Person, at: datetime | None = None) -> list[str]:
        """The uids of the zones that `person` held at that moment (now where none is given)."""
        if person.sees_all_zones:
            return [zone.uid for zone in Zone.select(Zone.uid)]
        day = (at or now()).astimezone(SEOUL).date()
        return [grant.zone_id for grant in _held(person.uid, day)]

    @classmethod
    def valid_on(cls, day: date):
        return (cls.first_day <= day) & (cls.last_day.is_null() | (cls.last_day >= day))

    @classmethod
    def holders(cls, zone: str, day: date):
        """The active managers who hold this zone on that day."""
        return (Person.select().join(cls).where(cls.zone == zone, cls.valid_on(day), Person.active)
                .order_by(Person.login).distinct())


@prepared
def _held(person: str, day: date):
    return Grant.select(Grant.zone).where(Grant.person == person, Grant.valid_on(day)).distinct()
