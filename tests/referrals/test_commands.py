"""What each command asks for, changes and tells. Sessions, reports and aftercare are tested in tests/consultations."""

from datetime import date, datetime, timedelta

import pytest

from fieldapp.database import SEOUL, at, now, writing
from fieldapp.errors import Invalid
from fieldapp.events import Event
from fieldapp.experts import Conflict as Interest
from fieldapp.experts import Expert, Partner
from fieldapp.messages import Message
from fieldapp.owners import CONTACT, PARTNER, Consent, Owner
from fieldapp.referrals import SHOP, Offer, Pool, Referral, Refused, loads, look_again
from fieldapp.worktime import Clock, Closure
from tests.recording import recorded
from tests.referrals.conftest import CONSENT, give, make_expert


def fresh(referral) -> Referral:
    return Referral.get_by_id(referral.uid)


def running(referral) -> set[str]:
    return {clock.kind for clock in Clock.open_of(referral.uid)}


def refused(field: str, *args, **form) -> str:
    with pytest.raises(Invalid) as invalid:
        give(*args, **form)
    assert field in invalid.value.fields, invalid.value.fields
    return str(invalid.value.fields[field])


def test_clocks_follow_the_states(referral, cast, pool):
    assert running(referral) == {"receipt"} and fresh(referral).due_at
    give(referral, "triage", cast.coordinator)
    assert running(referral) == {"matching"}
    give(referral, "open_matching", cast.coordinator)
    give(referral, "offer", cast.coordinator, expert=pool.kim.uid)
    assert running(referral) == {"matching", "acceptance"}
    assert fresh(referral).due_at == min(clock.due_at for clock in Clock.open_of(referral.uid))
    give(referral, "accept", cast.expert)
    assert running(referral) == {"first_session"}
    give(referral, "withdraw", cast.coordinator, reason="폐업")
    assert running(referral) == set() and fresh(referral).due_at is None


def test_a_hold_for_the_shops_sake_stops_the_clocks_and_another_does_not(referral, cast):
    give(referral, "triage", cast.coordinator)
    day = (now().astimezone(SEOUL) + timedelta(days=20)).date().isoformat()
    give(referral, "ask", cast.coordinator, reason="서류를 기다림", review_on=day)
    matching = next(clock for clock in Clock.open_of(referral.uid) if clock.kind == "matching")
    assert (fresh(referral).state, matching.due_at) == ("on_hold", None)
    assert running(referral) >= {"review"} and fresh(referral).due_at.astimezone(SEOUL).date().isoformat() == day
    give(referral, "resume", cast.coordinator)
    assert fresh(referral).state == "triaged" and running(referral) == {"matching"} and fresh(referral).due_at
    give(referral, "open_matching", cast.coordinator)
    give(referral, "hold", cast.coordinator, code="office", reason="확인 중", review_on=day)
    assert next(clock for clock in Clock.open_of(referral.uid) if clock.kind == "matching").due_at


def test_a_hold_needs_a_reason_and_a_day(referral, cast):
    give(referral, "triage", cast.coordinator)
    for field, form in (("reason", {"review_on": "2099-01-01"}), ("review_on", {"reason": "왜"}),
                        ("review_on", {"reason": "왜", "review_on": "2020-01-01"}), ("code", {"reason": "왜", "code": "moon"})):
        refused(field, referral, "ask", cast.coordinator, **form)
    assert fresh(referral).state == "triaged"


def test_an_offer_is_made_to_who_may_have_it(offered, pool):
    offer = Offer.get(Offer.referral == offered, Offer.state == "offered")
    assert (offered.state, offered.expert, offer.expert, offer.state) == ("offered", pool.kim, pool.kim, "offered")


def test_an_offer_to_who_may_not_have_it_says_why(referral, cast, pool):
    for command in ("triage", "open_matching"):
        give(referral, command, cast.coordinator)
    today = now().astimezone(SEOUL).date()
    tax = make_expert("세무만", "tax")
    with writing():
        Closure.add(pool.lee.uid, today, today, "휴가")
        Interest.create(expert=pool.kim, shop=referral.shop, reason="친척")
    assert "이해관계" in refused("expert", referral, "offer", cast.coordinator, expert=pool.kim.uid)
    assert "부재" in refused("expert", referral, "offer", cast.coordinator, expert=pool.lee.uid)
    assert "동의" in refused("expert", referral, "offer", cast.coordinator, expert=pool.park.uid)
    assert "분야" in refused("expert", referral, "offer", cast.coordinator, expert=tax.uid)
    Partner.update(mou_last_day=date(2021, 1, 1)).execute()
    assert "협약" in refused("expert", referral, "offer", cast.coordinator, expert=pool.park.uid)
    Expert.update(active=False).where(Expert.uid == pool.lee.uid).execute()
    assert "활동" in refused("expert", referral, "offer", cast.coordinator, expert=pool.lee.uid)
    refused("expert", referral, "offer", cast.coordinator)
    assert Offer.select().count() == 0 and fresh(referral).state == "matching"


