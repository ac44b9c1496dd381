import re
from datetime import date, timedelta

import pytest

from fieldapp.dashboard.handover import hanging_on
from fieldapp.database import SEOUL, now, writing
from fieldapp.events import AccessLog, Event
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop
from tests.conftest import make_shop, password_hash
from tests.recording import recorded


@pytest.fixture
def second(cast):
    """Another manager of 창동권역."""
    with writing():
        person = Person.create(login="second", name="가상 둘째", role="manager", password_hash=password_hash())
        Grant.create(person=person, zone=cast.zone, first_day=date(2020, 1, 1))
    return person


def previewed(client, **data):
    answer = client.post("/assign/preview", data=data)
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)
    return answer, seen[1] if seen else ""


def in_charge() -> dict[str, str]:
    return {shop.name: shop.manager.login if shop.manager else "" for shop in Shop.select()}


def test_shops_move_only_after_it_was_shown_what_goes_with_them(as_, cast, second, visit_form):
    recorded(cast.changdong, visit_form | {"grievance.rent.disposition": "needs_committee"})
    supervisor, asked = as_("supervisor"), {"zone": cast.zone.uid, "to": second.uid, "shop": [cast.shop.uid, cast.neighbour.uid]}
    answer, seen = previewed(supervisor, **asked)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert all(words in text for words in ("가상 둘째에게 점포 2곳을 맡깁니다", "임대료 · 위원회", "가 본 적 없는 곳 1"))
    assert set(in_charge().values()) == {"changdong", "ssangmun"}, "a preview changes nothing"
    assert supervisor.post("/assign", data=asked | {"seen": seen}).status_code == 303
    assert in_charge() == {"가상분식": "second", "가상세탁소": "second", "가상카페": "ssangmun"}
    events = Event.select().where(Event.kind == "shop.assigned")
    told = {event.subject: (event.facts["before"], event.facts["after"], event.person) for event in events}
    assert told == dict.fromkeys([cast.shop.uid, cast.neighbour.uid], (cast.changdong.uid, second.uid, cast.supervisor.uid))


def test_the_phones_of_both_hear_of_it(as_, cast, second):
    with writing():
        cast.neighbour.touch()  # the first change of an office begins its count
    cursor = as_("changdong").get("/sync/pack").json["cursor"]
    asked = {"zone": cast.zone.uid, "to": second.uid, "shop": [cast.shop.uid]}
    _answer, seen = previewed(as_("supervisor"), **asked)
    as_("supervisor").post("/assign", data=asked | {"seen": seen})
    delta = as_("changdong").get(f"/sync/pack?cursor={cursor}").json["shops"]
    assert [(line["uid"], line["mine"]) for line in delta] == [(cast.shop.uid, second.uid)]


def test_all_of_a_managers_shops_move_at_once(as_, cast, second):
    asked = {"zone": cast.zone.uid, "to": second.uid, "whole": cast.changdong.uid}
    _answer, seen = previewed(as_("supervisor"), **asked)
    assert as_("supervisor").post("/assign", data=asked | {"seen": seen}).status_code == 303
    assert in_charge() == {"가상분식": "second", "가상세탁소": "second", "가상카페": "ssangmun"}


def test_if_one_has_moved_meanwhile_nothing_moves_and_all_is_shown_anew(as_, cast, second):
    asked = {"zone": cast.zone.uid, "to": second.uid, "shop": [cast.shop.uid, cast.neighbour.uid]}
    _answer, seen = previewed(as_("supervisor"), **asked)
    with writing():
        cast.neighbour.touch(manager=cast.ssangmun)
    answer = as_("supervisor").post("/assign", data=asked | {"seen": seen})
    assert answer.status_code == 409 and "그 사이 담당이 바뀐" in answer.text
    assert in_charge()["가상분식"] == "changdong" and not Event.select().where(Event.kind == "shop.assigned").exists()
    again = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert again
    assert as_("supervisor").post("/assign", data=asked | {"seen": again[1]}).status_code == 303


@pytest.mark.parametrize(("change", "word"), [
    ({"to": ""}, "맡을 매니저를 골라"), ({"shop": []}, "하나 이상"), ({"to": "ssangmun"}, "목록에 있는 것"),
    ({"shop": "other_shop"}, "하나 이상"), ({"whole": "x"}, "목록에 있는 것"), ({"to": "changdong"}, "하나 이상")])
def test_what_cannot_move_is_told_and_stays(as_, cast, second, change, word):
    """No manager of another zone, no shop of another zone, none to whom has it already."""
    named = {name: getattr(cast, value).uid if isinstance(value, str) and hasattr(cast, value) else value for name, value in change.items()}
    asked = {"zone": cast.zone.uid, "to": second.uid, "shop": [cast.shop.uid], "seen": "0"} | named
    for url in ("/assign/preview", "/assign"):
        answer = as_("supervisor").post(url, data=asked)
        assert answer.status_code == 422 and word in answer.text, url
        kept = re.findall(r'name="shop" value="([^"]+)" checked', answer.text)
        assert kept == ([] if "shop" in change else [cast.shop.uid]), "what was chosen stays chosen"
    assert "second" not in in_charge().values()


