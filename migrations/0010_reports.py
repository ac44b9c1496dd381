"""The pledge card, figures of the years before, and reports that were issued."""

from peewee import BlobField, CharField, DateField, ForeignKeyField, IntegerField, Model, TextField

from fieldapp.database import Instant


def up(migrator, db):
    class Person(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'person'

    class PledgeCard(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        version = IntegerField(unique=True)
        body = TextField()
        reason = TextField(default='')
        by = CharField(max_length=36, default='')

        class Meta:
            database = db
            table_name = 'pledge_card'
    db.create_tables([PledgeCard])

    class YearFigure(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        indicator = CharField(max_length=20)
        year = IntegerField()
        value = IntegerField()
        source = CharField(max_length=200, default='')

        class Meta:
            database = db
            table_name = 'year_figure'
            indexes = ((('indicator', 'year'), True),)
    db.create_tables([YearFigure])

    class Issued(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        kind = CharField(max_length=20)
        title = CharField(max_length=200)
        first_day = DateField()
        last_day = DateField()
        asked = TextField()
        content = TextField()
        sha256 = CharField(max_length=64)
        rule = CharField(max_length=20)
        cut_off = Instant()
        by = ForeignKeyField(Person, null=True, column_name='by_id', on_delete='SET NULL')

        class Meta:
            database = db
            table_name = 'issued'
            indexes = ((('created_at', 'uid'), False),)
    db.create_tables([Issued])

    class IssuedFile(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        issued = ForeignKeyField(Issued, column_name='issued_id', on_delete='CASCADE')
        format = CharField(max_length=10)
        sha256 = CharField(max_length=64)
        size = IntegerField()
        body = BlobField()

        class Meta:
            database = db
            table_name = 'issued_file'
            indexes = ((('issued', 'format'), True),)
    db.create_tables([IssuedFile])


def down(migrator, db):
    for table in ('issued_file', 'issued', 'year_figure', 'pledge_card'):
        migrator.migrate(migrator.drop_table(table))
