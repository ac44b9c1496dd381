"""The referral desk: a case's whole way, offers to experts, commands that were given."""

from peewee import CharField, ForeignKeyField, IntegerField, Model, TextField

from fieldapp.database import Instant, now, uuid7
from fieldapp.worktime import Calendar

MOMENT = "2000-01-01 00:00:00"


class Table(Model):
    """A table of an earlier migration, as far as foreign keys need it."""

    uid = CharField(primary_key=True, max_length=36)


def up(migrator, db):
    class Expert(Table):
        class Meta:
            database = db
            table_name = 'expert'

    class Referral(Table):
        class Meta:
            database = db
            table_name = 'referral'

    class Person(Table):
        class Meta:
            database = db
            table_name = 'person'

    migrator.migrate(
        migrator.add_column('person', 'mail', CharField(max_length=200, default='')),
        migrator.add_column('consent', 'party', CharField(max_length=36, default='')),
        migrator.drop_not_null('referral', 'visit_id'),
        migrator.add_column('referral', 'source', CharField(max_length=20, default='visit')),
        migrator.add_column('referral', 'wanted', TextField(default='')),
        migrator.add_column('referral', 'before', CharField(max_length=20, default='')),
        migrator.add_column('referral', 'changed_at', Instant(default=MOMENT)),
        migrator.add_column('referral', 'amber_at', Instant(null=True)),
        migrator.add_column('referral', 'due_at', Instant(null=True)),
        migrator.add_column('referral', 'alert', CharField(max_length=20, default='')),
        migrator.add_column('referral', 'wished_expert_id', ForeignKeyField(Expert, field=Expert.uid, null=True, on_delete='SET NULL')),
        migrator.add_column('referral', 'expert_id', ForeignKeyField(Expert, field=Expert.uid, null=True, on_delete='RESTRICT')),
        migrator.add_column('referral', 'merged_into_id', ForeignKeyField(Referral, field=Referral.uid, null=True, on_delete='RESTRICT')),
        migrator.add_column('referral', 'follows_id', ForeignKeyField(Referral, field=Referral.uid, null=True, on_delete='RESTRICT')),
        migrator.add_column('referral', 'answer', TextField(default='')),
        migrator.add_index('referral', ('state', 'due_at', 'uid', 'amber_at', 'alert')),
        migrator.add_index('referral', ('expert_id', 'state')),
        migrator.add_index('referral', ('shop_id', 'field', 'state')),
    )
    db.execute_sql('UPDATE "referral" SET "changed_at" = "created_at"')
    start_receipts(db)

    class Offer(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        referral = ForeignKeyField(Referral, backref='offers', column_name='referral_id', on_delete='CASCADE')
        expert = ForeignKeyField(Expert, backref='offers', column_name='expert_id', on_delete='RESTRICT')
        state = CharField(max_length=20, default='offered')
        offered_by = ForeignKeyField(Person, null=True, column_name='offered_by_id', on_delete='SET NULL')
        code = CharField(max_length=20, default='')
        note = TextField(default='')
        answer = TextField(default='')
        decided_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'offer'
            indexes = ((('expert', 'state'), False), (('referral', 'state'), False), (('expert', 'created_at'), False))
    db.create_tables([Offer])

    class Given(Model):
        uid = CharField(primary_key=True, max_length=36)
        referral = ForeignKeyField(Referral, column_name='referral_id', on_delete='CASCADE')
        command = CharField(max_length=20)
        by = CharField(max_length=36)
        digest = CharField(max_length=64)
        version = IntegerField()
        at = Instant()

        class Meta:
            database = db
            table_name = 'given'
    db.create_tables([Given])


def start_receipts(db):
    """Nobody has counted how long cases wait: for those that wait now it begins here, so that none is late by surprise."""
    class Clock(Table):
        created_at = Instant(default=now)
        subject = CharField()
        kind = CharField(default='receipt')
        whose = CharField(default='')
        started_at = Instant()
        amount = IntegerField(default=8)
        unit = CharField(default='hours')
        amber_at = Instant()
        due_at = Instant()
        escalate_at = Instant()
        stage = IntegerField(default=0)
        next_at = Instant()

        class Meta:
            database = db
            table_name = 'clock'

    start = now()
    amber, due, escalate = (Calendar().add(start, minutes) for minutes in (336, 480, 960))
    waiting = db.execute_sql("""SELECT "uid" FROM "referral" WHERE "state" = 'submitted'
        AND "uid" NOT IN (SELECT "subject" FROM "clock" WHERE "ended_at" IS NULL)""").fetchall()
    for uid, in waiting:
        Clock.create(uid=uuid7(), subject=uid, started_at=start, amber_at=amber, due_at=due, escalate_at=escalate,
                     next_at=amber)
    for column in ("amber_at", "due_at"):
        db.execute_sql(f"""UPDATE "referral" SET "{column}" =
            (SELECT MIN("{column}") FROM "clock" WHERE "subject" = "referral"."uid" AND "ended_at" IS NULL)""")


def down(migrator, db):
    migrator.migrate(migrator.drop_table('given'))
    migrator.migrate(migrator.drop_table('offer'))
    db.execute_sql('UPDATE "referral" SET "merged_into_id" = NULL, "follows_id" = NULL')  # each may lead to one that goes
    db.execute_sql('DELETE FROM "referral" WHERE "visit_id" IS NULL')
    migrator.migrate(
        *[migrator.drop_index('referral', f'referral_{name}') for name in (
            'state_due_at_uid_amber_at_alert', 'expert_id_state', 'shop_id_field_state', 'follows_id', 'merged_into_id', 'expert_id', 'wished_expert_id')],
        *[migrator.drop_column('referral', name) for name in (
            'answer', 'follows_id', 'merged_into_id', 'expert_id', 'wished_expert_id', 'alert', 'due_at', 'amber_at', 'changed_at',
            'before', 'wanted', 'source')],
        migrator.add_not_null('referral', 'visit_id'),
        migrator.drop_column('consent', 'party'),
        migrator.drop_column('person', 'mail'),
    )
