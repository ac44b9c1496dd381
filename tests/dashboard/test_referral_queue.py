"""The queue: what presses first, lanes and filters in the address, and no query more for a longer one."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.dashboard import queue as queue_room
from fieldapp.dashboard.due import Due
from fieldapp.dashboard.queue import queue_of
from fieldapp.dashboard.queue_filter import QueueFilter
from fieldapp.database import SEOUL, at, now, writing
from fieldapp.events import AccessLog
from fieldapp.experts import Partner
from fieldapp.referrals import SHOP, Actor, Order, Referral, carry_out
from fieldapp.worktime import Calendar, Clock
from tests.cases import case_in, expert_of, given
from tests.conftest import make_shop

LABELS = re.compile(r'<a class="main" href="/referrals/[^"]+">(R-\d{4})</a>')
WORKDAY = datetime(2026, 11, 25, 10, tzinfo=SEOUL)  # a Wednesday


@pytest.fixture
def at_work():
    with at(WORKDAY):
        yield


def queued(client, query: str = "") -> list[str]:
    return LABELS.findall(client.get(f"/referrals{query}").get_data(as_text=True))


def put(referral: Referral, **values) -> Referral:
    Referral.update(values).where(Referral.uid == referral.uid).execute()
    return Referral.get_by_id(referral.uid)


def test_what_presses_stands_first(as_, cast, at_work):
    """Overdue by its time, then what is soon due, then what is new, then what nobody fits; all else is in its lane alone."""
    nobody, new, amber, late, later, quiet, held = (case_in(cast, "submitted", field=code) for code in (
        "legal", "tax", "labor", "it", "finance", "patent", "startup"))
    hour = timedelta(hours=1)
    put(nobody, state="matching", alert="nobody", due_at=now() + 20 * hour, amber_at=now() + 9 * hour)
    put(amber, state="offered", due_at=now() + 2 * hour, amber_at=now() - hour)
    put(late, state="in_progress", due_at=now() - 2 * hour, amber_at=now() - 9 * hour)
    put(later, state="triaged", due_at=now() - hour, amber_at=now() - 9 * hour)
    put(quiet, state="triaged", due_at=now() + 9 * hour, amber_at=now() + 8 * hour)
    put(held, state="on_hold", alert="nobody", due_at=None, amber_at=None)
    order = [late.label, later.label, amber.label, new.label, nobody.label]
    assert queued(as_("coordinator")) == order
    assert queued(as_("coordinator"), "?lane=held") == [held.label]
    assert queued(as_("coordinator"), "?lane=triaged") == [later.label, quiet.label]
    counts = queue_of(cast.coordinator, QueueFilter()).counts
    assert counts == {"now": 5, "submitted": 1, "triaged": 2, "matching": 1, "offered": 1, "running": 1, "held": 1, "after": 0, "draft": 0}


@pytest.mark.parametrize(("state", "lane"), [
    ("draft", "draft"), ("triaged", "triaged"), ("matching", "matching"), ("scheduled", "running"), ("report_submitted", "running"),
    ("escalated", "held"), ("aftercare", "after"), ("closed", "ended"), ("withdrawn", "ended")])
def test_every_state_has_its_lane(as_, cast, state, lane):
    label = case_in(cast, state).label
    client = as_("coordinator")
    assert {one for one in ("submitted", "triaged", "matching", "offered", "running", "held", "after", "draft", "ended")
            if queued(client, f"?lane={one}") == [label]} == {lane}


@pytest.mark.parametrize("lane", ["now", "submitted", "ended"])
def test_pages_go_on_where_the_last_one_ended(as_, cast, monkeypatch, lane):
    """Each case once, also where due times are the same or none."""
    cases = [case_in(cast, "submitted", field=code) for code in ("legal", "tax", "labor", "it")]
    same = now() + timedelta(hours=3)
    for referral, due in zip(cases, (None, same, same, None), strict=True):
        put(referral, due_at=due, amber_at=None, state="closed" if lane == "ended" else "submitted")
    whole = queued(as_("coordinator"), f"?lane={lane}")
    assert len(whole) == 4 and (lane == "ended" or whole == [cases[number].label for number in (1, 2, 0, 3)])
    monkeypatch.setattr(queue_room, "ROWS", 1)
    seen, query = [], f"?lane={lane}"
    for _ in whole:
        text = as_("coordinator").get(f"/referrals{query}").get_data(as_text=True)
        seen += LABELS.findall(text)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', text)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == whole and not query


@pytest.mark.parametrize(("query", "count", "status"), [
    ("field=legal", 1, 200), ("field=tax", 0, 200), ("urgency=normal", 1, 200), ("source=visit", 1, 200), ("source=office", 0, 200),
    ("age=0-3", 1, 200), ("age=4-7", 0, 200), ("field=cooking", 1, 422), ("zone=x", 1, 422), ("lane=street", 1, 422), ("age=5", 1, 422),
    ("after=x", 1, 200), ("after=9~~" + "0" * 36, 1, 200), ("utm_source=x", 1, 200)])
def test_the_address_narrows_the_queue(as_, cast, query, count, status):
    case_in(cast, "submitted")
    answer = as_("coordinator").get(f"/referrals?{query}")
    assert (answer.status_code, len(LABELS.findall(answer.text))) == (status, count)


def test_it_narrows_by_expert_partner_and_zone(as_, cast):
    bank = Partner.create(name="가상 재단", basis="entrustment", mou_first_day="2020-01-01")
    expert = expert_of(cast, partner=bank)
    mine, other = case_in(cast, "offered"), case_in(cast, "submitted", shop=cast.other_shop)
    for query, expected in ((f"expert={expert.uid}", [mine]), (f"partner={bank.uid}", [mine]), (f"zone={cast.other_zone.uid}", [other])):
        assert queued(as_("coordinator"), f"?lane=all&{query}") == [one.label for one in expected], query
    assert queued(as_("ssangmun"), "?lane=all") == [other.label]
    assert queued(as_("ssangmun"), f"?lane=all&expert={expert.uid}") == []


@pytest.mark.parametrize(("days", "band"), [(0, "0-3"), (3, "0-3"), (4, "4-7"), (7, "4-7"), (8, "8-14"), (15, "15-30"), (31, "31-")])
def test_ages_are_working_days(cast, days, band):
    """Each band by the moment before which it came, the office's holidays and weekends left out."""
    with at(WORKDAY):
        referral = case_in(cast, "submitted")
        came = Calendar().working_days_before(now(), days) if days else now() - timedelta(minutes=1)
        put(referral, submitted_at=came)
        found = {age: len(queue_of(cast.coordinator, QueueFilter(lane="submitted", age=age)).rows)
                 for age in ("0-3", "4-7", "8-14", "15-30", "31-")}
    assert found == {age: int(age == band) for age in found}


