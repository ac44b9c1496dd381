"""What goes down to a phone: a delta of its own zones and nothing of any other, whole again where a delta would lie."""

import json
from datetime import date, timedelta

import pytest

from fieldapp.database import Sequence, db, next_seq, now, uuid7, writing
from fieldapp.events import AccessLog
from fieldapp.grievances import Category
from fieldapp.people import Grant
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from tests.conftest import frozen, make_shop
from tests.phone_user import once_at_the_desk

LAST_DAY = date.today() - timedelta(days=2)


@pytest.fixture
def ask(as_):
    """`ask(before)` gives what has changed since that answer; `ask()` is a phone that has nothing."""
    with writing():
        next_seq()  # an office in which something has happened

    def pack(before: dict | None = None, login: str = "changdong", **cookies) -> dict:
        cursor, rest = (before["cursor"], before["rest_hash"]) if before else ("", "")
        for name, value in cookies.items():
            as_(login).http.set_cookie(name, value)
        answer = as_(login).get(f"/sync/pack?cursor={cursor}&rest={rest}")
        assert answer.status_code == 200
        return answer.json
    return pack


def uids(pack: dict) -> set[str]:
    return {shop["uid"] for shop in pack["shops"]}


def move(shop: Shop, zone) -> None:
    with writing():
        Shop.get_by_id(shop.uid).move_to(zone)


def test_a_new_phone_gets_all_of_its_zones_and_then_nothing(ask, cast):
    first = ask()
    assert first["full"] and uids(first) == {cast.shop.uid, cast.neighbour.uid}
    assert [zone["uid"] for zone in first["rest"]["zones"]] == [cast.zone.uid]
    assert [category["code"] for category in first["rest"]["categories"]] == ["rent", "labor"]
    again = ask(first)
    assert (again["full"], again["shops"], again["gone"], again["rest"]) == (False, [], [], None)
    assert again["cursor"] == first["cursor"]


def test_only_what_has_changed_comes(ask, cast, as_, visit_form):
    first = ask()
    with writing():
        cast.neighbour.touch(phone="02-000-0000")
    second = ask(first)
    assert not second["full"] and uids(second) == {cast.neighbour.uid} and second["rest"] is None
    as_("changdong").send(frozen(cast.changdong, visit_form | {"grievance.rent.disposition": "guided_to_programme"}))
    [shop] = ask(second)["shops"]
    assert (shop["uid"], shop["outcome"], shop["said"]) == (cast.shop.uid, "met", "임대료: 재계약 인상")
    assert shop["promised"] == [["임대료", "guided_to_programme"]] and shop["last_at"]
    assert uids(ask(first)) == {cast.shop.uid, cast.neighbour.uid}, "an older phone gets both"


def test_a_shop_that_left_the_zone_is_forgotten_and_comes_back_with_it(ask, cast):
    mine, theirs = ask(), ask(login="ssangmun")
    move(cast.shop, cast.other_zone)
    left, come = ask(mine), ask(theirs, login="ssangmun")
    assert (left["gone"], uids(left)) == ([cast.shop.uid], set())
    assert (come["gone"], uids(come)) == ([], {cast.shop.uid})
    move(cast.shop, None)
    assert ask(come, login="ssangmun")["gone"] == [cast.shop.uid]
    move(cast.shop, cast.zone)
    back = ask(left)
    assert (back["gone"], uids(back)) == ([], {cast.shop.uid})
    assert (ask(mine)["gone"], uids(ask(mine))) == ([], {cast.shop.uid}), "a phone that heard of none of it"


def test_who_holds_both_zones_forgets_nothing_that_moves_between_them(ask, cast):
    with writing():
        Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
    first = ask()
    move(cast.shop, cast.other_zone)
    moved = ask(first)
    assert (moved["full"], moved["gone"], uids(moved)) == (False, [], {cast.shop.uid})


def test_a_zone_more_or_less_means_all_of_it_anew(ask, cast):
    first = ask()
    with writing():
        Grant.create(person=cast.changdong, zone=cast.other_zone, first_day=date(2020, 1, 1))
    more = ask(first)
    assert more["full"] and uids(more) == {cast.shop.uid, cast.neighbour.uid, cast.other_shop.uid} and more["rest"]
    with writing():
        Grant.update(last_day=LAST_DAY).where(Grant.person == cast.changdong, Grant.zone == cast.zone).execute()
    less = ask(more)
    assert less["full"] and uids(less) == {cast.other_shop.uid}
    assert [zone["uid"] for zone in less["rest"]["zones"]] == [cast.other_zone.uid]
    with writing():
        Grant.update(last_day=LAST_DAY).where(Grant.person == cast.changdong).execute()
    none = ask(less)
    assert none["full"] and none["shops"] == [] and none["rest"]["zones"] == []


def test_a_restored_backup_means_all_of_it_anew(ask, cast):
    first = ask()
    with writing():
        Sequence.update(epoch=uuid7()).execute()
    assert ask(first)["full"]


