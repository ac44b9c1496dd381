"""A consent that is taken back: what it alone had opened is gone, what rested on it stops, and the rest goes on."""

from datetime import date

import pytest

from fieldapp.consultations import Aftercare
from fieldapp.database import now, writing
from fieldapp.errors import Conflict
from fieldapp.events import Event
from fieldapp.experts import Expert, Partner, PartnerInput
from fieldapp.messages import make_link
from fieldapp.owners import CONTACT, PARTNER, PERSONAL, Consent, Owner
from fieldapp.referrals import Offer, Referral
from fieldapp.visits import Visit
from tests.cases import case_in, expert_of
from tests.conftest import Client

STOPS = ("submitted", "triaged", "matching", "offered", "accepted", "scheduled", "in_progress", "on_hold", "escalated")
STAYS = ("draft", "report_submitted", "aftercare", "closed", "declined", "withdrawn", "cancelled")


def take_back(shop, kind: str, party: str = "") -> None:
    with writing():
        Owner.take_back(shop, kind, party, "phone", "", "")


def fresh(referral: Referral) -> Referral:
    return Referral.get_by_id(referral.uid)


@pytest.mark.parametrize("state", STOPS)
def test_without_the_word_that_they_may_be_called_a_case_ends(cast, state):
    case = case_in(cast, state)
    take_back(cast.shop, CONTACT)
    ended = fresh(case)
    assert ended.state == "withdrawn" and ended.expert_id is None and Offer.open_of(ended) is None
    assert Event.get(Event.kind == "referral.withdraw").facts["reason"] == "동의 철회"
    assert not Owner.select().exists() and Consent.get().withdrawn_at, "name and number are gone"
    assert "owner.erased" in [event.kind for event in Event.select()]


@pytest.mark.parametrize("state", STAYS)
def test_what_was_reported_or_is_over_stays(cast, state):
    case = case_in(cast, state)
    if state == "draft":
        Consent.create(shop=cast.shop, kind=CONTACT, text_version="x", taken_by="", given_at=now())
    take_back(cast.shop, CONTACT)
    assert fresh(case).state == state


def test_what_another_consent_opens_as_well_stays_open(cast):
    case_in(cast, "submitted")
    personal = Consent.create(shop=cast.shop, kind=PERSONAL, text_version="x", taken_by="", given_at=now())
    take_back(cast.shop, CONTACT)
    assert Owner.get().name == "김가상" and Owner.get().consent_id == personal.uid
    take_back(cast.shop, PERSONAL)
    assert not Owner.select().exists()


def test_every_consent_of_the_kind_ends_and_none_twice(cast):
    case_in(cast, "submitted")
    Consent.create(shop=cast.shop, kind=CONTACT, text_version="x", taken_by="", given_at=now())
    take_back(cast.shop, CONTACT)
    assert all(consent.withdrawn_at for consent in Consent.select())
    with pytest.raises(Conflict):
        take_back(cast.shop, CONTACT)


@pytest.mark.parametrize(("state", "command"), [("offered", "recall"), ("accepted", "rematch"), ("scheduled", "rematch"),
                                               ("in_progress", "rematch")])
def test_a_case_leaves_the_institution_that_may_no_longer_know_of_it(cast, state, command):
    with writing():
        partner = Partner.enter(PartnerInput("가상재단", "provision", date(2026, 1, 1)), "")
        other = Partner.enter(PartnerInput("예시재단", "provision", date(2026, 1, 1)), "")
        for one in (partner, other):
            Consent.create(shop=cast.shop, kind=PARTNER, party=one.uid, text_version="x", taken_by="", given_at=now())
    expert = expert_of(cast)
    Expert.update(partner=partner).where(Expert.uid == expert.uid).execute()
    case = case_in(cast, state)
    take_back(cast.shop, PARTNER, other.uid)
    assert fresh(case).state == state, "another institution's"
    take_back(cast.shop, PARTNER, partner.uid)
    left = fresh(case)
    assert left.state == "matching" and left.expert_id is None and Owner.get().name == "김가상"
    assert f"referral.{command}" in [event.kind for event in Event.of(case.uid)]


def test_the_desk_withdraws_as_the_owner_said_and_the_phone_hears_of_it(as_, cast):
    case_in(cast, "submitted")
    manager, [consent] = as_("changdong"), Consent.select()
    before = manager.get("/sync/pack").json
    assert next(shop for shop in before["shops"] if shop["uid"] == cast.shop.uid)["contact"]
    url = f"/shops/{cast.shop.uid}/consents/{consent.uid}/withdraw"
    page = manager.get(f"/shops/{cast.shop.uid}").text
    assert url in page and "김가상" in page
    for data, said in (({}, "어떻게 확인했는지"), ({"how": "pigeon"}, "목록에"), ({"how": "phone", "surprise": "1"}, "알 수 없는"),
                       ({"how": "phone", "reason": "901010-1234567"}, "주민등록번호")):
        answer = manager.post(url, data=data)
        assert answer.status_code == 422 and said in answer.text and "<details open>" in answer.text
    assert as_("ssangmun").post(url, data={"how": "phone"}).status_code == 404
    assert as_("supervisor").post(url, data={"how": "phone"}).status_code == 403
    assert as_("coordinator").post(url.replace(cast.shop.uid, cast.neighbour.uid), data={"how": "phone"}).status_code == 404
    assert manager.post(url, data={"how": "phone", "reason": "마음이 바뀜"}).status_code == 303
    assert manager.post(url, data={"how": "phone"}).status_code == 409
    after = manager.get(f"/shops/{cast.shop.uid}").text
    assert "김가상" not in after and "동의가 없어" in after and "철회" in after
    [shop] = manager.get(f"/sync/pack?cursor={before['cursor']}&rest={before['rest_hash']}").json["shops"]
    assert shop["uid"] == cast.shop.uid and not shop["contact"]
    [event] = Event.select().where(Event.kind == "consent.withdrawn")
    assert (event.person, event.facts["how"], event.facts["reason"]) == (cast.changdong.uid, "phone", "마음이 바뀜")
    assert Visit.select().count() == 1 and "철회" in as_("coordinator").get(f"/referrals/{Referral.get().uid}").text


def test_the_owner_takes_it_back_by_the_link(app, cast):
    case = case_in(cast, "accepted")
    url, owner = f"/mine/{make_link('shop', case.uid)}", Client(app)
    assert f"{url}/consents" in owner.get(url).text
    page = owner.get(f"{url}/consents").text
    assert "전문가 연락 동의" in page and "김가상" not in page
    for chosen in ([], ["personal."], ["contact.x"]):
        answer = owner.post(f"{url}/consents", data={"consent": chosen})
        assert answer.status_code == 422 and "철회할 동의를" in answer.text
    assert owner.post(f"{url}/consents", data={"consent": ["contact."]}).status_code == 303
    assert fresh(case).state == "withdrawn" and not Owner.select().exists()
    assert "남아 있는 동의가 없습니다" in owner.get(f"{url}/consents").text
    assert owner.post(f"{url}/consents", data={"consent": ["contact."]}).status_code == 422


def test_an_aftercare_that_goes_on_is_still_answered(cast):
    case_in(cast, "aftercare")
    take_back(cast.shop, CONTACT)
    assert Aftercare.select().where(Aftercare.answered_at.is_null()).exists()
