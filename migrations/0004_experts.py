"""Experts and the institutions under whose agreement they advise."""

from peewee import BooleanField, CharField, DateField, DoubleField, ForeignKeyField, IntegerField, Model, TextField

from fieldapp.database import Instant


def up(migrator, db):
    class Person(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'person'

    class Zone(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'zone'

    class Shop(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'shop'

    class Partner(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        name = CharField(unique=True, max_length=120)
        basis = CharField(max_length=20)
        mou_first_day = DateField()
        mou_last_day = DateField(null=True)
        contact_name = CharField(max_length=60, default='')
        contact_mail = CharField(max_length=120, default='')
        contact_phone = CharField(max_length=40, default='')
        note = TextField(default='')
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = 'partner'
    db.create_tables([Partner])

    class Expert(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        name = CharField(max_length=60)
        qualification = CharField(max_length=120, default='')
        person = ForeignKeyField(Person, null=True, unique=True, on_delete='SET NULL')
        partner = ForeignKeyField(Partner, null=True, on_delete='RESTRICT')
        capacity = IntegerField(default=3)
        mail = CharField(max_length=120, default='')
        phone = CharField(max_length=40, default='')
        language = CharField(max_length=5, default='ko')
        active = BooleanField(default=True)
        confirmed_on = DateField(null=True)
        lat = DoubleField(null=True)
        lon = DoubleField(null=True)
        note = TextField(default='')
        version = IntegerField(default=1)

        class Meta:
            database = db
            table_name = 'expert'
            indexes = ((('name', 'uid'), False),)
    db.create_tables([Expert])

    class ExpertField(Model):
        expert = ForeignKeyField(Expert, on_delete='CASCADE')
        field = CharField(max_length=20)
        main = BooleanField(default=False)

        class Meta:
            database = db
            table_name = 'expert_field'
            indexes = ((('expert', 'field'), True),)
    db.create_tables([ExpertField])

    class ExpertZone(Model):
        expert = ForeignKeyField(Expert, on_delete='CASCADE')
        zone = ForeignKeyField(Zone, on_delete='CASCADE')

        class Meta:
            database = db
            table_name = 'expert_zone'
            indexes = ((('expert', 'zone'), True),)
    db.create_tables([ExpertZone])

    class Conflict(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        expert = ForeignKeyField(Expert, on_delete='CASCADE')
        shop = ForeignKeyField(Shop, on_delete='CASCADE')
        reason = CharField(max_length=200)

        class Meta:
            database = db
            table_name = 'conflict'
            indexes = ((('expert', 'shop'), True),)
    db.create_tables([Conflict])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('conflict'))
    migrator.migrate(migrator.drop_table('expert_zone'))
    migrator.migrate(migrator.drop_table('expert_field'))
    migrator.migrate(migrator.drop_table('expert'))
    migrator.migrate(migrator.drop_table('partner'))
