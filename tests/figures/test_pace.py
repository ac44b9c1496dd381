from datetime import date

from fieldapp.figures import Pace, by_working_day
from fieldapp.worktime import Calendar


def test_the_sentence_of_the_pledge():
    """187 of 240 with 27 working days left: 77 %, two a day."""
    left = len(Calendar().days(date(2026, 11, 24), date(2026, 12, 31)))
    pace = Pace(240, 187, left)
    assert (left, pace.percent, pace.missing, pace.needed) == (27, 77, 53, 2.0)


def test_the_rate_is_cut_and_not_rounded():
    assert Pace(1190, 542).percent == 45  # 45.546 %
    assert Pace(1000, 999).percent == 99 and Pace(None, 5).percent is None


def test_what_is_needed_is_enough():
    for missing in range(1, 100):
        pace = Pace(missing, 0, 7)
        assert pace.needed is not None and pace.needed * 7 >= missing
    assert Pace(240, 187, 0).needed is None and Pace(10, 12, 3).needed == 0


def test_the_band_is_around_the_mean_and_wider_the_more_days_differ():
    calm, wild = Pace(None, 100, 20, [2] * 40), Pace(None, 100, 20, [0, 4] * 20)
    assert calm.band == (140, 140)
    assert wild.band
    low, high = wild.band
    assert low < 140 < high and (low, high) == (125, 155)  # 1.2816 · 2.025 · √(20 + 20²/40) = 14.2


def test_nothing_is_forecast_from_a_few_days_or_for_a_year_that_is_over():
    assert Pace(None, 5, 20, [1] * 9).band is None and Pace(None, 5, 0, [1] * 40).band is None
    assert Pace(None, 100, 1, [0] * 40).band == (100, 100)


def test_work_on_a_day_off_goes_with_the_working_day_before():
    friday, saturday, monday = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
    working = Calendar().days(friday, monday)
    assert by_working_day({friday: 1, saturday: 2, monday: 4}, working) == [3, 4]
    assert by_working_day({date(2026, 11, 15): 5}, working) == [5, 0] and by_working_day({friday: 1}, []) == []
