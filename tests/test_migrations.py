"""Migrations go up, down and up again with data, and the schema equals the models, on SQLite and PostgreSQL."""

from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from fieldapp.database import MIGRATIONS, db
from fieldapp.rooms import MODELS
from fieldapp.visits import Visit
from tests.conftest import frozen, make_cast


def test_the_schema_equals_the_models(database):
    drift = diff_models(db.obj, MODELS)
    assert not any(drift), drift


def test_up_down_up_with_data(as_, cast, visit_form):
    as_("changdong").send(frozen(cast.changdong, visit_form))
    assert Visit.select().count() == 1
    runner = Runner(db.obj, str(MIGRATIONS))
    applied = [migration.name for migration in runner.migrations()]
    runner.down(applied[0])
    assert [name for name in db.get_tables() if not name.startswith(("schema_migration", "sqlite_"))] == []
    runner.up()
    assert not any(diff_models(db.obj, MODELS))
    make_cast()
    assert Visit.select().count() == 0
