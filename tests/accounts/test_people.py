"""The admin's pages: making an account, its invitation, its end."""

import re
from datetime import timedelta

import pytest

from fieldapp.accounts import Invitation
from fieldapp.database import today, uuid7
from fieldapp.events import Event
from fieldapp.people import Grant, Person, Session
from tests.conftest import Client
from tests.people.test_login import is_in, log_in
from tests.people.test_second import enrol


@pytest.fixture
def admin(as_) -> Client:
    return as_("admin")


def new(cast, **more) -> dict:
    return {"login": "dobong1", "name": "김도봉", "role": "manager", "mail": "", "zone": [cast.zone.uid], "first_day": today().isoformat(),
            "reason": "인사명령 2026-11"} | more


def part(admin: Client, person: Person) -> str:
    """What the page asks for again and again."""
    return admin.http.get(f"/people/{person.uid}/invitation", headers={"HX-Request": "true"}).text


def facts(person: Person, **more) -> dict:
    return {"name": person.name, "mail": person.mail, "role": person.role, "last_day": "", "reason": ""} | more


def test_an_account_is_made_without_a_password_and_its_owner_is_invited_on_its_page(admin, cast):
    answer = admin.post("/people/new", data=new(cast, zone=[cast.zone.uid, cast.other_zone.uid]))
    person = Person.get(Person.login == "dobong1")
    assert answer.location == f"/people/{person.uid}" and person.password_hash == ""
    assert {grant.zone_id for grant in Grant.select().where(Grant.person == person)} == {cast.zone.uid, cast.other_zone.uid}
    assert log_in(Client(admin.http.application), "dobong1", "").status_code == 422
    page = admin.get(answer.location).text
    assert "아직 초대하지 않았습니다" in page and "인사명령 2026-11" in page
    qr = admin.post(f"/people/{person.uid}/invite", data={"way": "qr"})
    assert qr.status_code == 200 and qr.headers["Cache-Control"] == "no-store" and "data:image/svg+xml" in qr.text
    token = re.search(r"http://localhost(/join/[\w.-]+)<", qr.text)[1]  # type: ignore[index]
    assert "기다림" in part(admin, person)
    assert token not in admin.get(f"/people/{person.uid}").text, "it is shown once"
    phone = Client(admin.http.application)
    assert phone.post(token, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Mobile"}).status_code == 303
    assert "Android · Chrome" in part(admin, person)
    admin.post(f"/people/{person.uid}/sessions/end")
    assert phone.get("/join").status_code == 404 and "취소된" in admin.get(f"/people/{person.uid}").text


@pytest.mark.parametrize(("wrong", "said"), [
    ({"login": "changdong"}, "이미 있는"), ({"login": "가나다"}, "영어 소문자"), ({"login": ""}, "아이디를"),
    ({"name": ""}, "이름을"),
    ({"role": "king"}, "목록에"), ({"role": ""}, "역할을"), ({"mail": "nowhere"}, "메일 주소를"), ({"zone": []}, "하나 이상"),
    ({"role": "expert"}, "하나 이상"), ({"zone": ["x"]}, "목록에"), ({"first_day": "1900-01-01"}, "사이의 날짜"),
    ({"surprise": "1"}, "알 수 없는")])
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(admin, cast, wrong, said):
    before = Person.select().count()
    answer = admin.post("/people/new", data=new(cast, **wrong))
    assert answer.status_code == 422 and said in answer.text
    assert ("김도봉" in answer.text or "name" in wrong) and "인사명령 2026-11" in answer.text
    assert Person.select().count() == before


def test_a_stopped_person_is_out_at_the_next_request(app, admin, cast):
    manager = Client(app, "changdong")
    admin.post(f"/people/{cast.changdong.uid}/invite", data={"way": "qr"})
    answer = admin.post(f"/people/{cast.changdong.uid}", data=facts(cast.changdong, stopped="on"))
    assert answer.status_code == 422 and "까닭" in answer.text and is_in(manager), "not without a reason"
    assert admin.post(f"/people/{cast.changdong.uid}", data=facts(cast.changdong, stopped="on", reason="휴대폰 분실")).status_code == 303
    assert not is_in(manager) and log_in(manager).status_code == 422
    assert Invitation.get().revoked_at and admin.post(f"/people/{cast.changdong.uid}/invite", data={"way": "qr"}).status_code == 422
    admin.post(f"/people/{cast.changdong.uid}", data=facts(cast.changdong, reason="찾음"))
    assert log_in(manager).status_code == 303
    kinds = [(event.kind, event.facts["reason"], event.person) for event in Event.of(cast.changdong.uid)
             if event.kind in ("person.stopped", "person.resumed")]
    assert kinds == [("person.stopped", "휴대폰 분실", cast.admin.uid), ("person.resumed", "찾음", cast.admin.uid)]


def test_a_last_day_ends_the_zones_and_is_noted(admin, cast):
    last = today() + timedelta(3)
    admin.post(f"/people/{cast.changdong.uid}", data=facts(cast.changdong, last_day=last.isoformat(), reason="계약 끝"))
    assert Person.get_by_id(cast.changdong.uid).last_day == Grant.get(Grant.person == cast.changdong).last_day == last
    assert "계약 끝" in admin.get(f"/people/{cast.changdong.uid}").text


def test_nobody_changes_their_own_role_or_end(admin, cast):
    for change in ({"role": "supervisor"}, {"stopped": "on"}, {"last_day": today().isoformat()}):
        answer = admin.post(f"/people/{cast.admin.uid}", data=facts(cast.admin, reason="까닭", **change))
        assert answer.status_code == 422 and "다른 관리자" in answer.text
    assert admin.post(f"/people/{cast.admin.uid}", data=facts(cast.admin, name="새 이름")).status_code == 303


def test_a_role_changes_once_the_zones_are_ended(admin, cast):
    url, grant = f"/people/{cast.changdong.uid}", Grant.get(Grant.person == cast.changdong)
    wanted = facts(cast.changdong, role="coordinator", reason="자리 옮김")
    assert admin.post(url, data=wanted).status_code == 422
    Grant.update(last_day=today() - timedelta(1)).where(Grant.uid == grant.uid).execute()
    assert admin.post(url, data=wanted).status_code == 303 and Person.get_by_id(cast.changdong.uid).role == "coordinator"


def test_zones_are_given_ended_and_stood_in_for_on_the_page(admin, cast):
    url, last = f"/people/{cast.changdong.uid}", (today() + timedelta(5)).isoformat()
    assert admin.post(f"{url}/grants", data={"zone": cast.other_zone.uid, "first_day": today().isoformat(), "last_day": last,
                                             "reason": "지원"}).status_code == 303
    added = Grant.get(Grant.person == cast.changdong, Grant.zone == cast.other_zone)
    refused = admin.post(f"{url}/grants/{added.uid}/end", data={"last_day": last, "reason": ""})
    assert refused.status_code == 422 and f'value="{last}"' in refused.text and "<details open>" in refused.text
    assert admin.post(f"{url}/grants/{added.uid}/end", data={"last_day": today().isoformat(), "reason": "끝"}).status_code == 303
    assert Grant.get_by_id(added.uid).last_day == today()
    deputy = {"deputy": cast.ssangmun.uid, "first_day": today().isoformat(), "last_day": last, "reason": "연가"}
    assert admin.post(f"{url}/deputy", data=deputy | {"deputy": cast.admin.uid}).status_code == 422
    assert admin.post(f"{url}/deputy", data=deputy).status_code == 303
    assert "대직: 가상 changdong" in admin.get(f"/people/{cast.ssangmun.uid}").text
    assert admin.post(f"/people/{cast.ssangmun.uid}/grants/{added.uid}/end", data={"last_day": last, "reason": "x"}).status_code == 404


def test_a_locked_account_is_unlocked(app, admin, cast):
    for _try in range(5):
        log_in(Client(app), password="wrong horse 9")
    assert log_in(Client(app)).status_code == 429 and "잠겨 있습니다" in admin.get(f"/people/{cast.changdong.uid}").text
    assert admin.post(f"/people/{cast.changdong.uid}/unlock").status_code == 303
    assert log_in(Client(app)).status_code == 303 and "잠겨 있습니다" not in admin.get(f"/people/{cast.changdong.uid}").text


def test_a_second_factor_is_taken_away_with_every_session(app, admin, cast):
    mine, client = enrol(cast.changdong), Client(app)
    log_in(client)
    client.post("/login/second", data={"code": mine.recovery[0]})
    assert is_in(client)
    admin.post(f"/people/{cast.changdong.uid}/second/drop")
    assert not is_in(client) and Session.live_of(cast.changdong) == [] and log_in(client).location == "/today"


@pytest.mark.parametrize("url", ["/people/{}", "/people/{}/invitation"])
def test_nobody_is_nowhere(admin, url):
    assert admin.get(url.format(uuid7())).status_code == admin.get(url.format("x")).status_code == 404


def test_the_list_has_a_fixed_number_of_queries(admin, cast, queries):
    with queries:
        admin.get("/people")
    few = queries.count
    for number in range(20):
        person = Person.create(login=f"p{number}", name=f"가상 {number}", role="manager", password_hash="")
        Grant.create(person=person, zone=cast.zone, first_day=today())
    with queries:
        assert "가상 19" in admin.get("/people").text
    assert queries.count == few


def test_invitations_without_a_way_or_a_mail_are_refused(admin, cast):
    for data in ({}, {"way": "mail"}, {"way": "pigeon"}):
        assert admin.post(f"/people/{cast.changdong.uid}/invite", data=data).status_code == 422
    assert Invitation.select().count() == 0
