from dataclasses import replace

import pytest

from fieldapp.database import today, writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.events import Event
from fieldapp.experts import Expert, ExpertField, ExpertInput


def facts(kind: str) -> list[dict]:
    return [event.facts for event in Event.select().where(Event.kind == kind).order_by(Event.created_at)]


def test_what_was_entered_stands_as_it_was_typed(cast, partner):
    entry = ExpertInput("가상 노무사", "공인노무사", ("labor", "startup", "tax"), (cast.zone.uid,), partner.uid, cast.expert.uid, 5,
                        "a@example.kr", "02-000-0000", "en", True, 37.65, 127.04, "오전만")
    with writing():
        uid = Expert.enter(entry, by=cast.coordinator.uid).uid
    expert = Expert.get_by_id(uid)
    assert expert.entry() == entry and (expert.version, expert.confirmed_on) == (1, None)
    assert [(row.field, row.main) for row in Expert.fields_of([uid])[uid]] == [("labor", True), ("startup", False), ("tax", False)]
    assert Expert.zones_of([uid]) == {uid: [cast.zone]}
    event = Event.get(Event.kind == "expert.created")
    assert (event.subject, event.person, event.facts) == (uid, cast.coordinator.uid, {"fields": ["labor", "startup", "tax"]})


def test_a_change_is_told_by_its_parts_but_nothing_personal_of_it(enter, cast):
    expert = enter("가상 노무사", "labor", mail="old@example.kr")
    entry = replace(expert.entry(), mail="new@example.kr", note="왼손", capacity=5, fields=("tax", "labor"), zones=(cast.zone.uid,))
    with writing():
        assert expert.change(entry, cast.coordinator.uid, version=1)
    again = Expert.get_by_id(expert.uid)
    assert again.entry() == entry and again.version == expert.version == 2
    event = Event.get(Event.kind == "expert.changed")
    assert event.facts == {"fields": ["capacity", "fields", "mail", "note", "zones"], "changes": {
        "capacity": [3, 5], "fields": [["labor"], ["tax", "labor"]], "zones": [[], [cast.zone.uid]]}}
    assert "example.kr" not in event.data and "왼손" not in event.data


def test_the_same_again_is_no_change(enter):
    expert = enter("가상 노무사")
    with writing():
        assert not expert.change(expert.entry(), "", version=1)
    assert Expert.get_by_id(expert.uid).version == 1 and facts("expert.changed") == []


def test_who_typed_against_an_older_version_is_told_and_changes_nothing(enter):
    expert = enter("가상 노무사")
    for capacity, version in ((4, 1), (5, 2)):
        with writing():
            expert.change(replace(expert.entry(), capacity=capacity), "", version)
        expert = Expert.get_by_id(expert.uid)
    for stale in (expert, Expert.get_by_id(expert.uid)):
        with pytest.raises(Conflict), writing():
            stale.change(replace(expert.entry(), capacity=9, fields=("tax",)), "", version=2)
    assert Expert.get_by_id(expert.uid).capacity == 5 and ExpertField.get().field == "labor"


def test_an_account_is_one_experts(enter, cast):
    enter("가상 노무사", person=cast.expert.uid)
    other = enter("가상 세무사")
    with pytest.raises(Invalid) as told, writing():
        other.change(replace(other.entry(), person=cast.expert.uid), "")
    assert list(told.value.fields) == ["person"]
    with pytest.raises(Invalid), writing():
        Expert.enter(ExpertInput("가상 변리사", fields=("patent",), person=cast.expert.uid), "")
    assert Expert.select().count() == 2 and Expert.get_by_id(other.uid).person is None


def test_someone_is_found_by_their_account_and_sees_but_themselves(enter, cast):
    own, other = enter("가상 노무사", person=cast.expert.uid), enter("가상 세무사")
    assert Expert.of_person(cast.expert) == own and Expert.of_person(cast.admin) is None
    assert list(Expert.reachable_by(cast.expert)) == [own] and Expert.reachable_by(cast.coordinator).count() == 2
    with pytest.raises(NotFound):
        Expert.get_reachable(cast.expert, other.uid)
    assert list(Expert.reachable_by(cast.changdong)) == []


def test_the_pool_of_a_field_comes_with_partners_in_one_query(enter, partner, queries):
    main, second = enter("나", "tax", "labor", partner=partner.uid), enter("가", "labor", "tax")
    enter("다", "labor")
    enter("라", "tax", active=False)
    with queries:
        found = [(expert, expert.advises.main, expert.partner and expert.partner.name) for expert in Expert.pool("tax")]
    assert found == [(second, False, None), (main, True, "가상재단")] and queries.count == 1


def test_of_nobody_there_are_no_fields_and_no_zones(database):
    assert Expert.fields_of([]) == Expert.zones_of([]) == {}


def test_an_entry_is_confirmed_as_it_was_read(enter):
    expert = enter("가상 노무사")
    with writing():
        expert.confirm("", 1)
        expert.change(replace(expert.entry(), capacity=4), "")
    assert Expert.get_by_id(expert.uid).confirmed_on == today()
    with pytest.raises(Conflict), writing():
        expert.confirm("", 1)
    assert len(facts("expert.confirmed")) == 1
