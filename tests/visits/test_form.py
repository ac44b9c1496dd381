from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.database import SEOUL, now, uuid7
from fieldapp.errors import Invalid
from fieldapp.form import Reader
from fieldapp.visits import MOST_PHOTOS, OUTCOMES, read_visit
from fieldapp.visits.form import OUTCOME_CODES, Place

SHOP = uuid7()
HASH = "ab" * 32


def read(**raw):
    form = Reader({"shop": SHOP, "outcome": "met"} | {name.replace("__", "."): value for name, value in raw.items()})
    found = read_visit(form)
    form.finish()
    return found


def test_every_outcome_has_its_name():
    assert tuple(OUTCOMES) == OUTCOME_CODES


def test_a_shop_and_an_outcome_are_enough():
    found = read()
    assert (found.shop, found.outcome, found.memo, found.place, found.photos, found.replaces) == (SHOP, "met", "", Place(), [], "")
    assert (found.visited_at, found.next_visit_on, found.programmes) == (None, None, [])


def test_a_moment_with_any_offset_is_kept_in_utc():
    assert read(visited_at="2026-11-23T14:02:00+09:00").visited_at == datetime(2026, 11, 23, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize("clock", ["yesterday", "2026-13-45T00:00", "9" * 40, "-1", "1969-12-31T00:00:00Z", "9999-12-31T23:59:59-23:59"])
def test_no_clock_is_refused(clock):
    read(visited_at=clock)


def test_a_place_with_its_accuracy():
    found = read(place__source="gps", place__lat="37.65", place__lon="127.04", place__accuracy_m="12.5", place__fix_age_s="3")
    assert found.place == Place("gps", 37.65, 127.04, 12.5, 3)


@pytest.mark.parametrize("half", [{"place__lat": "37.65"}, {"place__lon": "127.04"}, {}])
def test_half_a_place_is_none(half):
    assert read(place__source="gps", **half).place == Place()


@pytest.mark.parametrize(("name", "value"), [
    ("place.lat", "12"), ("place.lat", "nan"), ("place.lat", "inf"), ("place.lon", "37.65"), ("place.lat", "N 37"),
    ("place.accuracy_m", "-1"), ("place.fix_age_s", "-3"), ("place.source", "satellite"), ("outcome", "dancing"), ("shop", "가게"),
    ("replaces", "not a uuid"), ("memo", "가" * 5001), ("met_whom", "가" * 61), ("memo", "800101-1234567"), ("next_visit_on", "내일"),
    ("next_visit_on", "1999-01-01"), ("next_visit_on", "2126-01-01"), ("photo", "no hash"), ("photo", HASH.upper()),
])
def test_what_is_refused_is_told_beside_its_field(name, value):
    with pytest.raises(Invalid) as told:
        read(**{name.replace(".", "__"): value})
    assert list(told.value.fields) == [name] and told.value.fields[name]


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(Invalid) as told:
        read(shop="", outcome="", place__lat="x", memo="가" * 5001, odd="1")
    assert set(told.value.fields) == {"shop", "outcome", "place.lat", "memo", "odd"}


def test_a_day_of_the_last_weeks_is_taken_since_records_arrive_late():
    today = now().astimezone(SEOUL).date()
    for days in (-89, 0, 1, 729):
        day = today + timedelta(days=days)
        assert read(next_visit_on=day.isoformat()).next_visit_on == day


def test_photos_with_what_the_phone_read_from_them():
    found = read(photo=[HASH, HASH, "cd" * 32], **{
        f"photo__{HASH}__taken_at": "2026-11-23T14:00:00+09:00", f"photo__{HASH}__lat": "-37.5", f"photo__{HASH}__lon": "127.04"})
    assert [photo.sha256 for photo in found.photos] == [HASH, "cd" * 32]
    assert (found.photos[0].taken_at, found.photos[0].lat, found.photos[0].lon) == (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), -37.5, 127.04)


def test_more_photos_than_a_visit_holds_are_refused():
    hashes = [f"{number:064x}" for number in range(MOST_PHOTOS + 1)]
    assert len(read(photo=hashes[1:]).photos) == MOST_PHOTOS
    with pytest.raises(Invalid) as told:
        read(photo=hashes)
    assert list(told.value.fields) == ["photo"]
