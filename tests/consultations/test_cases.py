import re
from datetime import timedelta

import peewee
import pytest

from fieldapp.consultations import Consultation, Report
from fieldapp.consultations.views.giving import give
from fieldapp.database import now, uuid7, writing
from fieldapp.events import AccessLog, Event
from fieldapp.experts import Conflict, Expert, Partner
from fieldapp.owners import Consent
from fieldapp.referrals import Actor, Given, Referral, Refused
from tests.cases import GRIEVANCE, MEMO, given, in_days, slot
from tests.consultations.conftest import words

PERSONAL = ("가상분식", "가상로 1", "김가상", "02-000-0000", "02000", MEMO, GRIEVANCE, "photo", "사진", "tel:")
SAT = {"attendance": "held", "summary": "계약서를 함께 읽음"}
REPORTED = {"result.1": "achieved", "note.1": "", "result.2": "partly", "note.2": "5%까지", "advice": "특약을 넣도록 함"}


def test_before_acceptance_a_page_says_what_is_asked_and_of_nobody(as_, desk, cast):
    made = desk("offered")
    text = made.page().text
    for word in ("R-0001", "법무규제", "보통", "창동권역", "계약서 검토", "인상률 확인", "까지 답해"):
        assert word in words(text), word
    for page in (text, as_("expert").get("/inbox").text):
        assert not [word for word in (*PERSONAL, cast.shop.uid, made.case.uid) if word in page]
    assert AccessLog.select().count() == 0


def test_the_offers_note_and_the_trade_are_shown(desk, cast):
    cast.shop.industry = "가상 음식점"
    cast.shop.save()
    made = desk("matching")
    given(cast, made.case, "offer", "coordinator", expert=made.expert.uid, note="가상 당부")
    text = made.page().text
    assert "가상 음식점" in text and "가상 당부" in text


def test_acceptance_opens_the_shop_and_its_owner_and_each_look_is_kept(as_, desk, cast):
    made = desk("offered")
    assert made.give("accept").status_code == 303
    text = made.page().text
    for word in ("가상분식", "가상로 1", "김가상", 'href="tel:02-000-0000"', GRIEVANCE):
        assert word in text, word
    assert MEMO not in text and "/photos/" not in text
    assert "가상분식" in as_("expert").get("/inbox").text
    assert [(row.verb, row.shops) for row in AccessLog.select().order_by(AccessLog.created_at)] == [
        ("case.view", [cast.shop.uid]), ("case.list", [cast.shop.uid])]


def test_without_the_owners_name_the_page_says_so(desk, cast):
    made = desk("accepted")
    made.case.shop.owners.get().delete_instance()
    assert "이름과 전화번호를 적지 않았습니다" in made.page().text


def test_a_consent_that_was_withdrawn_closes_the_owner_to_the_expert(desk):
    made = desk("accepted")
    Consent.update(withdrawn_at=now()).execute()
    text = made.page().text
    assert "동의가 없어 닫혀 있습니다" in text and not [one for one in ("김가상", "02-000-0000", "tel:") if one in text]


def test_a_partners_expert_reads_the_owner_while_the_consent_for_that_partner_stands(desk, cast):
    made = desk("accepted")
    partner = Partner.create(name="가상신용보증", basis="provision", mou_first_day=in_days(-30))
    Expert.update(partner=partner).execute()
    assert "김가상" not in made.page().text
    given(cast, made.case, "agree", "coordinator", how="paper", party=partner.uid)
    assert "김가상" in made.page().text


@pytest.mark.parametrize(("state", "word"), [("aftercare", "사후관리"), ("closed", "종결")])
def test_a_case_that_is_over_is_closed_again(desk, state, word):
    made = desk(state)
    text = made.page().text
    assert word in text and "R-0001" in text and not [one for one in PERSONAL if one in text]


@pytest.mark.parametrize(("command", "role", "word"), [("rematch", "coordinator", "수락 뒤 종료"), ("withdraw", "shop", "수락 뒤 종료"),
                                                       ("hold", "coordinator", "보류 중")])
def test_a_case_that_went_another_way_is_closed_and_takes_no_command(desk, cast, command, role, word):
    made = desk("scheduled")
    given(cast, made.case, command, role)
    text = made.page().text
    assert word in text and not [one for one in PERSONAL if one in text]
    answer = made.give("begin", **SAT)
    assert answer.status_code == 409 and not [one for one in PERSONAL if one in answer.text]
    session = Consultation.get()
    assert (session.attendance, session.code) == (("planned", "") if command == "hold" else
                                                  ("cancelled", "owner_asked" if role == "shop" else "other"))


