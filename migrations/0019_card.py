"""What is known of a business beside its place in the register, each fact with who said it and when."""

from peewee import CharField, ForeignKeyField, Model

from fieldapp.database import Instant


def up(migrator, db):
    class Shop(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'shop'

    class ShopFact(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        shop = ForeignKeyField(Shop, column_name='shop_id', on_delete='CASCADE')
        name = CharField(max_length=20)
        value = CharField(default='', max_length=60)
        source = CharField(max_length=10)
        by = CharField(max_length=36)
        said_at = Instant()
        state = CharField(default='stands', max_length=10)

        class Meta:
            database = db
            table_name = 'shop_fact'
    db.create_tables([ShopFact])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("shop_fact"))
