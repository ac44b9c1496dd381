import re
import threading
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import time_machine
from argon2 import PasswordHasher
from flask_babel import refresh

from fieldapp.database import now
from fieldapp.events import Event
from fieldapp.people import Attempt, Person, Session
from fieldapp.people import person as person_file
from fieldapp.people.roles import HOMES
from fieldapp.people.session import COOKIE, DEVICE_COOKIE, LIFETIME, PERSON_COOKIE, TOUCH_EVERY
from tests.conftest import PASSWORD, Client


@pytest.fixture
def nobody(app, cast) -> Client:
    return Client(app)


def log_in(client: Client, login: str = "changdong", password: str = PASSWORD, **more):
    return client.post("/login", data={"login": login, "password": password} | more)


def cookies(answer) -> dict[str, str]:
    """Every cookie that an answer sets, by name, with all that it says of it."""
    return {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


def is_in(client: Client) -> bool:
    answer = client.get("/welcome")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def test_passwords_are_kept_by_argon2id_with_19_mib_two_passes_and_one_lane():
    kept = Person.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and PASSWORD not in kept
    assert kept != Person.hash(PASSWORD), "salted"
    assert PasswordHasher().verify(kept, PASSWORD)


def test_at_most_two_passwords_are_hashed_at_once(monkeypatch):
    """Each takes 19 MiB: a flood of log-ins takes no more than two of them."""
    running, most, lock = [0], [0], threading.Lock()

    class Slow:
        def hash(self, password):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            threading.Event().wait(0.02)
            with lock:
                running[0] -= 1

    monkeypatch.setattr(person_file, "_hasher", Slow())
    threads = [threading.Thread(target=Person.hash, args=("x",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 2


@pytest.mark.parametrize("login", ["changdong", "coordinator", "supervisor", "expert", "admin"])
def test_everyone_comes_to_their_own_home(nobody, cast, login):
    answer = log_in(nobody, login)
    person = getattr(cast, login)
    assert (answer.status_code, answer.location) == (303, HOMES[person.role])
    assert nobody.get("/").location == HOMES[person.role] and nobody.get(answer.location).status_code == 200
    event = Event.get(Event.kind == "person.logged_in")
    assert (event.subject, event.person) == (person.uid, person.uid)


def test_a_wrong_password_an_unknown_name_and_a_closed_account_are_told_alike(nobody, cast):
    Person.update(active=False).where(Person.login == "ssangmun").execute()
    answers = [log_in(nobody, *tried) for tried in (("changdong", "wrong horse"), ("nobody",), ("ssangmun",), ("CHANGDONG",))]
    texts = {re.sub(r'value="\w*"', "", answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422} and len(texts) == 1
    assert "아이디 또는 비밀번호가 맞지 않습니다." in texts.pop()
    assert not any(COOKIE in cookies(answer) for answer in answers) and Session.select().count() == 0


def test_an_unknown_name_takes_as_long_as_a_known_one(nobody, cast, monkeypatch):
    verified: list[str] = []
    Person.update(password_hash=Person.hash(PASSWORD)).where(Person.login == "changdong").execute()
    real = person_file._hasher

    class Noted:
        def verify(self, kept, password):
            verified.append(kept)
            return real.verify(kept, password)

    monkeypatch.setattr(person_file, "_hasher", Noted())
    log_in(nobody, "changdong", "wrong")
    log_in(nobody, "nobody", "wrong")
    parameters = {kept.rsplit("$", 2)[0] for kept in verified}
    assert len(verified) == 2 and parameters == {"$argon2id$v=19$m=19456,t=2,p=1"}


def test_a_hash_that_cannot_be_read_lets_nobody_in(nobody, cast):
    Person.update(password_hash="").where(Person.login == "changdong").execute()
    assert log_in(nobody, password="").status_code == log_in(nobody).status_code == 422


def test_the_form_keeps_the_name_that_was_typed_and_never_the_password(nobody):
    page = log_in(nobody, "chang<dong", "wrong horse").text
    assert 'value="chang&lt;dong"' in page and "wrong horse" not in page and "<dong" not in page
    assert 'aria-invalid="true" aria-describedby="password-error"' in page


@pytest.mark.parametrize(("data", "field"), [
    ({}, "login"), ({"login": "", "password": "x"}, "login"), ({"login": "가" * 61, "password": "x"}, "login"),
    ({"login": ["changdong", "admin"], "password": PASSWORD}, "login"), ({"login": "changdong"}, "password"),
    ({"login": "changdong", "password": ""}, "password")])
def test_a_form_that_is_not_in_order_is_told_at_its_field(nobody, data, field):
    answer = nobody.post("/login", data=data)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and COOKIE not in cookies(answer)


def test_a_form_with_more_in_it_than_was_asked_lets_nobody_in(nobody):
    assert log_in(nobody, role="admin").status_code == 422


def test_five_failures_lock_the_name_for_a_quarter_of_an_hour_even_for_the_right_password(nobody):
    for _turn in range(5):
        assert log_in(nobody, password="wrong").status_code == 422
    answer = log_in(nobody)
    assert answer.status_code == 429 and 880 < int(answer.headers["Retry-After"]) <= 900
    assert "15분 뒤에" in answer.text and 'value="changdong"' in answer.text and COOKIE not in cookies(answer)
    assert log_in(nobody, "ssangmun").status_code == 303, "another name is not locked"
    with time_machine.travel(now() + timedelta(minutes=14)):
        assert log_in(nobody).status_code == 429
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert log_in(nobody).status_code == 303


def test_a_log_in_forgets_the_failures_before_it(nobody):
    for _turn in range(4):
        log_in(nobody, password="wrong")
    assert log_in(nobody).status_code == 303
    for _turn in range(4):
        assert log_in(nobody, password="wrong").status_code == 422
    assert log_in(nobody).status_code == 303


def test_an_address_that_tries_many_names_is_locked_too(nobody, cast, monkeypatch):
    monkeypatch.setattr(Person, "recognise", classmethod(lambda cls, login, password: None))
    for number in range(50):
        assert log_in(nobody, f"name{number}").status_code == 422
    monkeypatch.undo()
    assert log_in(nobody).status_code == 429
    elsewhere = nobody.http.post("/login", data={"login": "changdong", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"},
                                 environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_no_name_and_no_address_stands_in_the_table_of_failures(nobody):
    log_in(nobody, password="wrong")
    keys = [attempt.key for attempt in Attempt.select()]
    assert len(keys) == 2 and all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


EVIL = ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "///evil.example",
        "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "http:evil.example", "today", "//[", "/[\\", "//user@evil.example",
        "https:/evil.example", "/a\nSet-Cookie: evil=1", "/a\r\n\r\n<script>"]


@pytest.mark.parametrize("target", EVIL)
def test_a_log_in_sends_no_one_elsewhere(nobody, target):
    page = nobody.get("/login", query_string={"next": target})
    assert page.status_code == 200 and 'name="next" value=""' in page.text
    answer = log_in(nobody, next=target)
    assert (answer.status_code, answer.location) == (303, HOMES["manager"])


@pytest.mark.parametrize("target", ["/visits/new?shop=1&plain=1", "/today", "/", "/%5cevil", "/가게?이름=분식"])
def test_a_log_in_goes_on_where_one_was(nobody, target):
    answer = log_in(nobody, next=target)
    there = urlsplit(answer.location)
    assert answer.status_code == 303 and not there.netloc and unquote(answer.location) == unquote(target)


def test_a_page_that_needs_a_log_in_comes_back_whole_after_it(nobody):
    asked = "/visits/new?shop=1&plain=1"
    sent = nobody.get(asked)
    assert sent.status_code == 303 and urlsplit(sent.location).path == "/login"
    wished = parse_qs(urlsplit(sent.location).query)["next"][0]
    assert wished == asked and log_in(nobody, next=wished).location == asked


def test_cookies_are_for_this_site_and_the_session_is_not_for_scripts(nobody, cast):
    told = cookies(log_in(nobody))
    assert set(told) == {COOKIE, DEVICE_COOKIE, PERSON_COOKIE}
    assert all("SameSite=Lax" in line and "Path=/" in line and "Max-Age=" in line for line in told.values())
    assert "HttpOnly" in told[COOKIE] and "HttpOnly" in told[DEVICE_COOKIE] and "HttpOnly" not in told[PERSON_COOKIE]
    assert not any("Secure" in line for line in told.values()), "over http, as on one's own machine, it would be lost"
    assert cast.changdong.uid in told[PERSON_COOKIE] and cast.changdong.uid not in told[COOKIE]


def test_over_https_every_cookie_stays_there(app, cast):
    client = app.test_client()
    answer = client.post("/login", data={"login": "changdong", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"},
                         base_url="https://field.example")
    assert answer.status_code == 303 and all("Secure" in line for line in cookies(answer).values())


def test_only_the_hash_of_a_token_is_kept(nobody, cast):
    token = cookies(log_in(nobody))[COOKIE].split("=")[1].split(";")[0]
    session = Session.get()
    assert len(token) >= 43 and token not in session.token_hash and Session.find(token) == session
    assert (session.person, session.ended_at) == (cast.changdong, None)
    assert session.device and session.device != nobody.http.get_cookie(DEVICE_COOKIE).value


def test_each_log_in_is_a_session_of_its_own_on_a_device_that_stays_the_same(app, nobody, cast):
    log_in(nobody)
    log_in(nobody)
    assert Session.select().count() == 2 and len({session.device for session in Session.select()}) == 1
    elsewhere = Client(app, "changdong")
    assert len({session.device for session in Session.select()}) == 2
    assert is_in(nobody) and is_in(elsewhere)


def test_a_log_out_ends_the_session_in_the_table(app, nobody, cast):
    log_in(nobody)
    token = nobody.http.get_cookie(COOKIE).value
    elsewhere = Client(app, "changdong")
    answer = nobody.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login") and not is_in(nobody)
    assert nobody.http.get_cookie(COOKIE) is None and nobody.http.get_cookie(PERSON_COOKIE) is None
    assert nobody.http.get_cookie(DEVICE_COOKIE) is not None, "the device is still the one that carries its people's records"
    nobody.http.set_cookie(COOKIE, token)
    assert not is_in(nobody) and is_in(elsewhere)
    assert Session.select().where(Session.ended_at.is_null()).count() == 1
    assert Event.select().where(Event.kind == "person.logged_out").count() == 1


def test_a_log_out_needs_a_log_in_and_is_no_link(nobody):
    assert nobody.post("/logout").location.startswith("/login")
    assert nobody.get("/logout").status_code == 405


def test_a_session_ends_after_sixty_days_without_use_and_lives_on_with_it(nobody):
    log_in(nobody)
    for days in (40, 80, 120):
        with time_machine.travel(now() + timedelta(days=days)):
            assert is_in(nobody), days
    with time_machine.travel(now() + timedelta(days=120) + LIFETIME + timedelta(minutes=1)):
        assert not is_in(nobody)


def test_a_read_does_not_write_each_time(nobody):
    log_in(nobody)
    began = Session.get().seen_at
    with time_machine.travel(now() + TOUCH_EVERY - timedelta(minutes=1)):
        assert is_in(nobody) and Session.get().seen_at == began
    with time_machine.travel(now() + TOUCH_EVERY + timedelta(minutes=1)):
        assert is_in(nobody) and Session.get().seen_at > began


def test_a_read_goes_on_where_the_session_cannot_be_touched(nobody, monkeypatch):
    log_in(nobody)

    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Session, "touch", full)
    with time_machine.travel(now() + TOUCH_EVERY * 2):
        assert is_in(nobody)


def test_whoever_is_no_longer_active_is_out_at_once(nobody, cast):
    log_in(nobody)
    assert is_in(nobody)
    Person.update(active=False).where(Person.uid == cast.changdong.uid).execute()
    assert not is_in(nobody)
    assert nobody.post("/sync/commands", json={"commands": []}, headers={"X-Fieldapp": "1"}).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a" * 3000, "\udcff", "'; DROP TABLE session;--", "%00"])
def test_a_token_that_nobody_was_given_opens_nothing(nobody, token):
    nobody.http.set_cookie(COOKIE, token.encode("utf-8", "surrogatepass").decode("latin-1"))
    assert not is_in(nobody)


def test_the_language_is_changed_and_stays(nobody):
    assert '<html lang="ko">' in nobody.get("/login").text
    answer = nobody.post("/language", data={"lang": "en", "next": "/login"})
    assert (answer.status_code, answer.location) == (303, "/login") and "SameSite=Lax" in cookies(answer)["lang"]
    refresh()
    page = nobody.get("/login").text
    assert '<html lang="en">' in page and "Log in" in page and "로그인" not in page.split("<footer")[0]
    nobody.post("/language", data={"lang": "ko"})
    refresh()
    assert '<html lang="ko">' in nobody.get("/login").text


@pytest.mark.parametrize("lang", ["", "fr", "../en", "en\n"])
def test_a_language_that_there_is_not_changes_nothing(nobody, lang):
    answer = nobody.post("/language", data={"lang": lang})
    assert answer.status_code == 303 and not cookies(answer)


@pytest.mark.parametrize("target", EVIL)
def test_a_change_of_language_sends_no_one_elsewhere(nobody, target):
    assert nobody.post("/language", data={"lang": "en", "next": target}).location == "/"


def test_whoever_is_not_logged_in_is_shown_the_log_in(nobody):
    assert nobody.get("/").location == "/login"
