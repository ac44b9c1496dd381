"""The second factor, invitations, accounts and zones for a period, each with who gave it and why."""

from peewee import BooleanField, CharField, DateField, ForeignKeyField, IntegerField, Model

from fieldapp.database import Instant

NEW = {
    "person": {"last_day": lambda: DateField(null=True), "second_since": lambda: Instant(null=True)},
    "session": {"revoked": lambda: BooleanField(default=False), "second_at": lambda: Instant(null=True)},
    "grant": {"deputy_for": lambda: CharField(max_length=36, default=""), "reason": lambda: CharField(max_length=200, default=""),
              "by": lambda: CharField(max_length=36, default="")},
}


def up(migrator, db):
    migrator.migrate(*(migrator.add_column(table, name, made()) for table, columns in NEW.items() for name, made in columns.items()))

    class Person(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'person'

    class SecondFactor(Model):
        person = ForeignKeyField(Person, column_name='person_id', on_delete='CASCADE', primary_key=True)
        secret = CharField(max_length=200, default='')
        proposed = CharField(max_length=200, default='')
        last_step = IntegerField(default=0)

        class Meta:
            database = db
            table_name = 'second_factor'
    db.create_tables([SecondFactor])

    class RecoveryCode(Model):
        key = CharField(max_length=64, primary_key=True)
        person = ForeignKeyField(Person, column_name='person_id', on_delete='CASCADE')
        used_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'recovery_code'
    db.create_tables([RecoveryCode])

    class Invitation(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        person = ForeignKeyField(Person, column_name='person_id', on_delete='CASCADE')
        way = CharField(max_length=10)
        by = CharField(max_length=36, default='')
        expires_at = Instant()
        claimed_at = Instant(null=True)
        device = CharField(max_length=64, default='', index=True)
        agent = CharField(max_length=200, default='')
        password_at = Instant(null=True)
        done_at = Instant(null=True)
        revoked_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'invitation'
    db.create_tables([Invitation])


def down(migrator, db):
    for table in ("invitation", "recovery_code", "second_factor"):
        migrator.migrate(migrator.drop_table(table))
    migrator.migrate(*(migrator.drop_column(table, name) for table, columns in NEW.items() for name in columns))
