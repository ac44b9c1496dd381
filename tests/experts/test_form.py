from datetime import date

import pytest

from fieldapp.database import uuid7
from fieldapp.errors import Invalid
from fieldapp.experts import ExpertInput, PartnerInput
from fieldapp.experts.form import Choices, differences, form_of, phone_of, read_expert, read_partner
from fieldapp.form import Reader

PARTNER, ZONE, OTHER, PERSON = (uuid7() for _ in range(4))
CHOICES = Choices({PARTNER}, {ZONE, OTHER}, {PERSON})
WHOLE = ExpertInput("가상 노무사", "공인노무사", ("tax", "labor"), tuple(sorted((ZONE, OTHER))), PARTNER, PERSON, 7, "a@example.kr",
                    "02-123-4567", "en", False, 37.65, 127.04, "두 줄\n메모")


def read(**raw) -> ExpertInput:
    form = Reader({"name": "가상 노무사", "field": ["labor"], "capacity": "3"} | raw)
    found = read_expert(form, CHOICES)
    form.finish()
    return found


def test_a_name_and_a_field_are_enough():
    assert read() == ExpertInput("가상 노무사", fields=("labor",), active=False)
    assert read(active="on").active


@pytest.mark.parametrize("entry", [WHOLE, ExpertInput("가", fields=("it",))])
def test_an_entry_typed_anew_is_the_same(entry):
    form = Reader(form_of(entry))
    assert read_expert(form, CHOICES) == entry and not form.errors


def test_a_partner_typed_anew_is_the_same():
    for entry in (PartnerInput("가상재단", "provision", date(2026, 1, 1)), PartnerInput(
            "가상조합", "entrustment", date(2026, 1, 1), date(2026, 1, 1), "담당", "a@example.kr", "02-123-4567", "메모", False)):
        form = Reader(form_of(entry))
        assert read_partner(form) == entry and not form.errors


def test_the_main_field_stands_first_and_the_others_in_their_order():
    assert read(field=["tax", "startup", "labor"], main_field="labor").fields == ("labor", "startup", "tax")


@pytest.mark.parametrize(("raw", "wrong"), [
    ({"name": ""}, "name"), ({"name": "가" * 61}, "name"), ({"field": []}, "field"), ({"field": ["magic"]}, "field"),
    ({"field": ["labor", "tax"]}, "main_field"), ({"main_field": "tax"}, "main_field"), ({"main_field": "magic"}, "main_field"),
    ({"zone": [uuid7()]}, "zone"), ({"partner": uuid7()}, "partner"), ({"person": ZONE}, "person"), ({"capacity": ""}, "capacity"),
    ({"capacity": "2.5"}, "capacity"), ({"capacity": "-1"}, "capacity"), ({"capacity": "nan"}, "capacity"),
    ({"capacity": "100"}, "capacity"), ({"mail": "나"}, "mail"), ({"mail": "a@b"}, "mail"), ({"mail": "a@b.kr, c@d.kr"}, "mail"),
    ({"mail": "a@b.kr\nBcc: x@y.kr"}, "mail"), ({"phone": "0" * 41}, "phone"), ({"language": "fr"}, "language"),
    ({"lat": "37.6"}, "lon"), ({"lon": "127"}, "lat"), ({"lat": "127", "lon": "37"}, "lat lon"), ({"note": "800101-1234567"}, "note"),
    ({"qualification": "800101-1234567"}, "qualification"), ({"note": "가" * 2001}, "note"), ({"odd": "1"}, "odd"),
    ({"active": "yes"}, "active")])
def test_what_is_refused_is_told_beside_its_field(raw, wrong):
    with pytest.raises(Invalid) as told:
        read(**raw)
    assert told.value.fields.keys() == set(wrong.split()) and all(told.value.fields.values())


@pytest.mark.parametrize(("raw", "wrong"), [
    ({"name": ""}, "name"), ({"basis": ""}, "basis"), ({"basis": "gift"}, "basis"), ({"mou_first_day": ""}, "mou_first_day"),
    ({"mou_first_day": "내년"}, "mou_first_day"), ({"mou_last_day": "2025-12-31"}, "mou_last_day"),
    ({"contact_mail": "x"}, "contact_mail"), ({"note": "800101-1234567"}, "note")])
def test_of_an_institution_too(raw, wrong):
    form = Reader({"name": "가상재단", "basis": "provision", "mou_first_day": "2026-01-01"} | raw)
    read_partner(form)
    assert form.errors.keys() == {wrong}


def test_one_line_stays_one_line():
    assert read(name="  가상\n 노무사 ").name == "가상 노무사"


@pytest.mark.parametrize(("text", "number"), [
    ("01012345678", "010-1234-5678"), ("1012345678", "010-1234-5678"), ("02 123 4567", "02-123-4567"), ("15881234", "1588-1234"), ("", ""),
    ("내선 12", "내선 12")])
def test_a_number_gets_its_hyphens_and_the_nought_that_a_sheet_took(text, number):
    assert phone_of(text) == phone_of(number) == number


def test_differences_name_what_was_and_what_is():
    assert differences(WHOLE, WHOLE) == {}
    assert differences(ExpertInput("가"), ExpertInput("나", capacity=4)) == {"name": ("가", "나"), "capacity": (3, 4)}
