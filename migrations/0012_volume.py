"""A million visits: indexes that hold what is current, by all that the desk lists visits by; the time beside what was said."""

from fieldapp.database import Instant

MOMENT = "2000-01-01 00:00:00"
TIME = ("visited_at", "uid")
LISTS = {"all": TIME, "zone": ("zone_id", *TIME), "manager": ("manager_id", *TIME, "zone_id"), "outcome": ("outcome", *TIME),
         "review": ("review", *TIME)}
BEFORE = (("shop_id",), ("zone_id",), ("manager_id",), ("current", "visited_at", "uid"), ("zone_id", "current", "visited_at"),
          ("shop_id", "current", "visited_at"))
SAID = (("category_id", "said_at", "visit_id"), ("visit_id", "category_id"))


def up(migrator, db):
    migrator.migrate(
        *[migrator.drop_index("visit", f"visit_{'_'.join(columns)}") for columns in BEFORE],
        migrator.add_column("grievance", "said_at", Instant(default=MOMENT)))
    migrator.migrate(migrator.add_index("visit", ("shop_id", "visited_at", "uid")))
    for name, columns in LISTS.items():
        named = ", ".join(f'"{column}"' for column in columns)
        db.execute_sql(f'CREATE INDEX "visit_list_{name}" ON "visit" ({named}) WHERE "current"')
    db.execute_sql('UPDATE "grievance" SET "said_at" = (SELECT "visited_at" FROM "visit" WHERE "uid" = "grievance"."visit_id")')
    migrator.migrate(
        *[migrator.drop_index("grievance", f"grievance_{column}") for column in ("category_id", "visit_id")],
        *[migrator.add_index("grievance", columns) for columns in SAID],
        migrator.add_index("shop", ("street",)))


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("shop", "shop_street"),
        *[migrator.drop_index("grievance", f"grievance_{'_'.join(columns)}") for columns in SAID],
        *[migrator.add_index("grievance", (column,)) for column in ("category_id", "visit_id")],
        migrator.drop_column("grievance", "said_at"),
        *[migrator.drop_index("visit", f"visit_list_{name}") for name in LISTS],
        migrator.drop_index("visit", "visit_shop_id_visited_at_uid"),
        *[migrator.add_index("visit", columns) for columns in BEFORE])
