"""Visits to be looked at: what is doubtful in each, and the code with which one goes back."""

from peewee import CharField, IntegerField

COLUMNS = {
    'return_code': CharField(max_length=20, default=''), 'letters': IntegerField(default=0),
    'text_key': CharField(max_length=16, null=True), 'doubts': CharField(max_length=120, default=''), 'doubt_weight': IntegerField(default=0),
}
LANE = 'CREATE INDEX "visit_lane" ON "visit" ("review", "doubt_weight", "visited_at", "uid") WHERE "current"'
TEXT = 'CREATE INDEX "visit_text" ON "visit" ("text_key") WHERE "current" AND "text_key" IS NOT NULL'


def up(migrator, db):
    """What is there already is judged by `flask recheck-visits`, which lets others write meanwhile."""
    migrator.migrate(*[migrator.add_column('visit', name, field) for name, field in COLUMNS.items()])
    db.execute_sql('UPDATE "visit" SET "letters" = LENGTH("memo") + (SELECT COALESCE(SUM(LENGTH("text")), 0) FROM "grievance" '
                   'WHERE "grievance"."visit_id" = "visit"."uid"), '
                   '"return_code" = CASE WHEN "return_reason" = \'\' THEN \'\' ELSE \'other\' END')
    for index in (LANE, TEXT):
        db.execute_sql(index)


def down(migrator, db):
    migrator.migrate(
        *[migrator.drop_index('visit', name) for name in ('visit_lane', 'visit_text')],
        *[migrator.drop_column('visit', name) for name in COLUMNS],
    )
