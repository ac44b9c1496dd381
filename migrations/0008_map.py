"""The map: where visits and shops lie, how many in which cell; official areas; addresses at which a map program reads."""

import math
from datetime import UTC, datetime

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)

from fieldapp.database import SEOUL, Instant

OUTCOMES = ("met", "absent", "busy", "refused", "shut_today", "closed_down", "moved")
SHOP = {"tile": BigIntegerField(null=True), "street": CharField(max_length=300, default=""), "last_at": Instant(null=True),
        "last_outcome": CharField(max_length=20, default=""), "open_grievances": IntegerField(default=0)}
INDEXES = (("tile", "zone_id", "status", "last_at", "last_outcome", "uid"), ("open_grievances", "street", "zone_id", "tile", "lat", "lon"))
AT_ONCE = 1000


def up(migrator, db):
    class Person(Model):
        uid = CharField(primary_key=True, max_length=36)

        class Meta:
            database = db
            table_name = 'person'

    class Area(Model):
        code = CharField(primary_key=True, max_length=20)
        name_ko = CharField(max_length=60)
        kind = CharField(max_length=60)
        geometry = TextField()
        west = DoubleField()
        south = DoubleField()
        east = DoubleField()
        north = DoubleField()

        class Meta:
            database = db
            table_name = 'area'

    class Spot(Model):
        root = CharField(primary_key=True, max_length=36)
        tile = BigIntegerField()
        day = IntegerField()
        zone = CharField(max_length=36)
        outcome = CharField(max_length=20)

        class Meta:
            database = db
            table_name = 'spot'
            indexes = ((('tile', 'day', 'outcome', 'zone'), False), (('day', 'tile', 'outcome', 'zone'), False))

    class Ground(Model):
        level = IntegerField()
        span = IntegerField()
        tile = BigIntegerField()
        zone = CharField(max_length=36)
        met = IntegerField()
        absent = IntegerField()
        busy = IntegerField()
        refused = IntegerField()
        shut_today = IntegerField()
        closed_down = IntegerField()
        moved = IntegerField()

        class Meta:
            database = db
            table_name = 'ground'
            primary_key = CompositeKey('level', 'span', 'tile', 'zone')
            without_rowid = isinstance(db, SqliteDatabase)

    class Feed(Model):
        uid = CharField(primary_key=True, max_length=36)
        created_at = Instant()
        person = ForeignKeyField(Person, on_delete='CASCADE')
        name = CharField(max_length=60)
        token_hash = CharField(max_length=64, unique=True)
        read_at = Instant(null=True)
        revoked_at = Instant(null=True)

        class Meta:
            database = db
            table_name = 'feed'

    db.create_tables([Area, Spot, Ground, Feed])
    migrator.migrate(*[migrator.add_column("shop", name, field) for name, field in SHOP.items()])
    place_shops(db)
    place_visits(db)
    for columns in INDEXES:
        migrator.migrate(migrator.add_index("shop", columns))


def place_shops(db):
    """Each shop's cell, and its last visit. Streets and what is open come with the next visit, or by `flask redraw-map`."""
    found = db.execute_sql('SELECT "uid", "lat", "lon" FROM "shop" WHERE "lat" IS NOT NULL AND "lon" IS NOT NULL').fetchall()
    for uid, lat, lon in found:
        db.execute_sql(f'UPDATE "shop" SET "tile" = {db.param} WHERE "uid" = {db.param}', [tile_at(lat, lon), uid])
    last = ('(SELECT v."{0}" FROM "visit" v WHERE v."shop_id" = "shop"."uid" AND v."current" ORDER BY v."visited_at" DESC, v."uid" DESC '
            'LIMIT 1)')
    db.execute_sql(f'UPDATE "shop" SET "last_at" = {last.format("visited_at")}, '
                   f'"last_outcome" = COALESCE({last.format("outcome")}, \'\')')


def place_visits(db):
    after = ""
    while rows := db.execute_sql(
            'SELECT v."uid", v."root", v."visited_at", v."zone_id", v."outcome", COALESCE(v."lat", s."lat"), COALESCE(v."lon", s."lon") '
            'FROM "visit" v JOIN "shop" s ON s."uid" = v."shop_id" WHERE v."current" AND v."uid" > '
            f'{db.param} ORDER BY v."uid" LIMIT {AT_ONCE}', [after]).fetchall():
        after = rows[-1][0]
        put([(root, tile_at(lat, lon), day_of(moment), zone, outcome) for _uid, root, moment, zone, outcome, lat, lon in rows
             if lat is not None and lon is not None], db)
    counts = ", ".join(f"SUM(CASE WHEN \"outcome\" = '{code}' THEN 1 ELSE 0 END)" for code in OUTCOMES)
    for level in (12, 14, 16):
        for part in (100, 10_000):
            cell = f'"day" / {part}, "tile" / {4 ** (18 - level)}, "zone"'
            db.execute_sql(f'INSERT INTO "ground" SELECT {level}, {cell}, {counts} FROM "spot" GROUP BY {cell}')


def put(rows, db):
    if rows:
        one = f"({', '.join([db.param] * 5)})"
        db.execute_sql(f'INSERT INTO "spot" ("root", "tile", "day", "zone", "outcome") VALUES {", ".join([one] * len(rows))}',
                       [value for row in rows for value in row])


def day_of(moment):
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    day = read.replace(tzinfo=UTC).astimezone(SEOUL)
    return day.year * 10_000 + day.month * 100 + day.day


def tile_at(lat, lon):
    """The finest cell of the map's grid, as zones/grid.py numbers it: column and row with their bits in turn."""
    wide = 360 / (1 << 20)
    column, row = math.floor((lon + 180) / wide), math.floor((lat + 90) / (wide * 0.8))
    return sum((column >> bit & 1) << 2 * bit | (row >> bit & 1) << 2 * bit + 1 for bit in range(20))


def down(migrator, db):
    for columns in INDEXES:
        migrator.migrate(migrator.drop_index("shop", f"shop_{'_'.join(columns)}"))
    migrator.migrate(*[migrator.drop_column("shop", name) for name in reversed(SHOP)])
    for table in ("feed", "ground", "spot", "area"):
        migrator.migrate(migrator.drop_table(table))
