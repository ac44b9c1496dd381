import re
from datetime import timedelta

import pytest

from fieldapp.dashboard.review import LANES, shares_of
from fieldapp.database import db, writing
from fieldapp.events import AccessLog, Event
from fieldapp.visits import RETURNS, Visit
from tests.conftest import frozen

UIDS = re.compile(r'<tr id="visit-([0-9a-f-]{36})"')
HERE = {"place.source": "gps", "place.lat": "37.65", "place.lon": "127.045", "place.accuracy_m": "9"}
FAR = HERE | {"place.lat": "37.66"}
FULL = "오늘 들은 이야기를 길게 적어 둡니다"


def lane(client, query: str = "") -> list[str]:
    return UIDS.findall(client.get(f"/review{query}").get_data(as_text=True))


def states() -> dict[str, str]:
    return dict(Visit.select(Visit.uid, Visit.review).tuples())


def test_the_most_doubtful_stands_first_and_says_why_in_words(as_, visited):
    plain = visited(ago=timedelta(hours=1), memo=FULL, **HERE)
    far = visited(ago=timedelta(hours=26), memo="어제와 다른 긴 이야기를 적었습니다", **FAR)
    unmeasured = visited(ago=timedelta(hours=50), memo="그제 들은 긴 이야기는 또 다릅니다")
    supervisor = as_("supervisor")
    assert lane(supervisor) == [far.uid, unmeasured.uid, plain.uid]
    text = supervisor.get("/review").get_data(as_text=True)
    assert "점포에서 멂: 1110 m" in text and "위치를 재지 않음" in text and "– 없음" in text


def test_the_address_narrows_the_lane(as_, visited, cast):
    here, other = visited(memo=FULL), visited("ssangmun", ago=timedelta(days=3), memo="쌍문에서 들은 긴 이야기")
    supervisor = as_("supervisor")
    for query, expected in {f"?zone={cast.zone.uid}": [here], f"?manager={cast.ssangmun.uid}": [other], "?review=answered": [],
                            f"?last={(other.visited_at + timedelta(hours=9)).date()}": [other], "?review=returned": []}.items():
        assert lane(supervisor, query) == [visit.uid for visit in expected], query
    for query in ("?zone=x", "?first=never", "?review=dancing"):
        assert supervisor.get(f"/review{query}").status_code == 422
    assert lane(supervisor, "?before=nonsense") == lane(supervisor), "an edited mark is none"


