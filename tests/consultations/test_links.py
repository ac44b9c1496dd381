from datetime import timedelta

import pytest

from fieldapp.consultations import Satisfaction
from fieldapp.database import at, now, uuid7
from fieldapp.events import AccessLog, Event
from fieldapp.messages import make_link
from fieldapp.referrals import Given, Offer
from tests.cases import OWNER, given
from tests.consultations.conftest import words
from tests.consultations.test_cases import PERSONAL


def link(purpose: str, uid: str, ago: timedelta = timedelta()) -> str:
    with at(now() - ago):
        return make_link(purpose, uid)


@pytest.fixture
def nobody(as_):
    return as_("")


@pytest.fixture
def owner(nobody):
    """The owner of a case, by the link in the text message."""
    class Owner:
        def __init__(self, made):
            self.made, self.url = made, f"/mine/{make_link('shop', made.case.uid)}"

        def page(self, part: str = ""):
            return nobody.get(self.url + part)

        def post(self, part: str, **form):
            return nobody.post(self.url + part, data={name: value for name, value in form.items() if value is not None})

        def withdraw(self, reason: str = "폐업 예정", **form):
            return self.post("/withdraw", **{"id": uuid7(), "version": self.made.now.version, "reason": reason} | form)

    return Owner


def test_looking_at_an_offer_changes_nothing_and_shows_nobody(nobody, desk, cast):
    made = desk("offered")
    events = Event.select().count()
    for _ in range(3):
        text = nobody.get(f"/o/{make_link('offer', made.offer.uid)}").text
    for word in ("R-0001", "법무규제", "창동권역", "계약서 검토", "수락", "거절"):
        assert word in words(text), word
    assert not [word for word in (*PERSONAL, cast.shop.uid, made.case.uid) if word in text]
    assert (Event.select().count(), AccessLog.select().count(), made.now.state) == (events, 0, "offered")


@pytest.mark.parametrize(("command", "form", "state", "word"), [
    ("accept", {}, "accepted", "수락하셨습니다"), ("refuse", {"code": "far", "note": "멉니다"}, "matching", "거절하셨습니다")])
def test_an_answer_by_link_is_the_experts_and_is_taken_once(nobody, desk, cast, command, form, state, word):
    made = desk("offered")
    url, order = f"/o/{make_link('offer', made.offer.uid)}", {"id": uuid7(), "version": made.now.version, **form}
    first, again = (nobody.post(f"{url}/{command}", data=order) for _ in range(2))
    assert first.status_code == again.status_code == 200 and word in first.text and first.data == again.data
    assert made.now.state == state and Given.select().where(Given.command == command).count() == 1
    assert Event.get(Event.kind == f"referral.{command}").person == cast.expert.uid
    assert not [one for one in PERSONAL if one in first.text]
    assert nobody.get(url).status_code == 404
    assert nobody.post(f"{url}/accept", data={"id": uuid7(), "version": made.now.version}).status_code == 404


def test_an_expert_without_an_account_answers_too(nobody, desk):
    made = desk("offered")
    made.expert.person = None
    made.expert.save()
    answer = nobody.post(f"/o/{make_link('offer', made.offer.uid)}/accept", data={"id": uuid7(), "version": made.now.version})
    assert answer.status_code == 200 and Event.get(Event.kind == "referral.accept").person == made.expert.uid


def test_a_refused_answer_keeps_what_was_typed(nobody, desk, cast):
    made = desk("offered")
    url = f"/o/{make_link('offer', made.offer.uid)}"
    answer = nobody.post(f"{url}/refuse", data={"id": uuid7(), "version": made.now.version, "note": "다음 달부터"})
    assert answer.status_code == 422 and "거절 사유를 골라" in answer.text and "다음 달부터" in answer.text
    assert nobody.post(f"{url}/accept", data={}).status_code == 422
    stale = made.now.version
    given(cast, made.case, "note", "coordinator", text="가상 메모")
    answer = nobody.post(f"{url}/refuse", data={"id": uuid7(), "version": stale, "note": "다음 달부터", "code": "busy"})
    assert answer.status_code == 409 and "다음 달부터" in answer.text and made.now.state == "offered"


def test_every_link_that_opens_nothing_gets_the_same_answer(nobody, desk, cast):
    used, open_one = desk("accepted"), desk("offered")
    recalled = desk("offered")
    given(cast, recalled.case, "recall", "coordinator")
    good = make_link("offer", open_one.offer.uid)
    tokens = [make_link("offer", used.offer.uid), make_link("offer", recalled.offer.uid), make_link("offer", uuid7()), "nonsense", "a.b.c",
              good[:-1], good + "x", link("offer", open_one.offer.uid, timedelta(days=15)), make_link("shop", open_one.offer.uid),
              make_link("other", open_one.offer.uid), "가상"]
    order = {"id": uuid7(), "version": 5, "code": "busy"}
    answers = [nobody.get(f"/o/{token}") for token in tokens]
    answers += [nobody.post(f"/o/{token}/{command}", data=order) for token in tokens for command in ("accept", "refuse")]
    answers += [nobody.post(f"/o/{good}/withdraw", data=order)]
    mine = [*tokens[2:7], make_link("offer", open_one.case.uid), link("shop", open_one.case.uid, timedelta(days=401))]
    answers += [nobody.get(f"/mine/{token}") for token in mine] + [nobody.get(f"/mine/{token}/withdraw") for token in mine[:2]]
    assert {one.status_code for one in answers} == {404} and len({one.data for one in answers}) == 1
    assert nobody.get(f"/o/{link('offer', open_one.offer.uid, timedelta(days=13))}").status_code == 200
    assert nobody.get(f"/mine/{link('shop', open_one.case.uid, timedelta(days=399))}").status_code == 200


