"""Two entries of the register that may be one shop, those that were made one, and what moved with them."""

from peewee import BigIntegerField, CharField, CompositeKey, ForeignKeyField, IntegerField, Model, TextField

from fieldapp.database import Instant


def up(migrator, db):
    class Shop(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'shop'

    migrator.migrate(migrator.add_column("shop", "merged_into_id", ForeignKeyField(Shop, field=Shop.uid, null=True, on_delete="RESTRICT")))

    class ShopPair(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        one = ForeignKeyField(Shop, column_name='one_id', on_delete='CASCADE', backref='+')
        other = ForeignKeyField(Shop, column_name='other_id', on_delete='CASCADE', backref='+')
        points = IntegerField(default=0)
        reasons = CharField(default='', max_length=60)
        state = CharField(default='', max_length=10)
        by = CharField(default='', max_length=36)
        why = CharField(default='', max_length=300)
        said_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'shop_pair'
            indexes = ((('one', 'other'), True), (('state', 'points', 'uid'), False))
    db.create_tables([ShopPair])

    class ShopsCompared(Model):
        epoch = CharField(default='', max_length=200)
        seq = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = 'shops_compared'
    db.create_tables([ShopsCompared])

    class ShopMerge(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        kept = ForeignKeyField(Shop, column_name='kept_id', on_delete='RESTRICT', backref='+')
        gone = ForeignKeyField(Shop, column_name='gone_id', on_delete='RESTRICT', backref='+')
        by = CharField(max_length=36)
        why = CharField(default='', max_length=300)
        before = TextField(default='{}')
        filled = TextField(default='{}')
        undone_at = Instant(null=True)
        undone_by = CharField(default='', max_length=36)
        undone_why = CharField(default='', max_length=300)

        class Meta:
            database = db
            table_name = 'shop_merge'
    db.create_tables([ShopMerge])

    class ShopMergeRow(Model):
        merge = ForeignKeyField(ShopMerge, column_name='merge_id', on_delete='CASCADE')
        kind = CharField(max_length=40)
        row = CharField(max_length=36)

        class Meta:
            database = db
            table_name = 'shop_merge_row'
            primary_key = CompositeKey('merge', 'kind', 'row')
    db.create_tables([ShopMergeRow])


def down(migrator, db):
    for table in ("shop_merge_row", "shop_merge", "shops_compared", "shop_pair"):
        migrator.migrate(migrator.drop_table(table))
    migrator.migrate(migrator.drop_index("shop", "shop_merged_into_id"), migrator.drop_column("shop", "merged_into_id"))
