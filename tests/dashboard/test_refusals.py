from fieldapp.database import uuid7
from fieldapp.events import AccessLog
from tests.conftest import frozen


def test_what_could_not_be_taken_is_shown_whole_with_its_reason(as_, cast, visit_form):
    manager = as_("changdong")
    first = frozen(cast.changdong, visit_form)
    other = frozen(cast.changdong, visit_form | {"memo": "다른 휴대폰에서 고친 글"}, uid=first["id"])
    poison = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "dancing", "memo": "춤추는 기록 <script>"})
    manager.send(first, other, poison, {"id": uuid7(), "hash": "0" * 64, "record": "쓰레기"})
    text = as_("coordinator").get("/refusals").text
    for word in ("충돌", "다른 휴대폰에서 고친 글", f"/visits/{first['id']}", "춤추는 기록 &lt;script&gt;", "목록에 있는 것을", "쓰레기",
                 "가상 changdong"):
        assert word in text, word
    assert AccessLog.select().where(AccessLog.verb == "refusal.list").get().shops == [cast.shop.uid]


def test_an_empty_page_says_what_would_stand_there(as_):
    assert "이유와 함께" in as_("supervisor").get("/refusals").text


def test_the_list_takes_the_same_queries_for_any_number(as_, cast, queries):
    def poison():
        as_("changdong").send(frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "dancing"}))

    poison()
    client = as_("coordinator")
    client.get("/refusals")
    with queries:
        client.get("/refusals")
    few = queries.count
    for _ in range(6):
        poison()
    with queries:
        client.get("/refusals")
    assert queries.count == few <= 8
