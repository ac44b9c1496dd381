"""The first tables."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from fieldapp.database import Instant


def up(migrator, db):
    class AccessLog(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        person = CharField(index=True, max_length=36)
        verb = CharField(max_length=40)
        whose = TextField()
        count = IntegerField()
        path = CharField(max_length=300)
        address = CharField(max_length=60)

        class Meta:
            database = db
            table_name = 'access_log'
    db.create_tables([AccessLog])

    class Attempt(Model):
        key = CharField(index=True, max_length=64)
        at = Instant()

        class Meta:
            database = db
            table_name = 'attempt'
    db.create_tables([Attempt])

    class Zone(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        name_ko = CharField(unique=True, max_length=60)
        name_en = CharField(max_length=60, default='')
        colour = CharField(max_length=20, default='violet')
        position = IntegerField(default=0)
        geometry = TextField(default='')

        class Meta:
            database = db
            table_name = 'zone'
    db.create_tables([Zone])

    class Category(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        code = CharField(unique=True, max_length=40)
        name_ko = CharField(max_length=60)
        name_en = CharField(max_length=60, default='')
        zone = ForeignKeyField(Zone, null=True, on_delete='CASCADE')
        field = CharField(max_length=20, default='')
        position = IntegerField(default=0)
        first_day = DateField(null=True)
        last_day = DateField(null=True)

        class Meta:
            database = db
            table_name = 'category'
    db.create_tables([Category])

    class Dong(Model):
        code8 = CharField(primary_key=True, max_length=8)
        name_ko = CharField(max_length=60)
        zone = ForeignKeyField(Zone, on_delete='RESTRICT')
        geometry = TextField(default='')

        class Meta:
            database = db
            table_name = 'dong'
    db.create_tables([Dong])

    class Person(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        login = CharField(unique=True, max_length=60)
        name = CharField(max_length=60)
        role = CharField(max_length=20)
        password_hash = CharField(max_length=200)
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = 'person'
    db.create_tables([Person])

    class Shop(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        source = CharField(max_length=60, default='office')
        source_id = CharField(max_length=80)
        source_hash = CharField(max_length=64, default='')
        name = CharField(max_length=200)
        branch = CharField(max_length=100, default='')
        industry = CharField(max_length=100, default='')
        address_road = CharField(max_length=300, default='')
        address_lot = CharField(max_length=300, default='')
        phone = CharField(max_length=60, default='')
        dong = ForeignKeyField(Dong, null=True, on_delete='SET NULL')
        zone = ForeignKeyField(Zone, null=True, on_delete='RESTRICT')
        manager = ForeignKeyField(Person, null=True, on_delete='SET NULL')
        lat = DoubleField(null=True)
        lon = DoubleField(null=True)
        floor = CharField(max_length=20, default='')
        unit = CharField(max_length=20, default='')
        status = CharField(max_length=20, default='open')
        outside = BooleanField(default=False)
        search = TextField(default='')
        seq = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = 'shop'
            indexes = ((('source', 'source_id'), True), (('zone', 'name'), False), (('zone', 'seq'), False), (('lat', 'lon'), False))
    db.create_tables([Shop])

    class Consent(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        shop = ForeignKeyField(Shop, on_delete='CASCADE')
        kind = CharField(max_length=20)
        text_version = CharField(max_length=20)
        visit = CharField(max_length=36, default='')
        taken_by = CharField(max_length=36)
        given_at = Instant()
        withdrawn_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'consent'
    db.create_tables([Consent])

    class Departure(Model):
        zone = ForeignKeyField(Zone, on_delete='CASCADE')
        shop = CharField(max_length=36)
        seq = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = 'departure'
    db.create_tables([Departure])

    class Event(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        kind = CharField(max_length=40)
        subject = CharField(index=True, max_length=80)
        person = CharField(max_length=36, default='')
        data = TextField(default='{}')

        class Meta:
            database = db
            table_name = 'event'
            indexes = ((('kind', 'created_at'), False),)
    db.create_tables([Event])

    class Grant(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        person = ForeignKeyField(Person, on_delete='CASCADE')
        zone = ForeignKeyField(Zone, on_delete='CASCADE')
        first_day = DateField()
        last_day = DateField(null=True)

        class Meta:
            database = db
            table_name = 'grant'
    db.create_tables([Grant])

    class Visit(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        root = CharField(index=True, max_length=36)
        revision = IntegerField(default=1)
        replaces = CharField(index=True, max_length=36, default='')
        current = BooleanField(default=True)
        shop = ForeignKeyField(Shop, on_delete='RESTRICT')
        zone = ForeignKeyField(Zone, on_delete='RESTRICT')
        manager = ForeignKeyField(Person, on_delete='RESTRICT')
        outcome = CharField(max_length=20)
        met_whom = CharField(max_length=60, default='')
        memo = TextField(default='')
        visited_at = Instant()
        next_visit_on = DateField(null=True)
        place_source = CharField(max_length=10, default='none')
        lat = DoubleField(null=True)
        lon = DoubleField(null=True)
        accuracy_m = DoubleField(null=True)
        fix_age_s = DoubleField(null=True)
        distance_m = DoubleField(null=True)
        made_at = Instant(null=True)
        timezone = CharField(max_length=60, default='')
        skew_ms = BigIntegerField(null=True)
        device = CharField(max_length=64, default='')
        device_seq = BigIntegerField(null=True)
        review = CharField(max_length=20, default='received')
        return_reason = TextField(default='')
        returned_by = ForeignKeyField(Person, null=True, on_delete='SET NULL')
        seq = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = 'visit'
            indexes = ((('current', 'visited_at', 'uid'), False), (('zone', 'current', 'visited_at'), False), (('shop', 'current', 'visited_at'), False), (('manager', 'review'), False))
    db.create_tables([Visit])

    class Grievance(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        visit = ForeignKeyField(Visit, on_delete='CASCADE')
        shop = ForeignKeyField(Shop, on_delete='CASCADE')
        category = ForeignKeyField(Category, on_delete='RESTRICT')
        text = TextField(default='')
        disposition = CharField(max_length=30)

        class Meta:
            database = db
            table_name = 'grievance'
    db.create_tables([Grievance])

    class Owner(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        shop = ForeignKeyField(Shop, unique=True, on_delete='CASCADE')
        name = CharField(max_length=60, default='')
        phone = CharField(max_length=40, default='')
        consent = ForeignKeyField(Consent, on_delete='RESTRICT')

        class Meta:
            database = db
            table_name = 'owner'
    db.create_tables([Owner])

    class Photo(Model):
        sha256 = CharField(primary_key=True, max_length=64)
        width = IntegerField()
        height = IntegerField()
        bytes_sent = IntegerField()
        received_at = Instant()

        class Meta:
            database = db
            table_name = 'photo'
    db.create_tables([Photo])

    class Programme(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        name = CharField(max_length=200)
        agency = CharField(max_length=100, default='')
        period = CharField(max_length=200, default='')
        link = CharField(max_length=500, default='')
        last_day = DateField(null=True)
        seq = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = 'programme'
    db.create_tables([Programme])

    class Received(Model):
        uid = CharField(primary_key=True, max_length=36)
        hash = CharField(max_length=64)
        kind = CharField(max_length=40)
        version = IntegerField()
        author = CharField(index=True, max_length=36)
        carrier = CharField(max_length=36)
        record = TextField()
        received_at = Instant()

        class Meta:
            database = db
            table_name = 'received'
    db.create_tables([Received])

    class Referral(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        number = IntegerField(unique=True)
        visit_root = CharField(index=True, max_length=36)
        visit = ForeignKeyField(Visit, on_delete='RESTRICT')
        shop = ForeignKeyField(Shop, on_delete='RESTRICT')
        zone = ForeignKeyField(Zone, on_delete='RESTRICT')
        manager = ForeignKeyField(Person, on_delete='RESTRICT')
        field = CharField(max_length=20)
        urgency = CharField(max_length=20, default='normal')
        wish = TextField(default='')
        call_when = CharField(max_length=100, default='')
        state = CharField(max_length=20, default='draft')
        submitted_at = Instant(null=True)
        version = IntegerField(default=1)

        class Meta:
            database = db
            table_name = 'referral'
            indexes = ((('visit_root', 'field'), True), (('state', 'submitted_at'), False), (('manager', 'state'), False))
    db.create_tables([Referral])

    class Refusal(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        command = CharField(index=True, max_length=36)
        hash = CharField(max_length=64)
        answer = CharField(max_length=20)
        code = CharField(max_length=40)
        fields = TextField(default='{}')
        record = TextField()
        author = CharField(max_length=36, default='')
        carrier = CharField(max_length=36)

        class Meta:
            database = db
            table_name = 'refusal'
            indexes = ((('command', 'hash', 'code'), True),)
    db.create_tables([Refusal])

    class Sequence(Model):
        last = BigIntegerField(default=0)
        epoch = CharField(max_length=36)

        class Meta:
            database = db
            table_name = 'sequence'
    db.create_tables([Sequence])

    class Session(Model):
        token_hash = CharField(primary_key=True, max_length=64)
        person = ForeignKeyField(Person, on_delete='CASCADE')
        device = CharField(index=True, max_length=64, default='')
        agent = CharField(max_length=200, default='')
        created_at = Instant()
        seen_at = Instant()
        ended_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'session'
    db.create_tables([Session])

    class VisitPhoto(Model):
        visit = ForeignKeyField(Visit, on_delete='CASCADE')
        position = IntegerField()
        sha256 = CharField(index=True, max_length=64)
        taken_at = Instant(null=True)
        lat = DoubleField(null=True)
        lon = DoubleField(null=True)
        received_at = Instant(null=True)
        refused = CharField(max_length=40, default='')

        class Meta:
            database = db
            table_name = 'visit_photo'
            indexes = ((('visit', 'sha256'), True),)
    db.create_tables([VisitPhoto])

    class VisitProgramme(Model):
        visit = ForeignKeyField(Visit, on_delete='CASCADE')
        programme = ForeignKeyField(Programme, on_delete='RESTRICT')

        class Meta:
            database = db
            table_name = 'visit_programme'
            indexes = ((('visit', 'programme'), True),)
    db.create_tables([VisitProgramme])

def down(migrator, db):
    migrator.migrate(migrator.drop_table('visit_programme'))
    migrator.migrate(migrator.drop_table('visit_photo'))
    migrator.migrate(migrator.drop_table('session'))
    migrator.migrate(migrator.drop_table('sequence'))
    migrator.migrate(migrator.drop_table('refusal'))
    migrator.migrate(migrator.drop_table('referral'))
    migrator.migrate(migrator.drop_table('received'))
    migrator.migrate(migrator.drop_table('programme'))
    migrator.migrate(migrator.drop_table('photo'))
    migrator.migrate(migrator.drop_table('owner'))
    migrator.migrate(migrator.drop_table('grievance'))
    migrator.migrate(migrator.drop_table('visit'))
    migrator.migrate(migrator.drop_table('grant'))
    migrator.migrate(migrator.drop_table('event'))
    migrator.migrate(migrator.drop_table('departure'))
    migrator.migrate(migrator.drop_table('consent'))
    migrator.migrate(migrator.drop_table('shop'))
    migrator.migrate(migrator.drop_table('person'))
    migrator.migrate(migrator.drop_table('dong'))
    migrator.migrate(migrator.drop_table('category'))
    migrator.migrate(migrator.drop_table('zone'))
    migrator.migrate(migrator.drop_table('attempt'))
    migrator.migrate(migrator.drop_table('access_log'))

