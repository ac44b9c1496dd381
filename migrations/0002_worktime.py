"""Working time: extra days off, how long things may take, clocks and their pauses."""

from peewee import CharField, DateField, ForeignKeyField, IntegerField, Model

from fieldapp.database import Instant


def up(migrator, db):
    class Closure(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        whose = CharField(index=True, max_length=36, default='')
        first_day = DateField()
        last_day = DateField()
        reason = CharField(max_length=200, default='')
        by = CharField(max_length=36, default='')

        class Meta:
            database = db
            table_name = 'closure'
    db.create_tables([Closure])

    class Policy(Model):
        kind = CharField(primary_key=True, max_length=30)
        amount = IntegerField()
        unit = CharField(max_length=10)
        amber_percent = IntegerField()
        escalate_days = IntegerField()

        class Meta:
            database = db
            table_name = 'policy'
    db.create_tables([Policy])

    class Clock(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        subject = CharField(index=True, max_length=36)
        kind = CharField(max_length=30)
        whose = CharField(max_length=36, default='')
        started_at = Instant()
        ended_at = Instant(null=True)
        given_day = DateField(null=True)
        amount = IntegerField(default=0)
        unit = CharField(max_length=10, default='days')
        amber_at = Instant(null=True)
        due_at = Instant(null=True)
        escalate_at = Instant(null=True)
        stage = IntegerField(default=0)
        next_at = Instant(null=True, index=True)

        class Meta:
            database = db
            table_name = 'clock'
    db.create_tables([Clock])

    class Pause(Model):
        clock = ForeignKeyField(Clock, on_delete='CASCADE')
        began_at = Instant()
        ended_at = Instant(null=True)
        reason = CharField(max_length=200, default='')

        class Meta:
            database = db
            table_name = 'pause'
    db.create_tables([Pause])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('pause'))
    migrator.migrate(migrator.drop_table('clock'))
    migrator.migrate(migrator.drop_table('policy'))
    migrator.migrate(migrator.drop_table('closure'))