def test_capacity_counts_offers_and_running_cases(offered, cast, pool, visit_form):
    Expert.update(capacity=1).where(Expert.uid == pool.kim.uid).execute()
    recorded(cast.changdong, visit_form | CONSENT | {"shop": cast.neighbour.uid, "refer.field": "legal"})
    second = Referral.get(Referral.shop == cast.neighbour)
    for command in ("triage", "open_matching"):
        give(second, command, cast.coordinator)
    assert "정원" in refused("expert", second, "offer", cast.coordinator, expert=pool.kim.uid)
    give(offered, "accept", cast.expert)
    assert "정원" in refused("expert", second, "offer", cast.coordinator, expert=pool.kim.uid)
    give(offered, "withdraw", cast.coordinator, reason="폐업")
    give(second, "offer", cast.coordinator, expert=pool.kim.uid)
    assert fresh(second).state == "offered"


def test_a_refusal_goes_back_to_matching_and_is_not_asked_again(offered, cast, pool):
    refused("code", offered, "refuse", cast.expert, note="바쁨")
    give(offered, "refuse", cast.expert, code="busy", note="다음 달부터 가능")
    offer = Offer.get()
    assert (fresh(offered).state, fresh(offered).expert, offer.state, offer.code, offer.answer) == (
        "matching", None, "declined", "busy", "다음 달부터 가능")
    assert "거절" in refused("expert", offered, "offer", cast.coordinator, expert=pool.kim.uid)
    give(offered, "offer", cast.coordinator, expert=pool.lee.uid)
    assert Offer.get(Offer.referral == offered, Offer.state == "offered").expert == pool.lee


def test_only_who_was_asked_answers(offered, cast, pool):
    other = pool.lee.person
    for command, form in (("accept", {}), ("refuse", {"code": "busy"})):
        with pytest.raises(Refused):
            give(offered, command, other, **form)
    assert fresh(offered).state == "offered"


def test_a_held_case_still_fills_its_place(offered, cast, pool):
    give(offered, "accept", cast.expert)
    day = (now().astimezone(SEOUL) + timedelta(days=20)).date().isoformat()
    give(offered, "hold", cast.coordinator, code="shop", reason="입원", review_on=day)
    assert loads() == {pool.kim.uid: 1}


def test_an_offer_runs_out_once_and_may_be_made_again(offered, cast, pool):
    with at(now() + timedelta(days=30)):
        assert Clock.tick()
        Clock.tick()
        assert (fresh(offered).state, [offer.state for offer in Offer.select()]) == ("matching", ["expired"])
        assert len([event for event in Event.of(offered.uid) if event.kind == "referral.expire"]) == 1
        give(offered, "offer", cast.coordinator, expert=pool.kim.uid)
        assert fresh(offered).state == "offered"


def test_who_accepts_must_still_be_covered(offered, cast, pool):
    Consent.update(withdrawn_at=now()).execute()
    assert "동의" in refused("notice", offered, "accept", cast.expert)
    assert fresh(offered).state == "offered"


def test_who_left_the_pool_accepts_no_more(offered, cast, pool):
    Expert.update(active=False).execute()
    assert "중지" in refused("notice", offered, "accept", cast.expert)
    give(offered, "refuse", cast.expert, code="other")


def test_what_ends_after_its_approval_is_not_taken_from_its_expert(offered, cast, pool):
    give(offered, "accept", cast.expert)
    Referral.update(state="aftercare").where(Referral.uid == offered.uid).execute()
    give(offered, "withdraw", SHOP, reason="가게를 옮김")
    assert (fresh(offered).state, fresh(offered).expert, Offer.get().state) == ("withdrawn", pool.kim, "accepted")
    assert not Message.select().where(Message.template == "offer_recalled").exists()


def test_nobody_fits_is_said_aloud_and_stays_in_matching(referral, cast, pool):
    Expert.update(active=False).execute()
    for command in ("triage", "open_matching"):
        give(referral, command, cast.coordinator)
    assert (fresh(referral).state, fresh(referral).alert) == ("matching", "nobody")
    assert [event.kind for event in Event.of(referral.uid)].count("referral.nobody_fits") == 1
    Expert.update(active=True).execute()
    give(referral, "offer", cast.coordinator, expert=pool.kim.uid)
    assert fresh(referral).alert == ""


