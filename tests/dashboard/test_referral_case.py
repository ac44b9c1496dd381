"""A case: its whole way on one page, and every command by its own form, refused without losing a word."""

import re
from datetime import timedelta

import pytest

from fieldapp.dashboard.stories import KINDS
from fieldapp.database import now, uuid7, writing
from fieldapp.events import AccessLog, Event
from fieldapp.experts import Conflict, Expert, ExpertField, Partner
from fieldapp.messages import Message
from fieldapp.owners import Consent
from fieldapp.referrals import COMMANDS, Actor, Offer, Order, Referral, carry_out
from tests.cases import WAYS, case_in, expert_of, given
from tests.conftest import make_shop
from tests.forms import forms_of

STATES = ("draft", "submitted", *WAYS)


def order(referral: Referral, **form) -> dict:
    return {"id": uuid7(), "version": str(Referral.get_by_id(referral.uid).version), **form}


def page_of(as_, referral: Referral, query: str = "", login: str = "coordinator") -> str:
    answer = as_(login).get(f"/referrals/{referral.uid}{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("state", STATES)
def test_every_form_of_every_state_is_understood(as_, cast, state):
    """Each form as it stands, sent untouched: it is done, or refused for fields that it has; never for a name nobody reads."""
    referral, tried = case_in(cast, state), set()
    for login in ("coordinator", "supervisor", "changdong"):
        for form in forms_of(page_of(as_, referral, login=login)):
            if not form.action.startswith("/referrals/"):
                continue
            Referral.update(state=referral.state, before=referral.before, expert=referral.expert_id).where(
                Referral.uid == referral.uid).execute()
            fields = form.fields | {"version": str(Referral.get_by_id(referral.uid).version)}
            answer = as_(login).post(form.action, data=fields)
            assert answer.status_code in (303, 422), (form.action, answer.text[-2000:])
            assert "알 수 없는 항목" not in answer.text
            if answer.status_code == 422:
                assert 'class="error"' in answer.text or 'role="alert"' in answer.text
            tried.add(form.action.rpartition("/")[2])
    assert {"note", "withdraw"} <= tried or state in ("closed", "declined", "withdrawn", "cancelled")


def test_a_case_is_found_by_its_number(as_, cast):
    referral = case_in(cast, "submitted")
    for number in ("R-0001", "r-1", "1"):
        assert as_("coordinator").get(f"/referrals/{number}").location == f"/referrals/{referral.uid}"
    for wrong in ("R-2", "2", "R-", "x", "999999999999"):
        assert as_("coordinator").get(f"/referrals/{wrong}").status_code == 404
    assert as_("ssangmun").get("/referrals/1").status_code == 404
    assert as_("ssangmun").get(f"/referrals/{referral.uid}").status_code == 404


def test_a_command_goes_404_403_422_409_and_is_done(as_, cast):
    referral, client = case_in(cast, "submitted"), as_("coordinator")
    url = f"/referrals/{referral.uid}/triage"
    assert client.post(f"/referrals/{uuid7()}/triage", data=order(referral)).status_code == 404
    assert client.post(f"/referrals/{referral.uid}/dance", data=order(referral)).status_code == 404
    assert as_("ssangmun").post(url, data=order(referral)).status_code == 404
    assert as_("expert").post(url, data=order(referral)).status_code == 403
    assert client.post(url, data={}).status_code == client.post(url, data=order(referral) | {"version": "one"}).status_code == 422
    assert client.post(url, data=order(referral, field="cooking")).status_code == 422
    assert as_("supervisor").post(url, data=order(referral)).status_code == 409
    assert client.post(f"/referrals/{referral.uid}/approve", data=order(referral)).status_code == 409
    assert Referral.get_by_id(referral.uid).version == referral.version
    answer = client.post(url, data=order(referral, field="tax", urgency="urgent", wanted="세무 조사 대응", note="급함"))
    assert answer.location == f"/referrals/{referral.uid}?done=triage"
    after = Referral.get_by_id(referral.uid)
    assert (after.state, after.field, after.urgency, after.outcomes) == ("triaged", "tax", "urgent", ["세무 조사 대응"])
    assert "했습니다: 검토" in client.get(answer.location).text


def test_what_was_typed_stays_beside_what_is_wrong(as_, cast):
    referral = case_in(cast, "triaged")
    text = as_("coordinator").post(f"/referrals/{referral.uid}/decline", data=order(referral, answer="저희가 <b>도울</b> 수 없음")).text
    assert 'id="decline-code-error"' in text and "저희가 &lt;b&gt;도울&lt;/b&gt; 수 없음" in text
    form = next(form for form in forms_of(text) if form.action.endswith("/decline"))
    again = as_("coordinator").post(form.action, data=form.fields | {"code": "scope"})
    assert again.status_code == 303 and Referral.get_by_id(referral.uid).answer == "저희가 <b>도울</b> 수 없음"


def test_a_stale_form_keeps_its_words_and_may_be_pressed_again(as_, cast):
    """A colleague wrote a note meanwhile: what they did is told, and the same form goes through."""
    referral = case_in(cast, "submitted")
    typed = order(referral, field="legal", urgency="soon", wanted="계약서 검토")
    given(cast, referral, "note", "supervisor", text="전화했음")
    answer = as_("coordinator").post(f"/referrals/{referral.uid}/triage", data=typed)
    assert answer.status_code == 409 and "가상 supervisor님이 바꾸어" in answer.text and "전화했음" in answer.text
    form = next(form for form in forms_of(answer.text) if form.action.endswith("/triage"))
    assert form.fields["wanted"] == "계약서 검토" and form.fields["urgency"] == "soon"
    assert as_("coordinator").post(form.action, data=form.fields).status_code == 303
    assert Referral.get_by_id(referral.uid).state == "triaged"


def test_a_form_that_came_too_late_still_shows_its_words(as_, cast):
    referral = case_in(cast, "triaged")
    typed = order(referral, code="scope", answer="길게 적은 답변")
    given(cast, referral, "open_matching", "coordinator")
    answer = as_("coordinator").post(f"/referrals/{referral.uid}/decline", data=typed)
    assert answer.status_code == 409 and "길게 적은 답변" in answer.text and "매칭을 시작함" in answer.text
    assert not [form for form in forms_of(answer.text) if form.action.endswith("/decline")]


def test_the_same_form_twice_is_done_once(as_, cast):
    referral = case_in(cast, "submitted")
    form = order(referral, text="한 번만")
    for _ in range(2):
        assert as_("coordinator").post(f"/referrals/{referral.uid}/note", data=form).status_code == 303
    assert Event.select().where(Event.kind == "referral.note").count() == 1
    other = as_("coordinator").post(f"/referrals/{referral.uid}/note", data=form | {"text": "다른 말"})
    assert other.status_code == 409 and "다른 말" in other.text


def test_a_duplicate_is_pointed_out_and_merged_with_one_press(as_, cast):
    first, second = case_in(cast, "matching"), case_in(cast, "submitted")
    text = page_of(as_, second)
    assert "같은 점포, 같은 분야" in text
    press = next(form for form in forms_of(text) if form.action.endswith("/merge") and form.fields.get("into") == first.label
                 and "reason" not in form.fields)
    as_("coordinator").post(press.action, data=press.fields)
    gone = as_("coordinator").get(f"/referrals/{second.uid}")
    assert gone.location == f"/referrals/{first.uid}?from={second.label}"
    whole = as_("coordinator").get(gone.location).text
    assert f"{second.label}는 이 의뢰로 합쳐졌습니다" in whole and f'<span class="badge">{second.label}</span>' in whole
    own = page_of(as_, second, "?own=1")
    assert f'href="/referrals/{first.uid}"' in own and f'action="/referrals/{second.uid}/unmerge"' in own
    as_("coordinator").post(f"/referrals/{second.uid}/unmerge", data=order(second, reason="다른 일"))
    assert as_("coordinator").get(f"/referrals/{second.uid}").status_code == 200


def test_merged_twice_leads_to_the_end_of_the_way(as_, cast):
    first, second, third = (case_in(cast, "submitted") for _ in range(3))
    for gone, kept in ((third, second), (second, first)):
        given(cast, gone, "merge", "coordinator", into=kept.label)
    assert as_("coordinator").get(f"/referrals/{third.uid}").location == f"/referrals/{first.uid}?from={third.label}"
    text = page_of(as_, first)
    assert f'<span class="badge">{third.label}</span>' in text and f'<span class="badge">{second.label}</span>' in text


def test_three_who_fit_stand_first_then_the_rest_then_those_who_may_not(as_, cast):
    referral = case_in(cast, "matching")
    for number in range(5):
        ExpertField.create(expert=Expert.create(name=f"가상 위원{number}", qualification="변호사"), field="legal", main=number < 2)
    out = Expert.create(name="가상 이웃")
    ExpertField.create(expert=out, field="legal", main=True)
    Conflict.create(expert=out, shop=cast.shop, reason="친척")
    text = page_of(as_, referral)
    names = re.findall(r"<b>(가상 (?:위원\d|이웃))</b>", text)
    assert sorted(names[:5]) == [f"가상 위원{n}" for n in range(5)] and names[5:] == ["가상 이웃"]
    assert set(names[:2]) == {"가상 위원0", "가상 위원1"}
    assert "주 분야 · 진행 0건 · 제안 받은 적 없음" in text and "맡을 수 있는 다른 전문가 2명" in text
    assert "이해관계가 있음" in text and "친척" not in text
    form = next(form for form in forms_of(text) if form.action.endswith("/offer"))
    assert as_("coordinator").post(form.action, data=form.fields).status_code == 303
    assert Offer.get().expert.name == names[0]


@pytest.mark.parametrize(("why", "told"), [
    ("nobody", "명부에 없습니다"), ("full", "정원이 찬"), ("consent", "제공 동의를 받으면"), ("contact", "연락 동의가 없습니다")])
def test_nobody_fits_is_said_aloud_with_what_can_be_done(as_, cast, why, told):
    referral = case_in(cast, "matching")
    if why != "nobody":
        bank = Partner.create(name="가상 재단", basis="provision", mou_first_day=now().date() - timedelta(days=9))
        expert_of(cast, capacity=0 if why == "full" else 3, partner=None if why == "full" else bank)
    if why == "contact":
        Consent.update(withdrawn_at=now()).execute()
    text = page_of(as_, referral)
    assert "지금 맡을 수 있는 전문가가 없습니다" in text and told in text
    assert ("?do=agree#do" in text) == (why in ("consent", "contact"))
    assert f'action="/referrals/{referral.uid}/agree"' in page_of(as_, referral, "?do=agree")


def test_another_command_is_opened_where_the_address_asks_for_it(as_, cast):
    referral = case_in(cast, "triaged")
    lead = re.compile(r'id="do"><h2>([^<]+)</h2>')
    assert lead.findall(page_of(as_, referral)) == ["매칭 시작"]
    assert lead.findall(page_of(as_, referral, "?do=decline")) == ["반려하기"]
    assert lead.findall(page_of(as_, referral, "?do=offer")) == lead.findall(page_of(as_, referral, "?do=<script>")) == ["매칭 시작"]
    assert lead.findall(page_of(as_, referral, "?do=decline", login="supervisor")) == []


def test_the_owner_is_shown_only_with_consent_and_who_looked_is_noted(as_, cast):
    agreed, silent = case_in(cast, "submitted"), case_in(cast, "draft", shop=cast.other_shop)
    text = page_of(as_, agreed)
    assert "김가상" in text and 'href="tel:02-000-0000"' in text
    assert "동의가 없어 닫혀 있습니다" in page_of(as_, silent)
    assert [row.shops for row in AccessLog.select().where(AccessLog.verb == "referral.view")] == [[cast.shop.uid], [cast.other_shop.uid]]


def test_the_timeline_tells_everything_in_words(as_, cast):
    """From the street to aftercare, with a refusal, a hold and a note: no code of ours is left in what is told."""
    referral = case_in(cast, "offered")
    assert "◆ 수락대기" in page_of(as_, referral).partition("timeline")[2]
    given(cast, referral, "refuse", "expert", code="busy", note="다음 달까지 어려움")
    given(cast, referral, "hold", "coordinator", code="shop", reason="점포 이전", review_on=(now() + timedelta(days=9)).date().isoformat())
    given(cast, referral, "resume", "coordinator")
    given(cast, referral, "offer", "coordinator", "expert2")
    for command in ("accept", "schedule", "begin", "report"):
        given(cast, referral, command, "expert", "expert2")
    given(cast, referral, "approve", "coordinator")
    text = page_of(as_, referral)
    for words in ("전문가가 거절함 · 수락대기 → 매칭 · 가상 expert 위원 · 일정이 맞지 않음", "다음 달까지 어려움", "점포 사정", "점포 이전",
                  "매칭 기한", "멈춤", "1회차", "가상 상담 내용", "가상 조언", "이룸", "가상 재계약 인상", "전문가 연락 동의", "접수 안내",
                  "사후관리를 시작함", "자동", "전문가에게 제안함 · 가상 expert2 위원"):
        assert words in re.sub(r"</?b>", "", text), words
    assert not re.search(r"(referral|clock|consent|message)\.[a-z_]+<", text)


def test_every_command_has_its_words():
    assert not {f"referral.{command}" for command in COMMANDS} - KINDS.keys()


def test_messages_show_no_whole_address(as_, cast):
    referral = case_in(cast, "submitted")
    with writing():
        Message.put("overdue", "mail", "kim.gasang@example.org", "k1", referral.uid, number=referral.label, clock="receipt",
                    link={"path": "/referrals/x"})
    text = page_of(as_, referral)
    assert "k***@example.org" in text and "kim.gasang" not in text


def test_a_manager_may_do_what_the_table_gives(as_, cast):
    referral = case_in(cast, "aftercare")
    text = page_of(as_, referral, login="changdong")
    assert "종결하기" in text and f'action="/referrals/{referral.uid}/refer_again"' in text and "철회" not in text
    assert as_("changdong").post(f"/referrals/{referral.uid}/finish", data=order(referral)).status_code == 303
    closed = page_of(as_, referral, login="changdong")
    assert "<form method=\"post\" action=\"/referrals/" not in closed


def test_hostile_words_stay_words(as_, cast):
    referral = case_in(cast, "submitted")
    carry_out(referral, Order(uuid7(), "note", referral.version, {"text": '<img src=x onerror="alert(1)"> hx-post="/x"'}),
              Actor.of(cast.coordinator))
    text = page_of(as_, referral)
    assert "<img src=x" not in text and "&lt;img src=x" in text
    assert as_("coordinator").get(f"/referrals/{referral.uid}?from=<b>&done=<b>&do=<b>").status_code == 200


def test_a_case_takes_the_same_queries_however_long_its_way(as_, cast, queries):
    referral, client, counts = case_in(cast, "matching"), as_("coordinator"), []
    expert_of(cast)
    client.get(f"/referrals/{referral.uid}")
    for _ in range(2):
        with queries:
            client.get(f"/referrals/{referral.uid}")
        counts.append(queries.count)
        for number in range(6):
            given(cast, referral, "note", "coordinator", text=f"메모 {number}")
            ExpertField.create(expert=Expert.create(name=f"가상 위원{number}"), field="legal", main=True)
            case_in(cast, "submitted", field="tax")
    assert counts[0] == counts[1] <= 45, counts


def test_a_case_without_a_visit_opens_too(as_, cast):
    shop = make_shop("가상공방", cast.zone, cast.changdong, 37.65, 127.04)
    with writing():
        referral = Referral.open(shop, cast.changdong.uid, "it", cast.coordinator.uid, source="office")
    assert "사무실" in page_of(as_, referral)
