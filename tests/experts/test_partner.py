from dataclasses import replace
from datetime import date, timedelta

import pytest

from fieldapp.database import writing
from fieldapp.errors import Invalid
from fieldapp.events import Event
from fieldapp.experts import BASES, Partner, PartnerInput
from fieldapp.experts.form import BASIS_CODES
from fieldapp.experts.partner import ENDING, STANDINGS

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def made(last: date | None = LAST, active: bool = True) -> Partner:
    with writing():
        return Partner.enter(PartnerInput("가상재단", "provision", FIRST, last, active=active), "")


def test_every_basis_has_its_name():
    assert tuple(BASES) == BASIS_CODES


@pytest.mark.parametrize(("day", "last", "active", "standing"), [
    (FIRST - timedelta(1), LAST, True, "coming"), (FIRST, LAST, True, "in_force"), (LAST - ENDING - timedelta(1), LAST, True, "in_force"),
    (LAST - ENDING, LAST, True, "ending"), (LAST, LAST, True, "ending"), (LAST + timedelta(1), LAST, True, "ended"),
    (date(2090, 1, 1), None, True, "in_force"), (FIRST, FIRST, True, "ending"), (FIRST, LAST, False, "stopped")])
def test_an_agreement_counts_on_both_of_its_days_and_not_beyond(database, day, last, active, standing):
    partner = made(last, active)
    assert partner.standing(day) == standing and standing in STANDINGS
    assert partner.in_force(day) == (standing in ("in_force", "ending"))


def test_a_change_is_told_without_whom_to_call(database):
    partner = made()
    with writing():
        assert not partner.change(partner.entry, "")
        assert partner.change(replace(partner.entry, basis="entrustment", mou_last_day=None, contact_phone="02-000-0000"), "x")
    event = Event.get(Event.kind == "partner.changed")
    assert event.facts == {"fields": ["basis", "contact_phone", "mou_last_day"], "changes": {
        "basis": ["provision", "entrustment"], "mou_last_day": ["2026-12-31", None]}}
    assert Partner.get().basis == "entrustment" and Event.select().where(Event.kind == "partner.created").count() == 1


def test_a_name_is_one_institutions(database):
    made()
    with pytest.raises(Invalid) as told:
        made()
    assert list(told.value.fields) == ["name"]
    with writing():
        other = Partner.enter(PartnerInput("가상조합", "entrustment", FIRST), "")
    with pytest.raises(Invalid), writing():
        other.change(replace(other.entry, name="가상재단"), "")
    assert sorted(row.name for row in Partner.select()) == ["가상재단", "가상조합"]
