import pytest

from fieldapp.database import uuid7
from fieldapp.errors import Conflict, Invalid
from fieldapp.events import Event
from fieldapp.referrals import Actor, Given, Offer, Order, Referral, Refused, Stale, carry_out
from tests.referrals.conftest import give


def counts(referral) -> tuple[int, int, str]:
    now = Referral.get_by_id(referral.uid)
    return Event.select().where(Event.subject == referral.uid).count(), now.version, now.state


def test_a_command_is_carried_out_with_its_event_and_its_author(referral, cast):
    done = give(referral, "triage", cast.coordinator, urgency="urgent", wanted="계약서 검토\n인상률 확인", note="전화함")
    assert (done.state, done.urgency, done.outcomes, done.version) == ("triaged", "urgent", ["계약서 검토", "인상률 확인"], 3)
    event = list(Event.of(referral.uid))[-1]
    assert (event.kind, event.person, event.facts["reason"]) == ("referral.triage", cast.coordinator.uid, "전화함")


def test_the_same_id_again_gives_the_same_answer_and_nothing_more(referral, cast):
    uid, version = uuid7(), Referral.get().version
    first = give(referral, "triage", cast.coordinator, version, uid, note="전화함")
    told = counts(referral)
    for _again in range(3):
        assert give(referral, "triage", cast.coordinator, version, uid, note="전화함").state == first.state
    give(referral, "open_matching", cast.coordinator)
    assert give(referral, "triage", cast.coordinator, version, uid, note="전화함").state == "matching"
    assert counts(referral)[0] > told[0] and Given.select().where(Given.uid == uid).count() == 1


@pytest.mark.parametrize("other", [{"note": "다른 말"}, {}])
def test_an_id_that_was_used_for_something_else_is_refused(referral, cast, other):
    uid, version = uuid7(), Referral.get().version
    give(referral, "triage", cast.coordinator, version, uid, note="전화함")
    told = counts(referral)
    with pytest.raises(Conflict):
        give(referral, "triage", cast.coordinator, version, uid, **other)
    with pytest.raises(Conflict):
        give(referral, "triage", cast.supervisor, version, uid, note="전화함")
    assert counts(referral) == told


def test_a_stale_version_says_who_did_what(referral, cast):
    seen = Referral.get().version
    give(referral, "triage", cast.coordinator)
    told = counts(referral)
    with pytest.raises(Stale) as stale:
        give(referral, "withdraw", cast.coordinator, seen, reason="폐업")
    assert stale.value.facts == {"state": "triaged", "version": seen + 1, "by": cast.coordinator.name}
    assert cast.coordinator.name in str(stale.value.message) and "검토" in str(stale.value.message)
    assert counts(referral) == told


def test_the_wrong_state_and_the_wrong_role_are_refused_with_a_reason(referral, cast):
    told = counts(referral)
    with pytest.raises(Refused) as refusal:
        give(referral, "approve", cast.coordinator)
    assert "접수" in str(refusal.value.message)
    for person in (cast.changdong, cast.supervisor, cast.expert, cast.admin):
        with pytest.raises(Refused) as refusal:
            give(referral, "triage", person)
        assert refusal.value.code == "role"
    assert counts(referral) == told


def test_a_form_that_is_not_in_order_changes_nothing(referral, cast):
    told = counts(referral)
    for form in ({"urgency": "now"}, {"dance": "on"}, {"note": "가" * 1001}, {"wanted": "900101-1234567"}):
        with pytest.raises(Invalid):
            give(referral, "triage", cast.coordinator, **form)
    assert counts(referral) == told


def test_a_command_that_nobody_knows_is_refused(referral, cast):
    with pytest.raises(Refused):
        carry_out(referral, Order(uuid7(), "dance", Referral.get().version, {}), Actor.of(cast.coordinator))


def test_what_an_act_did_is_undone_where_another_change_came_first(offered, cast, pool, monkeypatch):
    """The offer's rows are written before the step is taken: where that fails nothing of them stays."""
    give(offered, "recall", cast.coordinator)
    standing = Referral.get_by_id(offered.uid)
    monkeypatch.setattr(Referral, "move", lambda self, command, by, **facts: (_ for _ in ()).throw(Stale(self)))
    with pytest.raises(Stale):
        give(standing, "offer", cast.coordinator, expert=pool.lee.uid)
    assert Offer.select().where(Offer.expert == pool.lee).count() == 0