def test_pages_follow_each_other_without_gap_or_overlap(as_, visited, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.review.ROWS", 3)
    monkeypatch.setattr("fieldapp.dashboard.views.review.ROWS", 3)
    made = [visited(ago=timedelta(hours=hours // 2), **(FAR if hours % 3 else HERE)).uid for hours in range(8)]
    supervisor, seen, url = as_("supervisor"), [], "/review"
    while url:
        text = supervisor.get(url).get_data(as_text=True)
        seen += UIDS.findall(text)
        more = re.search(r'href="/review(\?[^"]*before=[^"]+)"', text)
        url = "/review" + more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(made) and len(seen) == len(set(seen))
    weights = [Visit.get_by_id(uid).doubt_weight for uid in seen]
    assert weights == sorted(weights, reverse=True)


def test_the_lane_takes_the_same_queries_for_any_number_of_visits(as_, visited, queries):
    visited(photos=1)
    supervisor = as_("supervisor")
    supervisor.get("/review")
    with queries:
        supervisor.get("/review")
    few = queries.count
    for hours in range(12):
        visited(photos=2, ago=timedelta(hours=hours))
    with queries:
        supervisor.get("/review")
    assert queries.count == few <= 18


@pytest.mark.sqlite
def test_a_lane_is_read_in_the_order_of_its_index(cast):
    rows = Visit.select(Visit.uid).where(Visit.current, Visit.review == "received").order_by(
        Visit.doubt_weight.desc(), Visit.visited_at.desc(), Visit.uid.desc()).limit(31)
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {rows.sql()[0]}", rows.sql()[1])]
    assert len(plan) == 1 and "visit_lane" in plan[0], plan


def test_several_are_confirmed_at_once_and_the_others_told(noon, as_, visited, cast):
    one, two, gone = visited(memo=FULL), visited(ago=timedelta(hours=2)), visited(ago=timedelta(hours=5))
    supervisor = as_("supervisor")
    supervisor.post(f"/visits/{gone.uid}/return", data={"code": "photos_blurred"})
    answer = supervisor.post("/review/confirm", data={"chosen": [one.uid, two.uid, gone.uid, cast.shop.uid]})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert all(words in text for words in ("3건 가운데 2건", "이미 반려되었습니다", "(가상 supervisor)", "1건은 찾을 수 없습니다"))
    assert states() == {one.uid: "confirmed", two.uid: "confirmed", gone.uid: "returned"}
    confirmed = [(event.subject, event.person) for event in Event.select().where(Event.kind == "visit.confirmed")]
    assert sorted(confirmed) == sorted((visit.root, cast.supervisor.uid) for visit in (one, two))
    assert lane(supervisor) == [] and lane(supervisor, "?review=confirmed") == [two.uid, one.uid]


def test_confirming_none_or_too_many_is_refused(as_, visited):
    visited()
    for chosen in ([], ["0" * 36] * 1 + [f"{n:036}" for n in range(31)]):
        assert as_("supervisor").post("/review/confirm", data={"chosen": chosen}).status_code == 422


def test_what_was_seen_is_what_is_confirmed(as_, visited, cast):
    """An answer that came meanwhile is a new revision: it isn't confirmed by who saw the old one."""
    visit = visited(memo="처음")
    again = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "memo": "고침", "replaces": visit.uid})
    as_("changdong").send(again)
    text = as_("supervisor").post("/review/confirm", data={"chosen": [visit.uid]}).get_data(as_text=True)
    assert "그 사이 고쳐졌습니다" in text and "가상 changdong" in text
    assert states() == {visit.uid: "received", again["id"]: "received"}


def test_of_two_supervisors_the_second_is_told_who_was_first(as_, visited):
    visit = visited()
    supervisor = as_("supervisor")
    assert supervisor.post(f"/visits/{visit.uid}/confirm").status_code == 303
    for url, data in ((f"/visits/{visit.uid}/confirm", {}), (f"/visits/{visit.uid}/return", {"code": "other", "reason": "늦게 쓴 사유"})):
        answer = supervisor.post(url, data=data)
        assert answer.status_code == 409 and "이미 확인되었습니다" in answer.text and "가상 supervisor" in answer.text
        assert not data or "늦게 쓴 사유" in answer.text
    assert Event.select().where(Event.kind.in_(["visit.confirmed", "visit.returned"])).count() == 1


@pytest.mark.parametrize("code", [code for code in RETURNS if code != "other"])
def test_a_code_says_why_without_more_words(as_, visited, code):
    visit = visited()
    assert as_("supervisor").post(f"/visits/{visit.uid}/return", data={"code": code, "reason": " "}).status_code == 303
    [line] = as_("changdong").get("/sync/pack").json["rest"]["returned"]
    assert line["why"] == str(RETURNS[code])


def test_code_and_text_go_to_the_manager_together_and_an_unknown_code_to_nobody(as_, visited):
    visit = visited()
    answer = as_("supervisor").post(f"/visits/{visit.uid}/return", data={"code": "bored", "reason": "쓴 글"})
    assert answer.status_code == 422 and "목록에 있는 것" in answer.text and "쓴 글" in answer.text
    as_("supervisor").post(f"/visits/{visit.uid}/return", data={"code": "place_far", "reason": "가게 앞에서 다시"})
    assert as_("changdong").get("/sync/pack").json["rest"]["returned"][0]["why"] == "위치가 점포에서 멂: 가게 앞에서 다시"
    assert Event.select().where(Event.kind == "visit.returned").get().facts["code"] == "place_far"


def test_an_answer_stands_beside_what_was_sent_back(as_, visited, cast):
    visit = visited(memo="월세가 30만원 오름")
    supervisor = as_("supervisor")
    assert "앞 내용과 견주기" not in supervisor.get(f"/visits/{visit.uid}").text
    supervisor.post(f"/visits/{visit.uid}/return", data={"code": "text_short", "reason": "얼마인지 확인"})
    again = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "memo": "월세가 <b>50만원</b> 오름", "replaces": visit.uid})
    as_("changdong").send(again)
    assert lane(supervisor) == [] and lane(supervisor, "?review=answered") == [again["id"]]
    text = supervisor.get(f"/visits/{again['id']}").get_data(as_text=True)
    assert "글이 짧음: 얼마인지 확인" in text and "앞 내용과 견주기" in text
    assert re.search(r"<del>.*?30만원</del>", text) and re.search(r"<ins>.*?&lt;b&gt;50만원&lt;/b&gt;</ins>", text)
    assert supervisor.post(f"/visits/{again['id']}/confirm").status_code == 303
    assert states()[again["id"]] == "confirmed" and states()[visit.uid] == "returned"


