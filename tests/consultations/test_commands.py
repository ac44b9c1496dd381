from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest

from fieldapp.consultations import Consultation
from fieldapp.database import SEOUL, at, db, now, uuid7
from fieldapp.events import Event
from fieldapp.messages import Message, make_link
from fieldapp.referrals import Referral
from fieldapp.worktime import Clock
from tests.cases import WAYS, case_in, given, slot
from tests.conftest import Client


@pytest.mark.parametrize("state", ["draft", "submitted", *WAYS])
def test_a_case_comes_into_each_state_by_its_commands(cast, state):
    assert case_in(cast, state).state == state


def report_clocks(referral: Referral) -> list[Clock]:
    return [clock for clock in Clock.open_of(referral.uid) if clock.kind == "report"]


def test_the_result_is_due_after_the_last_session_held_or_planned(cast):
    """Five working days: from Monday 10:00 to the next; from a session on Saturday to Friday's end, however late it is put down."""
    with at(datetime(2026, 10, 19, 10, tzinfo=SEOUL)):
        case = case_in(cast, "in_progress")
        assert [clock.due_at.astimezone(SEOUL).date() for clock in report_clocks(case)] == [date(2026, 10, 26)]
        case = given(cast, case, "plan", "expert")
        [clock] = report_clocks(case)
        assert clock.due_at.astimezone(SEOUL) == datetime(2026, 10, 30, 18, tzinfo=SEOUL)
        assert case.due_at == Referral.get_by_id(case.uid).due_at == clock.due_at
    with at(datetime(2026, 10, 28, 10, tzinfo=SEOUL)):
        case = given(cast, case, "sit", "expert")
        [clock] = report_clocks(case)
        assert (clock.whose, clock.due_at.astimezone(SEOUL)) == (case.expert_id, datetime(2026, 10, 30, 18, tzinfo=SEOUL))
        assert Referral.get_by_id(case.uid).due_at == clock.due_at


def test_a_planned_session_that_everyone_forgets_turns_late(cast):
    case = given(cast, case_in(cast, "scheduled"), "begin", "expert", attendance="held", summary="가상", **slot(5, prefix="next."))
    assert len(report_clocks(case)) == 1 and Consultation.get(Consultation.attendance == "planned").number == 2
    with at(now() + timedelta(days=40)):
        Clock.tick()
        assert "clock.due" in [event.kind for event in Event.of(case.uid)]


@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("code", ["shop", "expert"])
def test_a_hold_ends_in_the_clocks_that_there_were(cast, planned, code):
    case = case_in(cast, "in_progress")
    if planned:
        case = given(cast, case, "plan", "expert")
    day = (now() + timedelta(days=9)).date().isoformat()
    case = given(cast, case, "hold", "coordinator", code=code, reason="가상 사유", review_on=day)
    case = given(cast, case, "resume", "coordinator")
    assert case.state == "in_progress" and len(report_clocks(case)) == 1
    assert Consultation.select().where(Consultation.attendance == "planned").count() == planned


def test_a_session_that_fell_through_starts_the_clock_too(cast):
    case = given(cast, case_in(cast, "in_progress"), "plan", "expert")
    case = given(cast, case, "sit", "expert", attendance="absent", code="owner_absent")
    assert len(report_clocks(case)) == 1


def test_a_coordinator_keeps_sessions_too(cast):
    case = case_in(cast, "accepted")
    for command in ("schedule", "begin", "plan", "sit"):
        case = given(cast, case, command, "coordinator")
    assert [session.attendance for session in Consultation.of(case)] == ["held", "held"]
    assert {session.expert_id for session in Consultation.of(case)} == {case.expert_id}


def test_another_expert_begins_their_own_sessions(cast):
    case = given(cast, case_in(cast, "in_progress"), "plan", "expert")
    given(cast, case, "rematch", "coordinator")
    given(cast, case, "offer", "coordinator", "second")
    case = given(cast, case, "accept", "expert", "second")
    case = given(cast, case, "schedule", "expert", "second")
    first, called_off, theirs = Consultation.of(case)
    assert (called_off.attendance, called_off.code, called_off.rescheduled_by) == ("cancelled", "other", "")
    assert theirs.expert_id == case.expert_id != first.expert_id and theirs.rescheduled_from is None


def test_the_shop_and_the_expert_are_told_of_each_planned_session(cast):
    case = case_in(cast, "scheduled")
    given(cast, case, "begin", "expert", attendance="held", summary="가상", **slot(5, prefix="next."))
    given(cast, case, "sit", "expert")
    told = Message.select().where(Message.template == "scheduled")
    assert sorted(message.channel for message in told) == ["mail", "mail", "text", "text"]
    assert not [message for message in Message.select() if "가상분식" in message.facts or "가상 상담" in message.facts]


def test_of_two_acceptances_at_once_one_wins(app, as_, desk):
    made = desk("offered")
    version, token = made.now.version, make_link("offer", made.offer.uid)
    as_("expert")
    begin = Barrier(4)

    def accept(url: str, client: Client) -> int:
        begin.wait()
        try:
            return client.post(url, data={"id": uuid7(), "version": version}).status_code
        finally:
            db.close()

    urls = [(f"{made.url}/accept", as_("expert")), *((f"/o/{token}/accept", Client(app)) for _ in range(3))]
    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(lambda one: accept(*one), urls))
    assert sorted(codes)[0] in (200, 303) and all(code in (404, 409) for code in sorted(codes)[1:]), codes
    assert Event.select().where(Event.kind == "referral.accept").count() == 1
