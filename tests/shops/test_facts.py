import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.shops.columns import NAMES
from fieldapp.shops.facts import LIMITS, REASONS, REPAIRS, Place, Refused, ShopFacts, normalise, phone, place, tidy
from fieldapp.shops.register import Register, SourceRow
from fieldapp.zones import Borders
from fieldapp.zones.borders import Border, read_borders
from tests.published import table

SQUARE = {"type": "Polygon", "coordinates": [[[127.0, 37.6], [127.1, 37.6], [127.1, 37.7], [127.0, 37.7], [127.0, 37.6]]]}
DONG = Borders([Border("99320510", "가람1동", "가람권역", SQUARE)])
UNDRAWN = Borders([Border("99320510", "가람1동", "가람권역", None)])


def row(**values) -> SourceRow:
    return SourceRow(7, {"source": "가상 목록", "source_id": "T-1", "name": "모래시계분식"} | values, ["a", "b"])


def facts(**values) -> ShopFacts:
    found = normalise(row(**values))
    assert not isinstance(found, Refused), found
    return found[0]


def repairs(**values) -> list[str]:
    found = normalise(row(**values))
    assert not isinstance(found, Refused), found
    return found[1]


def refused(**values) -> Refused:
    found = normalise(row(**values))
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize(("written", "kept"), [
    ("02 9941144", "02-994-1144"), ("02  34916611", "02-3491-6611"), ("02  956 0909", "02-956-0909"), ("02)999-9975", "02-999-9975"),
    ("02900 4774", "02-900-4774"), ("0262299797", "02-6229-9797"), ("07088031100", "070-8803-1100"), ("0507-1345-9906", "0507-1345-9906"),
    ("3492-7926", "3492-7926"), ("956-8312", "956-8312"), ("010.1234.5678", "010-1234-5678"), ("031 410 089", "031 410 089"),
    ("1588-0000", "1588-0000"), ("0231410089", "02-3141-0089"), ("", ""), ("없음", "없음"), ("02-", "02-"), ("02-994-114", "02-994-114"),
    ("+82 2 994 1144", "+82 2 994 1144"), ("02-994-1144, 010-1234-5678", "02-994-1144, 010-1234-5678")])
def test_a_phone_number_gets_its_hyphens_and_what_is_none_stays_as_it_was_written(written, kept):
    assert phone(written) == kept and phone(kept) == kept


@pytest.mark.parametrize(("written", "kept"), [
    ("　　파랑　이발소　", "파랑 이발소"), ("null", ""), ("NULL", ""), (" Null\t", ""), ("nullable", "nullable"), ("가\u0000나", "가나"),
    ("가\n나", "가 나"), ("\u1100\u1161", "가"), ("\u202e거꾸로\u202c", "거꾸로"), ("가\u00a0나", "가 나"), ("\ufeff가", "\ufeff가"),
    ("👨‍👩‍👧 떡집", "👨‍👩‍👧 떡집")])
def test_texts_are_tidied(written, kept):
    assert tidy(written) == kept


@given(st.text())
def test_tidy_is_done_when_it_is_done(text):
    once = tidy(text)
    assert tidy(once) == once == once.strip() and "\0" not in once and "\n" not in once
    once.encode()


def test_the_city_is_said_once():
    assert facts(address_road="서울특별시 서울 도봉구 해등로 1").address_road == "서울특별시 도봉구 해등로 1"
    assert facts(address_lot="부산광역시  부산　중구 1").address_lot == "부산광역시 중구 1"
    for right in ("서울특별시 도봉구 서울 1", "서울특별시 서울숲길 1", "서울 도봉구 1", "부산광역시 서울 1"):
        assert facts(address_road=right).address_road == right


@pytest.mark.parametrize(("floor", "kept"), [
    ("1", "1"), ("지", "지하"), ("B1", "B1"), ("2층", "2"), ("지하1층", "지하1"), ("층", ""), ("null", "")])
