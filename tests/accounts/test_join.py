"""초대: one use, half an hour, one device; what is told to whoever comes too late; and all at once one wins."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import pyotp
import pytest
import time_machine

from fieldapp.accounts import MAIL, QR, Invitation
from fieldapp.database import db, now, writing
from fieldapp.errors import Invalid
from fieldapp.events import Event
from fieldapp.messages import Message, make_link
from fieldapp.people import Person, SecondFactor, Session
from tests.conftest import PASSWORD, Client, go_by
from tests.people.test_login import is_in, log_in
from tests.people.test_second import enrol

NEW = "turtle lamp orange"


@pytest.fixture
def invited(cast) -> str:
    """The address that 창동 매니저 opens."""
    return "/join/" + invite(cast.changdong)


def invite(person: Person, way: str = QR) -> str:
    with writing():
        return Invitation.make(person, way, "").token


def open_(client: Client, url: str) -> Client:
    assert client.post(url).location == "/join"
    return client


def code_on(page: str) -> str:
    return pyotp.TOTP(re.search(r'id="secret"[^>]*>(\w{32})<', page)[1]).at(now())  # type: ignore[index]


def test_a_phone_comes_in_with_a_password_and_a_second_factor_of_its_own(app, cast, invited):
    go_by(app, require_2fa=True)
    phone = Client(app)
    assert "가상 changdong" in phone.get(invited).text and Invitation.get().claimed_at is None, "to look changes nothing"
    open_(phone, invited)
    assert 'name="password"' in phone.get("/join").text
    assert phone.post("/join/password", data={"password": NEW}).location == "/join"
    page = phone.get("/join").text
    assert "otpauth://totp/" in page and "data-copy" in page and "나중에" not in page
    done = phone.post("/join/second", data={"code": code_on(page)})
    assert done.status_code == 200 and len(re.findall(r"<code>", done.text)) == 8 and 'href="/today"' in done.text
    assert is_in(phone) and phone.get("/sync/pack").status_code == 200
    assert log_in(Client(app), password=PASSWORD).status_code == 422, "the old password is gone"
    assert log_in(phone, password=NEW).location == "/today", "the phone is trusted"
    kinds = [event.kind for event in Event.of(cast.changdong.uid)]
    assert kinds == ["person.invited", "invitation.opened", "person.password_changed", "person.joined", "second.set", "person.logged_in",
                     "person.logged_in"]


def test_where_nobody_must_the_second_factor_may_come_later(app, cast, invited):
    phone = open_(Client(app), invited)
    phone.post("/join/password", data={"password": NEW})
    assert "나중에 하기" in phone.get("/join").text
    assert phone.post("/join/second", data={"later": "on"}).status_code == 200 and is_in(phone)
    assert not Person.get_by_id(cast.changdong.uid).second_since


def test_where_everyone_must_later_is_refused(app, invited):
    go_by(app, require_2fa=True)
    phone = open_(Client(app), invited)
    phone.post("/join/password", data={"password": NEW})
    assert phone.post("/join/second", data={"later": "on"}).status_code == 422 and not is_in(phone)


def test_without_a_password_the_second_step_is_not_reached(app, invited):
    phone = open_(Client(app), invited)
    answer = phone.post("/join/second", data={"later": "on"})
    assert (answer.status_code, answer.location) == (303, "/join") and not is_in(phone)
    assert phone.post("/join/password", data={"password": "도봉구청2026!"}).status_code == 422
    assert Invitation.get().password_at is None


def test_whoever_photographed_the_code_too_comes_too_late_and_the_owner_goes_on(app, invited):
    owner, thief = open_(Client(app), invited), Client(app)
    for answer in (thief.get(invited), thief.post(invited)):
        assert answer.status_code == 409 and "이미 다른 기기에서" in answer.text and "관리자에게 알려" in answer.text
        assert "changdong" not in answer.text
    assert thief.get("/join").status_code == thief.post("/join/password", data={"password": NEW}).status_code == 404
    assert owner.get(invited).location == "/join", "opened again on the same phone it goes on"
    assert owner.post("/join/password", data={"password": NEW}).status_code == 303


def test_a_thief_who_was_first_is_put_out_by_a_new_invitation(app, cast, invited):
    thief = open_(Client(app), invited)
    thief.post("/join/password", data={"password": "thieves know this one"})
    again = "/join/" + invite(cast.changdong)
    assert thief.get("/join").status_code == 404 and thief.post("/join/second", data={"later": "on"}).status_code == 404
    assert "새 초대로 바뀌었거나" in Client(app).get(invited).text
    owner = open_(Client(app), again)
    owner.post("/join/password", data={"password": NEW})
    owner.post("/join/second", data={"later": "on"})
    assert is_in(owner) and log_in(Client(app), password="thieves know this one").status_code == 422


@pytest.mark.parametrize(("way", "lasts"), [(QR, timedelta(minutes=30)), (MAIL, timedelta(days=3))])
def test_it_ends(app, cast, way, lasts):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        url = "/join/" + invite(cast.changdong, way)
        clock.move_to(start + lasts - timedelta(seconds=1))
        phone = Client(app)
        assert phone.get(url).status_code == 200
        clock.move_to(start + lasts)
        for answer in (phone.get(url), phone.post(url)):
            assert answer.status_code == 409 and "기한이 지났습니다" in answer.text


def test_once_opened_there_is_half_an_hour_for_the_steps(app, invited):
    with time_machine.travel(now(), tick=False) as clock:
        phone = open_(Client(app), invited)
        clock.shift(timedelta(minutes=29))
        assert phone.post("/join/password", data={"password": NEW}).status_code == 303
        clock.shift(timedelta(minutes=1))
        answer = phone.post("/join/second", data={"later": "on"})
        assert answer.status_code == 404 and "30분이 지났습니다" in answer.text and not is_in(phone)


def test_a_link_that_we_did_not_make_tells_nothing(app, cast, invited):
    token = invited.removeprefix("/join/")
    signed, _dot, mark = token.rpartition(".")
    other = f"{signed}.{'A' if mark[0] != 'A' else 'B'}{mark[1:]}"
    for wrong in (other, make_link("offer", Invitation.get().uid), make_link("join", "x"), "x" * 3000):
        for answer in (Client(app).get(f"/join/{wrong}"), Client(app).post(f"/join/{wrong}")):
            assert answer.status_code == 404 and "changdong" not in answer.text
    Person.update(active=False).where(Person.uid == cast.changdong.uid).execute()
    assert Client(app).get(invited).status_code == 404


def test_a_finished_invitation_opens_nothing_again_on_its_own_phone(app, cast, invited):
    phone = open_(Client(app), invited)
    phone.post("/join/password", data={"password": NEW})
    assert phone.post("/join/second", data={"later": "on"}).status_code == 200
    assert phone.get(invited).status_code == 409 and phone.get("/join").status_code == 404
    assert phone.post("/join/password", data={"password": "another turtle lamp"}).status_code == 404
    assert log_in(Client(app), password=NEW).status_code == 303


def test_who_has_a_second_factor_already_sets_the_new_phone_up(app, cast, invited):
    old = enrol(cast.changdong)
    phone = open_(Client(app), invited)
    phone.post("/join/password", data={"password": NEW})
    page = phone.get("/join").text
    assert "나중에" not in page, "with one in use, a phone without it could not come in"
    assert phone.post("/join/second", data={"code": code_on(page)}).status_code == 200
    with time_machine.travel(now() + timedelta(minutes=1)), pytest.raises(Invalid), writing():
        SecondFactor.prove(cast.changdong, old.code())


def test_eight_who_open_it_at_once_one_has_it(app, cast, invited):
    start = threading.Barrier(8)

    def open_at_once(client: Client) -> int:
        start.wait()
        try:
            return client.http.post(invited, headers={"Sec-Fetch-Site": "same-origin"}).status_code
        finally:
            db.close()

    clients = [Client(app) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda client: copy_context().run(open_at_once, client), clients))
    assert sorted(answers) == [303] + [409] * 7
    assert [client.get("/join").status_code for client in clients].count(200) == 1
    assert Event.select().where(Event.kind == "invitation.opened").count() == 1


def test_eight_who_finish_at_once_begin_one_session(app, cast, invited):
    """The same last step, sent eight times by one phone: one comes in, and one set of recovery codes is the one that opens."""
    phone = open_(Client(app), invited)
    phone.post("/join/password", data={"password": NEW})
    code = code_on(phone.get("/join").text)
    cookie = "; ".join(f"{one.key}={one.value}" for one in phone.http._cookies.values())
    start = threading.Barrier(8)

    def finish(_number: int) -> tuple[int, str]:
        start.wait()
        try:
            answer = app.test_client(use_cookies=False).post("/join/second", data={"code": code},
                                                             headers={"Sec-Fetch-Site": "same-origin", "Cookie": cookie})
            return answer.status_code, answer.text
        finally:
            db.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: copy_context().run(finish, number), range(8)))
    assert [status for status, _text in answers].count(200) == 1 and Session.select().count() == 1
    [page] = [text for status, text in answers if status == 200]
    with writing():
        assert SecondFactor.prove(cast.changdong, re.search(r"<code>([a-z0-9-]+)</code>", page)[1]) == "recovery"  # type: ignore[index]


def test_an_invitation_by_mail_holds_no_more_than_a_link(app, as_, cast):
    Person.update(mail="kim@example.org").where(Person.uid == cast.changdong.uid).execute()
    assert as_("admin").post(f"/people/{cast.changdong.uid}/invite", data={"way": "mail"}).status_code == 303
    message = Message.get()
    assert message.address == "kim@example.org" and "changdong" not in message.text.body
    path = re.search(r"http://[^/]+(/join/\S+)", message.text.body)[1]  # type: ignore[index]
    assert "/join/" not in message.facts.replace('"/join/"', ""), "the token is made when the mail goes out"
    assert "가상 changdong" in Client(app).get(path).text
