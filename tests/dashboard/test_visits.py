import re
from datetime import timedelta

import pytest

from fieldapp.database import SEOUL
from fieldapp.events import AccessLog, Event
from fieldapp.grievances import Grievance
from fieldapp.visits import Visit
from tests.conftest import frozen

UIDS = re.compile(r'<tr id="visit-([0-9a-f-]{36})"')


def listed(client, query: str = "") -> list[str]:
    return UIDS.findall(client.get(f"/visits{query}").get_data(as_text=True))


def test_the_latest_visit_stands_first_once_it_has_arrived(as_, visited):
    old, new = visited(ago=timedelta(days=2)), visited()
    assert listed(as_("supervisor")) == [new.uid, old.uid]


def test_the_address_narrows_the_list(as_, visited, cast):
    rent = visited(category=["rent"], **{"grievance.rent.text": "인상"})
    absent = visited(outcome="absent", ago=timedelta(days=3))
    other = visited("ssangmun", ago=timedelta(days=5))
    everyone = as_("supervisor")
    day = absent.visited_at.astimezone(SEOUL).date().isoformat()
    for query, expected in {
            f"?zone={cast.other_zone.uid}": [other], f"?manager={cast.changdong.uid}": [rent, absent], "?outcome=absent": [absent],
            "?category=rent": [rent], f"?first={day}": [rent, absent], f"?last={day}": [absent, other], f"?first={day}&last={day}":
            [absent], f"?shop={cast.other_shop.uid}": [other], "?review=returned": [], "?category=labor": [],
            "?utm_source=x": [rent, absent, other], f"?outcome=met&zone={cast.zone.uid}": [rent]}.items():
        assert listed(everyone, query) == [visit.uid for visit in expected], query


@pytest.mark.parametrize(("query", "word"), [
    ("?zone=1%20or%201", "목록에 있는 것"), ("?outcome=dancing", "목록에 있는 것"), ("?first=yesterday", "2026-11-30처럼"),
    ("?last=1900-01-01", "사이의 날짜"), ("?zone=a&zone=b", "하나만")])
def test_what_cannot_be_read_is_told_beside_its_field(as_, visited, query, word):
    visit = visited()
    answer = as_("supervisor").get(f"/visits{query}")
    assert answer.status_code == 422 and word in answer.text and visit.uid in answer.text