def test_an_expert_whose_offer_went_to_another_cannot_take_that_ones_place(desk, cast, app, experts):
    """Even where the page was read a moment before, and the version was guessed."""
    case = desk("offered")
    seen = case.offer
    given(cast, case.case, "recall", "coordinator")
    given(cast, case.case, "offer", "coordinator", expert=experts[1].uid)
    form = {"id": uuid7(), "version": str(case.now.version)}
    with app.test_request_context(method="POST", data=form), pytest.raises(Refused):
        give(seen, "accept", Actor.of(cast.expert))
    assert case.now.state == "offered" and case.now.expert_id == experts[1].uid


def test_a_conflict_of_interest_noted_since_the_offer_closes_it(desk, cast):
    case = desk("offered")
    with writing():
        Conflict.add(case.expert, cast.shop, "가족이 운영함", cast.coordinator.uid)
    answer = case.give("accept")
    assert answer.status_code == 422 and "이해관계" in answer.text and "가족" not in answer.text and case.now.state == "offered"


def test_what_was_typed_stays_where_the_storage_takes_nothing(desk, monkeypatch):
    case = desk("in_progress")

    def full(*_anything):
        raise peewee.OperationalError("database is locked")

    monkeypatch.setattr("fieldapp.consultations.views.giving.carry_out", full)
    answer = case.give("report", advice="길게 적은 가상 조언")
    assert answer.status_code == 503 and "길게 적은 가상 조언" in answer.text and "지금은 저장할 수 없습니다" in answer.text


def test_another_experts_offer_is_not_there(as_, desk):
    made = desk("offered")
    nobodys, theirs = as_("second").get(f"/cases/{uuid7()}"), made.page("second")
    assert theirs.status_code == nobodys.status_code == 404
    assert made.give("accept", "second").status_code == 404 and made.now.state == "offered"


def test_other_roles_have_no_cases(desk):
    made = desk("offered")
    for login in ("changdong", "coordinator", "supervisor", "admin"):
        assert made.page(login).status_code == 403 and made.give("accept", login).status_code == 403
    assert made.give("approve").status_code == 404  # not a command of these pages


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(desk):
    made = desk("offered")
    answer = made.give("refuse", note="다음 달부터 가능")
    assert answer.status_code == 422 and "거절 사유를 골라" in answer.text and "다음 달부터 가능" in answer.text
    assert made.give("refuse", code="lazy").status_code == 422
    assert made.give("refuse", code="busy", note="다음 달부터 가능").status_code == 303
    assert "거절" in made.page().text and made.now.state == "matching"
    assert made.give("accept").status_code == 409


def test_of_two_acceptances_one_wins_and_the_same_one_twice_is_one(desk):
    made = desk("offered")
    form = {"id": uuid7(), "version": made.now.version}
    assert [made.give("accept", **form).status_code for _ in range(2)] == [303, 303]
    other = made.give("accept", version=form["version"])
    assert other.status_code == 409 and "더 하실 일은 없습니다" in other.text
    assert Event.select().where(Event.kind == "referral.accept").count() == 1


def test_a_stale_page_is_told_what_happened_and_loses_no_typing(desk, cast):
    made = desk("scheduled")
    version = made.now.version
    given(cast, made.case, "note", "coordinator", text="가상 메모")
    answer = made.give("begin", version=version, summary="길게 적은 내용", attendance="late")
    assert answer.status_code == 409 and "길게 적은 내용" in answer.text and "가상 coordinator" in answer.text
    assert 'value="late" checked' in answer.text and f'name="version" value="{made.now.version}"' in answer.text


@pytest.mark.parametrize("form", [{"id": None, "version": "1"}, {"id": "x", "version": "1"}, {"id": uuid7(), "version": "abc"},
                                  {"id": uuid7(), "version": "1.5"}, {"id": uuid7(), "version": "0"}])
def test_a_form_that_is_not_ours_is_refused(as_, desk, form):
    made = desk("offered")
    answer = as_("expert").post(f"{made.url}/accept", data={name: value for name, value in form.items() if value})
    assert answer.status_code == 422 and "새로 고친" in answer.text and made.now.state == "offered"


def test_unknown_fields_are_refused(desk):
    made = desk("offered")
    answer = made.give("accept", state="closed")
    assert answer.status_code == 422 and "확인할 곳이 있습니다" in answer.text and made.now.state == "offered"


