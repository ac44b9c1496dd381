from datetime import date, timedelta

import pytest

from fieldapp.database import today, uuid7, writing
from fieldapp.events import Event
from fieldapp.experts import Conflict
from fieldapp.worktime import Closure
from tests.conftest import make_shop


def iso(days: int) -> str:
    return (today() + timedelta(days)).isoformat()


def test_a_page_tells_of_an_expert(as_, enter, cast, partner):
    expert = enter("가상 노무사", "labor", "tax", qualification="공인노무사", partner=partner.uid, person=cast.expert.uid,
                   mail="a@example.kr", phone="02-123-4567", note="<img src=x onerror=alert(1)>")
    text = as_("supervisor").get(f"/experts/{expert.uid}").text
    for word in ("공인노무사", "<b>인사·노무</b>, 세무회계", "모든 권역", "가상재단", "협약 중", 'href="tel:02-123-4567"',
                 'href="mailto:a@example.kr"', "&lt;img src=x", "전문가 등록", "앞으로 적힌 부재가 없습니다"):
        assert word in text, word
    assert "<img src=x" not in text and "<form method=\"post\" action=\"/experts" not in text, "the supervisor reads"


def test_an_absence_is_added_shown_and_taken_back(as_, enter, cast):
    expert, client = enter("가상 노무사"), as_("coordinator")
    assert client.post(f"/experts/{expert.uid}/absences", data={
        "first_day": iso(0), "last_day": iso(4), "absence_reason": "<b>휴가</b>"}).status_code == 303
    assert client.post(f"/experts/{expert.uid}/absences", data={"first_day": iso(20), "last_day": ""}).status_code == 303
    rows = Closure.of(expert.uid)
    assert [((row.last_day - row.first_day).days, row.by) for row in rows] == [(4, cast.coordinator.uid), (0, cast.coordinator.uid)]
    text = client.get(f"/experts/{expert.uid}").text
    assert "&lt;b&gt;휴가" in text and "까지 부재" in text
    for row in rows:
        assert client.post(f"/experts/{expert.uid}/absences/{row.uid}/remove").status_code == 303
    assert Closure.of(expert.uid) == [] and "● 활동" in client.get(f"/experts/{expert.uid}").text
    assert Event.select().where(Event.kind == "closure.removed", Event.subject == expert.uid).count() == 2


def test_past_absences_are_kept_apart(as_, enter):
    expert = enter("가상 노무사")
    with writing():
        Closure.add(expert.uid, date(2026, 1, 5), date(2026, 1, 6), "지난 휴가", "")
    text = as_("supervisor").get(f"/experts/{expert.uid}").text
    assert "지난 부재 1번" in text and "● 활동" in text


@pytest.mark.parametrize(("first", "last", "word"), [
    ("", "", "시작되는 날을 적어"), ("내일", "", "2026-11-30처럼"), (iso(5), iso(4), "빠릅니다"), (iso(-400), "", "사이의 날짜"),
    (iso(0), "9999-99-99", "2026-11-30처럼"), (iso(0), iso(500), "366일까지"), (iso(11), iso(12), "이미 부재로")])
def test_days_that_are_none_are_told_beside_their_field_and_kept(as_, enter, first, last, word):
    expert = enter("가상 노무사")
    with writing():
        Closure.add(expert.uid, today() + timedelta(10), today() + timedelta(12), "", "")
    answer = as_("coordinator").post(f"/experts/{expert.uid}/absences", data={
        "first_day": first, "last_day": last, "absence_reason": "길게 쓴 사유"})
    assert answer.status_code == 422 and word in answer.text and "길게 쓴 사유" in answer.text and "day-error" in answer.text
    assert len(Closure.of(expert.uid)) == 1


def test_an_absence_of_someone_else_or_the_office_is_not_there(as_, enter):
    expert, other = enter("가상 노무사"), enter("가상 세무사")
    with writing():
        rows = [Closure.add(whose, today(), today(), "", "") for whose in (other.uid, "")]
    for uid in (*[row.uid for row in rows], uuid7(), "x"):
        assert as_("coordinator").post(f"/experts/{expert.uid}/absences/{uid}/remove").status_code == 404
    assert as_("supervisor").post(f"/experts/{other.uid}/absences/{rows[0].uid}/remove").status_code == 403
    assert Closure.select().count() == 2


