import pytest

from fieldapp.database import writing
from fieldapp.events import Event
from fieldapp.grievances import Grievance, GrievanceInput
from fieldapp.visits import Visit
from tests.recording import recorded


def test_what_was_said_is_kept_each_with_its_event(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | {"category": ["rent", "labor"], "grievance.labor.disposition": "needs_committee"})
    rows = {row.category.code: row for row in Grievance.select()}
    assert {code: (row.text, row.disposition, row.visit, row.shop) for code, row in rows.items()} == {
        "rent": ("재계약 인상", "noted", visit, cast.shop), "labor": ("", "needs_committee", visit, cast.shop)}
    for code, row in rows.items():
        event = Event.get(Event.subject == row.uid)
        assert (event.kind, event.person) == ("grievance.raised", cast.changdong.uid)
        assert event.facts == {"visit": visit.uid, "category": code, "disposition": row.disposition}


def test_what_was_said_goes_with_its_transaction(cast, visit_form):
    visit = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    with pytest.raises(ValueError), writing():
        Grievance.raise_(visit, [GrievanceInput(cast.rent, "", "noted")], by=cast.changdong.uid)
        raise ValueError
    assert Grievance.select().count() == Event.select().where(Event.kind == "grievance.raised").count() == 0


def test_they_are_given_by_visit_with_their_categories_in_order(cast, visit_form):
    first = recorded(cast.changdong, visit_form | {"category": ["labor", "rent"]})
    second = recorded(cast.changdong, visit_form)
    silent = recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "absent"})
    found = Grievance.of([first.uid, second.uid, silent.uid])
    assert {uid: [row.category.code for row in rows] for uid, rows in found.items()} == {first.uid: ["rent", "labor"], second.uid: ["rent"]}
    assert Grievance.of([]) == {}


def test_a_revision_has_grievances_of_its_own(cast, visit_form):
    visit = recorded(cast.changdong, visit_form)
    revision = recorded(cast.changdong, visit_form | {"replaces": visit.uid, "grievance.rent.text": "다시 들음"})
    assert [row.text for row in Grievance.of([revision.uid])[revision.uid]] == ["다시 들음"]
    assert [row.text for row in Grievance.of([visit.uid])[visit.uid]] == ["재계약 인상"], "what was recorded before stands"
    assert Visit.select().where(Visit.current).count() == 1