@pytest.mark.parametrize(("form", "field", "word"), [
    ({}, "day", "날짜를 골라"), ({"day": in_days(2).isoformat()}, "time", "시각을 골라"),
    (slot(-1), "day", "사이의 날짜"), (slot(400), "day", "사이의 날짜"), (slot(0, "00:00"), "time", "지금보다 뒤"),
    (slot(2, "25:00"), "time", "14:30처럼"), (slot(2, "14"), "time", "14:30처럼"),
    ({"day": "내일", "time": "10:00"}, "day", "2026-11-30처럼"),
    (slot(2, how="pigeon"), "how", "목록에 있는"), (slot(2, minutes="5"), "minutes", "사이의 수"),
    (slot(2, place="가" * 201), "place", "200자까지"), (slot(2, place="900101-1234567"), "place", "주민등록번호")])
def test_a_time_that_cannot_be_is_told_beside_its_field(desk, form, field, word):
    made = desk("accepted")
    answer = made.give("schedule", **form)
    assert answer.status_code == 422 and made.now.state == "accepted"
    told = re.search(rf'id="schedule-{field}-error">([^<]+)', answer.text)
    assert told and word in told[1]


def test_a_session_is_planned_moved_missed_and_held(desk):
    made = desk("accepted")
    assert made.give("schedule", **slot(2, how="video", place="가상 회의", minutes="90")).status_code == 303
    first = Consultation.get()
    assert (first.number, first.how, first.place, first.minutes, first.attendance) == (1, "video", "가상 회의", 90, "planned")
    assert first.planned_at.astimezone().isoformat() and "화상" in made.page().text and "가상 회의" in made.page().text
    assert made.give("reschedule", reason="몸살").status_code == 422
    assert made.give("reschedule", rescheduled_by="owner").status_code == 422
    assert made.give("reschedule", rescheduled_by="owner", reason="몸살").status_code == 303 and made.now.state == "accepted"
    made.give("schedule", **slot(3))
    first, second = Consultation.of(made.case)
    assert (first.attendance, first.rescheduled_by, first.code, second.rescheduled_from) == ("cancelled", "owner", "owner_asked", first)
    assert made.give("miss", attendance="absent").status_code == 422
    assert made.give("miss", attendance="absent", code="other").status_code == 422  # says nothing
    assert made.give("miss", attendance="absent", code="owner_absent").status_code == 303 and made.now.state == "accepted"
    made.give("schedule", **slot(4))
    assert Consultation.get(Consultation.number == 3).rescheduled_from is None
    assert made.give("begin", attendance="held").status_code == 422
    assert made.give("begin", attendance="absent", summary="x").status_code == 422
    assert made.give("begin", **SAT, next_plan="서류", minutes="45").status_code == 303 and made.now.state == "in_progress"
    held = Consultation.get(Consultation.number == 3)
    assert (held.attendance, held.summary, held.next_plan, held.minutes, held.is_held) == (
        "held", "계약서를 함께 읽음", "서류", 45, True)
    assert "계약서를 함께 읽음" in made.page().text


def test_a_next_session_is_planned_with_the_record_of_one(desk):
    made = desk("scheduled")
    refused = made.give("begin", **SAT, **{"next.day": in_days(9).isoformat()})
    assert refused.status_code == 422 and 'id="begin-next.time-error"' in refused.text and Consultation.select().count() == 1
    made.give("begin", **SAT, **slot(9, prefix="next."))
    assert [session.attendance for session in Consultation.of(made.case)] == ["held", "planned"]
    assert made.give("report", **REPORTED).status_code == 422  # one is still awaited
    assert made.give("plan", **slot(10)).status_code == 422  # who asked?
    made.give("plan", **slot(10), rescheduled_by="expert")
    assert [session.attendance for session in Consultation.of(made.case)] == ["held", "cancelled", "planned"]
    assert made.give("sit", attendance="cancelled").status_code == 422
    made.give("sit", attendance="cancelled", code="weather", summary="")
    refused = made.give("sit", **SAT)
    assert refused.status_code == 422 and "잡힌 회차가 없습니다" in refused.text
    made.give("plan", **slot(11))
    made.give("sit", attendance="late", summary="두 번째")
    assert [session.attendance for session in Consultation.of(made.case)] == ["held", "cancelled", "cancelled", "late"]