def test_floors_as_they_are_written(floor, kept):
    assert facts(floor=floor).floor == kept


def test_building_and_unit_stand_together():
    assert [facts(building=building, unit=unit).unit for building, unit in (("가동", "101호"), ("가동", ""), ("", "3"))] == [
        "가동 101호", "가동", "3"]


@pytest.mark.parametrize(("lat", "lon", "point", "noted"), [
    ("37.65", "127.03", (37.65, 127.03), []), (" 37.65 ", "　127.03", (37.65, 127.03), []),
    ("127.03", "37.65", (37.65, 127.03), ["swapped"]),
    ("", "", (None, None), []), ("null", "NULL", (None, None), []), ("37.65", "", (None, None), ["half-point"]),
    ("", "127.03", (None, None), ["half-point"]), ("3.765e1", "127", (37.65, 127), [])])
def test_coordinates_are_read_put_right_or_left_out(lat, lon, point, noted):
    found = facts(lat=lat, lon=lon)
    assert (found.lat, found.lon) == point and repairs(lat=lat, lon=lon) == noted


@pytest.mark.parametrize(("lat", "lon", "reason"), [
    ("10.5", "140.2", "outside-korea"), ("0", "0", "outside-korea"), ("nan", "nan", "outside-korea"), ("inf", "127", "outside-korea"),
    ("-37.65", "127.03", "outside-korea"), ("1e999", "127", "outside-korea"), ("198765.4", "456789.1", "outside-korea"),
    ("북위", "동경", "bad-coordinates"), ("37,65", "127,03", "bad-coordinates"), ("37.65N", "127.03", "bad-coordinates"),
    ("0x25", "127", "bad-coordinates")])
def test_coordinates_that_are_none_or_not_of_korea_are_refused_with_what_they_said(lat, lon, reason):
    found = refused(lat=lat, lon=lon)
    assert (found.line, found.reason, found.detail, found.cells) == (7, reason, f"{lat}, {lon}", ["a", "b"])


@pytest.mark.parametrize(("values", "reason"), [
    ({"source": ""}, "no-source"), ({"source_id": "　"}, "no-id"), ({"name": "null"}, "no-name"), ({"name": "\u0000"}, "no-name"),
    ({"name": "가" * 201}, "too-long"), ({"source_id": "1" * 81}, "too-long"), ({"source": "가" * 61}, "too-long")])
def test_what_does_not_name_a_shop_is_refused(values, reason):
    assert refused(**values).reason == reason


def test_a_row_in_trouble_is_refused_for_that():
    for trouble in ("undecodable", "columns"):
        found = normalise(SourceRow(3, {}, ["a", "b", "c"], trouble))
        assert found == Refused(3, trouble, "3", ["a", "b", "c"])


def test_every_reason_and_repair_that_can_be_given_has_its_words():
    assert {"undecodable", "columns", "cut", "formula", "no-source", "no-id", "no-name", "too-long", "bad-coordinates",
            "outside-korea"} == set(REASONS)
    assert {"swapped", "half-point", "cut"} == set(REPAIRS)


def test_a_long_text_that_names_nothing_is_cut_and_noted():
    found = facts(address_road="가" * 301, industry="나" * 101)
    assert (len(found.address_road), len(found.industry)) == (300, 100)
    assert repairs(address_road="가" * 301, industry="나" * 101) == ["cut", "cut"]


def test_the_hash_is_of_the_content_and_of_nothing_else():
    same = facts(lat="37.65", lon="127.03")
    assert same.hash == normalise(SourceRow(99, row(lat="37.650", lon="127.03").values, []))[0].hash  # type: ignore[index]
    changed = [facts(**{word: f"{number}"}) for number, word in enumerate(LIMITS)] + [facts(lat="37.65", lon="127.04"), same]
    assert len({found.hash for found in changed}) == len(changed)


