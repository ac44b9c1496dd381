"""Messages that wait until they have arrived."""

from peewee import CharField, IntegerField, Model, TextField

from fieldapp.database import Instant


def up(migrator, db):
    class Message(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        key = CharField(unique=True, max_length=160)
        channel = CharField(max_length=10)
        address = CharField(max_length=200)
        language = CharField(max_length=2)
        template = CharField(max_length=40)
        template_version = IntegerField()
        facts = TextField(default='{}')
        subject = CharField(index=True, max_length=36, default='')
        to_person = CharField(max_length=36, default='')
        state = CharField(max_length=20, default='created')
        attempts = IntegerField(default=0)
        next_try_at = Instant(null=True, index=True)
        claimed_at = Instant(null=True)
        error = CharField(max_length=300, default='')
        delivered_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'message'
    db.create_tables([Message])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('message'))
