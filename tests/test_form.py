import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.errors import Invalid
from fieldapp.form import SHA256, UUID, Reader, clean, read_instant

NOON = datetime(2026, 11, 23, 5, 2, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
UID = "01a20b75-fd5f-7b6f-92de-90cb6058d9c6"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5)
# What makes trouble: controls, marks that combine, jamo that compose, directions, halves of pairs, what isn't assigned.
TROUBLE = (
    "\0\x07\t\n\r\x0b\x1f\x7f\x85\u00a0\u0301\u0300\u1100\u1161\u11a8\u200b\u200d\u2028\u2029\u202a\u202e\u2066\u2069\u3000\ufeff\ufffe"
    "\ud800\udfff\ue000\U000e0001\U0010ffff가a ́")


def errors(form: Reader) -> dict[str, str]:
    with pytest.raises(Invalid) as told:
        form.finish()
    return told.value.fields


@pytest.mark.parametrize(("typed", "kept"), [
    ("  가게 \n", "가게"), ("두\r\n줄\r또", "두\n줄\n또"), ("가\tb", "가\tb"), ("\u1100\u1161", "가"), ("\u1100\0\u1161", "가"),
    ("e\u0301", "é"), ("a\ud800\u0300", "à"),
    ("\u202e거꾸로\u202c \u2066\u2069", "거꾸로"), ("가\0\x07나\x7f\x85", "가나"), ("가\ud800나", "가나"), ("\ue000\ufffe", ""),
    ("👨‍👩‍👧 ｆｕｌｌ　", "👨‍👩‍👧 ｆｕｌｌ"), ("\0 가", "가"), ("", "")])
def test_texts_are_kept_without_what_no_person_types(typed, kept):
    assert clean(typed) == kept


@settings(max_examples=300)
@given(st.text() | st.text(alphabet=TROUBLE, max_size=12))
def test_clean_is_done_when_it_is_done_and_what_it_gives_can_be_stored(text):
    once = clean(text)
    assert clean(once) == once == unicodedata.normalize("NFC", once) == once.strip()
    assert "\0" not in once and "\r" not in once and not any("\ud800" <= letter <= "\udfff" for letter in once)
    once.encode()


def test_a_body_of_millions_of_letters_is_cleaned_whole():
    assert len(clean("a" * 4_000_000)) == 4_000_000
    assert clean("가a\0" * 1000) == "가a" * 1000


def test_a_part_without_a_name_is_refused_like_any_unknown():
    nameless: dict = {None: ["x"]}
    assert errors(Reader(nameless)) == {"": "알 수 없는 항목입니다."}


def test_a_text_its_limit_and_what_is_missing():
    form = Reader({"memo": " 점심 뒤 ", "long": "가" * 11, "many": ["a", "b"], "empty": " "})
    assert form.text("memo") == "점심 뒤" and form.text("nothing") == ""
    assert form.text("long", limit=10) == "가" * 10 and form.text("many") == "a"
    assert form.text("empty", required="적어 주십시오.") == ""
    told = errors(form)
    assert set(told) == {"long", "many", "empty"} and told["empty"] == "적어 주십시오." and "11" in told["long"] and "10" in told["long"]


def test_many_are_distinct_filled_and_in_order():
    form = Reader({"category": ["b", "", "a", "b", " a "], "one": "x", "none": []})
    assert (form.many("category"), form.many("one"), form.many("none"), form.many("nothing")) == (["b", "a"], ["x"], [], [])
    form.finish()
    assert form.many("category", limit=1) == ["b"] and set(errors(form)) == {"category"}


def test_a_choice_is_one_of_its_options():
    form = Reader({"a": "met", "b": "dance", "c": ""})
    assert [form.choice(name, ("met",)) for name in "abcd"] == ["met", "", "", ""]
    assert set(errors(form)) == {"b"}


def test_a_flag_is_on_or_not_there():
    form = Reader({"a": "on", "b": "yes"})
    assert (form.flag("a"), form.flag("b"), form.flag("c")) == (True, False, False)
    assert set(errors(form)) == {"b"}


@pytest.mark.parametrize(("typed", "value"), [
    ("3", 3), ("-0.5", -0.5), ("1e1", 10), (" 2 ", 2), ("", None), ("11", None), ("nan", None), ("inf", None), ("-inf", None), ("셋", None),
    ("0x3", None), ("9" * 41, None), ("３", 3)])
