"""The queue sorts and counts by an index that holds all it needs, however many cases have ended."""

import pytest

from fieldapp.database import db
from tests.conftest import Queries


class Statements(Queries):
    """What was asked, with its values."""

    def emit(self, record) -> None:
        self.told.append(record.msg)

    def __enter__(self) -> "Statements":
        self.told: list[tuple[str, list]] = []
        super().__enter__()
        return self


@pytest.fixture
def statements() -> Statements:
    return Statements()


@pytest.mark.sqlite
@pytest.mark.parametrize("lane", ["now", "running", "all"])
def test_what_is_open_is_counted_and_sorted_by_the_index_alone(cast, as_, statements, lane):
    """A row of the table is read only where it is shown."""
    client = as_("coordinator")
    with statements:
        client.get(f"/referrals?lane={lane}")
    asked = [one for one in statements.told if '"t1"."state" IN' in one[0] and 'FROM "referral"' in one[0]]
    assert len(asked) == (1 if lane == "all" else 2)
    for sql, values in asked:
        plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
        assert plan[0].startswith("SEARCH t1 USING COVERING INDEX referral_state_due_at"), plan
