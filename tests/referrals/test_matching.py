from datetime import timedelta

import pytest

from fieldapp.database import SEOUL, now, writing
from fieldapp.experts import Conflict as Interest
from fieldapp.experts import Expert, ExpertField, ExpertZone
from fieldapp.owners import PARTNER, Consent
from fieldapp.referrals import Candidate, Offer, Pool, Referral, candidates_for, loads, ranked
from fieldapp.shops import Shop
from fieldapp.worktime import Closure
from tests.referrals.conftest import make_expert


def reasons_out(referral) -> dict[str, str]:
    return {one.name: one.why_not for one in candidates_for(referral) if one.why_not}


def test_the_best_stands_first_in_the_order_of_the_rules():
    """Field fit, the same trade before, load now, longest since the last offer, distance."""
    day = timedelta(days=1)
    order = [
        Candidate("main, knows the trade", main=True, same_trade=2, load=3),
        Candidate("main, idle, never asked", main=True, load=0),
        Candidate("main, idle, asked long ago", main=True, load=0, last_offer=now() - 30 * day),
        Candidate("main, idle, asked lately, near", main=True, load=0, last_offer=now() - day, metres=200),
        Candidate("main, busier", main=True, load=1),
        Candidate("also does it, knows the trade", same_trade=9),
        Candidate("also does it"),
        Candidate("let it run out before", main=True, same_trade=9, expired=True),
    ]
    assert ranked(reversed(order)) == order


def test_near_goes_before_far_only_where_all_else_is_equal():
    asked = now() - timedelta(days=3)
    near, far, unknown = (Candidate(str(metres), last_offer=asked, metres=metres) for metres in (100, 900, None))
    assert ranked([unknown, far, near]) == [near, far, unknown]


def test_who_may_not_is_never_among_those_who_may():
    assert ranked([Candidate("a", why_not="full"), Candidate("b")]) == [Candidate("b")]
    assert ranked([Candidate("a", why_not="full")]) == []


def test_each_filter_keeps_out_whom_it_should(referral, cast, pool):
    today = now().astimezone(SEOUL).date()
    assert reasons_out(referral) == {"박협약": "consent"}
    others = {name: make_expert(name, "legal") for name in ("다른권역", "부재", "이해관계", "거절")}
    make_expert("그만둠", "legal", active=False)
    make_expert("정원참", "legal", capacity=0)
    make_expert("세무", "tax")
    with writing():
        ExpertZone.create(expert=others["다른권역"], zone=cast.other_zone)
        Closure.add(others["부재"].uid, today - timedelta(days=1), today + timedelta(days=1), "휴가")
        Interest.create(expert=others["이해관계"], shop=referral.shop, reason="친척")
        Offer.create(referral=referral, expert=others["거절"], state="declined")
    assert reasons_out(referral) == {"박협약": "consent", "다른권역": "zone", "부재": "absent", "이해관계": "conflict", "거절": "declined",
                                     "정원참": "full"}
    assert [one.name for one in candidates_for(referral) if not one.why_not] == ["김법무", "이법무"]


@pytest.mark.parametrize(("withdrawn", "out"), [(False, {}), (True, {"박협약": "consent"})])
def test_a_partners_own_consent_counts_until_it_is_withdrawn(referral, cast, pool, withdrawn, out):
    with writing():
        Consent.create(shop=referral.shop, kind=PARTNER, party=pool.partner.uid, text_version="1", taken_by=cast.coordinator.uid,
                       given_at=now(), withdrawn_at=now() if withdrawn else None)
    assert reasons_out(referral) == out


def test_where_the_owner_is_yet_to_be_asked_a_missing_consent_keeps_nobody_out(referral, cast, pool):
    Consent.update(withdrawn_at=now()).execute()
    assert set(reasons_out(referral).values()) == {"consent"}
    found = Pool.of("legal").candidates(Referral(shop=cast.shop, zone=cast.zone, field="legal"), assume_consent=True)
    assert {one.name: (one.why_not, one.needs_consent) for one in found} == {
        "김법무": ("", False), "이법무": ("", False), "박협약": ("", True)}


def test_the_consent_of_the_neighbour_covers_nobody(referral, cast, pool):
    Consent.update(shop=cast.neighbour).execute()
    assert set(reasons_out(referral).values()) == {"consent"}


def test_load_is_what_is_offered_and_what_runs(referral, pool):
    with writing():
        Offer.create(referral=referral, expert=pool.kim)
        Offer.create(referral=referral, expert=pool.lee, state="accepted")
    Referral.update(state="in_progress", expert=pool.lee).execute()
    assert loads() == {pool.kim.uid: 1, pool.lee.uid: 1}
    Referral.update(state="closed").execute()
    assert loads() == {pool.kim.uid: 1}


def test_reasons_are_told_in_words(referral, cast, pool):
    Shop.update(industry="분식").execute()
    Expert.update(lat=37.66, lon=127.045).where(Expert.uid == pool.kim.uid).execute()
    ExpertField.update(main=False).where(ExpertField.expert == pool.lee).execute()
    with writing():
        Offer.create(referral=referral, expert=pool.kim, state="recalled", created_at=now() - timedelta(days=12))
    referral = Referral.get_by_id(referral.uid)
    referral.wished_expert = pool.lee
    told = {one.name: one.reasons for one in candidates_for(referral)}
    assert told["김법무"] == ["주 분야", "진행 0건", "최근 제안 12일 전", "1.1 km"]
    assert told["이법무"] == ["매니저가 바람", "가능 분야", "진행 0건", "제안 받은 적 없음"]


def test_many_cases_take_the_queries_of_a_few(referral, pool, queries):
    for number in range(20):
        make_expert(f"전문가{number}", "legal")
    with queries:
        candidates_for(Referral.get_by_id(referral.uid))
    assert queries.count <= 13
    with queries:
        pool_of_field = Pool.of("legal")
        for _case in range(5):
            pool_of_field.candidates(referral)
    assert queries.count <= 9 + 5 * 3