def test_answers_by_link_are_limited(nobody, monkeypatch):
    monkeypatch.setattr("fieldapp.consultations.views.links.MOST_ANSWERS", 3)
    codes = [nobody.post("/mine/nonsense/rate", data={"score": "5"}).status_code for _ in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert nobody.get("/mine/nonsense").status_code == 404


@pytest.mark.parametrize(("state", "where", "next_"), [
    ("submitted", "접수되었습니다", "담당자가 내용을 확인"), ("matching", "맞는 전문가를 찾고", "문자로"),
    ("accepted", "전문가가 정해졌습니다", "전화를 드려"),
    ("scheduled", "상담 날짜가", "14:00"), ("in_progress", "상담을 하고", "결과를 정리"),
    ("report_submitted", "정리했습니다", "확인합니다"),
    ("aftercare", "상담이 끝났습니다", "6개월"), ("declined", "이어지지 않았습니다", "가상 답변"), ("withdrawn", "거두셨습니다", "R-0001"),
    ("on_hold", "멈추어", "알려 드립니다"), ("escalated", "위원회", "문자로")])
def test_an_owner_reads_where_the_case_is_and_what_comes_next(owner, desk, state, where, next_):
    text = owner(desk(state)).page().text
    for word in (where, next_, "R-0001", "가상분식"):
        assert word in words(text), word
    assert not [word for word in (OWNER["owner.name"], OWNER["owner.phone"], "가상로 1", "tel:", "가상 메모") if word in text]
    assert AccessLog.select().count() == 0


def test_what_is_due_and_what_is_late_is_told(owner, desk):
    made = desk("accepted")
    assert "늦어도" in owner(made).page().text
    with at(now() + timedelta(days=60)):
        assert "조금 늦어지고" in owner(made).page().text


def test_an_owner_withdraws_and_says_why(owner, desk):
    made = desk("scheduled")
    mine = owner(made)
    assert f"{mine.url}/withdraw" in mine.page().text and "거두시겠습니까" in mine.page("/withdraw").text
    refused = mine.withdraw(reason="")
    assert refused.status_code == 422 and "사유를 적어" in refused.text
    assert "주민등록번호" in mine.withdraw(reason="900101-1234567").text and made.now.state == "scheduled"
    order = uuid7()
    assert [mine.withdraw(id=order, version="7").status_code for _ in range(2)] == [303, 303]
    event = Event.get(Event.kind == "referral.withdraw")
    assert (made.now.state, event.person) == ("withdrawn", "owner")
    assert "요청을 거두셨습니다" in mine.page().text and "/withdraw" not in mine.page().text
    again = mine.withdraw()
    assert again.status_code == 409 and "요청을 거두셨습니다" in again.text


def test_a_stale_withdrawal_names_nobody_and_keeps_the_reason(owner, desk, cast):
    made = desk("accepted")
    mine, stale = owner(made), made.now.version
    given(cast, made.case, "note", "coordinator", text="가상 메모")
    answer = mine.withdraw(version=stale)
    assert answer.status_code == 409 and "폐업 예정" in answer.text and "가상 coordinator" not in answer.text
    assert mine.withdraw().status_code == 303


@pytest.mark.parametrize(("form", "word"), [({}, "하나를 골라"), ({"score": "6"}, "목록에 있는"), ({"score": "0"}, "목록에"),
                                            ({"score": "5", "text": "가" * 1001}, "1000자까지"), ({"score": "5", "x": "y"}, "확인할 곳")])
def test_a_rating_that_is_none_is_told(owner, desk, form, word):
    answer = owner(desk("aftercare")).post("/rate", **form)
    assert answer.status_code == 422 and word in answer.text and Satisfaction.select().count() == 0


def test_a_case_is_rated_once_it_is_over_and_once(owner, desk):
    made = desk("in_progress")
    assert owner(made).post("/rate", score="5").status_code == 409 and "어떠셨습니까" not in owner(made).page().text
    made = desk("aftercare")
    mine = owner(made)
    assert "상담은 어떠셨습니까?" in mine.page().text
    assert mine.post("/rate", score="4", text="친절하셨습니다").status_code == 303
    event = Event.get(Event.kind == "referral.rated")
    assert event.facts == {"score": 4} and (rated := Satisfaction.get()) and (rated.score, rated.text) == (4, "친절하셨습니다")
    text = mine.page().text
    assert "고맙습니다" in text and "어떠셨습니까" not in text
    again = mine.post("/rate", score="1")
    assert again.status_code == 409 and "이미 답해" in again.text and Satisfaction.get().score == 4


def test_an_expert_reads_ratings_once_there_are_five_and_never_whose(as_, owner, desk):
    for score in ("5", "4", "4", "3", "5"):
        assert "5점 만점" not in as_("expert").get("/inbox").text
        made = desk("aftercare")
        owner(made).post("/rate", score=score, text="가상 후기")
    text = as_("expert").get("/inbox").text
    assert "5건의 평균 4.2점" in words(text) and "가상 후기" not in text and "가상 후기" not in made.page().text
    assert "5점 만점" not in as_("second").get("/inbox").text


def test_a_guided_case_is_not_rated(owner, desk, cast):
    made = desk("triaged")
    given(cast, made.case, "guide", "coordinator", programme=cast.programme.uid, answer="신청하십시오")
    assert Offer.select().count() == 0
    text = owner(made).page().text
    assert "신청하십시오" in text and "어떠셨습니까" not in text and owner(made).post("/rate", score="5").status_code == 409
