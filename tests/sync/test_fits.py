"""The three experts who fit best, for a manager in the shop: of its own zone only, and nothing of the shop in the answer."""

from datetime import date, timedelta

import pytest

from fieldapp.database import now, uuid7, writing
from fieldapp.experts import Expert, ExpertField, ExpertZone, Partner
from fieldapp.owners import PARTNER, Consent, Owner
from fieldapp.referrals import Offer, Referral
from tests.cases import case_in


def make_expert(name: str, *zones, field: str = "legal", **more) -> Expert:
    with writing():
        expert = Expert.create(name=name, qualification="노무사", **more)
        ExpertField.create(expert=expert, field=field, main=True)
        for zone in zones:
            ExpertZone.create(expert=expert, zone=zone)
    return expert


@pytest.fixture
def ask(as_, cast):
    def asked(shop="", field="legal", status: int = 200) -> list[dict]:
        answer = as_("changdong").get(f"/sync/experts?shop={shop or cast.shop.uid}&field={field}")
        assert answer.status_code == status
        return answer.json.get("experts", [])
    return asked


def test_only_of_ones_own_zone_and_a_field_that_there_is(ask, as_, cast):
    url = f"/sync/experts?shop={cast.shop.uid}&field=legal"
    assert as_("ssangmun").get(url).status_code == 404
    for shop in (cast.other_shop.uid, uuid7(), "%00", "x"):
        ask(shop, status=404)
    assert as_("").get(url).status_code == 401
    for login in ("coordinator", "supervisor", "expert", "admin"):
        assert as_(login).get(url).status_code == 403
    for field in ("", "dancing"):
        ask(field=field, status=422)
    assert ask() == [], "nobody fits means nobody"


def test_three_at_most_the_best_first_with_what_speaks_for_them(ask, cast):
    busy, far, other = make_expert("김바쁨", cast.zone), make_expert("이전역"), make_expert("박남의권역", cast.other_zone)
    never, full = make_expert("정처음", cast.zone), make_expert("최정원", capacity=0)
    make_expert("조세무", field="tax")
    referral = case_in(cast, "submitted", shop=cast.neighbour)
    with writing():
        Offer.create(referral=referral, expert=busy)
        Offer.create(referral=referral, expert=far, state="declined", created_at=now() - timedelta(days=12, hours=1))
    found = ask()
    assert [one["uid"] for one in found] == [never.uid, far.uid, busy.uid]
    assert found[0] == {"uid": never.uid, "name": "정처음", "words": "노무사 · 창동권역 · 주 분야 · 진행 0건 · 제안 받은 적 없음"}
    assert "최근 제안 12일 전" in found[1]["words"] and "진행 1건" in found[2]["words"]
    for number in range(3):
        make_expert(f"가상 위원 {number}")
    found = ask()
    assert len(found) == 3 and not {other.uid, full.uid} & {one["uid"] for one in found}


def test_a_consent_that_is_yet_to_be_asked_keeps_nobody_out_and_is_said(ask, cast):
    with writing():
        to_third, entrusted = (Partner.create(name=f"가상 {basis}", basis=basis, mou_first_day=date(2020, 1, 1))
                               for basis in ("provision", "entrustment"))
        ended = Partner.create(name="가상 끝난 곳", basis="provision", mou_first_day=date(2020, 1, 1), mou_last_day=date(2021, 1, 1))
    for name, partner in (("김제공", to_third), ("이위탁", entrusted), ("박끝", ended)):
        make_expert(name, partner=partner)

    def needing() -> dict[str, bool]:
        return {one["name"]: "제공 동의 필요" in one["words"] for one in ask()}

    assert needing() == {"김제공": True, "이위탁": False}
    with writing():
        Consent.create(shop=cast.shop, kind=PARTNER, party=to_third.uid, text_version="1", taken_by=cast.changdong.uid, given_at=now())
    assert needing() == {"김제공": False, "이위탁": False}


def test_nothing_of_the_shop_and_its_owner_is_in_the_answer(as_, ask, cast):
    make_expert("김가상위원", mail="kim@example.org", phone="010-9999-0000", note="속말")
    case_in(cast, "submitted")
    answer = as_("changdong").get(f"/sync/experts?shop={cast.shop.uid}&field=legal")
    owner = Owner.get()
    for word in (cast.shop.uid, cast.shop.name, cast.shop.place, owner.name, owner.phone, "kim@", "010-9999", "속말", Referral.get().label):
        assert word not in answer.get_data(as_text=True), word
    assert answer.headers["Cache-Control"] == "no-store"


def test_more_experts_cost_no_more_queries(ask, cast, queries):
    make_expert("가상 위원", cast.zone)
    ask()
    with queries:
        ask()
    few = queries.count
    for number in range(20):
        make_expert(f"가상 위원 {number}", cast.zone)
    with queries:
        assert len(ask()) == 3
    assert queries.count == few


def test_the_words_are_the_readers(as_, cast):
    make_expert("가상 위원", cast.zone)
    client = as_("changdong")
    client.post("/language", data={"lang": "en"})
    assert "Chang-dong" in client.get(f"/sync/experts?shop={cast.shop.uid}&field=legal").json["experts"][0]["words"]
