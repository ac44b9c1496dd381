"""The rules alone: each has a visit just within its threshold and one just beyond."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.visits.plausibility import DOUBTS, PHOTO_AWAY, SHORT_STAY, Stop, alone, among, kept, text_key, told, weight

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def seen(**more) -> SimpleNamespace:
    """A visit about which there is nothing to ask."""
    return SimpleNamespace(**{"outcome": "met", "visited_at": NOON, "place_source": "gps", "distance_m": 10.0, "accuracy_m": 8.0,
                              "fix_age_s": 3.0, "skew_ms": 40, "letters": 60, **more})


def test_an_ordinary_visit_raises_no_doubt():
    assert alone(seen(), [NOON, None]) == set()


@pytest.mark.parametrize(("within", "beyond", "code"), [
    ({"distance_m": 108.0}, {"distance_m": 108.1}, "far"),  # 8 m are the fix's own
    ({"accuracy_m": 100.0}, {"accuracy_m": 100.1}, "coarse"), ({"fix_age_s": 300.0}, {"fix_age_s": 301.0}, "old_fix"),
    ({"place_source": "map"}, {"place_source": "none"}, "unmeasured"), ({"place_source": "photo"}, {"place_source": "shop"}, "unmeasured"),
    ({"letters": 10}, {"letters": 9}, "short"), ({"skew_ms": -300_000}, {"skew_ms": -300_001}, "clock")])
def test_each_rule_has_its_threshold(within, beyond, code):
    assert alone(seen(**within)) == set() and alone(seen(**beyond)) == {code}


def test_who_was_absent_says_little_and_nothing_measured_is_nothing_far():
    assert alone(seen(outcome="absent", letters=0)) == set()
    assert alone(seen(place_source="none", distance_m=None, accuracy_m=None, fix_age_s=None)) == {"unmeasured"}


def test_a_photo_is_of_the_hour_of_the_visit():
    assert alone(seen(), [NOON - PHOTO_AWAY, NOON + PHOTO_AWAY]) == set()
    assert alone(seen(), [NOON, NOON + PHOTO_AWAY + SECOND]) == {"photo_time"}


def stop(uid: str, seconds: float, shop: str = "", outcome: str = "met") -> Stop:
    return Stop(uid, shop or uid, outcome, NOON + timedelta(seconds=seconds))


def test_time_on_the_spot_ends_where_the_next_shop_begins():
    stay = SHORT_STAY.total_seconds()
    assert among([stop("a", 0), stop("b", stay)]) == {"a": set(), "b": set()}
    assert among([stop("b", stay - 1), stop("a", 0)]) == {"a": {"soon"}, "b": set()}
    assert among([stop("a", 0, outcome="absent"), stop("b", 5)]) == {"a": set(), "b": set()}, "a closed door takes seconds"


def test_the_same_outcome_at_the_same_shop_on_one_day_is_asked_about_once_it_is_the_second():
    walk = [stop("a", 0, "shop"), stop("b", 9000, "shop"), stop("c", 18000, "shop", "absent")]
    assert among(walk) == {"a": set(), "b": {"again"}, "c": set()}


@given(st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("xyz"), st.sampled_from(["met", "absent"])), max_size=8), st.randoms())
def test_the_order_of_arrival_says_nothing(rows, chance):
    stops = [stop(str(number), seconds, shop, outcome) for number, (seconds, shop, outcome) in enumerate(rows)]
    mixed = chance.sample(stops, len(stops))
    assert among(mixed) == among(stops)


def test_equal_texts_are_equal_but_for_blanks_and_capitals_and_short_ones_say_nothing():
    text = "Rent goes up by thirty per cent next year"
    assert text_key(text) == text_key(f" {text.upper()}\n\n") != text_key(f"{text}!")
    assert text_key("부재") is None and text_key("가" * 20) and text_key("가" * 19) is None


def test_the_gravest_stands_first_and_weighs_most():
    assert kept({"clock", "far", "short"}) == "far short clock" and kept(()) == ""
    assert weight({"far"}) > weight({"short"}) > weight({"clock"}) > weight(()) == 0
    assert len(kept(DOUBTS)) <= 120, "all at once fit in the row"


def test_doubts_are_words_with_their_measure(app):
    visit = seen(doubts=kept(DOUBTS), distance_m=340.4, accuracy_m=250.0, fix_age_s=900.0, skew_ms=600_000, letters=2)
    words = told(visit)
    assert len(words) == len(DOUBTS) and words[0] == "점포에서 멂: 340 m"
    assert {"위치가 부정확함: ±250 m", "오래된 위치: 15분 전", "휴대폰 시계가 다름: 10분", "글이 짧음: 2자"} <= set(words)
