import pytest

from fieldapp.figures import RULE_VERSION, RULES, in_force
from fieldapp.figures.rule import Facts


@pytest.mark.parametrize(("facts", "first", "second"), [
    (Facts("met"), False, True), (Facts("met", grievance=True), True, True), (Facts("met", guidance=True), True, True),
    (Facts("met", referral=True), True, True), (Facts("absent", True, True, True), False, False), (Facts("busy"), False, False)])
def test_what_counts(facts, first, second):
    assert (RULES["1"].visit(facts), RULES["2"].visit(facts)) == (first, second)


def test_an_office_that_has_chosen_none_has_the_first(database):
    assert in_force() is RULES[RULE_VERSION] is RULES["1"]


def test_every_rule_says_what_becomes_of_returned_and_corrected_visits(app):
    for rule in RULES.values():
        assert "돌려보낸 방문" in str(rule.text) and "고친 방문" in str(rule.text) and "회차" in str(rule.text)
