import itertools
from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.database import db, now, uuid7, writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.events import Event
from fieldapp.people import Grant
from fieldapp.shops import Shop
from fieldapp.visits import Visit, VisitPhoto, VisitProgramme
from tests.recording import recorded, revised

HASHES = [f"{number:064x}" for number in range(1, 4)]


def current(root: str) -> list[str]:
    return [visit.uid for visit in Visit.select().where(Visit.root == root, Visit.current)]


def send_back(visit: Visit, cast, reason: str = "사진이 없습니다") -> None:
    with writing():
        visit.send_back(reason, cast.supervisor)


def test_a_visit_keeps_what_was_seen_and_said_and_where(cast, visit_form):
    made_at = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
    visit = recorded(cast.changdong, visit_form | {
        "met_whom": "직원", "place.source": "gps", "place.lat": "37.6503", "place.lon": "127.0450", "place.accuracy_m": "9",
        "visited_at": "2026-03-02T10:00:00+09:00", "programme": [cast.programme.uid],
    }, made_at=made_at, timezone="Asia/Seoul", skew_ms=-12, device="d", device_seq=4)
    assert (visit.root, visit.revision, visit.current, visit.review) == (visit.uid, 1, True, "received")
    assert (visit.shop, visit.zone, visit.manager) == (cast.shop, cast.zone, cast.changdong)
    assert (visit.outcome, visit.met_whom, visit.memo) == ("met", "직원", visit_form["memo"])
    assert visit.visited_at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert (visit.made_at, visit.timezone, visit.skew_ms, visit.device, visit.device_seq) == (made_at, "Asia/Seoul", -12, "d", 4)
    assert 33 < visit.distance_m < 34  # 0.0003 degrees of latitude
    assert [row.programme for row in VisitProgramme.select()] == [cast.programme]
    event = Event.get(Event.subject == visit.uid)
    assert (event.kind, event.person) == ("visit.recorded", cast.changdong.uid)
    assert event.facts == {"visit": visit.uid, "shop": cast.shop.uid, "carried_by": ""}


def test_a_visit_stays_in_the_zone_where_it_was_made(cast, visit_form):
    visit = recorded(cast.changdong, visit_form)
    with writing():
        Shop.get_by_id(cast.shop.uid).move_to(cast.other_zone)
    assert Visit.get_by_id(visit.uid).zone == cast.zone
    assert list(Visit.reachable_by(cast.ssangmun)) == []


@pytest.mark.parametrize(("clock", "kept"), [
    ("1999-12-31T23:00:00Z", False), ("2100-01-01T00:00:00Z", False), ("", False), ("2000-01-01T00:00:00Z", True),
    ("2026-01-05T00:00:00Z", True)])
def test_a_time_that_cannot_be_a_visits_gives_way_to_the_servers(cast, visit_form, clock, kept):
    Grant.update(first_day="1990-01-01").execute()
    before = now()
    visit = recorded(cast.changdong, visit_form | ({"visited_at": clock} if clock else {}))
    assert (visit.visited_at.isoformat() == clock.replace("Z", "+00:00")) is kept
    assert kept or before <= visit.visited_at <= now()


def test_a_shop_without_a_point_gives_no_distance(cast, visit_form):
    Shop.update(lat=None, lon=None).execute()
    visit = recorded(cast.changdong, visit_form | {"place.source": "gps", "place.lat": "37.65", "place.lon": "127.04"})
    assert visit.distance_m is None


@pytest.mark.parametrize(("outcome", "status"), [("closed_down", "closed_down"), ("moved", "moved"), ("absent", "open")])
def test_what_was_found_at_the_door_is_the_shops_status_until_it_is_met_again(cast, outcome, status):
    seq = Shop.get_by_id(cast.shop.uid).seq
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": outcome})
    shop = Shop.get_by_id(cast.shop.uid)
    assert shop.status == status and shop.seq > seq, "phones hear of it"
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "busy"})
    assert Shop.get_by_id(cast.shop.uid).status == status
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met"})
    assert Shop.get_by_id(cast.shop.uid).status == "open"


