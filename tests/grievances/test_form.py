from datetime import date

import pytest

from fieldapp.errors import Invalid
from fieldapp.form import Reader
from fieldapp.grievances import DISPOSITION_CODES, DISPOSITIONS, PROMISED, Category, GrievanceInput, read_grievances

DAY = date(2026, 11, 23)


@pytest.fixture
def read(cast):
    def reading(raw: dict, day: date = DAY) -> list[GrievanceInput]:
        form = Reader(raw)
        found = read_grievances(form, cast.zone.uid, day)
        form.finish()
        return found
    return reading


def refused(read, raw: dict) -> list[str]:
    with pytest.raises(Invalid) as told:
        read(raw)
    return list(told.value.fields)


def test_every_disposition_has_its_name_and_what_was_promised_is_one():
    assert tuple(DISPOSITIONS) == DISPOSITION_CODES and set(PROMISED) < set(DISPOSITION_CODES)


def test_each_chosen_category_has_its_text_and_what_becomes_of_it(read, cast):
    found = read({"category": ["labor", "rent"], "grievance.rent.text": " 재계약 인상 ", "grievance.rent.disposition": "needs_referral"})
    assert found == [GrievanceInput(cast.labor, "", "noted"), GrievanceInput(cast.rent, "재계약 인상", "needs_referral")]
    assert [entry.needs_referral for entry in found] == [False, True]


def test_nothing_chosen_is_nothing_said(read):
    assert read({}) == read({"category": []}) == read({"category": [""]}) == []


def test_a_category_that_was_open_on_the_day_of_the_visit_is_taken(read):
    assert [entry.category.code for entry in read({"category": ["expired"]}, date(2021, 1, 1))] == ["expired"]
    assert refused(read, {"category": ["expired"]}) == ["category"]


def test_another_zones_category_is_refused(read, cast):
    Category.create(code="theirs", name_ko="쌍문만", zone=cast.other_zone)
    assert refused(read, {"category": ["theirs"]}) == ["category"]


@pytest.mark.parametrize(("raw", "fields"), [
    ({"category": ["no such"]}, ["category"]),
    ({"category": ["rent"], "grievance.rent.disposition": "dance"}, ["grievance.rent.disposition"]),
    ({"category": ["rent"], "grievance.rent.text": "가" * 2001}, ["grievance.rent.text"]),
    ({"category": ["rent"], "grievance.rent.text": "800101-1234567"}, ["grievance.rent.text"]),
    ({"category": ["rent"], "grievance.labor.text": "고르지 않은 분류"}, ["grievance.labor.text"]),
    ({"category": [f"c{number}" for number in range(31)]}, ["category"])])
def test_what_is_refused_is_told_beside_its_field(read, raw, fields):
    assert refused(read, raw) == fields
