import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.errors import Invalid
from fieldapp.form import Reader
from fieldapp.owners import OwnerAnswer, read_owner, refuse_resident_number


def read(**raw) -> OwnerAnswer:
    form = Reader({name.replace("__", "."): value for name, value in raw.items()})
    found = read_owner(form)
    form.finish()
    return found


def refused(**raw) -> list[str]:
    with pytest.raises(Invalid) as told:
        read(**raw)
    return list(told.value.fields)


def is_refused(text: str) -> bool:
    form = Reader({"memo": text})
    refuse_resident_number(form, "memo", form.text("memo", limit=10_000))
    return bool(form.errors)


def test_without_consent_nothing_is_known():
    assert read() == OwnerAnswer((), "", "", "") and not read().may_be_contacted


def test_what_was_agreed_to_opens_name_and_phone():
    found = read(consent__personal="on", consent__contact="on", consent__version="2026-01", owner__name=" 김가상 ",
                 owner__phone="02-000-0000")
    assert found == OwnerAnswer(("personal", "contact"), "2026-01", "김가상", "02-000-0000") and found.may_be_contacted
    assert not read(consent__personal="on", owner__name="김가상").may_be_contacted


def test_name_and_phone_are_closed_without_consent():
    assert refused(owner__name="김가상") == ["owner.name"] and refused(owner__phone="02-000-0000") == ["owner.phone"]
    assert refused(owner__name="김가상", owner__phone="02-000-0000") == ["owner.name"]


@pytest.mark.parametrize("phone", ["02-000-0000", "010 0000 0000", "+82 2 000 0000", "(02)000-0000", "0000000"])
def test_phones_as_they_are_written(phone):
    assert read(consent__personal="on", owner__phone=phone).phone == phone


@pytest.mark.parametrize("phone", ["없음", "02-000", "0" * 21, "02-000-0000 내선 3", "<script>", "０２-０００-００００"])
def test_what_is_no_phone_is_refused(phone):
    assert refused(consent__personal="on", owner__phone=phone) == ["owner.phone"]


@pytest.mark.parametrize(("raw", "field"), [
    ({"consent__personal": "yes"}, "consent.personal"), ({"consent__contact": ["on", "off"]}, "consent.contact"),
    ({"consent__personal": "on", "owner__name": "가" * 61}, "owner.name"), ({"consent__version": "v" * 21}, "consent.version"),
    ({"consent__third": "on"}, "consent.third")])
def test_what_is_refused_is_told_beside_its_field(raw, field):
    assert refused(**raw) == [field]


@pytest.mark.parametrize("text", [
    "800101-1234567", "8001011234567", "800101 - 1234567", "번호는 800101-2234567 입니다",
    "000101-3234567", "800101-5234567", "800101-8234567",
    "a800101-1234567b", "800101\n-1234567", "８００１０１-１２３４５６７", "800101–1234567", "800101.1234567", "800101ㅡ1234567"])
def test_a_resident_number_is_never_kept(text):
    assert is_refused(text)


@pytest.mark.parametrize("text", [
    "", "02-994-1144", "010-1234-5678", "123-45-67890", "800101", "2026-11-23", "1234567", "800101-9234567", "800101-0234567",
    "12,345,678원", "계좌 110-123-456789", "3090000-101-2025-00037", "계좌 1109934567890", "8013011234567", "8001321234567"])
def test_other_numbers_are_no_resident_numbers(text):
    assert not is_refused(text)


@given(st.dates(), st.integers(1, 8), st.integers(0, 999_999), st.sampled_from(["", "-", " ", " - ", "–", "―", "~", ".", "\n", "－"]))
def test_however_it_is_put_down(birthday, century, rest, between):
    assert is_refused(f"{birthday:%y%m%d}{between}{century}{rest:06d}")
