"""What counts: the rows behind every figure, their sums, the rule that the office chose, and its targets."""

from peewee import BooleanField, CharField, CompositeKey, DateField, IntegerField, Model, SqliteDatabase, TextField

from fieldapp.database import Instant

INDEXES = (('referral', ('submitted_at', 'state', 'zone_id')), ('referral', ('field', 'state', 'zone_id')),
           ('clock', ('ended_at', 'kind', 'started_at', 'subject')))

def up(migrator, db):
    class Counted(Model):
        subject = CharField(primary_key=True, max_length=36)
        what = CharField(max_length=10)
        day = DateField()
        month = IntegerField()
        hour = IntegerField()
        zone = CharField(max_length=36)
        manager = CharField(max_length=36)
        shop = CharField(index=True, max_length=36)
        outcome = CharField(max_length=20)
        industry = CharField(max_length=100, default='')
        street = CharField(max_length=300, default='')
        categories = TextField(default='')
        counts = BooleanField()

        class Meta:
            database = db
            table_name = 'counted'
            indexes = ((('day', 'subject', 'what', 'counts', 'zone', 'manager', 'outcome', 'industry', 'categories'), False),
                       (('zone', 'day', 'subject', 'counts'), False))

    class Rollup(Model):
        zone = CharField(max_length=36)
        dimension = CharField(max_length=10)
        period = IntegerField()
        key = CharField(max_length=310)
        visits = IntegerField()
        counted = IntegerField()

        class Meta:
            database = db
            table_name = 'rollup'
            primary_key = CompositeKey('zone', 'dimension', 'period', 'key')
            without_rowid = isinstance(db, SqliteDatabase)

    class RuleChoice(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        version = CharField(max_length=20)
        by = CharField(max_length=36, default='')

        class Meta:
            database = db
            table_name = 'rule_choice'

    class Target(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        indicator = CharField(max_length=40)
        year = IntegerField()
        version = IntegerField()
        value = IntegerField()
        reason = TextField()
        approved_by = CharField(max_length=100)
        by = CharField(max_length=36, default='')

        class Meta:
            database = db
            table_name = 'target'
            indexes = ((('indicator', 'year', 'version'), True),)

    db.create_tables([Counted, Rollup, RuleChoice, Target])
    migrator.migrate(*[migrator.add_index(table, columns) for table, columns in INDEXES])


def down(migrator, db):
    for table, columns in INDEXES:
        migrator.migrate(migrator.drop_index(table, '_'.join((table, *columns))))
    for table in ('target', 'rule_choice', 'rollup', 'counted'):
        migrator.migrate(migrator.drop_table(table))
