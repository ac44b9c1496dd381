"""The office's own list of what a grievance may be about: made, changed, ended, ordered, and what phones and visits make of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fieldapp.database import db, today, uuid7, writing
from fieldapp.errors import Problem
from fieldapp.events import Event
from fieldapp.grievances import Category
from fieldapp.grievances.catalogue import USUAL, begin, mark
from fieldapp.sync.pack import pack
from tests.conftest import Client, frozen
from tests.recording import recorded

TOMORROW, YESTERDAY = (str(today() + timedelta(days)) for days in (1, -1))


def post(as_, path: str = "", login: str = "admin", **data):
    return as_(login).post(f"/categories{path}", data=data)


def offered(person) -> list[str]:
    return [row["name"] for row in pack(person, "", "", "ko")["rest"]["categories"]]


def test_one_is_made_and_is_on_the_phones_of_its_zone(as_, cast):
    answer = post(as_, name_ko="역 앞 공사", name_en="Works", zone=cast.zone.uid, field="legal", last_day=TOMORROW)
    made = Category.get(Category.name_ko == "역 앞 공사")
    assert (answer.status_code, answer.location) == (303, f"/categories#{made.code}")
    assert offered(cast.changdong) == ["임대료", "인건비", "역 앞 공사"] and offered(cast.ssangmun) == ["임대료", "인건비"]
    form = {"shop": cast.shop.uid, "outcome": "met", "memo": "x", "category": [made.code], f"grievance.{made.code}.text": "가림막"}
    [sent] = as_("changdong").send(frozen(cast.changdong, form))
    assert sent["answer"] == "created"
    assert "1" in as_("admin").get("/categories").text
    event = Event.get(Event.kind == "category.made")
    assert (event.person, event.facts["after"]["name_ko"]) == (cast.admin.uid, "역 앞 공사")


def test_one_that_ends_is_chosen_to_the_end_of_its_last_day(as_, cast):
    assert post(as_, f"/{cast.rent.uid}", name_ko="임대료", last_day=str(today()), seen=mark(cast.rent)).status_code == 303
    assert "임대료" in offered(cast.changdong)
    with writing():
        Category.update(last_day=today() - timedelta(1)).where(Category.uid == cast.rent.uid).execute()
    assert "임대료" not in offered(cast.changdong)
    text = as_("admin").get("/categories").text
    assert "끝난 분류 2개" in text
    kept = Category.get_by_id(cast.rent.uid)
    said = post(as_, f"/{kept.uid}", name_ko="임대료·관리비", last_day=str(kept.last_day), seen=mark(kept))
    assert said.status_code == 303, "its end is as it was"


@pytest.mark.parametrize(("data", "said"), [
    ({}, "분류 이름을"), ({"name_ko": "가" * 61}, "60"), ({"name_ko": "x", "zone": uuid7()}, "목록에 있는"),
    ({"name_ko": "x", "field": "magic"}, "목록에 있는"), ({"name_ko": "x", "first_day": "2026-13-01"}, "날짜를"),
    ({"name_ko": "x", "first_day": TOMORROW, "last_day": str(today())}, "빠릅니다"),
    ({"name_ko": "x", "last_day": YESTERDAY}, "오늘부터"), ({"name_ko": "임 대료"}, "같은 이름"), ({"name_ko": "x", "code": "y"}, "")])
def test_what_cannot_be_is_said_beside_it_and_comes_back(as_, cast, data, said):
    count = Category.select().count()
    answer = post(as_, **data)
    assert answer.status_code == 422 and said in answer.text and Category.select().count() == count
    assert f'value="{data.get("name_ko", "")}"' in answer.text


def test_the_same_name_is_free_in_another_zone_or_another_time(as_, cast):
    assert post(as_, name_ko="공사", zone=cast.zone.uid).status_code == 303
    assert post(as_, name_ko="공사", zone=cast.other_zone.uid).status_code == 303
    assert post(as_, name_ko="공사").status_code == 422
    assert post(as_, name_ko="지난 분류", first_day=str(today())).status_code == 303, "the earlier one has ended"


def test_a_used_one_keeps_its_zone(as_, cast, visit_form):
    recorded(cast.changdong, visit_form)
    answer = post(as_, f"/{cast.rent.uid}", name_ko="임대료", zone=cast.zone.uid, seen=mark(cast.rent))
    assert answer.status_code == 422 and "이미 쓰인 분류" in answer.text
    assert post(as_, f"/{cast.labor.uid}", name_ko="인건비", zone=cast.zone.uid, seen=mark(cast.labor)).status_code == 303


def test_of_two_who_change_it_the_second_is_told(as_, cast):
    seen = mark(cast.rent)
    assert post(as_, f"/{cast.rent.uid}", name_ko="임대료·관리비", seen=seen).status_code == 303
    answer = post(as_, f"/{cast.rent.uid}", "supervisor", name_ko="월세", seen=seen)
    assert answer.status_code == 409 and 'value="월세"' in answer.text and "임대료·관리비" in answer.text
    assert post(as_, f"/{cast.rent.uid}", "supervisor", name_ko="월세", seen=mark(Category.get_by_id(cast.rent.uid))).status_code == 303
    assert [event.facts["after"]["name_ko"] for event in Event.of(cast.rent.uid)] == ["임대료·관리비", "월세"]


def test_their_order_is_that_of_the_chips(as_, cast):
    post(as_, f"/{cast.labor.uid}/move", way="up")
    assert offered(cast.changdong) == ["인건비", "임대료"]
    post(as_, f"/{cast.labor.uid}/move", way="up")
    post(as_, f"/{cast.labor.uid}/move", way="down")
    assert offered(cast.changdong) == ["임대료", "인건비"]
    assert post(as_, f"/{cast.labor.uid}/move", way="away").status_code == 422
    assert post(as_, f"/{uuid7()}/move", way="up").status_code == post(as_, f"/{uuid7()}", name_ko="x").status_code == 404


def test_an_office_without_any_begins_with_the_usual_ones(as_, cast):
    assert post(as_, "/start").status_code == 409
    with writing():
        Category.delete().execute()
    assert "흔히 쓰는 분류 12개로 시작하기" in as_("admin").get("/categories").text
    assert post(as_, "/start").status_code == 303
    assert [row.code for row in Category.select().order_by(Category.position)] == [row[0] for row in USUAL]


def test_of_eight_beginnings_at_once_one_makes_them(app, cast):
    with writing():
        Category.delete().execute()

    def once(_number: int) -> str:
        try:
            with app.app_context(), writing():
                begin(cast.admin.uid)
                return "made"
        except Problem as problem:
            return problem.code
        finally:
            db.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(once, range(8))) == ["conflict"] * 7 + ["made"]
    assert Category.select().count() == len(USUAL)


def test_any_number_takes_the_same_queries(app, cast, queries):
    reader = Client(app, "admin")
    with queries:
        reader.get("/categories")
    few = queries.count
    with writing():
        for number in range(20):
            Category.create(code=f"more{number}", name_ko=f"분류 {number}", zone=cast.zone)
    with queries:
        reader.get("/categories")
    assert queries.count == few