def test_pages_follow_each_other_without_gap_or_overlap(as_, visited, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.visit_list.ROWS", 3)
    made = [visited(ago=timedelta(hours=hours // 2)).uid for hours in range(8)]  # pairs within one moment
    client, seen, url = as_("supervisor"), [], "/visits"
    while url:
        text = client.get(url).get_data(as_text=True)
        seen += UIDS.findall(text)
        more = re.search(r'href="(/visits\?before=[^"]+)"', text)
        url = more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(made) and len(seen) == len(set(seen))
    assert as_("supervisor").get("/visits?before=nonsense").status_code == 200


def test_the_list_takes_the_same_queries_for_any_number_of_visits(as_, visited, queries):
    visited(category=["rent"], photos=1)
    client = as_("supervisor")
    client.get("/visits")
    with queries:
        client.get("/visits")
    few = queries.count
    for _ in range(12):
        visited(category=["rent", "labor"], photos=2)
    with queries:
        client.get("/visits")
    assert queries.count == few <= 12


def test_a_visit_shows_what_was_said_and_what_happened(as_, visited, cast):
    visit = visited(memo="점심 뒤에\n다시", category=["rent"], programme=[cast.programme.uid], photos=2, met_whom="대표자",
                    **{"grievance.rent.text": "재계약 인상", "place.lat": "37.66", "place.lon": "127.05", "place.source": "gps",
                       "place.accuracy_m": "12"})
    text = as_("supervisor").get(f"/visits/{visit.uid}").get_data(as_text=True)
    for word in ("점심 뒤에", "재계약 인상", "임대료", "가상 정책자금", "휴대폰에서 오는 중", "GPS ±12 m", "방문 기록이 도착함",
                 "받지 않음", "멂"):
        assert word in text, word


def test_what_people_typed_stays_text(as_, visited):
    visit = visited(memo="<img src=x onerror=alert(1)> <b hx-post=/logout>눌러</b>", met_whom="{{ 7*7 }}")
    for url in ("/visits", f"/visits/{visit.uid}", f"/shops/{visit.shop_id}"):
        text = as_("supervisor").get(url).get_data(as_text=True)
        assert "<img src=x" not in text and "&lt;img src=x" in text and "<b hx-post" not in text
    assert "{{ 7*7 }}" in as_("supervisor").get(f"/visits/{visit.uid}").get_data(as_text=True)


def test_a_visit_goes_back_with_a_reason_and_stands_in_the_managers_pack(as_, visited):
    visit = visited(memo="사진이 흐림")
    supervisor = as_("supervisor")
    assert supervisor.post(f"/visits/{visit.uid}/return", data={"reason": "사진이 흐립니다"}).status_code == 303
    assert "매니저의 오늘 화면에 있습니다" in supervisor.get(f"/visits/{visit.uid}").get_data(as_text=True)
    returned = as_("changdong").get("/sync/pack").json["rest"]["returned"]
    assert [(line["visit"], line["why"], line["form"]["memo"]) for line in returned] == [(visit.uid, "사진이 흐립니다", "사진이 흐림")]
    assert Event.select().where(Event.kind == "visit.returned").count() == 1


@pytest.mark.parametrize(("reason", "word"), [("", "반려 사유를 적어"), ("   ", "반려 사유를 적어"),
    ("\0", "반려 사유를 적어"), ("\u200b", "반려 사유를 적어"), ("가" * 501, "500자까지")])
def test_a_return_without_a_proper_reason_is_refused_and_keeps_what_was_typed(as_, visited, reason, word):
    visit = visited()
    answer = as_("supervisor").post(f"/visits/{visit.uid}/return", data={"reason": reason})
    assert answer.status_code == 422 and word in answer.text and reason in answer.text
    assert Visit.get_by_id(visit.uid).review == "received"


def test_of_two_supervisors_the_second_is_told_and_loses_no_typing(as_, visited):
    visit = visited()
    as_("supervisor").post(f"/visits/{visit.uid}/return", data={"reason": "먼저"})
    answer = as_("supervisor").post(f"/visits/{visit.uid}/return", data={"reason": "나중에 쓴 긴 사유"})
    assert answer.status_code == 409 and "나중에 쓴 긴 사유" in answer.text and "이미 반려" in answer.text
    assert Visit.get_by_id(visit.uid).return_reason == "먼저"


def test_an_answered_visit_shows_its_revisions(as_, visited, cast):
    first = visited(memo="처음")
    as_("supervisor").post(f"/visits/{first.uid}/return", data={"reason": "더 적어 주십시오"})
    again = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "memo": "고침", "replaces": first.uid})
    as_("changdong").send(again)
    assert listed(as_("supervisor")) == [again["id"]]
    old = as_("supervisor").get(f"/visits/{first.uid}").get_data(as_text=True)
    new = as_("supervisor").get(f"/visits/{again['id']}").get_data(as_text=True)
    assert f"/visits/{again['id']}" in old and "그 뒤에 고쳐졌습니다" in old
    assert "보완됨" in new and "더 적어 주십시오" in new


def test_every_look_at_visits_is_noted_with_whose_data_it_was(as_, visited, cast):
    visit = visited()
    as_("supervisor").get("/visits")
    as_("supervisor").get(f"/visits/{visit.uid}")
    rows = AccessLog.select().where(AccessLog.person == cast.supervisor.uid).order_by(AccessLog.created_at)
    noted = [(row.verb, row.shops) for row in rows]
    assert noted == [("visit.list", [cast.shop.uid]), ("visit.view", [cast.shop.uid])]


def test_an_empty_list_says_what_will_be_there(as_):
    assert "아직 방문이 없습니다" in as_("supervisor").get("/visits").text
    assert "이 조건에 맞는" in as_("supervisor").get("/visits?outcome=met").text
    assert Grievance.select().count() == 0


@pytest.mark.parametrize("path", ["/visits", "/map", "/dashboard/rows", "/review", "/map/points"])
def test_a_period_back_to_front_is_told(as_, path):
    answer = as_("supervisor").get(f"{path}?first=2026-11-10&last=2026-11-01")
    assert answer.status_code == 422 and "끝 날이 첫 날보다" in answer.get_data(as_text=True)
