import re
from datetime import date, datetime, timedelta

import pytest

from fieldapp.dashboard.rezoning import Rezoning
from fieldapp.database import SEOUL, at, now, writing
from fieldapp.errors import Invalid
from fieldapp.events import AccessLog, Event
from fieldapp.figures import Counted
from fieldapp.people import Grant, Person
from fieldapp.referrals import Actor, Referral
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.zones import Dong, Zone
from tests.conftest import make_shop
from tests.recording import recorded


@pytest.fixture
def asked(cast):
    """창1동, with both shops of 창동권역, to 쌍문권역."""
    with writing():
        Shop.update(dong="11320511").where(Shop.zone == cast.zone).execute()
        make_shop("가상서점", cast.other_zone, cast.ssangmun, 37.65, 127.04, dong="11320511")  # the office had put it there
    return {"dong": "11320511", "zone": cast.other_zone.uid, "to": ""}


def previewed(client, data):
    answer = client.post("/borders/preview", data=data)
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)
    return answer, seen[1] if seen else ""


def state() -> dict[str, tuple[str, str]]:
    return {shop.name: (shop.zone.name_ko, shop.manager.login if shop.manager else "") for shop in Shop.select()}


def test_a_dong_moves_only_after_it_was_shown_what_goes_with_it(as_, cast, asked, visit_form):
    recorded(cast.changdong, visit_form | {"grievance.rent.disposition": "needs_referral", "refer.field": "legal", "consent.contact": "on",
                                           "owner.name": "김가상"})
    recorded(cast.changdong, {"shop": cast.neighbour.uid, "outcome": "absent", "next_visit_on": now().astimezone(SEOUL).date().isoformat()})
    before, supervisor = state(), as_("supervisor")
    answer, seen = previewed(supervisor, asked)
    text = answer.get_data(as_text=True)
    for words in ("창1동을(를) 창동권역에서 쌍문권역(으)로", "점포 2곳이 함께", "배정 필요", "임대료 · 연계", "R-0001", "가상세탁소"):
        assert words in text, words
    assert "김가상" not in text and state() == before, "a preview changes nothing"
    assert AccessLog.select().where(AccessLog.verb == "borders.preview").get().shops == sorted([cast.shop.uid, cast.neighbour.uid])
    done = supervisor.post("/borders", data=asked | {"seen": seen})
    assert done.status_code == 303 and "창1동을(를) 쌍문권역(으)로 옮겼습니다" in supervisor.get(done.location).text
    assert state() == before | dict.fromkeys(["가상분식", "가상세탁소"], ("쌍문권역", ""))
    assert Dong.get_by_id("11320511").zone_id == Referral.get().zone_id == cast.other_zone.uid
    assert {visit.zone_id for visit in Visit.select()} == {cast.zone.uid}, "what was visited stays counted in the zone of its day"
    assert {row.zone for row in Counted.select()} == {cast.zone.uid}
    kinds = [event.kind for event in Event.select().where(Event.kind.endswith(".rezoned"))]
    assert sorted(kinds) == ["dong.rezoned", "referral.rezoned", "shop.rezoned", "shop.rezoned"]


def test_the_phones_of_both_zones_hear_of_it_and_the_case_is_seen_by_the_new_one(as_, cast, asked, visit_form):
    recorded(cast.changdong, visit_form | {"grievance.rent.disposition": "needs_referral", "refer.field": "legal", "consent.contact": "on",
                                           "owner.name": "김가상"})
    case, cursors = Referral.get(), {login: as_(login).get("/sync/pack").json["cursor"] for login in ("changdong", "ssangmun")}
    assert as_("ssangmun").get(f"/referrals/{case.uid}").status_code == 404
    _answer, seen = previewed(as_("supervisor"), asked | {"to": cast.ssangmun.uid})
    as_("supervisor").post("/borders", data=asked | {"to": cast.ssangmun.uid, "seen": seen})
    old, new = (as_(login).get(f"/sync/pack?cursor={cursor}").json for login, cursor in cursors.items())
    moved = {cast.shop.uid, cast.neighbour.uid}
    assert set(old["gone"]) == moved and not old["shops"]
    assert {line["uid"] for line in new["shops"]} == moved and {line["mine"] for line in new["shops"]} == {cast.ssangmun.uid}
    assert as_("ssangmun").get(f"/referrals/{case.uid}").status_code == 200
    assert as_("changdong").get(f"/referrals/{case.uid}").status_code == 404