def test_an_unknown_programme_is_refused_and_nothing_is_kept(cast, visit_form):
    with pytest.raises(Invalid) as told:
        recorded(cast.changdong, visit_form | {"programme": [cast.programme.uid, uuid7()]})
    assert list(told.value.fields) == ["programme"]
    assert Visit.select().count() == VisitProgramme.select().count() == Event.select().count() == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_revisions_in_any_order_are_one_family_with_one_that_is_current(cast, visit_form, order):
    uids = [uuid7() for _ in range(4)]
    for place in order:
        recorded(cast.changdong, visit_form | ({"replaces": uids[place - 1]} if place else {}), uid=uids[place])
    family = Visit.get_by_id(uids[0]).revisions()
    assert [visit.uid for visit in family] == uids and [visit.revision for visit in family] == [1, 2, 3, 4]
    assert {visit.root for visit in family} == {uids[0]} and current(uids[0]) == [uids[3]]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_two_heirs_the_last_to_arrive_is_current(cast, visit_form, order):
    first, one, other = uuid7(), uuid7(), uuid7()
    chain = [(first, {}), (one, {"replaces": first}), (other, {"replaces": first})]
    for place in order:
        recorded(cast.changdong, visit_form | chain[place][1], uid=chain[place][0])
    last = [chain[place][0] for place in order if place][-1]
    assert current(first) == [last] and len(Visit.get_by_id(first).revisions()) == 3


def test_a_revision_whose_first_never_arrives_stands_for_itself(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | {"replaces": uuid7()})
    assert visit.current and visit.revision == 2 and current(visit.root) == [visit.uid]


def test_what_claims_to_replace_itself_or_each_other_is_kept_and_one_is_current(cast, visit_form):
    alone, one, other = uuid7(), uuid7(), uuid7()
    recorded(cast.changdong, visit_form | {"replaces": alone}, uid=alone)
    recorded(cast.changdong, visit_form | {"replaces": other}, uid=one)
    recorded(cast.changdong, visit_form | {"replaces": one}, uid=other)
    assert current(alone) == [alone] and current(Visit.get_by_id(one).root) == [other]


def test_another_managers_visit_cannot_be_replaced(cast, visit_form):
    visit = recorded(cast.changdong, visit_form)
    Grant.create(person=cast.ssangmun, zone=cast.zone, first_day="2020-01-01")
    with pytest.raises(Invalid) as told:
        recorded(cast.ssangmun, visit_form | {"replaces": visit.uid})
    assert list(told.value.fields) == ["replaces"] and current(visit.uid) == [visit.uid]


def test_a_visit_is_sent_back_with_a_reason_and_answered_by_a_revision(cast, visit_form):
    visit = recorded(cast.changdong, visit_form)
    send_back(visit, cast, "  사진이 없습니다 ")
    stored = Visit.get_by_id(visit.uid)
    assert (stored.review, stored.return_reason, stored.returned_by) == ("returned", "사진이 없습니다", cast.supervisor)
    assert stored.seq > visit.seq
    assert [row.shop.name for row in Visit.returned_to(cast.changdong)] == ["가상분식"]
    assert list(Visit.returned_to(cast.ssangmun)) == []
    event = list(Event.of(visit.root))[-1]
    assert (event.kind, event.person, event.facts["reason"]) == ("visit.returned", cast.supervisor.uid, "사진이 없습니다")
    answer = revised(visit, visit_form)
    assert answer.review == "answered" and list(Visit.returned_to(cast.changdong)) == []
    send_back(answer, cast)
    assert list(Visit.returned_to(cast.changdong)) == [answer]


@pytest.mark.parametrize("reason", ["", "   \n", "가" * 501])
def test_no_visit_is_sent_back_without_a_reason_that_can_be_read(cast, visit_form, reason):
    visit = recorded(cast.changdong, visit_form)
    with pytest.raises(Invalid) as told:
        send_back(visit, cast, reason)
    assert list(told.value.fields) == ["reason"] and Visit.get_by_id(visit.uid).review == "received"


def test_what_is_returned_confirmed_or_replaced_is_not_sent_back(cast, visit_form):
    returned, replaced = recorded(cast.changdong, visit_form), recorded(cast.changdong, visit_form)
    confirmed = recorded(cast.changdong, visit_form)
    Visit.update(review="confirmed").where(Visit.uid == confirmed.uid).execute()
    send_back(returned, cast)
    revised(replaced, visit_form)
    count = Event.select().count()
    for visit in (returned, replaced, confirmed):
        with pytest.raises(Conflict):
            send_back(visit, cast)
    assert Event.select().count() == count