@pytest.mark.parametrize("words", ["R-0001", "r-1", "1", "가상분식", "분식 가상로"])
def test_a_case_is_found_by_number_or_shop_in_any_state(as_, cast, words):
    ended = case_in(cast, "cancelled")
    case_in(cast, "submitted", shop=cast.other_shop)
    assert queued(as_("coordinator"), f"?q={words}") == [ended.label]
    assert queued(as_("ssangmun"), f"?q={words}") == []


def test_numbers_of_nothing_are_found_nowhere(as_, cast):
    case_in(cast, "submitted")
    for words in ("R-9999", "999999999999999999999", "%", "'; --", "R-"):
        assert as_("coordinator").get("/referrals", query_string={"q": words}).status_code == 200
        assert queued(as_("coordinator"), f"?q={words.replace('%', '%25')}") == [], words


def test_a_row_says_how_it_is_and_what_comes_next(as_, cast, at_work):
    referral = case_in(cast, "matching")
    text = as_("coordinator").get("/referrals?lane=matching").text
    clock = Clock.open_of(referral.uid)[0]
    assert f'href="/worktime/clocks/{clock.uid}"' in text and "◇ 매칭" in text and "법무규제" in text and "0분" in text
    assert f'href="/referrals/{referral.uid}?do=offer#do"' in text
    assert "맡을 전문가 없음" in text
    assert "do=offer" not in as_("changdong").get("/referrals?lane=matching").text