def test_who_holds_both_zones_keeps_the_shops(as_, cast, asked):
    with writing():
        Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
        make_shop("가상꽃집", cast.zone, None, 37.65, 127.04, dong="11320511")
    _answer, seen = previewed(as_("supervisor"), asked | {"to": cast.ssangmun.uid})
    as_("supervisor").post("/borders", data=asked | {"to": cast.ssangmun.uid, "seen": seen})
    assert {name: login for name, (_zone, login) in state().items()} == {
        "가상분식": "changdong", "가상세탁소": "changdong", "가상꽃집": "ssangmun", "가상카페": "ssangmun", "가상서점": "ssangmun"}


def test_if_a_shop_has_changed_hands_meanwhile_nothing_moves_and_all_is_shown_anew(as_, cast, asked):
    _answer, seen = previewed(as_("supervisor"), asked)
    with writing():
        cast.neighbour.touch(manager=None)
    before = state()
    answer = as_("supervisor").post("/borders", data=asked | {"seen": seen})
    assert answer.status_code == 409 and "그 사이 점포가 바뀌어" in answer.text and state() == before
    again = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert again and as_("supervisor").post("/borders", data=asked | {"seen": again[1]}).status_code == 303
    twice = as_("supervisor").post("/borders", data=asked | {"seen": again[1]})
    assert twice.status_code == 422 and "이미 이 권역의 행정동" in twice.text


@pytest.mark.parametrize(("change", "word"), [
    ({"dong": ""}, "옮길 행정동을 골라"), ({"zone": ""}, "옮겨 갈 권역을 골라"), ({"dong": "99999999"}, "목록에 있는 것"),
    ({"zone": "x"}, "목록에 있는 것"), ({"to": "changdong"}, "옮겨 갈 권역을 맡은 매니저"), ({"to": "x"}, "옮겨 갈 권역을 맡은 매니저"),
    ({"zone": "own"}, "이미 이 권역의 행정동"), ({"magic": "1"}, "알 수 없는 항목")])
def test_what_cannot_move_is_told_with_what_was_chosen(as_, cast, asked, change, word):
    named = {"changdong": cast.changdong.uid, "own": cast.zone.uid}
    data, before = asked | {name: named.get(value, value) for name, value in change.items()}, state()
    for url in ("/borders/preview", "/borders"):
        answer = as_("supervisor").post(url, data=data)
        assert answer.status_code == 422 and word in answer.text, url
        if "dong" not in change:
            assert '<option value="11320511" selected>' in answer.text, "what was chosen stays chosen"
    assert state() == before


def test_only_todays_managers_are_named(as_, cast):
    with writing():
        Grant.update(last_day=now().astimezone(SEOUL).date() - timedelta(days=1)).where(Grant.person == cast.changdong).execute()
        Person.update(active=False).where(Person.uid == cast.ssangmun.uid).execute()
    text = as_("supervisor").get("/borders").text
    assert "<optgroup" in text and cast.changdong.name not in text and cast.ssangmun.name not in text


def test_the_page_takes_the_same_queries_for_any_number_of_dongs(as_, cast, queries):
    supervisor = as_("supervisor")
    with queries:
        supervisor.get("/borders")
    few = queries.count
    with writing():
        for number in range(10):
            Dong.create(code8=f"1132090{number}", name_ko=f"가상{number}동", zone=cast.zone)
    with queries:
        supervisor.get("/borders")
    assert queries.count == few


