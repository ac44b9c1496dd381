"""Migrations go up, down and up again with data, and the schema equals the models, on SQLite and PostgreSQL."""

from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from fieldapp.database import MIGRATIONS, db, writing
from fieldapp.events import Event
from fieldapp.referrals import Referral
from fieldapp.rooms import MODELS
from fieldapp.visits import Visit
from fieldapp.worktime import Clock, calendar_of
from tests.conftest import frozen, make_cast
from tests.recording import recorded
from tests.referrals.conftest import CONSENT


def test_the_schema_equals_the_models(database):
    drift = diff_models(db.obj, MODELS)
    assert not any(drift), drift


def test_cases_that_waited_before_anything_was_counted_get_their_clock(cast, visit_form):
    """And a case of the office alone, into which one was merged, goes where there were none."""
    recorded(cast.changdong, visit_form | CONSENT | {"refer.field": "legal"})
    waiting = Referral.get()
    with writing():
        Clock.delete().execute()
        alone = Referral.open(cast.shop, cast.changdong.uid, "tax", "", source="office")
        Referral.update(follows=alone, merged_into=alone).where(Referral.uid == waiting.uid).execute()
    runner = Runner(db.obj, str(MIGRATIONS))
    runner.down("0005_referrals")
    runner.up()
    [found], [clock] = Referral.select(), Clock.select()
    assert (found.uid, clock.subject, clock.kind, found.due_at, found.amber_at) == (
        waiting.uid, waiting.uid, "receipt", clock.due_at, clock.amber_at)
    assert clock.due_at == calendar_of().due(clock.started_at, 8, "hours") and clock.next_at == clock.amber_at
    with writing():
        Clock.recompute_open()
    assert not Event.select().where(Event.kind == "clock.moved").exists()


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
