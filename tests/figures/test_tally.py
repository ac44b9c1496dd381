from datetime import date

import pytest

from fieldapp import events
from fieldapp.database import before_commit, writing
from fieldapp.figures import Counted, Figure, Rollup, by, make_up, recount, tally, total
from fieldapp.figures.commands import recount_command
from fieldapp.shops import Shop
from tests.cases import case_in, given
from tests.conftest import uuid7
from tests.recording import recorded, revised

YEAR = date(2026, 1, 1), date(2026, 12, 31)
MOMENT = "2026-03-02T05:00:00+00:00"


@pytest.fixture
def form(cast) -> dict:
    return {"shop": cast.shop.uid, "outcome": "met", "visited_at": MOMENT}


def counted() -> int:
    return total(*YEAR).counted


RENT = {"category": ["rent"], "grievance.rent.disposition": "noted"}
REFER = {"refer.field": "legal", "consent.contact": "on", "owner.name": "김가상"}


@pytest.mark.parametrize(("said", "expected"), [
    ({}, 0), (RENT, 1), (REFER, 1), ({"refer.field": "legal"}, 1), ({"outcome": "absent", **RENT}, 0), ({"outcome": "busy"}, 0)])
def test_a_visit_counts_where_someone_was_met_and_something_recorded(cast, form, said, expected):
    recorded(cast.changdong, form | said)
    assert total(*YEAR) == Figure(1, expected)


def test_a_programme_that_was_told_of_counts(cast, form):
    recorded(cast.changdong, form | {"programme": [cast.programme.uid]})
    assert counted() == 1


def test_a_revision_counts_in_place_of_what_it_replaces(cast, form):
    first = recorded(cast.changdong, form | RENT)
    second = revised(first, form | {"outcome": "absent", "visited_at": "2026-04-02T05:00:00+00:00"})
    assert total(*YEAR) == Figure(1, 0) and total(date(2026, 4, 1), date(2026, 4, 30)) == Figure(1, 0)
    assert [row.subject for row in Counted.select()] == [first.uid] == [second.root]


def test_a_returned_visit_counts_until_it_is_answered(cast, form):
    visit = recorded(cast.changdong, form | RENT)
    with writing():
        visit.send_back("사진이 흐립니다", cast.supervisor)
    assert counted() == 1
    revised(visit, form)
    assert total(*YEAR) == Figure(1, 0)


def test_a_referral_that_is_let_go_does_not_count(cast, form):
    visit = recorded(cast.changdong, form | REFER)
    revised(visit, form)
    assert counted() == 0


def test_a_correction_that_arrives_first_joins_what_it_corrects(cast, form):
    first, second = uuid7(), uuid7()
    recorded(cast.changdong, form | RENT | {"replaces": second}, uid=first)
    recorded(cast.changdong, form | RENT, uid=second)
    assert total(*YEAR) == Figure(1, 1)
    assert [row.subject for row in Counted.select()] == [second]


def test_a_session_that_was_held_counts_and_one_that_was_not_does_not(cast):
    referral = case_in(cast, "scheduled")
    assert Counted.select().where(Counted.what == "session").count() == 0
    given(cast, referral, "begin", "expert")
    row = Counted.get(Counted.what == "session")
    assert (row.counts, row.zone, row.manager, row.shop, row.outcome) == (
        True, cast.zone.uid, cast.changdong.uid, cast.shop.uid, "session")
    given(cast, referral, "plan", "expert")
    given(cast, referral, "sit", "expert", attendance="absent", code="owner_absent")
    assert Counted.select().where(Counted.what == "session").count() == 1


def test_a_visit_keeps_its_zone_and_follows_its_shops_trade(cast, form):
    recorded(cast.changdong, form)
    with writing():
        Shop.update(industry="분식", zone=cast.other_zone).where(Shop.uid == cast.shop.uid).execute()
        events.record("shop.changed", cast.shop.uid)
    assert by("industry", *YEAR) == {"분식": Figure(1, 0)} and by("zone", *YEAR) == {cast.zone.uid: Figure(1, 0)}


def test_what_is_touched_often_is_counted_once_at_the_end(cast, form, monkeypatch):
    seen: list = []
    with writing():
        for _time in range(3):
            before_commit(seen.append, "one")
        before_commit(seen.append, "two")
        assert not seen
    assert seen == [["one", "two"]]


def test_what_is_noted_in_a_transaction_that_fails_is_forgotten(database):
    seen: list = []
    with pytest.raises(ZeroDivisionError), writing():
        before_commit(seen.append, "one")
        raise ZeroDivisionError
    with writing():
        pass
    assert seen == []


def test_the_tally_takes_the_same_statements_for_any_number_of_visits(cast, form, queries):
    roots = [recorded(cast.changdong, form | RENT).root for _number in range(20)]

    def statements(some: list[str]) -> int:
        Counted.delete().execute()
        with queries, writing():
            tally([("visit", root) for root in some])
        return queries.count

    assert statements(roots[:1]) == statements(roots) <= 7  # with the transaction's begin and end


def test_a_recount_by_another_rule_counts_all_anew_and_says_so(app, cast, form):
    recorded(cast.changdong, form)
    recorded(cast.changdong, form | RENT)
    assert counted() == 1
    assert recount(rule="2") == 2
    assert counted() == 2
    assert [event.facts for event in events.Event.select().where(events.Event.kind == "rule.chosen")] == [{"before": "1"}]
    recorded(cast.changdong, form)
    assert counted() == 3
    told = app.test_cli_runner().invoke(recount_command, ["--rule", "1"])
    assert told.exit_code == 0 and "3 rows by rule 1" in told.output
    assert counted() == 1


def test_a_recount_that_fails_leaves_what_was(cast, form):
    recorded(cast.changdong, form | RENT)

    def fail(done: int, of: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        recount(fail, rule="2")
    assert counted() == 1 and Counted.select().count() == 1


def test_what_came_before_anything_was_counted_is_made_up_once(app, cast, form):
    recorded(cast.changdong, form | RENT)
    Counted.delete().execute()
    Rollup.delete().execute()
    assert app.test_cli_runner().invoke(args=["migrate"]).exit_code == 0
    assert counted() == 1 and make_up() == 0