def test_an_empty_office_says_what_comes_first(as_, cast):
    with writing():
        for model in (Shop, Grant, Dong, Zone):
            model.delete().execute()
    assert "권역이 아직 없습니다" in as_("supervisor").get("/borders").text


def arrived(author: Person, form: dict, moment: datetime) -> Visit:
    """What a phone made at that moment and sends only now."""
    return recorded(author, form | {"visited_at": moment.isoformat()})


@pytest.fixture
def moved(as_, cast, asked):
    """The dong moved an hour ago."""
    with at(now() - timedelta(hours=1)), writing():
        Rezoning(Dong.get_by_id("11320511"), cast.other_zone, cast.ssangmun).carry_out(cast.supervisor.uid)


def test_a_visit_made_before_the_move_arrives_in_the_zone_of_its_time(cast, moved, visit_form):
    visit = arrived(cast.changdong, visit_form, now() - timedelta(hours=2))
    assert (visit.zone_id, Counted.get().zone) == (cast.zone.uid, cast.zone.uid)
    with pytest.raises(Invalid):
        arrived(cast.changdong, visit_form, now() - timedelta(minutes=30))
    assert arrived(cast.ssangmun, visit_form, now() - timedelta(minutes=30)).zone_id == cast.other_zone.uid


def test_who_holds_both_zones_has_each_visit_in_the_zone_of_its_time(cast, moved, visit_form):
    with writing():
        Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
    early, late = (arrived(cast.changdong, visit_form, now() - ago) for ago in (timedelta(hours=2), timedelta(minutes=30)))
    assert (early.zone_id, late.zone_id) == (cast.zone.uid, cast.other_zone.uid)


def test_what_was_sent_back_before_the_move_is_answered_after_it_by_who_wrote_it(as_, cast, asked, visit_form):
    visit = recorded(cast.changdong, visit_form)
    with writing():
        visit.send_back("다시", cast.supervisor)
        Rezoning(Dong.get_by_id("11320511"), cast.other_zone).carry_out(cast.supervisor.uid)
    answer = recorded(cast.changdong, visit_form | {"replaces": visit.uid, "memo": "더 길게 적은 답"})
    assert (answer.zone_id, answer.review, Counted.get().zone) == (cast.zone.uid, "answered", cast.zone.uid)
    with pytest.raises(Invalid):
        recorded(cast.ssangmun, visit_form | {"replaces": visit.uid, "shop": cast.shop.uid, "memo": "남의 것"})


def test_a_closed_case_that_is_opened_again_is_the_new_zones(cast, moved, visit_form):
    visit = arrived(cast.changdong, visit_form | {"grievance.rent.disposition": "needs_referral", "refer.field": "legal",
                                                  "consent.contact": "on", "owner.name": "김가상"}, now() - timedelta(hours=2))
    case = Referral.get(Referral.visit_root == visit.root)
    Referral.update(zone=cast.zone, state="withdrawn", before="submitted").where(Referral.uid == case.uid).execute()
    with writing():
        Referral.get_by_id(case.uid).move("reopen", Actor.of(cast.supervisor))
    assert Referral.get_by_id(case.uid).zone_id == cast.other_zone.uid


def test_what_moved_meanwhile_is_seen(as_, cast, asked):
    """A dong without shops that someone else moved, and a manager who lost the zone: both are other than what was shown."""
    bare = {"dong": "11320660", "zone": cast.zone.uid, "to": ""}
    with writing():
        Shop.update(dong=None).where(Shop.dong == "11320660").execute()
        third = Zone.create(name_ko="가상권역")
        Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
    (_one, empty), (_other, kept) = previewed(as_("supervisor"), bare), previewed(as_("supervisor"), asked)
    with writing():
        Dong.get_by_id("11320660").move_to(third, "")
        Grant.delete().where(Grant.person == cast.changdong, Grant.zone == cast.other_zone).execute()
    for data, seen in ((bare, empty), (asked, kept)):
        assert as_("supervisor").post("/borders", data=data | {"seen": seen}).status_code == 409
    assert as_("supervisor").get("/borders?moved=%00").status_code == 200
