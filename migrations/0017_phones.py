"""Phones: how they stand, and what the office orders at their next contact."""

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, Model

from fieldapp.database import Instant


def up(migrator, db):
    class Person(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'person'

    class Phone(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        device = CharField(max_length=64, unique=True)
        person = ForeignKeyField(Person, column_name='person_id', on_delete='CASCADE')
        name = CharField(max_length=60, default='')
        seen_at = Instant()
        unsent = IntegerField(default=0)
        photos = IntegerField(default=0)
        oldest_at = Instant(null=True)
        build = CharField(max_length=40, default='')
        used_mb = IntegerField(default=0)
        room_mb = IntegerField(default=0)
        kept = BooleanField(default=False)
        pin = BooleanField(default=False)
        order = CharField(max_length=10, default='')
        ordered_at = Instant(null=True)
        emptied_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'phone'
    db.create_tables([Phone])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("phone"))
