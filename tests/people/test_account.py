"""내 계정 and what stands between a password and a session."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine

from fieldapp.database import now, writing
from fieldapp.events import Event
from fieldapp.people import Attempt, Person, SecondFactor, Session
from fieldapp.people.session import device_named
from tests.conftest import PASSWORD, Client, go_by
from tests.people.test_login import is_in, log_in
from tests.people.test_second import enrol

NEW = "turtle lamp orange"


@pytest.fixture
def nobody(app, cast) -> Client:
    return Client(app)


def prove(client: Client, code: str, **more):
    return client.post("/login/second", data={"code": code} | more)


def test_with_a_second_factor_a_password_alone_opens_nothing(nobody, cast):
    mine = enrol(cast.changdong)
    answer = log_in(nobody, next="/today/map")
    assert answer.location == "/login/second?next=%2Ftoday%2Fmap"
    assert not is_in(nobody) and nobody.get("/").location == "/login"
    assert nobody.get("/sync/pack").status_code == 401, "nor for the phone: what is unsent waits for the log-in"
    page = nobody.get(answer.location)
    assert page.status_code == 200 and 'autocomplete="one-time-code"' in page.text and 'inputmode="numeric"' in page.text
    assert prove(nobody, "000000" if mine.code() != "000000" else "111111").status_code == 422 and not is_in(nobody)
    assert prove(nobody, mine.code(), next="/today/map").location == "/today/map" and is_in(nobody)
    assert [event.facts.get("how") for event in Event.select().where(Event.kind == "person.proved")] == ["totp"]


def test_a_known_phone_is_asked_again_after_thirty_days_and_a_new_one_at_once(app, nobody, cast):
    mine = enrol(cast.changdong)
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        log_in(nobody)
        prove(nobody, mine.code())
        clock.move_to(start + timedelta(days=29))
        assert log_in(nobody).location == "/today" and is_in(nobody)
        assert log_in(Client(app)).location.startswith("/login/second")
        clock.move_to(start + timedelta(days=30, seconds=1))
        assert not is_in(nobody) and nobody.get("/login/second").status_code == 200, "the session that goes on is asked as well"
        assert log_in(nobody).location.startswith("/login/second")


def test_in_the_office_a_password_is_enough_and_the_same_session_is_asked_outside(app, nobody, cast):
    mine = enrol(cast.changdong)
    go_by(app, office_networks="127.0.0.0/8")
    assert log_in(nobody).location == "/today" and is_in(nobody)
    go_by(app, office_networks="10.0.0.0/8")
    assert not is_in(nobody)
    assert prove(nobody, mine.code()).location == "/today" and is_in(nobody)


def test_who_must_have_one_and_has_none_is_told_how_to_get_it(app, nobody):
    go_by(app, require_2fa=True)
    page = nobody.get(log_in(nobody).location)
    assert "관리자에게 QR" in page.text and 'name="code"' not in page.text and not is_in(nobody)
    assert prove(nobody, "123456").status_code == 422


def test_a_recovery_code_lets_in_once(nobody, app, cast):
    mine = enrol(cast.changdong)
    log_in(nobody)
    assert prove(nobody, mine.recovery[0]).status_code == 303 and is_in(nobody)
    other = Client(app)
    log_in(other)
    assert prove(other, mine.recovery[0]).status_code == 422


def test_five_wrong_codes_lock_and_the_right_one_then_too(nobody, cast):
    mine = enrol(cast.changdong)
    log_in(nobody)
    wrong = "000000" if mine.code() != "000000" else "111111"
    assert [prove(nobody, wrong).status_code for _ in range(6)] == [422] * 5 + [429]
    locked = prove(nobody, mine.code())
    assert locked.status_code == 429 and int(locked.headers["Retry-After"]) > 800 and "잠겼습니다" in locked.text
    with writing():
        Attempt.forget(f"second:{cast.changdong.uid}")
    assert prove(nobody, mine.code()).status_code == 303


def test_it_is_set_up_with_a_first_code_and_the_recovery_codes_are_shown_once(as_, cast):
    client = as_("changdong")
    page = client.get("/account?set=second").text
    secret = re.search(r'id="secret"[^>]*>(\w{32})<', page)[1]  # type: ignore[index]
    assert "otpauth://totp/" in page and "data:image/svg+xml" in page and secret in page
    wrong = client.post("/account/second", data={"code": "123"})
    assert wrong.status_code == 422 and secret in wrong.text, "the secret that the phone may hold by now stays"
    with time_machine.travel(now(), tick=False):
        done = client.post("/account/second", data={"code": pyotp.TOTP(secret).at(now())})
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.text)
    assert done.status_code == 200 and len(codes) == 8 and secret not in done.text
    assert is_in(client), "who has just shown a code goes on"
    again = client.get("/account").text
    assert not [code for code in codes if code in again] and "남은 복구 번호 8개" in again
    refused = client.post("/account/recovery", data={"old": "wrong horse 9"})
    assert refused.status_code == 422 and "지금 비밀번호가" in refused.text and "<code>" not in refused.text
    renewed = re.findall(r"<code>([a-z2-9-]+)</code>", client.post("/account/recovery", data={"old": PASSWORD}).text)
    assert len(renewed) == 8 and not set(renewed) & set(codes)


def test_an_open_screen_is_not_enough_to_take_the_account_to_another_phone(app, cast):
    mine, client = enrol(cast.changdong), Client(app)
    log_in(client)
    prove(client, mine.recovery[0])
    page = client.get("/account?set=second").text
    secret = re.search(r'id="secret"[^>]*>(\w{32})<', page)[1]  # type: ignore[index]
    assert 'name="old"' in page
    for old in ("", "wrong horse 9"):
        answer = client.post("/account/second", data={"code": pyotp.TOTP(secret).at(now()), "old": old})
        assert answer.status_code == 422 and "지금 비밀번호가" in answer.text
    with writing():
        assert SecondFactor.prove(cast.changdong, mine.recovery[1]), "the old phone's are as they were"
    assert client.post("/account/second", data={"code": pyotp.TOTP(secret).at(now()), "old": PASSWORD}).status_code == 200


def test_a_new_password_ends_the_other_sessions_and_their_devices_trust(app, as_, cast):
    mine, here, there = enrol(cast.changdong), Client(app), Client(app)
    for client, code in ((here, mine.recovery[0]), (there, mine.recovery[1])):
        log_in(client)
        prove(client, code)
    done = here.post("/account/password", data={"old": PASSWORD, "new": NEW})
    assert done.status_code == 200 and "모두 끝났습니다" in done.text
    assert is_in(here) and not is_in(there)
    assert log_in(there, password=PASSWORD).status_code == 422
    assert log_in(there, password=NEW).location.startswith("/login/second")


@pytest.mark.parametrize(("old", "new", "said"), [
    ("wrong horse 9", NEW, "지금 비밀번호가"),
    (PASSWORD, "짧음", "10자 이상"), (PASSWORD, "dobonggu2026", "쉽게 맞힐"), (PASSWORD, "", "10자 이상"),
    (PASSWORD, "password12345", "많은 사람이")])
def test_what_cannot_be_a_password_changes_nothing(as_, cast, old, new, said):
    answer = as_("changdong").post("/account/password", data={"old": old, "new": new})
    assert answer.status_code == 422 and said in answer.text and 'autofocus' in answer.text
    assert (not old or old not in answer.text) and (not new or f'"{new}"' not in answer.text), "no password comes back"
    assert Person.recognise("changdong", PASSWORD)


def test_guessing_the_old_password_locks_as_at_the_log_in(as_):
    client = as_("changdong")
    assert [client.post("/account/password", data={"old": "x", "new": NEW}).status_code for _ in range(6)] == [422] * 5 + [429]


def test_own_sessions_are_listed_by_device_and_ended(app, cast):
    here, phone, other = (Client(app) for _ in range(3))
    for client, agent in ((here, "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"),
                          (phone, "Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Mobile"),
                          (other, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/605")):
        client.post("/login", data={"login": "changdong", "password": PASSWORD}, headers={"User-Agent": agent})
    page = here.get("/account").text
    assert all(name in page for name in ("Linux · Firefox", "Android · Chrome", "iPhone · Safari", "지금 이 기기"))
    mark = Session.get(Session.agent.contains("Android")).token_hash[:16]
    assert Client(app, "ssangmun").post(f"/account/sessions/{mark}/end").status_code == 404 and is_in(phone), "another's is not there"
    assert here.post(f"/account/sessions/{mark}/end").location == "/account" and not is_in(phone) and is_in(other)
    assert here.post("/account/sessions/others/end").status_code == 303 and not is_in(other) and is_in(here)


def test_a_session_that_was_ended_takes_the_trust_of_its_device_along(app, cast):
    mine, here, lost = enrol(cast.changdong), Client(app), Client(app)
    for client, code in ((here, mine.recovery[0]), (lost, mine.recovery[1])):
        log_in(client)
        prove(client, code)
    here.post("/account/sessions/others/end")
    assert log_in(lost).location.startswith("/login/second") and log_in(here).location == "/today"


def test_an_account_ends_with_its_last_day(app, cast):
    client = Client(app, "changdong")
    with time_machine.travel(now() + timedelta(days=1)):
        with writing():
            Person.update(last_day=(now() - timedelta(days=1)).date()).where(Person.login == "changdong").execute()
        assert not is_in(client) and log_in(client).status_code == 422


def test_without_a_password_of_its_own_an_account_takes_as_long_and_lets_nobody_in(nobody, cast, monkeypatch):
    asked = []

    class Watching:
        def verify(self, kept, password):
            asked.append(kept)
            return Real.verify(kept, password)

    from fieldapp.people import person
    Real = person._hasher
    Person.update(password_hash="").where(Person.login == "changdong").execute()
    monkeypatch.setattr(person, "_hasher", Watching())
    assert log_in(nobody, password="").status_code == log_in(nobody).status_code == 422
    assert asked == [person._nobody] * 2


@pytest.mark.parametrize(("agent", "name"), [
    ("Mozilla/5.0 (Linux; Android 14; SM-S911N) SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36", "Android · Samsung Internet"),
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Windows · Edge"), ("curl/8", "?"), ("", "?")])
def test_a_device_is_named_as_its_owner_knows_it(agent, name):
    assert device_named(agent) == name


def test_a_second_factor_alone_is_no_log_in(nobody, cast):
    mine = enrol(cast.changdong)
    assert prove(nobody, mine.code()).location == "/login" and SecondFactor.get().last_step
    assert not is_in(nobody)
