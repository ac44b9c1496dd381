import pytest

from fieldapp.database import writing
from fieldapp.worktime import KINDS, Policy

pytestmark = pytest.mark.usefixtures("database")


def test_the_offices_rules_hold_until_it_changes_them():
    found = {policy.kind: (policy.amount, policy.unit) for policy in Policy.everyone()}
    assert found == {"receipt": (8, "hours"), "matching": (3, "days"), "acceptance": (2, "days"), "first_session": (7, "days"),
                     "report": (5, "days"), "approval": (3, "days"), "review": (0, "days")}
    assert list(found) == list(KINDS) and {(policy.amber_percent, policy.escalate_days) for policy in Policy.everyone()} == {(70, 1)}
    assert Policy.named("matching").amount == 3 and Policy.select().count() == 0


def test_a_kind_that_there_is_not_has_no_rule():
    with pytest.raises(KeyError):
        Policy.named("lunch")


def test_a_change_holds_and_is_an_event_with_both_sides(happened):
    for amount in (4, 6):
        with writing():
            Policy.change("matching", amount, "days", 50, 2, "me")
    named, listed = Policy.named("matching"), Policy.everyone()[1]
    assert named.facts == listed.facts == {"amount": 6, "unit": "days", "amber_percent": 50, "escalate_days": 2}
    assert Policy.named("receipt").amount == 8 and Policy.select().count() == 1
    first, second = happened("policy.changed")
    assert (first.subject, first.person) == ("matching", "me") and first.facts["before"]["amount"] == 3
    assert (second.facts["before"]["amount"], second.facts["after"]) == (4, named.facts)


def test_all_of_them_take_one_query(queries):
    with queries:
        Policy.everyone()
    assert queries.count == 1
