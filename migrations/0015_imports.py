"""Importing shops from a screen: each import with what it did, how columns were named, and what a shop keeps as its list told it."""

from peewee import BigIntegerField, BooleanField, CharField, CompositeKey, ForeignKeyField, IntegerField, Model, TextField

from fieldapp.database import Instant

NEW = {
    "to_check": lambda: BooleanField(default=False), "industry_code": lambda: CharField(max_length=20, default=""),
    "industry_version": lambda: CharField(max_length=40, default=""), "told": lambda: TextField(default=""),
}


def up(migrator, db):
    migrator.migrate(*(migrator.add_column("shop", name, made()) for name, made in NEW.items()))

    class ShopImport(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        person = CharField(default='', index=True, max_length=36)
        file = CharField(max_length=200)
        sha256 = CharField(index=True, max_length=64)
        size = BigIntegerField(default=0)
        source = CharField(default='', max_length=60)
        version = CharField(default='', max_length=40)
        only_own = BooleanField(default=False)
        doubtful = BooleanField(default=True)
        header = TextField(default='[]')
        sample = TextField(default='[]')
        language = CharField(default='ko', max_length=5)
        state = CharField(max_length=10)
        rows = IntegerField(default=0)
        done = IntegerField(default=0)
        counts = TextField(default='{}')
        written = TextField(default='{}')
        note = CharField(default='', max_length=20)
        position = BigIntegerField(default=0)
        position_gone = BigIntegerField(default=0)
        problem = CharField(default='', max_length=300)
        stage = CharField(default='', max_length=10)
        tries = IntegerField(default=0)
        hand = CharField(default='', max_length=80)
        shown_at = Instant(null=True)
        done_at = Instant(null=True)
        changed_at = Instant()

        class Meta:
            database = db
            table_name = 'shop_import'
            indexes = ((('state', 'changed_at'), False),)
    db.create_tables([ShopImport])

    class ShopImportChange(Model):
        run = ForeignKeyField(ShopImport, column_name='run_id', on_delete='CASCADE')
        shop = CharField(max_length=36)
        kind = CharField(max_length=10)
        name = CharField(default='', max_length=300)
        before = TextField(default='{}')
        after = TextField(default='{}')
        left = CharField(default='', max_length=10)

        class Meta:
            database = db
            table_name = 'shop_import_change'
            primary_key = CompositeKey('run', 'shop')
    db.create_tables([ShopImportChange])

    class ShopImportColumns(Model):
        titles = CharField(max_length=64, primary_key=True)
        columns = TextField()
        source = CharField(default='', max_length=60)
        person = CharField(default='', max_length=36)
        changed_at = Instant()

        class Meta:
            database = db
            table_name = 'shop_import_columns'
    db.create_tables([ShopImportColumns])


def down(migrator, db):
    for table in ("shop_import_columns", "shop_import_change", "shop_import"):
        migrator.migrate(migrator.drop_table(table))
    migrator.migrate(*(migrator.drop_column("shop", name) for name in NEW))