def test_a_report_answers_each_wanted_outcome(desk):
    made = desk("in_progress")
    refused = made.give("report", **{"result.1": "achieved", "note.1": "다 됨"})
    assert refused.status_code == 422 and 'id="report-result.2-error"' in refused.text and 'id="report-advice-error"' in refused.text
    assert "다 됨" in refused.text and made.give("report", **REPORTED, **{"result.3": "not"}).status_code == 422
    assert made.give("report", **REPORTED | {"result.1": "perfect"}).status_code == 422
    assert made.give("report", **REPORTED, programme=[uuid7()]).status_code == 422
    assert made.give("report", **REPORTED).status_code == 303 and made.now.state == "report_submitted"
    assert Report.get().lines == [{"wanted": "계약서 검토", "result": "achieved", "note": ""},
                                  {"wanted": "인상률 확인", "result": "partly", "note": "5%까지"}]


def test_a_returned_report_is_filled_in_again_and_its_next_is_a_revision(desk, cast):
    made = desk("in_progress")
    made.give("report", **REPORTED, programme=[cast.programme.uid])
    given(cast, made.case, "return", "coordinator", reason="인상률 근거를 적어 주십시오")
    text = made.page().text
    assert "인상률 근거를" in text and "특약을 넣도록 함" in text and "5%까지" in text
    assert 'name="result.2" value="partly" checked' in text and f'value="{cast.programme.uid}" checked' in text
    made.give("report", **REPORTED | {"note.2": "5% 상한"})
    assert [(one.revision, one.state) for one in Report.of(made.case)] == [(2, "submitted"), (1, "returned")]
    given(cast, made.case, "approve", "supervisor")
    assert Report.of(made.case).get().state == "approved" and made.now.state == "aftercare"


def test_no_report_without_a_session_that_was_held(desk, cast):
    made = desk("in_progress")
    Consultation.update(attendance="absent", held_at=None).execute()
    refused = made.give("report", **REPORTED)
    assert refused.status_code == 422 and "진행한 회차가 있어야" in refused.text


def test_the_words_of_a_command_stay_out_of_its_event(desk):
    made = desk("scheduled")
    made.give("begin", **SAT)
    event = Event.get(Event.kind == "referral.begin")
    assert "계약서" not in event.data and event.facts["attendance"] == "held" and event.facts["offer"] == made.offer.uid


def test_what_people_typed_stays_text(desk, cast):
    made = desk("scheduled")
    made.give("begin", attendance="held", summary="<img src=x onerror=alert(1)>", next_plan="<b hx-post=/logout>눌러</b>")
    text = made.page().text
    assert "<img src=x" not in text and "&lt;img src=x" in text and "<b hx-post" not in text


def test_an_account_without_an_entry_is_told_so(as_):
    answer = as_("expert").get("/inbox")
    assert answer.status_code == 200 and "아직 전문가 목록과 이어지지 않았습니다" in answer.text
    assert as_("expert").get(f"/cases/{uuid7()}").status_code == 404


def test_the_inbox_stands_in_order_and_takes_the_same_queries_for_any_number(as_, desk, queries, monkeypatch):
    monkeypatch.setattr("fieldapp.consultations.views.inbox.ROWS", 2)
    client = as_("expert")
    for state in ("offered", "scheduled", "closed"):
        desk(state)
    client.get("/inbox")
    with queries:
        text = client.get("/inbox").text
    few = queries.count
    assert words(text).index("R-0001") < words(text).index("R-0002") < words(text).index("R-0003")
    for state in ("offered", "scheduled", "closed", "closed"):
        desk(state)
    with queries:
        text = client.get("/inbox").text
    assert queries.count == few <= 12
    assert words(text).index("R-0007") < words(text).index("R-0006") and "R-0003" not in text
    more = re.search(r'href="(/inbox\?before=[^"]+)"', text)
    assert more
    text = client.get(more[1]).text
    assert "R-0003" in text and "R-0006" not in text
    assert client.get("/inbox?before=nonsense").status_code == 200


def test_a_case_page_takes_the_same_queries_for_any_number_of_sessions(desk, cast, queries):
    made = desk("in_progress")
    made.page()
    with queries:
        made.page()
    few = queries.count
    for days in range(5, 11):
        given(cast, made.case, "plan", "expert", **slot(days))
        given(cast, made.case, "sit", "expert")
    with queries:
        made.page()
    assert queries.count == few <= 22


def test_an_order_is_kept_once(desk):
    made = desk("accepted")
    form = {"id": uuid7(), "version": made.now.version, **slot(3)}
    assert [made.give("schedule", **form).status_code for _ in range(3)] == [303] * 3
    assert Consultation.select().count() == 1 and Given.get_by_id(form["id"]).command == "schedule"
    assert made.give("schedule", **form | {"place": "다른 곳"}).status_code == 409
    assert Referral.get_by_id(made.case.uid).changed_at - made.case.created_at < timedelta(minutes=5)