def test_numbers_lie_between_their_bounds(typed, value):
    form = Reader({"n": typed})
    assert form.number("n", -1, 10) == value
    assert bool(form.errors) is (value is None and typed != "")


@pytest.mark.parametrize(("typed", "value"), [
    ("2026-01-01", FIRST), ("2026-12-31", LAST), ("", None), ("2025-12-31", None), ("2027-01-01", None), ("2026-02-30", None),
    ("내일", None), ("20260101", FIRST), ("2026-W01-4", FIRST), ("2026-01-01T00:00", None)])
def test_days_lie_between_their_bounds(typed, value):
    form = Reader({"d": typed})
    assert form.day("d", FIRST, LAST) == value
    assert bool(form.errors) is (value is None and typed != "")


@pytest.mark.parametrize(("typed", "value"), [
    ("2026-11-23T14:02:00+09:00", NOON), ("2026-11-23T05:02:00Z", NOON), ("2026-11-23T05:02", NOON),
    ("", None), ("어제", None), ("9999-12-31T23:59:59-01:00", None),
    ("0001-01-01T00:00:00+01:00", None)])
def test_moments_are_utc_and_no_clock_is_refused(typed, value):
    form = Reader({"at": typed})
    assert form.instant("at") == read_instant(typed) == value and not form.errors


@pytest.mark.parametrize("typed", ["x", UID.upper(), f"{UID}\n1", UID[:-1], UID.replace("-", ""), UID.replace("7b6f", "0b6f"), "'; DROP"])
def test_only_uids_are_uids(typed):
    form = Reader({"good": f" {UID}\n", "bad": typed})
    assert (form.uid("good"), form.uid("bad")) == (UID, "")
    assert set(errors(form)) == {"bad"}


def test_a_uid_that_is_needed_says_so():
    form = Reader({})
    form.uid("shop", required="점포를 골라 주십시오.")
    assert errors(form) == {"shop": "점포를 골라 주십시오."}


def test_patterns_want_the_whole_text():
    assert UUID.fullmatch(UID) and SHA256.fullmatch("ab" * 32)
    assert not UUID.fullmatch(UID + "\n") and not SHA256.fullmatch("AB" * 32) and not SHA256.fullmatch("ab" * 32 + "\n")


def test_what_nobody_has_read_is_refused_and_the_first_word_about_a_field_counts():
    form = Reader({"memo": "x", "odd": "1", "known": "2", "가" * 300: ""})
    form.text("memo")
    form.refuse("memo", "먼저")
    form.refuse("memo", "나중")
    with pytest.raises(Invalid) as refused:
        form.finish(known=("known",))
    told = refused.value.fields
    assert set(told) == {"memo", "odd", "가" * 100} and told["memo"] == "먼저"


def test_a_form_that_is_in_order_is_finished():
    form = Reader({"memo": "x"})
    form.text("memo")
    form.finish()


@pytest.mark.parametrize("odd", [None, 7, 1.5, True, {"a": 1}, [None], ["a", 7], [["a"]]])
def test_what_is_no_text_is_refused_beside_its_name(odd):
    form = Reader({"memo": odd})
    form.text("memo")
    assert set(errors(form)) == {"memo"}
    assert set(errors(Reader({"memo": odd}))) == {"memo"}, "read or not"


READS = [
    lambda form, name: form.text(name, limit=5, required="x"), lambda form, name: form.many(name, limit=2),
    lambda form, name: form.choice(name, ("a",)), lambda form, name: form.flag(name), lambda form, name: form.number(name, 0, 1),
    lambda form, name: form.day(name, FIRST, LAST), lambda form, name: form.instant(name), lambda form, name: form.uid(name, required="x")]


@settings(max_examples=300)
@given(st.dictionaries(st.text(max_size=5), ANYTHING, max_size=5),
       st.lists(st.tuples(st.sampled_from(READS), st.text(max_size=5)), max_size=5))
def test_whatever_is_sent_is_read_or_refused(raw, reads):
    form = Reader(raw)
    for read, name in [*reads, *((READS[len(name) % len(READS)], name) for name in list(raw)[:2])]:
        read(form, name)
    try:
        form.finish()
    except Invalid as told:
        assert told.fields and all(isinstance(name, str) and text for name, text in told.fields.items())
    else:
        assert not form.errors and all(isinstance(value, str | list) for value in raw.values())
