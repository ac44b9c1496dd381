import itertools
import threading

import pytest

from fieldapp.database import db, uuid7, writing
from fieldapp.events import Event
from fieldapp.referrals import Actor, Referral
from tests.recording import recorded, revised

CONSENT = {"consent.contact": "on", "owner.name": "김가상", "owner.phone": "02-000-0000"}


def ask(field: str, wish: str = "", **more) -> dict:
    return {"refer.field": field, "refer.wish": wish, **more}


def live() -> list[tuple[str, str, str]]:
    return [(referral.field, referral.state, referral.wish) for referral in Referral.select().order_by(Referral.number)
            if referral.state in ("draft", "submitted")]


def kinds(referral: Referral) -> list[str]:
    return [event.kind for event in Event.of(referral.uid)]


def test_without_consent_it_waits_as_a_draft_and_is_not_in_the_queue(cast, visit_form):
    recorded(cast.changdong, visit_form | ask("legal", "계약서 검토"))
    referral = Referral.get()
    assert (referral.state, referral.submitted_at, referral.label) == ("draft", None, "R-0001")
    assert kinds(referral) == ["referral.opened", "referral.waits_for_consent"]
    assert list(Referral.waiting_for_consent(cast.changdong)) == [referral]
    assert list(Referral.queue(cast.coordinator)) == []


def test_with_consent_it_enters_the_queue(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | CONSENT | ask("legal", "계약서 검토", **{"refer.urgency": "urgent"}))
    referral = Referral.get()
    assert (referral.state, referral.visit, referral.zone, referral.manager) == ("submitted", visit, cast.zone, cast.changdong)
    assert (referral.urgency, referral.wish, referral.version) == ("urgent", "계약서 검토", 2)
    assert referral.submitted_at >= visit.created_at
    assert list(Referral.waiting_for_consent(cast.changdong)) == []
    assert [row.shop.name for row in Referral.queue(cast.coordinator)] == ["가상분식"]


def test_consent_to_keep_a_name_is_no_consent_to_be_called(cast, visit_form):
    recorded(cast.changdong, visit_form | {"consent.personal": "on", "owner.name": "김가상"} | ask("legal"))
    assert Referral.get().state == "draft"


def test_a_consent_given_on_an_earlier_visit_stands(cast, visit_form):
    recorded(cast.changdong, visit_form | CONSENT)
    recorded(cast.changdong, visit_form | ask("tax"))
    assert Referral.get().state == "submitted"


def test_a_consent_of_the_neighbour_opens_nothing(cast, visit_form):
    recorded(cast.changdong, visit_form | CONSENT | {"shop": cast.neighbour.uid})
    recorded(cast.changdong, visit_form | ask("tax"))
    assert Referral.get().state == "draft"


def test_a_visit_makes_one_referral_per_field_however_often_it_is_revised(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | ask("legal", "처음"))
    for wish in ("둘째", "셋째"):
        visit = revised(visit, visit_form | ask("legal", wish))
    assert live() == [("legal", "draft", "셋째")] and Referral.get().visit == visit


def test_another_field_lets_the_first_go_and_keeps_its_row(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | ask("legal"))
    visit = revised(visit, visit_form | CONSENT | ask("tax"))
    revised(visit, visit_form | ask("labor"))
    rows = {row.field: row.state for row in Referral.select()}
    assert rows == {"legal": "discarded", "tax": "discarded", "labor": "submitted"}


def test_what_is_asked_for_again_keeps_its_number(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | ask("legal"))
    visit = revised(visit, visit_form)
    assert Referral.get().state == "discarded"
    visit = revised(visit, visit_form | ask("legal"))
    assert Referral.get().state == "draft"
    visit = revised(visit, visit_form | CONSENT | ask("legal"))
    visit = revised(visit, visit_form)
    assert Referral.get().state == "discarded"
    revised(visit, visit_form | ask("legal", "다시"))
    assert live() == [("legal", "submitted", "다시")] and Referral.get().number == 1


def test_what_a_person_has_withdrawn_no_revision_opens_again(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | CONSENT | ask("legal"))
    with writing():
        Referral.get().move("withdraw", Actor.of(cast.coordinator))
    revised(visit, visit_form | ask("legal", "다시"))
    assert (Referral.get().state, Referral.get().wish) == ("withdrawn", "")
    assert kinds(Referral.get())[-1] == "referral.noted"


def test_a_triaged_referral_is_noted_and_never_changed(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | CONSENT | ask("legal", "처음"))
    Referral.update(state="triaged").execute()
    revision = revised(visit, visit_form | ask("legal", "나중"))
    gone = revised(revision, visit_form)
    referral = Referral.get()
    assert (referral.state, referral.wish, referral.visit) == ("triaged", "처음", visit)
    notes = [event.facts for event in Event.of(referral.uid) if event.kind == "referral.noted"]
    assert notes == [{"visit": revision.uid, "wish": "나중"}, {"visit": gone.uid, "missing": True}]


