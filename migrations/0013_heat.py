"""What is open, by street: an index in the order in which the map adds it up, and of those shops alone."""

BEFORE = ("open_grievances", "street", "zone_id", "tile", "lat", "lon")
AFTER = ("street", "tile", "open_grievances", "zone_id", "lat", "lon")


def up(migrator, db):
    migrator.migrate(migrator.drop_index("shop", f"shop_{'_'.join(BEFORE)}"))
    named = ", ".join(f'"{column}"' for column in AFTER)
    db.execute_sql(f'CREATE INDEX "shop_heat" ON "shop" ({named}) WHERE "open_grievances" > 0')


def down(migrator, db):
    migrator.migrate(migrator.drop_index("shop", "shop_heat"), migrator.add_index("shop", BEFORE))