@pytest.mark.parametrize("by", ["name", "uid", "address"])
def test_a_conflict_is_added_by_name_or_uid_and_taken_back(as_, enter, cast, by):
    expert, client = enter("가상 노무사"), as_("coordinator")
    words = {"name": "가상분식", "uid": cast.shop.uid, "address": "분식 가상로"}[by]
    assert client.post(f"/experts/{expert.uid}/conflicts", data={"shop": words, "conflict_reason": "가족"}).status_code == 303
    row = Conflict.get()
    assert (row.shop, row.reason) == (cast.shop, "가족") and "가상분식" in client.get(f"/experts/{expert.uid}").text
    again = client.post(f"/experts/{expert.uid}/conflicts", data={"shop": words, "conflict_reason": "가족"})
    assert again.status_code == 422 and "이미 이해충돌" in again.text
    assert client.post(f"/experts/{expert.uid}/conflicts/{row.uid}/remove").status_code == 303
    assert Conflict.select().count() == 0


def test_where_several_shops_fit_they_are_offered(as_, enter, cast):
    expert, client = enter("가상 노무사"), as_("coordinator")
    answer = client.post(f"/experts/{expert.uid}/conflicts", data={"shop": "가상", "conflict_reason": "길게 쓴 까닭"})
    assert answer.status_code == 422 and "아래에서 골라" in answer.text and "길게 쓴 까닭" in answer.text
    for shop in (cast.shop, cast.neighbour, cast.other_shop):
        assert f'name="chosen" value="{shop.uid}"' in answer.text
    assert Conflict.select().count() == 0
    assert client.post(f"/experts/{expert.uid}/conflicts", data={
        "shop": "가상", "chosen": cast.neighbour.uid, "conflict_reason": "길게 쓴 까닭"}).status_code == 303
    assert Conflict.get().shop == cast.neighbour


def test_of_many_shops_ten_are_offered(as_, enter, cast):
    expert = enter("가상 노무사")
    for number in range(12):
        make_shop(f"많은 가게 {number:02}", cast.zone, cast.changdong, 37.65, 127.04)
    answer = as_("coordinator").post(f"/experts/{expert.uid}/conflicts", data={"shop": "많은", "conflict_reason": "가"})
    assert answer.status_code == 422 and answer.text.count('name="chosen"') == 10 and "10곳이 넘습니다" in answer.text


@pytest.mark.parametrize(("data", "word"), [
    ({"shop": "", "conflict_reason": "가족"}, "점포의 이름을"), ({"shop": "가상분식", "conflict_reason": ""}, "까닭을"),
    ({"shop": "없는 가게", "conflict_reason": "가족"}, "찾는 점포가 없습니다"),
    ({"shop": uuid7(), "conflict_reason": "가족"}, "찾는 점포가 없습니다"),
    ({"shop": "가상분식", "conflict_reason": "가" * 201}, "200자까지"),
    ({"shop": "가상분식", "chosen": "x", "conflict_reason": "가"}, "확인")])
def test_what_is_no_conflict_is_told(as_, enter, cast, data, word):
    expert = enter("가상 노무사")
    answer = as_("coordinator").post(f"/experts/{expert.uid}/conflicts", data=data)
    assert answer.status_code == 422 and Conflict.select().count() == 0
    assert word in answer.text


def test_another_experts_conflict_is_not_there(as_, enter, cast):
    expert, other = enter("가상 노무사"), enter("가상 세무사")
    with writing():
        row = Conflict.add(other, cast.shop, "가족", "")
    for uid in (row.uid, uuid7(), "x"):
        assert as_("coordinator").post(f"/experts/{expert.uid}/conflicts/{uid}/remove").status_code == 404
    assert as_("supervisor").post(f"/experts/{other.uid}/conflicts/{row.uid}/remove").status_code == 403
    assert Conflict.select().count() == 1


@pytest.mark.parametrize("what", ["absences", "conflicts", "confirm"])
def test_of_nobody_nothing_is_added(as_, what):
    assert as_("coordinator").post(f"/experts/{uuid7()}/{what}").status_code == 404
    assert as_("supervisor").post(f"/experts/{uuid7()}/{what}").status_code == 403


def test_a_page_takes_the_same_queries_for_any_amount(as_, enter, cast, queries):
    expert, client = enter("가상 노무사"), as_("coordinator")
    client.get(f"/experts/{expert.uid}")
    with queries:
        client.get(f"/experts/{expert.uid}")
    few = queries.count
    with writing():
        for number in range(5):
            Closure.add(expert.uid, today() + timedelta(number * 3), today() + timedelta(number * 3), "", cast.coordinator.uid)
        for shop in (cast.shop, cast.neighbour, cast.other_shop):
            Conflict.add(expert, shop, "가족", cast.coordinator.uid)
    with queries:
        client.get(f"/experts/{expert.uid}")
    assert queries.count <= few + 1 <= 11  # one more: the names of those who did something