@given(st.dictionaries(st.sampled_from([*NAMES]), st.text(max_size=400), max_size=8))
def test_any_row_is_taken_or_refused_for_a_reason_that_has_words(values):
    found = normalise(row(**values))
    if isinstance(found, Refused):
        assert found.reason in REASONS and len(found.detail) <= 200
        return
    kept, noted = found
    assert set(noted) <= set(REPAIRS)
    assert all(len(getattr(kept, word)) <= limit for word, limit in LIMITS.items())
    assert len(kept.hash) == 64 and (kept.lat is None) == (kept.lon is None)


def test_a_place_is_found_by_code_then_by_point_then_by_name():
    assert place(facts(dong_code="9932051000"), DONG) == Place("99320510", False)
    assert place(facts(lat="37.65", lon="127.03"), DONG) == Place("99320510", False)
    assert place(facts(dong_name="가람1동"), DONG) == Place("99320510", False)
    assert place(facts(dong_name="나루1동"), DONG) == Place(None, False)
    assert place(facts(dong_code="11110510", lat="37.65", lon="127.03"), DONG) == Place("99320510", False), "a code that nobody knows"
    assert place(facts(), DONG) == Place(None, False)


def test_what_lies_outside_is_said_to_even_where_its_code_says_otherwise():
    assert place(facts(lat="37.75", lon="127.03"), DONG) == Place(None, True)
    assert place(facts(lat="37.75", lon="127.03", dong_name="가람1동"), DONG) == Place(None, True)
    assert place(facts(lat="37.75", lon="127.03", dong_code="99320510"), DONG) == Place("99320510", True)
    assert place(facts(gu_code="99305", lat="37.65", lon="127.03", dong_code="99320510"), DONG) == Place(None, True)


def test_where_no_border_is_known_nothing_is_outside():
    assert place(facts(lat="37.75", lon="127.03"), Borders([])) == Place(None, False)
    assert place(facts(lat="37.75", lon="127.03", dong_name="가람1동"), UNDRAWN) == Place("99320510", False)
    assert place(facts(gu_code="99305"), UNDRAWN) == Place(None, True)


def test_the_published_places_are_where_their_files_say(published):
    """A column says in which dong's polygon each point lies, found by someone else's means."""
    borders = Borders(read_borders(published.dongs))
    told = {line["source_id"]: line["dong_by_polygon"] for line in table(published.shops) if line["lat"] and line["lng"]}
    found = {}
    for source in Register(published.shops).rows():
        shop = normalise(source)
        if not isinstance(shop, Refused) and told.get(shop[0].source_id):
            found[shop[0].source_id] = borders.by_code[place(shop[0], borders).dong or ""].name
    assert len(found) >= 3 and found == {uid: told[uid] for uid in found}


def test_the_published_phones_all_become_numbers(published):
    """Every row of the two files whose phone holds seven digits or more."""
    count = 0
    for file, source in ((published.shops, ""), (published.raw, "원본")):
        for line in Register(file, source).rows():
            shop = normalise(line)
            written = line.values.get("phone", "")
            if isinstance(shop, Refused) or sum(letter.isdigit() for letter in written) < 7:
                continue
            count += 1
            numbers = shop[0].phone.split("-")
            assert all(part.isdigit() for part in numbers) and len(numbers[-1]) == 4, (written, shop[0].phone)
            assert "".join(numbers) == "".join(letter for letter in written if letter.isdigit())
    assert count >= 5


def test_no_address_says_the_city_twice_and_none_is_lost(published):
    written = [line["road_address"] for line in table(published.shops)]
    assert any("서울특별시 서울 " in address for address in written)
    rows = [found for found in map(normalise, Register(published.shops).rows()) if not isinstance(found, Refused)]
    assert not [shop for shop, _repairs in rows if "서울특별시 서울 " in shop.address_road]
    assert sum(bool(shop.address_road) for shop, _repairs in rows) == len(rows)


def test_the_csv_modules_limit_is_the_one_that_the_reader_counts_on():
    assert csv.field_size_limit() == 131_072