@pytest.mark.parametrize("cursor", ["x", ".", "1.2", "0123456789ab.5", "0123456789ab.-1", "é.9", "0" * 500, "%00"])
def test_an_odd_cursor_means_all_of_it(as_, cursor):
    assert as_("changdong").get(f"/sync/pack?cursor={cursor}").json["full"]


def test_a_number_that_is_no_number_means_all_of_it(ask, as_):
    epoch = ask()["cursor"].partition(".")[0]
    for number in ("", "-1", "1e3", "٣", "9" * 16):
        assert as_("changdong").get(f"/sync/pack?cursor={epoch}.{number}").json["full"]


def test_nothing_of_another_zone_is_ever_in_it(ask, cast, as_, visit_form):
    """Over shops, visits, categories, returned work and moves: no name, uid or word of the other zone."""
    with writing():
        Category.create(code="theirs", name_ko="남의 분류", zone=cast.other_zone)
        for number in range(3):
            make_shop(f"남의 점포 {number}", cast.other_zone, cast.ssangmun, 37.6, 127.0)
    theirs = frozen(cast.ssangmun, visit_form | {"shop": cast.other_shop.uid, "memo": "남의 글", "grievance.rent.text": "남의 애로"})
    mine = frozen(cast.changdong, visit_form)
    assert as_("ssangmun").send(theirs)[0]["answer"] == as_("changdong").send(mine)[0]["answer"] == "created"
    with writing():
        for uid in (theirs["id"], mine["id"]):
            Visit.get_by_id(uid).send_back("다시", cast.supervisor)
    foreign = [cast.other_zone.uid, cast.other_zone.name_ko, cast.ssangmun.uid, theirs["id"], "남의", "theirs",
               *(shop.uid for shop in Shop.select().where(Shop.zone == cast.other_zone))]
    first = ask()
    move(cast.neighbour, cast.other_zone)
    for pack in (first, ask(first), ask()):
        text = json.dumps(pack, ensure_ascii=False)
        assert not [word for word in foreign if word in text]
    assert [line["visit"] for line in first["rest"]["returned"]] == [mine["id"]]
    assert {line["visit"] for line in ask(login="ssangmun")["rest"]["returned"]} == {theirs["id"]}


def test_the_rest_comes_when_it_has_changed_and_in_the_chosen_language(ask, cast):
    first = ask()
    with writing():
        Category.create(code="new", name_ko="새 분류", name_en="New kind")
    second = ask(first)
    assert "new" in [category["code"] for category in second["rest"]["categories"]] and not second["full"]
    assert ask(second)["rest"] is None
    english = ask(second, lang="en")
    assert "New kind" in [category["name"] for category in english["rest"]["categories"]]


def test_more_shops_cost_no_more_queries(ask, cast, as_, visit_form, monkeypatch):
    asked: list[str] = []
    execute = db.obj.execute_sql

    def counted(sql, *more, **options):
        asked.append(sql)
        return execute(sql, *more, **options)

    as_("changdong").send(frozen(cast.changdong, visit_form))
    ask()
    monkeypatch.setattr(db.obj, "execute_sql", counted)
    few = len(ask()["shops"]), len(asked)
    with writing():
        shops = [make_shop(f"점포 {number}", cast.zone, cast.changdong, 37.65, 127.04) for number in range(60)]
    as_("changdong").send(*(frozen(cast.changdong, visit_form | {"shop": shop.uid}) for shop in shops[:20]))
    asked.clear()
    many = len(ask()["shops"]), len(asked)
    assert (few[0], many[0]) == (2, 62) and few[1] == many[1], asked


def test_whose_data_was_shown_is_noted(ask, cast, as_, visit_form):
    ask()
    assert AccessLog.select().count() == 0, "a shop that nobody has visited says nothing of its owner"
    as_("changdong").send(frozen(cast.changdong, visit_form))
    ask()
    log = AccessLog.get()
    assert (log.person, log.verb, log.shops) == (cast.changdong.uid, "pack", [cast.shop.uid])
    assert abs(log.created_at - now()) < timedelta(minutes=1)


def test_only_a_manager_gets_one(as_, cast):
    assert as_("").get("/sync/pack").status_code == 401
    for login in ("supervisor", "coordinator", "expert", "admin"):
        assert as_(login).get("/sync/pack").status_code == 403


@pytest.mark.browser
def test_an_unassigned_zone_leaves_the_phone_and_what_was_saved_before_still_arrives(office, user):
    office.server.kill()
    user.save_many([{"shop": office.cast.shop.uid, "outcome": "met", "memo": "마지막 날", "visited_at": f"{LAST_DAY}T03:00:00Z"}])
    with writing():
        Grant.update(last_day=LAST_DAY).where(Grant.person == office.cast.changdong).execute()
    office.server.start()
    user.send()
    user.wait(done=1)
    user.until("return !(await (await js('outbox/store.js')).all('shops')).length", "the zone's shops are gone")
    once_at_the_desk({"마지막 날": 0})
