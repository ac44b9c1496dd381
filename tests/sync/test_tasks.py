"""What of cases comes down to the phone: how one's own stand, and the aftercare that is due; and the visit that answers it."""

from datetime import timedelta

import pytest

from fieldapp.consultations import Aftercare
from fieldapp.database import SEOUL, at, now, uuid7, writing
from fieldapp.events import AccessLog, Event
from fieldapp.referrals import STATES, Referral
from tests.cases import case_in, given
from tests.conftest import frozen
from tests.recording import recorded, revised


@pytest.fixture
def rest(as_):
    """The pack's rest, as this manager's phone gets it."""
    return lambda login="changdong", query="": as_(login).get(f"/sync/pack?{query}").json["rest"]


@pytest.fixture
def task(cast) -> Aftercare:
    """The look after a month at 가상분식, due today."""
    referral = case_in(cast, "aftercare")
    task = Aftercare.of(referral).first()
    Aftercare.update(due_on=now().astimezone(SEOUL).date()).where(Aftercare.uid == task.uid).execute()
    return task


def test_ones_cases_come_down_with_number_shop_state_and_day(rest, cast):
    assert rest()["cases"] == []
    live, waiting = case_in(cast, "matching"), case_in(cast, "draft", shop=cast.neighbour)
    assert rest()["cases"] == [{"number": live.label, "shop": cast.shop.uid, "state": str(STATES["matching"]),
                                "since": live.changed_at.isoformat()}]
    assert [line["why"] for line in rest()["drafts"]] == [waiting.label], "what waits for a consent stays where it is"
    assert rest("ssangmun")["cases"] == []


def test_what_ended_stays_for_two_weeks(rest, cast):
    ended = case_in(cast, "declined")
    assert [line["state"] for line in rest()["cases"]] == [str(STATES["declined"])]
    Referral.update(changed_at=now() - timedelta(days=15)).where(Referral.uid == ended.uid).execute()
    assert rest()["cases"] == []


def test_fifty_cases_at_most_with_the_same_queries(rest, cast, queries):
    def more(times: int) -> None:
        with writing():
            for _ in range(times):
                Referral.open(cast.shop, cast.changdong.uid, "legal", cast.changdong.uid, state="submitted")
    more(1)
    rest()
    with queries:
        rest()
    few = queries.count
    more(60)
    with queries:
        assert len(rest()["cases"]) == 50
    assert queries.count == few


def test_a_state_that_changed_is_another_rest_and_whose_data_it_was_is_noted(as_, cast):
    case_in(cast, "submitted")
    AccessLog.delete().execute()
    first = as_("changdong").get("/sync/pack").json
    assert AccessLog.get().shops == [cast.shop.uid]
    query = f"/sync/pack?cursor={first['cursor']}&rest={first['rest_hash']}"
    assert as_("changdong").get(query).json["rest"] is None
    given(cast, Referral.get(), "triage", "coordinator")
    assert as_("changdong").get(query).json["rest"]["cases"][0]["state"] == str(STATES["triaged"])


def test_a_case_of_a_zone_that_one_no_longer_holds_stays_away(rest, cast):
    case = case_in(cast, "submitted")
    Referral.update(zone=cast.other_zone).where(Referral.uid == case.uid).execute()
    assert rest()["cases"] == []


def test_the_card_says_how_a_live_case_stands(as_, cast):
    case = case_in(cast, "in_progress")
    found = as_("changdong").get(f"/sync/status?ids={case.visit_id}").json["records"]
    assert found == [{"id": case.visit_id, "answer": "unknown"}], "it came by no record"
    sent = frozen(cast.changdong, {"shop": cast.neighbour.uid, "outcome": "met", "refer.field": "legal", "consent.contact": "on",
                                   "owner.name": "김가상"})
    assert as_("changdong").send(sent)[0]["referral"]["state"] == "submitted"
    mine = Referral.get(Referral.shop == cast.neighbour)
    given(cast, mine, "triage", "coordinator")
    assert as_("changdong").send(sent)[0]["referral"] == {"number": mine.label, "state": "triaged", "word": str(STATES["triaged"])}


def test_aftercare_that_is_due_comes_down_in_words(rest, cast, task):
    assert rest()["aftercare"] == [{
        "uid": task.uid, "shop": cast.shop.uid, "due": now().astimezone(SEOUL).date().isoformat(),
        "why": f"사후관리 +1개월 · {task.referral.label} 법무규제", "label": f"사후관리로 기록 ({task.referral.label}, +1개월)"}]
    assert rest("ssangmun")["aftercare"] == []


def visit(cast, shop=None, **more) -> dict:
    return {"shop": (shop or cast.shop).uid, "outcome": "met", "memo": "잘 지내심", **more}


def fresh(task: Aftercare) -> Aftercare:
    return Aftercare.get_by_id(task.uid)


