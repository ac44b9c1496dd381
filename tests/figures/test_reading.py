from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.figures import Figure, by, by_month, raised, total
from fieldapp.figures.reading import split
from tests.figures.plain import by_hand, compare
from tests.recording import recorded

days_of_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def filled(cast):
    """A visit every nine days, in two zones."""
    for number in range(0, 360, 9):
        day = date.fromordinal(date(2026, 1, 3).toordinal() + number)
        shop = (cast.shop, cast.neighbour, cast.other_shop)[number // 9 % 3]
        said = {"outcome": ("met", "absent", "met")[number // 9 % 3 - number % 2], "grievance.rent.disposition": "noted",
                "category": ["rent"] if number % 5 else ["rent", "labor"]}
        recorded(shop.manager, {"shop": shop.uid, "visited_at": f"{day}T{number % 24:02}:30:00+09:00", **said})
    return cast


def test_any_period_is_as_counted_by_hand(filled):
    rows = by_hand()
    choices: tuple[list[str] | None, ...] = (None, [filled.zone.uid], [filled.zone.uid, filled.other_zone.uid], [])

    @settings(max_examples=50, database=None, suppress_health_check=list(HealthCheck))
    @given(first=days_of_2026, last=days_of_2026, zones=st.sampled_from(choices))
    def any_period(first, last, zones):
        compare(first, last, zones, rows)

    any_period()


def test_a_period_is_whole_months_and_edges(filled):
    assert split(date(2026, 1, 1), date(2026, 12, 31)).months == (202601, 202612)
    assert not split(date(2026, 1, 1), date(2026, 12, 31)).edges
    cut = split(date(2026, 2, 10), date(2026, 5, 20))
    assert cut.months == (202603, 202604)
    assert cut.edges == [(date(2026, 2, 10), date(2026, 2, 28)), (date(2026, 5, 1), date(2026, 5, 20))]
    assert split(date(2026, 6, 11), date(2026, 6, 12)).edges == [(date(2026, 6, 11), date(2026, 6, 12))]
    assert split(date(2026, 6, 2), date(2026, 6, 1)).months is None


def test_a_month_with_nothing_after_a_day_is_as_good_as_whole(filled):
    """So that "until today" costs no more than the year."""
    last = max(row.day for row in by_hand())
    assert split(date(2026, 1, 1), last).months == (202601, 202612) and not split(date(2026, 1, 1), last).edges


def test_an_unknown_dimension_is_refused(database):
    with pytest.raises(ValueError, match="colour"):
        by("colour", date(2026, 1, 1), date(2026, 1, 2))


def test_an_office_without_visits_has_nothing(database):
    assert total(date(2026, 1, 1), date(2026, 12, 31), shops=True) == Figure()
    assert by_month(2026) == dict.fromkeys(range(1, 13), Figure()) and by_month(2026, until=date(2020, 1, 1))[1] == Figure()


def test_what_was_raised_is_told_for_two_periods_at_once(filled):
    early, late = raised([(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))])
    assert early["rent"] == by("category", date(2026, 1, 1), date(2026, 1, 31))["rent"].visits
    assert late["rent"] == by("category", date(2026, 2, 1), date(2026, 2, 28))["rent"].visits


@pytest.mark.parametrize("period", [(date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 1, 5), date(2026, 11, 3))])
def test_every_figure_takes_few_questions(filled, queries, period: tuple[date, date]):
    with queries:
        total(*period, shops=True)
    assert queries.count <= 7
    with queries:
        by("manager", *period)
    assert queries.count <= 4