def test_everyone_reaches_what_is_theirs(cast, visit_form):
    mine = recorded(cast.changdong, visit_form)
    other = recorded(cast.ssangmun, {"shop": cast.other_shop.uid, "outcome": "met"})
    reach = {login: {visit.uid for visit in Visit.reachable_by(getattr(cast, login))}
             for login in ("changdong", "ssangmun", "supervisor", "coordinator", "expert", "admin")}
    assert reach == {"changdong": {mine.uid}, "ssangmun": {other.uid}, "supervisor": {mine.uid, other.uid},
                     "coordinator": {mine.uid, other.uid}, "expert": set(), "admin": set()}


def test_ones_own_visits_stay_in_reach_after_the_zone_went_to_someone_else(cast, visit_form):
    visit = recorded(cast.changdong, visit_form)
    Grant.update(last_day=now().date() - timedelta(days=2)).where(Grant.person == cast.changdong).execute()
    Grant.create(person=cast.ssangmun, zone=cast.zone, first_day=now().date() - timedelta(days=1))
    assert list(Visit.reachable_by(cast.changdong)) == [visit] == list(Visit.reachable_by(cast.ssangmun))


def test_a_visit_out_of_reach_is_not_found_like_one_that_does_not_exist(cast, visit_form):
    visit = recorded(cast.changdong, visit_form)
    assert Visit.get_reachable(cast.changdong, visit.uid) == visit
    for person, uid in ((cast.ssangmun, visit.uid), (cast.expert, visit.uid), (cast.changdong, uuid7()), (cast.changdong, "'")):
        with pytest.raises(NotFound):
            Visit.get_reachable(person, uid)


def test_the_manifest_knows_what_is_missing_what_came_and_what_was_refused(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | {"photo": HASHES})
    assert VisitPhoto.missing([visit.uid]) == {visit.uid: HASHES}
    VisitPhoto.arrived(list(VisitPhoto.awaited_from([cast.changdong.uid], HASHES[1])), by=cast.changdong.uid)
    VisitPhoto.refuse(list(VisitPhoto.awaited_from([cast.changdong.uid], HASHES[0])), "photo-format", by=cast.changdong.uid)
    assert VisitPhoto.missing([visit.uid]) == {visit.uid: [HASHES[2]]}
    assert {event.kind: event.facts for event in Event.of(visit.uid) if event.kind.startswith("photo")} == {
        "photo.received": {"sha256": HASHES[1]}, "photo.refused": {"sha256": HASHES[0], "code": "photo-format"}}


@pytest.mark.sqlite
def test_a_photo_finds_its_visit_without_reading_the_others(cast):
    sql, values = VisitPhoto.awaited_from([cast.changdong.uid, cast.ssangmun.uid], HASHES[0]).sql()
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert len(plan) == 2 and all(step.startswith("SEARCH") for step in plan), plan


def test_photos_that_came_with_an_earlier_revision_are_not_asked_for_again(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | {"photo": HASHES[:2]})
    VisitPhoto.arrived(list(VisitPhoto.awaited_from([cast.changdong.uid], HASHES[0])), by=cast.changdong.uid)
    revision = revised(visit, visit_form | {"photo": HASHES})
    assert VisitPhoto.missing([revision.uid]) == {revision.uid: HASHES[1:]}


def test_anothers_photo_is_still_asked_for(cast, visit_form):
    """Otherwise one could show a photo that one only knows the hash of."""
    recorded(cast.changdong, visit_form | {"photo": HASHES[:1]})
    VisitPhoto.arrived(list(VisitPhoto.awaited_from([cast.changdong.uid], HASHES[0])), by=cast.changdong.uid)
    other = recorded(cast.ssangmun, {"shop": cast.other_shop.uid, "outcome": "met", "photo": HASHES[:1]})
    assert VisitPhoto.missing([other.uid]) == {other.uid: HASHES[:1]}
    assert list(VisitPhoto.awaited_from([cast.changdong.uid], HASHES[2])) == []


def test_a_photo_that_was_refused_and_then_comes_whole_has_come(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | {"photo": HASHES[:1]})
    rows = list(VisitPhoto.awaited_from([cast.changdong.uid], HASHES[0]))
    VisitPhoto.refuse(rows, "photo-unreadable", by=cast.changdong.uid)
    VisitPhoto.arrived(rows, by=cast.changdong.uid)
    VisitPhoto.refuse(rows, "photo-unreadable", by=cast.changdong.uid)
    row = VisitPhoto.get(VisitPhoto.visit == visit)
    assert row.received_at and row.refused == ""