def test_commands_that_need_nothing_typed_are_given_in_the_row(as_, cast):
    referral = case_in(cast, "triaged")
    text = as_("coordinator").get("/referrals?lane=triaged").text
    assert f'action="/referrals/{referral.uid}/open_matching"' in text and f'name="version" value="{referral.version}"' in text


@pytest.mark.parametrize(("due", "amber", "level", "text"), [
    (-timedelta(hours=2), -timedelta(hours=9), "late", "1시간 지남"), (timedelta(hours=7), -timedelta(hours=1), "soon", "오늘 17:00"),
    (timedelta(days=1), timedelta(hours=5), "later", "내일 10:00"), (timedelta(days=5), timedelta(days=3), "later", "11월 30일 (월) 10:00"),
    (-timedelta(days=5), -timedelta(days=6), "late", "3일 지남")])
def test_due_times_are_told_in_working_time(database, due, amber, level, text):
    moment = WORKDAY.astimezone(UTC)
    with at(moment):
        found = Due.of(Referral(due_at=moment + due, amber_at=moment + amber), None, moment, Calendar())
    assert (found.level, found.text) == (level, text)


def test_what_stands_still_says_so(as_, cast):
    referral = case_in(cast, "matching")
    given(cast, referral, "hold", "coordinator", code="shop", reason="가상 사유", review_on=(now() + timedelta(days=9)).date().isoformat())
    with writing():
        Clock.end(referral.uid, "review")
        Referral.get_by_id(referral.uid).retime()
    assert "Ⅱ" in as_("coordinator").get("/referrals?lane=held").text


def test_an_ended_case_is_as_old_as_it_became(cast):
    with at(WORKDAY):
        referral = case_in(cast, "submitted")
    with at(WORKDAY + timedelta(days=1, hours=5)):
        given(cast, referral, "withdraw", "shop")
    with at(WORKDAY + timedelta(days=30)):
        assert [row.age for row in queue_of(cast.coordinator, QueueFilter(lane="ended")).rows] == ["1.5일"]


def test_looking_is_noted(as_, cast):
    case_in(cast, "submitted")
    as_("coordinator").get("/referrals")
    assert [row.shops for row in AccessLog.select().where(AccessLog.verb == "referral.list")] == [[cast.shop.uid]]


def test_without_consent_it_waits_outside_and_is_counted(as_, cast):
    draft = case_in(cast, "draft")
    text = as_("coordinator").get("/referrals").text
    assert not LABELS.findall(text) and "동의 대기 <b>1</b>" in text
    assert queued(as_("coordinator"), "?lane=draft") == [draft.label]


def test_the_queue_takes_the_same_queries_for_any_length(as_, cast, queries):
    client, counts = as_("coordinator"), []
    for rounds in (1, 6):
        for number in range(rounds):
            shop = make_shop(f"가상상점{number}", cast.zone, cast.changdong, 37.65, 127.04)
            case_in(cast, "offered" if number == 2 else "submitted", shop=shop)
        for query in ("", "?lane=submitted", "?q=가상"):
            client.get(f"/referrals{query}")
            with queries:
                client.get(f"/referrals{query}")
            counts.append(queries.count)
    assert counts[:3] == counts[3:] and max(counts) <= 13


def test_a_withdrawal_takes_it_out_of_the_lane_at_once(as_, cast):
    referral = case_in(cast, "submitted")
    carry_out(referral, Order(referral.uid, "withdraw", referral.version, {"reason": "해결됨"}), SHOP)
    assert queued(as_("coordinator")) == [] and Actor.of(cast.coordinator).role == "coordinator"