def test_an_unknown_zone_is_not_there(as_, cast):
    for answer in (as_("supervisor").get(f"/assign?zone={cast.shop.uid}"),
                   as_("supervisor").post("/assign/preview", data={"zone": cast.shop.uid}),
                   as_("supervisor").get(f"/assign/{cast.supervisor.uid}"), as_("supervisor").get("/assign/x")):
        assert answer.status_code == 404
    assert as_("supervisor").get("/assign?zone=x").status_code == 422
    assert as_("supervisor").get("/assign?manager=x").status_code == 422


def test_who_holds_the_zone_no_more_and_what_nobody_has_is_seen(as_, cast, second):
    with writing():
        make_shop("가상서점", cast.zone, None, 37.65, 127.04)
        Grant.update(last_day=now().astimezone(SEOUL).date() - timedelta(days=1)).where(Grant.person == cast.changdong).execute()
        Grant.update(last_day=now().astimezone(SEOUL).date() + timedelta(days=9)).where(Grant.person == second).execute()
    text = as_("supervisor").get(f"/assign?zone={cast.zone.uid}").get_data(as_text=True)
    assert "지금은 맡고 있지 않음" in text and "배정 필요" in text and "까지" in text
    alone = as_("supervisor").get(f"/assign?zone={cast.zone.uid}&manager=none").get_data(as_text=True)
    assert "가상서점" in alone and "가상분식" not in alone
    answer, _seen = previewed(as_("supervisor"), zone=cast.zone.uid, to=cast.changdong.uid, whole="none")
    assert answer.status_code == 422, "who holds the zone no more gets nothing"


def test_the_sheet_says_all_that_hangs_on_a_managers_shops(as_, cast, visit_form):
    visit = recorded(cast.changdong, visit_form | {"grievance.rent.disposition": "needs_referral", "refer.field": "legal",
                                                   "consent.contact": "on", "owner.name": "김가상"})
    recorded(cast.changdong, {"shop": cast.neighbour.uid, "outcome": "absent", "next_visit_on": now().astimezone(SEOUL).date().isoformat()})
    with writing():
        visit.send_back("다시", cast.supervisor)
    text = as_("supervisor").get(f"/assign/{cast.changdong.uid}").get_data(as_text=True)
    for word in ("인수인계서", "R-0001", "임대료 · 연계", "가상세탁소", "반려된 방문은 쓴 매니저의", "창동권역의 다른 매니저에게 옮기기"):
        assert word in text, word
    assert "김가상" not in text, "a sheet goes from hand to hand: no owner's name"
    assert AccessLog.select().where(AccessLog.verb == "assign.sheet").get().shops == sorted([cast.shop.uid, cast.neighbour.uid])


def test_what_hangs_on_shops_takes_the_same_queries_for_any_number(cast, visit_form, queries):
    recorded(cast.changdong, visit_form)
    with queries:
        hanging_on([cast.shop])
    few = queries.count
    with writing():
        more = [make_shop(f"가상점포 {number}", cast.zone, cast.changdong, 37.65, 127.04) for number in range(20)]
    for shop in more:
        recorded(cast.changdong, visit_form | {"shop": shop.uid})
    with queries:
        rows = hanging_on([cast.shop, *more])
    assert queries.count == few <= 6 and len(rows) == 21


def test_pages_of_shops_follow_each_other(as_, cast, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.assign.ROWS", 3)
    with writing():
        for number in range(5):
            make_shop(f"가상점포 {number % 2}", cast.zone, cast.changdong, 37.65, 127.04)
    seen, url = [], f"/assign?zone={cast.zone.uid}"
    while url:
        text = as_("supervisor").get(url).get_data(as_text=True)
        seen += re.findall(r'name="shop" value="([^"]+)"', text)
        more = re.search(r'href="/assign(\?[^"]*after=[^"]+)"', text)
        url = "/assign" + more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 7



def test_what_was_chosen_on_a_later_page_is_still_chosen_after_a_refusal(as_, cast, second, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.assign.ROWS", 1)
    supervisor = as_("supervisor")
    more = re.search(r'href="(/assign\?[^"]*after=[^"]+)"', supervisor.get(f"/assign?zone={cast.zone.uid}").text)
    assert more
    page = supervisor.get(more[1].replace("&amp;", "&")).text
    action = re.search(r'<form method="post" action="([^"]+)"', page[page.index("/assign/preview") - 40:])
    chosen = re.search(r'name="shop" value="([^"]+)"', page)
    assert action and chosen
    answer = supervisor.post(action[1].replace("&amp;", "&"), data={"zone": cast.zone.uid, "shop": chosen[1]})
    assert answer.status_code == 422 and f'value="{chosen[1]}" checked' in answer.text
    assert 'href="?' not in answer.text and '<form method="get" action="/assign"' in answer.text


def test_the_sheet_of_who_was_a_manager_once_opens_while_shops_are_in_their_charge(as_, cast, second):
    with writing():
        Person.update(role="coordinator").where(Person.uid.in_([cast.changdong.uid, second.uid])).execute()
    supervisor = as_("supervisor")
    assert f'href="/assign/{cast.changdong.uid}"' in supervisor.get(f"/assign?zone={cast.zone.uid}").text
    assert supervisor.get(f"/assign/{cast.changdong.uid}").status_code == 200
    assert supervisor.get(f"/assign/{second.uid}").status_code == 404
