from datetime import date, timedelta

from fieldapp.grievances import Category

DAY = date(2026, 11, 23)


def codes(zones: list[str], day: date = DAY) -> list[str]:
    return [category.code for category in Category.open_in(zones, day)]


def test_categories_are_the_zones_own_and_everyones(cast):
    Category.create(code="own", name_ko="창동만", zone=cast.zone, position=9)
    assert codes([cast.zone.uid]) == ["rent", "labor", "own"]
    assert codes([cast.other_zone.uid]) == ["rent", "labor"]
    assert codes([]) == ["rent", "labor"]
    assert codes([cast.zone.uid, cast.other_zone.uid]) == ["rent", "labor", "own"]


def test_both_days_of_validity_are_included(cast):
    Category.create(code="short", name_ko="짧은 것", first_day=DAY, last_day=DAY, position=9)
    for days, there in ((-1, False), (0, True), (1, False)):
        assert ("short" in codes([cast.zone.uid], DAY + timedelta(days=days))) is there


def test_they_stand_in_the_offices_order_and_then_by_name(cast):
    Category.create(code="b", name_ko="나", position=1)
    Category.create(code="a", name_ko="가", position=1)
    assert codes([]) == ["a", "b", "rent", "labor"]


def test_a_category_without_an_english_name_has_its_korean_one(cast):
    assert (cast.rent.name(), cast.rent.name("en"), cast.expired.name("en")) == ("임대료", "Rent", "지난 분류")
