"""The simulated year simulates: it repeats itself, a policy that asks nobody gets nobody, equal policies do not differ."""

import pytest

from bench.matching import IN_TIME, POLICIES, Desk, compared, first_fit, gini, interval, no_worse, ours
from bench.year import APPLICATIONS, EXPERTS, Year, year_of
from fieldapp.experts import FIELD_CODES

EVENTS = 1200  # in one year: fewer would mean that next to nothing was simulated


@pytest.fixture(scope="module")
def year() -> Year:
    return year_of(1)


def nobody(desk, case, candidates):
    return None


def test_a_year_is_what_it_says_and_repeats_itself(year):
    assert (len(year.applications), len(year.advisers), year) == (APPLICATIONS, EXPERTS, year_of(1)) and year != year_of(2)
    assert {one.fields[0] for one in year.advisers} == set(FIELD_CODES) and {len(one.fields) for one in year.advisers} == {1, 2, 3}
    assert {one.capacity for one in year.advisers} == {1, 2, 3, 4} and any(one.absent for one in year.advisers)
    assert all(one.at < two.at for one, two in zip(year.applications, year.applications[1:], strict=False))


def test_an_answer_hangs_on_nothing_that_a_policy_does(year):
    case, adviser = year.applications[7], year.advisers[3]
    assert year.answer(case, adviser, 0) == year.answer(case, adviser, 0) != year.answer(case, adviser, 1)


def test_who_asks_nobody_gets_nobody():
    found = compared(1, {"ours": ours, "nobody": nobody})
    assert found.of("nobody", IN_TIME) == [0] and found.of("ours", IN_TIME)[0] > 50
    assert found.of("nobody", "cases for a place: Gini") == [0] and found.differences("nobody", IN_TIME)[0] > 50
    assert found.events > EVENTS


def test_equal_policies_do_not_differ():
    found = compared(2, {"ours": ours, "the same": lambda desk, case, candidates: ours(desk, case, candidates)})
    assert all(found.differences("the same", name) == [0, 0] for name in found.found["ours"][0])


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_no_policy_gets_round_the_filters(year, policy):
    """No one is asked in a field that they do not advise in, while they are away, beyond their places, or again after a refusal."""
    asked = []

    def watched(desk, case, candidates):
        chosen = policy(desk, case, candidates)
        asked.extend([chosen] if chosen else [])
        return chosen

    desk = Desk(year, watched).run()
    assert len(asked) > APPLICATIONS and all(not one.why_not and one.load < one.capacity for one in asked)
    for case in desk.cases:
        assert case.taken_by is None or case.application.field in case.taken_by.fields
        assert all(case.asked[uid] >= 1 for uid in case.declined | case.expired)
        assert case.asked.total() == len(case.declined) + (case.taken_by is not None) + expiries(case)
    assert set(desk.load.values()) == {0}  # in the end everyone is free again


def expiries(case) -> int:
    """Offers that ran out: more than one may have run out with the same expert."""
    answered = case.declined | ({case.taken_by.uid} if case.taken_by else set())
    return sum(times - (uid in answered) for uid, times in case.asked.items())


def test_ours_takes_the_main_field_first_and_first_fit_does_not(year):
    main = {policy: sum(case.taken_by.fields[0] == case.application.field for case in Desk(year, policy).run().cases if case.taken_by)
            for policy in (ours, first_fit)}
    assert main[ours] > 1.3 * main[first_fit]


def test_figures_of_spread_and_the_verdict():
    assert (gini([1, 1, 1]), gini([0, 0, 0])) == (0, 0) and gini([0, 0, 3]) == pytest.approx(2 / 3)
    low, high = interval([1.0, 2.0, 3.0, 4.0, 5.0] * 4)
    assert 2 < low < 3 < high < 4 and interval([2.0] * 5) == (2, 2)
    assert (no_worse([False, False]), no_worse([False, True])) == ("below neither ok", "below neither MISSED")
