"""Several at once: each by an order of its own; what could be done is done, the rest says why not."""

import re

import pytest

from fieldapp.database import uuid7
from fieldapp.events import AccessLog, Event
from fieldapp.experts import Expert, ExpertField
from fieldapp.referrals import Offer, Referral
from tests.cases import case_in, given
from tests.conftest import make_shop
from tests.forms import forms_of


def chosen(command: str, *referrals: Referral) -> dict:
    form: dict = {"command": command, "chosen": [one.uid for one in referrals]}
    for one in referrals:
        form |= {f"id.{one.uid}": uuid7(), f"version.{one.uid}": str(one.version)}
    return form


def cases(cast, state: str, count: int) -> list[Referral]:
    return [case_in(cast, state, shop=make_shop(f"가상상점{n}", cast.zone, cast.changdong, 37.65, 127.04)) for n in range(count)]


def states(referrals: list[Referral]) -> list[str]:
    return [Referral.get_by_id(one.uid).state for one in referrals]


def test_chosen_cases_are_triaged_unchanged(as_, cast):
    found = cases(cast, "submitted", 3)
    answer = as_("coordinator").post("/referrals/bulk?lane=submitted", data=chosen("triage", *found))
    assert answer.status_code == 200 and "3건 가운데 3건" in answer.text and 'href="/referrals?lane=submitted"' in answer.text
    assert states(found) == ["triaged"] * 3
    assert [(one.field, one.outcomes) for one in found] == [(one.field, one.outcomes) for one in map(fresh, found)]
    assert AccessLog.select().where(AccessLog.verb == "referral.bulk").get().count == 3


def fresh(referral: Referral) -> Referral:
    return Referral.get_by_id(referral.uid)


def test_each_offer_counts_for_the_next(as_, cast):
    """Four cases and two experts with two places each: two go to each, and a fifth finds nobody."""
    found = cases(cast, "matching", 5)
    for name in ("가상 하나", "가상 둘"):
        ExpertField.create(expert=Expert.create(name=name, capacity=2), field="legal", main=True)
    text = as_("coordinator").post("/referrals/bulk", data=chosen("offer", *found)).text
    given_to = [fresh(one).expert.name for one in found[:4]]
    assert sorted(given_to) == ["가상 둘", "가상 둘", "가상 하나", "가상 하나"] and states(found) == ["offered"] * 4 + ["matching"]
    assert len(set(given_to[:2])) == 2 and "5건 가운데 4건" in text and "지금 맡을 수 있는 전문가가 없습니다" in text
    assert f"{found[0].label}</a> 가상상점0 → <b>{given_to[0]}</b>" in text


def test_what_changed_meanwhile_says_who_did_what_and_stops_nothing(as_, cast):
    found = cases(cast, "submitted", 3)
    form = chosen("triage", *found)
    given(cast, found[1], "note", "supervisor", text="전화함")
    given(cast, found[2], "withdraw", "shop")
    text = as_("coordinator").post("/referrals/bulk", data=form).text
    assert states(found) == ["triaged", "submitted", "withdrawn"] and "3건 가운데 1건" in text
    assert "그 사이 바뀜: 메모 (가상 supervisor)" in text and "의뢰 철회 (소상공인)" in text


def test_the_same_form_again_gives_the_same_answer(as_, cast):
    """Also where someone else would fit best by now."""
    found = cases(cast, "matching", 2)
    for name in ("가상 하나", "가상 둘"):
        ExpertField.create(expert=Expert.create(name=name, capacity=9), field="legal", main=True)
    form = chosen("offer", *found)
    answers = [re.sub(r"<span.*", "", as_("coordinator").post("/referrals/bulk", data=form).text) for _ in range(2)]
    assert answers[0] == answers[1] and Offer.select().count() == 2
    assert Event.select().where(Event.kind == "referral.offer").count() == 2


def test_what_is_not_possible_in_a_state_is_refused_alone(as_, cast):
    new, matching = case_in(cast, "submitted"), case_in(cast, "matching", field="tax")
    text = as_("coordinator").post("/referrals/bulk", data=chosen("offer", new, matching)).text
    assert "지금 상태(접수)에서는 할 수 없는 일" in text and "0건" in text
    assert "맡은 역할에서 할 수 없습니다" in as_("supervisor").post("/referrals/bulk", data=chosen("triage", new)).text


def test_cases_out_of_reach_are_not_there(as_, cast):
    other = case_in(cast, "submitted", shop=cast.other_shop)
    text = as_("changdong").post("/referrals/bulk", data=chosen("triage", other)).text
    assert other.label not in text and "1건은 찾을 수 없습니다" in text and states([other]) == ["submitted"]


@pytest.mark.parametrize("form", [
    {}, {"command": "triage"}, {"command": "cancel", "chosen": "x"}, {"command": "triage", "chosen": "x"},
    {"command": "triage", "chosen": ["' or 1=1"], "id.' or 1=1": "x", "version.' or 1=1": "x"},
    {"command": ["triage", "offer"], "chosen": "x"}, {"command": "triage", "chosen": [str(n) for n in range(60)]}])
def test_odd_forms_show_the_queue_again(as_, cast, form):
    case_in(cast, "submitted")
    answer = as_("coordinator").post("/referrals/bulk?lane=submitted", data=form)
    assert answer.status_code == 422 and "R-0001" in answer.text and 'role="alert"' in answer.text


def test_the_queue_offers_what_its_rows_can_and_to_whom_it_may(as_, cast):
    case_in(cast, "submitted")
    case_in(cast, "matching", field="tax")
    client = as_("coordinator")

    def offered(query: str, login: str = "coordinator") -> list[str]:
        return re.findall(r'name="command" value="(\w+)"', as_(login).get(f"/referrals?{query}").text)

    assert (offered("lane=submitted"), offered("lane=matching"), offered("lane=running")) == (["triage"], ["offer"], [])
    assert offered("lane=submitted", "supervisor") == offered("lane=submitted", "changdong") == []
    text = client.get("/referrals?lane=submitted").text
    form = next(form for form in forms_of(text) if form.action.startswith("/referrals/bulk"))
    assert form.action == "/referrals/bulk?lane=submitted" and 'form="bulk"' in text