def test_grievances_marked_for_it_join_it(cast, visit_form):
    form = visit_form | ask("legal") | {"category": ["rent", "labor"], "grievance.rent.disposition": "needs_referral"}
    recorded(cast.changdong, form)
    assert [grievance.text for grievance in Referral.get().grievances()] == ["재계약 인상"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_only_the_current_revision_speaks_in_whatever_order_they_arrive(cast, visit_form, order):
    first, second, third = uuid7(), uuid7(), uuid7()
    chain = [(first, visit_form | ask("legal", "처음")), (second, visit_form | ask("tax", "둘째") | {"replaces": first}),
             (third, visit_form | CONSENT | ask("legal", "셋째") | {"replaces": second})]
    for place in order:
        uid, form = chain[place]
        recorded(cast.changdong, form, uid=uid)
    assert live() == [("legal", "submitted", "셋째")]
    assert {row.visit_root for row in Referral.select() if row.state == "submitted"} == {first}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_revision_that_takes_it_back_wins_even_where_it_arrives_first(cast, visit_form, order):
    first, second = uuid7(), uuid7()
    chain = [(first, visit_form | CONSENT | ask("legal")), (second, visit_form | {"replaces": first})]
    for place in order:
        uid, form = chain[place]
        recorded(cast.changdong, form, uid=uid)
    assert live() == []


@pytest.mark.parametrize("state", ["draft", "submitted", "discarded", "triaged"])
@pytest.mark.parametrize("twin_state", ["draft", "submitted", "discarded", "triaged"])
def test_twins_of_two_families_that_join_become_one_whatever_their_states(cast, visit_form, state, twin_state):
    """The first and the third revision arrive, each with a referral; then the second joins them."""
    first, second, third = uuid7(), uuid7(), uuid7()
    recorded(cast.changdong, visit_form | ask("legal", "처음"), uid=first)
    recorded(cast.changdong, visit_form | ask("legal", "셋째") | {"replaces": second}, uid=third)
    Referral.update(state=state).where(Referral.visit == first).execute()
    Referral.update(state=twin_state).where(Referral.visit == third).execute()
    recorded(cast.changdong, visit_form | ask("legal", "둘째") | {"replaces": first}, uid=second)
    kept = Referral.get(Referral.visit_root == first)
    let_go = Referral.get(Referral.visit_root != first)
    assert kept.visit_id == (first if state == "triaged" != twin_state else third)
    assert kept.state == (state if kept.visit_id == first else twin_state)
    assert let_go.state == {"draft": "discarded", "submitted": "discarded"}.get(*[state if kept.visit_id == third else twin_state] * 2)
    if let_go.version > 1:
        assert list(Event.of(let_go.uid))[-1].facts["same_as"] == kept.label


def test_a_revision_that_joins_and_is_current_itself_revises_the_one_that_stays(cast, visit_form):
    """A fork: the first has two heirs, one of them replaced. Of those that nothing replaces the last to arrive speaks."""
    first, second, third, heir = uuid7(), uuid7(), uuid7(), uuid7()
    recorded(cast.changdong, visit_form | ask("legal", "셋째") | {"replaces": second}, uid=third)
    recorded(cast.changdong, visit_form | ask("legal", "처음"), uid=first)
    recorded(cast.changdong, visit_form | ask("tax", "갈래") | {"replaces": first}, uid=heir)
    recorded(cast.changdong, visit_form | ask("legal", "둘째") | {"replaces": first}, uid=second)
    assert live() == [("tax", "draft", "갈래")]


def test_the_queue_is_for_those_whose_zone_it_is(cast, visit_form):
    recorded(cast.changdong, visit_form | CONSENT | ask("legal"))
    recorded(cast.ssangmun, {"shop": cast.other_shop.uid, "outcome": "met"} | CONSENT | ask("tax"))
    seen = {login: {row.field for row in Referral.queue(getattr(cast, login))}
            for login in ("changdong", "ssangmun", "coordinator", "supervisor", "expert", "admin")}
    assert seen == {"changdong": {"legal"}, "ssangmun": {"tax"}, "coordinator": {"legal", "tax"}, "supervisor": {"legal", "tax"},
                    "expert": set(), "admin": set()}


def test_numbers_are_unique_and_without_gaps_when_many_come_at_once(app, cast, visit_form):
    failed: list[BaseException] = []

    def come() -> None:
        try:
            with app.test_request_context():
                for field in ("legal", "tax", "labor"):
                    recorded(cast.changdong, visit_form | ask(field))
        except BaseException as error:
            failed.append(error)
        finally:
            db.close()

    recorded(cast.changdong, visit_form | ask("it"))
    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(row.number for row in Referral.select()) == list(range(1, 20))