def test_a_visit_that_met_someone_answers_what_it_ticks(rest, cast, task):
    made = recorded(cast.changdong, visit(cast, aftercare=[task.uid]))
    assert fresh(task).visit == made and fresh(task).answered_at
    assert rest()["aftercare"] == []


def test_a_task_that_is_not_ticked_and_who_was_not_met_answer_nothing(cast, task):
    recorded(cast.changdong, visit(cast))
    recorded(cast.changdong, visit(cast, aftercare=[task.uid]) | {"outcome": "absent", "memo": "닫힘"})
    assert fresh(task).answered_at is None


@pytest.mark.parametrize("odd", ["dancing", "' OR 1=1", "0" * 90])
def test_what_is_no_task_of_this_shop_is_ignored_and_the_visit_is_kept(cast, task, odd):
    unknown = uuid7()
    made = recorded(cast.changdong, visit(cast, shop=cast.neighbour, aftercare=[task.uid, unknown, odd]))
    assert fresh(task).answered_at is None
    noted = Event.get(Event.kind == "aftercare.not_answered")
    assert noted.subject == made.root and noted.facts["tasks"] == sorted([task.uid, unknown])


def test_an_old_phone_may_send_what_was_answered_long_ago(as_, cast, task):
    first = recorded(cast.changdong, visit(cast, aftercare=[task.uid]))
    with at(now() + timedelta(days=40)):
        assert as_("changdong").send(frozen(cast.changdong, visit(cast, aftercare=[task.uid])))[0]["answer"] == "created"
    revised(first, visit(cast, aftercare=[task.uid]) | {"memo": "고침"})
    assert fresh(task).visit_id == first.uid


def test_the_plain_form_asks_for_the_shop_that_it_was_opened_for(as_, cast, task):
    page = as_("changdong").get(f"/visits/new?plain=1&shop={cast.shop.uid}")
    assert f'value="{task.uid}" checked' in page.text and "사후관리로 기록" in page.text
    assert "사후관리로 기록" not in as_("changdong").get(f"/visits/new?plain=1&shop={cast.neighbour.uid}").text
    form = visit(cast) | {"id": uuid7(), "aftercare": task.uid}
    refused = as_("changdong").post("/visits/new", data=form | {"outcome": ""})
    assert refused.status_code == 422 and f'value="{task.uid}" checked' in refused.text
    assert as_("changdong").post("/visits/new", data=form).status_code == 200
    assert fresh(task).visit_id == form["id"]


def ends(programme, days: int) -> None:
    programme.last_day = now().astimezone(SEOUL).date() + timedelta(days=days)
    programme.save()


def told(cast, days_ago: int, shop=None, **more):
    with at(now() - timedelta(days=days_ago)):
        return recorded(cast.changdong, visit(cast, shop=shop, programme=[cast.programme.uid]) | more)


def test_a_programme_that_ends_within_a_fortnight_comes_down_for_whom_it_was_told(rest, cast):
    told(cast, 30)
    told(cast, 20)
    ends(cast.programme, 14)
    [line] = rest()["deadlines"]
    assert (line["shop"], line["last_day"]) == (cast.shop.uid, cast.programme.last_day.isoformat())
    assert line["why"].startswith("가상 정책자금 안내함 · ") and line["why"].endswith("마감")
    assert rest("ssangmun")["deadlines"] == []


@pytest.mark.parametrize("days", [15, -1])
def test_what_ends_later_or_has_ended_is_no_reason_to_go(rest, cast, days):
    told(cast, 30)
    ends(cast.programme, days)
    assert rest()["deadlines"] == []


def test_nor_is_what_has_no_last_day_was_told_long_ago_or_spoken_of_lately(rest, cast):
    told(cast, 30)
    assert rest()["deadlines"] == []
    ends(cast.programme, 3)
    assert len(rest()["deadlines"]) == 1
    recorded(cast.changdong, visit(cast) | {"outcome": "absent"})
    assert len(rest()["deadlines"]) == 1, "who was not met has not been reminded"
    recorded(cast.changdong, visit(cast))
    assert rest()["deadlines"] == []
    told(cast, 190, shop=cast.neighbour)
    assert rest()["deadlines"] == []


def test_a_shop_that_closed_or_left_the_zone_has_no_deadlines(rest, cast):
    told(cast, 30)
    told(cast, 30, shop=cast.neighbour)
    ends(cast.programme, 3)
    with writing():
        cast.shop.touch(status="closed_down")
        cast.neighbour.move_to(cast.other_zone)
    assert rest()["deadlines"] == [] == rest("ssangmun")["deadlines"], "its new zone's manager has not seen the visit"


def test_whose_deadline_it_is_is_noted(as_, cast):
    told(cast, 30)
    ends(cast.programme, 3)
    first = as_("changdong").get("/sync/pack").json
    AccessLog.delete().execute()
    as_("changdong").get(f"/sync/pack?cursor={first['cursor']}&rest=other")
    assert AccessLog.get().shops == [cast.shop.uid]
