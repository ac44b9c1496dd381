from collections.abc import Iterator
from contextlib import contextmanager

import peewee
from flask_babel import lazy_gettext as _
from peewee import JOIN, fn

from fieldapp import events
from fieldapp.database import Model, Record, today
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.experts.form import ExpertInput, columns_of, differences, public_part
from fieldapp.experts.partner import Partner
from fieldapp.people import Person
from fieldapp.zones import Zone

PERSONAL = {"name", "qualification", "mail", "phone", "lat", "lon", "note"}


class Expert(Record):
    """전문위원. `capacity` is how many offers and running cases at once; no `partner` means the district's own.

    `version` goes up with every change: who typed against an older one is told so.
    """

    name = peewee.CharField(60)
    qualification = peewee.CharField(120, default="")
    person = peewee.ForeignKeyField(Person, null=True, unique=True, backref="experts", on_delete="SET NULL")
    partner = peewee.ForeignKeyField(Partner, null=True, backref="experts", on_delete="RESTRICT")
    capacity = peewee.IntegerField(default=3)
    mail = peewee.CharField(120, default="")
    phone = peewee.CharField(40, default="")
    language = peewee.CharField(5, default="ko")
    active = peewee.BooleanField(default=True)
    confirmed_on = peewee.DateField(null=True)
    lat = peewee.DoubleField(null=True)
    lon = peewee.DoubleField(null=True)
    note = peewee.TextField(default="")
    version = peewee.IntegerField(default=1)

    class Meta:
        indexes = ((("name", "uid"), False),)

    @classmethod
    def reachable_by(cls, person: Person):
        """Everyone for those who see all zones, else one's own entry."""
        return cls.select() if person.sees_all_zones else cls.select().where(cls.person == person)

    @classmethod
    def get_reachable(cls, person: Person, uid: str) -> "Expert":
        found = cls.with_partner(cls.reachable_by(person)).where(cls.uid == uid).first()
        if found is None:
            raise NotFound()
        return found

    @classmethod
    def of_person(cls, person: Person) -> "Expert | None":
        """The expert whose account this is, active or not."""
        return cls.get_or_none(cls.person == person)

    @classmethod
    def with_partner(cls, query):
        return query.select(cls, Partner).join(Partner, JOIN.LEFT_OUTER)

    @classmethod
    def pool(cls, field: str):
        """The active experts of this field with their partner; `expert.advises.main` says whether it is their main one."""
        return (cls.select(cls, Partner, ExpertField).join(Partner, JOIN.LEFT_OUTER).switch(cls)
                .join(ExpertField, on=(ExpertField.expert == cls.uid), attr="advises")
                .where(cls.active, ExpertField.field == field).order_by(cls.name, cls.uid))

    @classmethod
    def pool_sizes(cls) -> dict[str, int]:
        """For each institution that has any, how many active experts."""
        counted = cls.select(cls.partner, fn.COUNT(cls.uid)).where(cls.active, cls.partner.is_null(False)).group_by(cls.partner)
        return dict(counted.tuples())

    @classmethod
    def fields_of(cls, uids: list[str]) -> dict[str, list["ExpertField"]]:
        """For each of these experts their fields, the main one first."""
        found: dict[str, list[ExpertField]] = {uid: [] for uid in uids}
        for row in (ExpertField.select().where(ExpertField.expert.in_(uids))
                    .order_by(ExpertField.main.desc(), ExpertField.id)):
            found[row.expert_id].append(row)
        return found

    @classmethod
    def zones_of(cls, uids: list[str]) -> dict[str, list[Zone]]:
        """For each of these experts the zones that they serve; none means all."""
        found: dict[str, list[Zone]] = {uid: [] for uid in uids}
        for row in (ExpertZone.select(ExpertZone, Zone).join(Zone).where(ExpertZone.expert.in_(uids))
                    .order_by(Zone.position, Zone.name_ko)):
            found[row.expert_id].append(row.zone)
        return found

    @classmethod
    def enter(cls, entry: ExpertInput, by: str) -> "Expert":
        """Keep a new expert, inside the caller's transaction. Raises Invalid where the account is another's."""
        with _one_account_each():
            expert = cls.create(**columns_of(entry))
        expert._name(entry)
        events.record("expert.created", expert.uid, by=by, fields=list(entry.fields))
        return expert

    def change(self, entry: ExpertInput, by: str, version: int | None = None, before: ExpertInput | None = None) -> bool:
        """Take over what was typed against `version`, inside the caller's transaction; whether anything changed.

        `before` spares the queries where it is known what stands. Raises Conflict where someone came before, Invalid as `enter` does.
        """
        told = differences(before or self.entry(), entry)
        if not told:
            return False
        seen = self.version if version is None else version
        same = (Expert.uid == self.uid) & (Expert.version == seen)
        with _one_account_each():
            changed = Expert.update(version=seen + 1, **columns_of(entry)).where(same).execute()
        if not changed:
            raise Conflict(_("그 사이 다른 사람이 이 전문가의 내용을 고쳤습니다. 아래를 확인하고 다시 저장해 주십시오."))
        self.version = seen + 1
        if told.keys() & {"fields", "zones"}:
            self._name(entry)
        events.record("expert.changed", self.uid, by=by, fields=sorted(told), changes=public_part(told, PERSONAL))
        return True

    def confirm(self, by: str, version: int) -> None:
        """Note that the entry as it was seen is right today. Raises Conflict where it has changed since."""
        same = (Expert.uid == self.uid) & (Expert.version == version)
        if not Expert.update(confirmed_on=today()).where(same).execute():
            raise Conflict(_("그 사이 내용이 바뀌었습니다. 다시 읽고 확인해 주십시오."))
        events.record("expert.confirmed", self.uid, by=by, version=version)

    def entry(self) -> ExpertInput:
        """What stands, as it would be typed."""
        fields = [row.field for row in Expert.fields_of([self.uid])[self.uid]]
        zones = [zone.uid for zone in Expert.zones_of([self.uid])[self.uid]]
        return self.entry_with(fields, zones)

    def entry_with(self, fields: list[str], zones: list[str]) -> ExpertInput:
        return ExpertInput(
            self.name, self.qualification, tuple(fields), tuple(sorted(zones)), self.partner_id, self.person_id, self.capacity, self.mail,
            self.phone, self.language, self.active, self.lat, self.lon, self.note)

    def _name(self, entry: ExpertInput) -> None:
        """Write fields and zones anew."""
        for table in (ExpertField, ExpertZone):
            table.delete().where(table.expert == self.uid).execute()
        for code in entry.fields:
            ExpertField.create(expert=self.uid, field=code, main=code == entry.fields[0])
        for zone in entry.zones:
            ExpertZone.create(expert=self.uid, zone=zone)


@contextmanager
def _one_account_each() -> Iterator[None]:
    try:
        yield
    except peewee.IntegrityError:
        raise Invalid(fields={"person": _("이미 다른 전문가의 계정입니다.")}) from None


class ExpertField(Model):
    """A field in which an expert advises; `main` is 주 분야."""

    expert = peewee.ForeignKeyField(Expert, backref="fields", on_delete="CASCADE")
    field = peewee.CharField(20)
    main = peewee.BooleanField(default=False)

    class Meta:
        indexes = ((("expert", "field"), True),)


class ExpertZone(Model):
    """A zone that an expert serves; an expert without any serves all."""

    expert = peewee.ForeignKeyField(Expert, backref="zones", on_delete="CASCADE")
    zone = peewee.ForeignKeyField(Zone, on_delete="CASCADE")

    class Meta:
        indexes = ((("expert", "zone"), True),)