def test_who_is_never_looked_at_is_seen(as_, visited, cast, database):
    one, _two = visited(), visited(ago=timedelta(hours=9))
    visited("ssangmun")
    visited(ago=timedelta(weeks=5))  # too long ago to count
    with writing():
        one.confirm(cast.supervisor)
    assert [(share.manager.uid, share.visits, share.reviewed, share.percent) for share in shares_of(cast.supervisor)] == [
        (cast.ssangmun.uid, 1, 0, 0), (cast.changdong.uid, 2, 1, 50)]
    text = as_("supervisor").get("/review").get_data(as_text=True)
    assert text.count("검토된 적 없음") == 1 and "50 %" in text


def test_every_look_is_noted_with_whose_data_it_was(as_, visited, cast):
    visit = visited()
    as_("supervisor").get("/review")
    as_("supervisor").post("/review/confirm", data={"chosen": [visit.uid]})
    rows = AccessLog.select().where(AccessLog.person == cast.supervisor.uid).order_by(AccessLog.created_at)
    assert [(row.verb, row.shops) for row in rows] == [("review.list", [cast.shop.uid]), ("review.confirm", [cast.shop.uid])]


def test_an_empty_lane_says_what_will_be_there(as_):
    for name in LANES:
        answer = as_("supervisor").get(f"/review?review={name}")
        assert answer.status_code == 200 and 'class="empty"' in answer.text


def test_each_lane_tells_how_many_stand_in_it_whichever_is_open(as_, visited, cast):
    visited(memo=FULL)
    back = visited(ago=timedelta(days=2), memo="그제 들은 긴 이야기는 또 다릅니다")
    with writing():
        back.send_back("사진이 흐립니다", cast.supervisor)
    for name in LANES:
        text = as_("supervisor").get(f"/review?review={name}").get_data(as_text=True)
        counts = re.findall(r"<b>([^<]*)</b>", text.partition('<nav class="lanes"')[2].partition("</nav>")[0])
        assert counts == ["1", "0", "1"], name


def test_a_refused_choice_leads_back_to_the_lane(as_, visited):
    visited(memo=FULL)
    supervisor = as_("supervisor")
    text = supervisor.post("/review/confirm?review=received").get_data(as_text=True)
    assert 'href="?' not in text and '<form method="get" action="/review"' in text, "nothing is got from the address to which it was sent"
    lanes = re.findall(r'href="(/review\?[^"]*)"', text.partition('<nav class="lanes"')[2].partition("</nav>")[0])
    assert len(lanes) == len(LANES) and all(supervisor.get(url).status_code == 200 for url in lanes)
