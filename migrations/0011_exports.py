"""Lists that leave the house."""

from peewee import BigIntegerField, BooleanField, CharField, IntegerField, Model, TextField

from fieldapp.database import Instant


def up(migrator, db):
    class Export(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        person = CharField(index=True, max_length=36)
        what = CharField(max_length=20)
        query = TextField(default='')
        format = CharField(max_length=10)
        purpose = CharField(max_length=20)
        why = CharField(max_length=300)
        unmasked = BooleanField(default=False)
        columns = TextField(default='')
        language = CharField(max_length=5, default='ko')
        address = CharField(max_length=60, default='')
        state = CharField(max_length=10)
        rows = IntegerField()
        done = IntegerField(default=0)
        tries = IntegerField(default=0)
        problem = CharField(max_length=20, default='')
        size = BigIntegerField(default=0)
        sha256 = CharField(max_length=64, default='')
        changed_at = Instant()

        class Meta:
            database = db
            table_name = 'export'
            indexes = ((('state', 'changed_at'), False),)
    db.create_tables([Export])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('export'))
