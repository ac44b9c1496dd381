import pytest

from fieldapp.errors import Invalid
from fieldapp.experts import FIELD_CODES, FIELDS
from fieldapp.form import Reader
from fieldapp.referrals import URGENCIES, read_referral
from fieldapp.referrals.form import URGENCY_CODES


def read(raw: dict, needed: bool = False):
    form = Reader(raw)
    found = read_referral(form, needed=needed)
    form.finish()
    return found


def test_every_code_has_its_name():
    assert tuple(FIELDS) == FIELD_CODES and tuple(URGENCIES) == URGENCY_CODES


def test_nothing_asked_for_is_no_referral():
    assert read({}) is None
    assert read({"refer.urgency": "urgent"}) is None


def test_a_field_is_enough():
    found = read({"refer.field": "tax"})
    assert (found.field, found.urgency, found.wish, found.call_when) == ("tax", "normal", "", "")


def test_all_of_it():
    found = read({"refer.field": "it", "refer.urgency": "urgent", "refer.wish": " 홈페이지 ", "refer.call_when": "오후 3시 뒤"})
    assert (found.field, found.urgency, found.wish, found.call_when) == ("it", "urgent", "홈페이지", "오후 3시 뒤")


@pytest.mark.parametrize(("raw", "needed", "refused"), [
    ({}, True, "refer.field"), ({"refer.wish": "계약서 검토"}, False, "refer.field"), ({"refer.call_when": "저녁"}, False, "refer.field"),
    ({"refer.field": "astrology"}, False, "refer.field"), ({"refer.field": "tax", "refer.urgency": "now!"}, False, "refer.urgency"),
    ({"refer.field": ["tax", "it"]}, False, "refer.field"), ({"refer.field": "tax", "refer.wish": "가" * 1001}, False, "refer.wish"),
    ({"refer.field": "tax", "refer.wish": "그분은 800101-1234567"}, False, "refer.wish"),
])
def test_what_is_refused_is_told_beside_its_field(raw, needed, refused):
    with pytest.raises(Invalid) as told:
        read(raw, needed)
    assert list(told.value.fields) == [refused]