def test_the_alarm_follows_the_experts_who_come_and_go(referral, cast, pool):
    for command in ("triage", "open_matching"):
        give(referral, command, cast.coordinator)
    told = [(look_again(), fresh(referral).alert)]
    Expert.update(active=False).execute()
    told += [(look_again(), fresh(referral).alert), (look_again(), fresh(referral).alert)]
    Expert.update(active=True).execute()
    told.append((look_again(), fresh(referral).alert))
    assert told == [(0, ""), (1, "nobody"), (0, "nobody"), (1, "")]
    assert [event.kind for event in Event.of(referral.uid)].count("referral.nobody_fits") == 1


def test_an_alarm_is_not_told_of_a_case_that_went_on_meanwhile(referral, cast, pool, monkeypatch):
    for command in ("triage", "open_matching"):
        give(referral, command, cast.coordinator)
    until = (now() + timedelta(days=7)).date().isoformat()
    held = {"reason": "점포가 바쁨", "review_on": until}
    monkeypatch.setattr(Pool, "candidates", lambda _pool, case: give(case, "hold", cast.coordinator, **held) and [])
    assert look_again() == 0 and fresh(referral).state == "on_hold"
    assert "referral.nobody_fits" not in {event.kind for event in Event.of(referral.uid)}


def test_looking_again_takes_the_same_queries_for_each_case(referral, cast, pool, visit_form, queries):
    recorded(cast.changdong, visit_form | CONSENT | {"shop": cast.neighbour.uid, "refer.field": "legal"})
    for case in Referral.select():
        for command in ("triage", "open_matching"):
            give(case, command, cast.coordinator)
    with queries:
        look_again()
    assert queries.count <= 9 + 2 * 3


def test_what_the_applicant_is_told_stands_apart_from_the_note(referral, cast):
    give(referral, "triage", cast.coordinator)
    for field, form in (("code", {"answer": "다른 사업을 안내합니다"}), ("answer", {"code": "scope"})):
        refused(field, referral, "decline", cast.coordinator, **form)
    give(referral, "decline", cast.coordinator, code="scope", answer="다른 사업을 안내합니다", note="매출 초과")
    assert (fresh(referral).state, fresh(referral).answer) == ("declined", "다른 사업을 안내합니다")
    assert "매출" not in fresh(referral).answer
    assert [event.facts["reason"] for event in Event.of(referral.uid) if event.kind == "referral.decline"] == ["매출 초과"]


def test_guided_to_a_programme_ends_it_with_its_name(referral, cast):
    give(referral, "triage", cast.coordinator)
    refused("programme", referral, "guide", cast.coordinator)
    give(referral, "guide", cast.coordinator, programme=cast.programme.uid, answer="11월까지 신청하십시오")
    assert (fresh(referral).state, fresh(referral).answer) == ("closed", "가상 정책자금\n11월까지 신청하십시오")


def test_the_committee_and_back(referral, cast):
    give(referral, "triage", cast.coordinator)
    give(referral, "escalate", cast.coordinator, reason="상가 전체의 일")
    refused("answer", referral, "close", cast.supervisor)
    give(referral, "resolve", cast.coordinator, answer="지원단에서 다시 봅니다")
    assert fresh(referral).state == "triaged" and running(referral) == {"matching"}


def test_a_merge_keeps_both_and_can_be_undone(referral, cast, visit_form):
    recorded(cast.changdong, visit_form | CONSENT | {"refer.field": "legal", "refer.wish": "같은 일"})
    twin = Referral.get(Referral.uid != referral.uid)
    assert list(twin.twins()) == [referral]
    for into in ("R-9999", "x", twin.label, "-1", "9" * 30):
        refused("into", twin, "merge", cast.coordinator, into=into)
    give(twin, "merge", cast.coordinator, into=referral.label)
    assert (fresh(twin).state, fresh(twin).merged_into) == ("merged", referral)
    assert list(Event.of(referral.uid))[-1].facts["other"] == twin.label
    assert fresh(twin).due_at is None
    give(twin, "unmerge", cast.coordinator, reason="다른 일이었음")
    assert (fresh(twin).state, fresh(twin).merged_into, bool(fresh(twin).due_at)) == ("submitted", None, True)


