"""Sessions, results, aftercare and ratings of a case."""

from peewee import CharField, DateField, ForeignKeyField, IntegerField, Model, TextField

from fieldapp.database import Instant


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

    class Programme(Table):
        class Meta:
            database = db
            table_name = 'programme'

    class Visit(Table):
        class Meta:
            database = db
            table_name = 'visit'

    class Consultation(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        referral = ForeignKeyField(Referral, column_name='referral_id', on_delete='CASCADE')
        expert = ForeignKeyField(Expert, column_name='expert_id', on_delete='RESTRICT')
        number = IntegerField()
        planned_at = Instant()
        minutes = IntegerField(default=60)
        how = CharField(max_length=10, default='place')
        place = CharField(max_length=200, default='')
        attendance = CharField(max_length=20, default='planned')
        held_at = Instant(null=True)
        code = CharField(max_length=20, default='')
        reason = TextField(default='')
        summary = TextField(default='')
        next_plan = TextField(default='')
        rescheduled_from = ForeignKeyField('self', null=True, column_name='rescheduled_from_id', on_delete='SET NULL')
        rescheduled_by = CharField(max_length=10, default='')

        class Meta:
            database = db
            table_name = 'consultation'
            indexes = ((('referral', 'number'), True), (('expert', 'planned_at'), False), (('attendance', 'held_at'), False))
    db.create_tables([Consultation])

    class Attachment(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        consultation = ForeignKeyField(Consultation, column_name='consultation_id', on_delete='CASCADE')
        kind = CharField(max_length=10)
        name = CharField(max_length=200)
        sha256 = CharField(max_length=64)
        size = IntegerField()
        by = CharField(max_length=36)

        class Meta:
            database = db
            table_name = 'attachment'
    db.create_tables([Attachment])

    class Report(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        referral = ForeignKeyField(Referral, column_name='referral_id', on_delete='CASCADE')
        expert = ForeignKeyField(Expert, column_name='expert_id', on_delete='RESTRICT')
        revision = IntegerField()
        results = TextField(default='[]')
        advice = TextField()
        state = CharField(max_length=20, default='submitted')
        reason = TextField(default='')
        decided_by = ForeignKeyField(Person, null=True, column_name='decided_by_id', on_delete='SET NULL')
        decided_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'report'
            indexes = ((('referral', 'revision'), True), (('state', 'decided_at'), False))
    db.create_tables([Report])

    class ReportProgramme(Model):
        report = ForeignKeyField(Report, column_name='report_id', on_delete='CASCADE')
        programme = ForeignKeyField(Programme, column_name='programme_id', on_delete='RESTRICT')

        class Meta:
            database = db
            table_name = 'report_programme'
            indexes = ((('report', 'programme'), True),)
    db.create_tables([ReportProgramme])

    class Aftercare(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        referral = ForeignKeyField(Referral, column_name='referral_id', on_delete='CASCADE')
        months = IntegerField()
        due_on = DateField()
        answered_at = Instant(null=True)
        visit = ForeignKeyField(Visit, null=True, column_name='visit_id', on_delete='SET NULL')

        class Meta:
            database = db
            table_name = 'aftercare'
            indexes = ((('answered_at', 'due_on'), False),)
    db.create_tables([Aftercare])

    class Satisfaction(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        referral = ForeignKeyField(Referral, unique=True, column_name='referral_id', on_delete='CASCADE')
        score = IntegerField()
        text = TextField(default='')

        class Meta:
            database = db
            table_name = 'satisfaction'
    db.create_tables([Satisfaction])


def down(migrator, db):
    for table in ('satisfaction', 'aftercare', 'report_programme', 'report', 'attachment', 'consultation'):
        migrator.migrate(migrator.drop_table(table))