def test_a_merge_is_never_into_another_shops(referral, cast, visit_form):
    recorded(cast.changdong, visit_form | CONSENT | {"shop": cast.neighbour.uid, "refer.field": "legal"})
    other = Referral.get(Referral.uid != referral.uid)
    refused("into", referral, "merge", cast.coordinator, into=other.label)


def test_consent_taken_by_the_office_lets_a_draft_into_the_queue(cast, visit_form):
    recorded(cast.changdong, visit_form | {"refer.field": "legal"})
    draft = Referral.get()
    refused("notice", draft, "submit", cast.changdong)
    refused("how", draft, "agree", cast.coordinator)
    give(draft, "agree", cast.coordinator, how="phone", **{"owner.name": "김가상", "owner.phone": "010-0000-0001", "consent.contact": "on"})
    assert fresh(draft).state == "submitted" and Consent.standing(draft.shop, CONTACT)
    assert Owner.get().phone == "010-0000-0001"


def test_consent_for_one_institution_opens_it_alone(referral, cast, pool):
    give(referral, "agree", cast.coordinator, how="paper", party=pool.partner.uid)
    consent = Consent.get(Consent.kind == PARTNER)
    assert (consent.party, consent.shop) == (pool.partner.uid, referral.shop)
    for command in ("triage", "open_matching"):
        give(referral, command, cast.coordinator)
    give(referral, "offer", cast.coordinator, expert=pool.park.uid)
    assert fresh(referral).expert == pool.park


def test_who_entrusts_needs_no_consent_of_its_own(referral, cast, pool):
    Partner.update(basis="entrustment").execute()
    for command, form in (("triage", {}), ("open_matching", {}), ("offer", {"expert": pool.park.uid})):
        give(referral, command, cast.coordinator, **form)
    assert fresh(referral).state == "offered"


def test_withdrawn_by_the_shop_and_opened_again_by_the_supervisor(offered, cast):
    give(offered, "withdraw", SHOP, reason="스스로 해결함")
    assert (fresh(offered).state, fresh(offered).expert, Offer.get().state) == ("withdrawn", None, "recalled")
    with pytest.raises(Refused):
        give(offered, "reopen", cast.coordinator, reason="다시 원함")
    give(offered, "reopen", cast.supervisor, reason="다시 원함")
    assert fresh(offered).state == "triaged" and running(offered) == {"matching"}


def test_who_had_accepted_is_released_and_the_acceptance_stays(offered, cast, pool):
    give(offered, "accept", cast.expert)
    when = Offer.get().decided_at
    give(offered, "rematch", cast.coordinator, reason="일정이 안 맞음")
    assert (Offer.get().state, Offer.get().code, Offer.get().decided_at) == ("released", "rematch", when)
    assert (fresh(offered).state, fresh(offered).expert) == ("matching", None)


def test_a_manager_withdraws_only_before_work_began(offered, cast):
    Referral.update(state="in_progress").where(Referral.uid == offered.uid).execute()
    with pytest.raises(Refused):
        give(offered, "withdraw", cast.changdong, reason="이사")
    Referral.update(state="offered").where(Referral.uid == offered.uid).execute()
    give(offered, "withdraw", cast.changdong, reason="이사")


def test_referred_again_is_a_new_case_linked_to_the_old(referral, cast):
    Referral.update(state="aftercare").where(Referral.uid == referral.uid).execute()
    give(referral, "refer_again", cast.changdong, **{"refer.field": "tax", "refer.wish": "부가세"})
    again = Referral.get(Referral.follows == referral)
    assert (again.field, again.state, again.source, again.visit, again.shop) == ("tax", "submitted", "office", None, referral.shop)
    assert fresh(referral).state == "aftercare"


def test_a_note_and_nothing_else(referral, cast):
    give(referral, "note", cast.changdong, text="점심 뒤 통화가 좋다고 함")
    assert fresh(referral).state == "submitted" and list(Event.of(referral.uid))[-1].facts["reason"] == "점심 뒤 통화가 좋다고 함"
    refused("text", referral, "note", cast.changdong, text="")


def test_a_due_time_moves_with_the_calendar(referral, cast):
    """A Wednesday morning's eight hours end on Thursday; with Thursday closed, on Friday."""
    with at(datetime(2026, 11, 25, 10, tzinfo=SEOUL)), writing():
        Clock.end(referral.uid)
        Clock.start(referral.uid, "receipt")
        fresh(referral).retime()
    assert fresh(referral).due_at.astimezone(SEOUL).day == 26
    with writing():
        Closure.add("", date(2026, 11, 26), date(2026, 11, 26), "청사 정전")
    assert fresh(referral).due_at.astimezone(SEOUL).day == 27
