import errno

import peewee
import pytest
from flask_babel import refresh

from fieldapp.config import Config
from fieldapp.database import db
from fieldapp.errors import Busy, Conflict, Forbidden, Full, Invalid, NotLoggedIn, TooMany, storage_problem
from fieldapp.web import MAX_BODY, POLICY, public
from fieldapp.zones import Zone
from tests.conftest import Client, frozen

SECRET = "a detail that is nobody's business"
# What a page may raise, and what is told of it: the status and the code.
FAILURES = {
    "broken": (lambda: ZeroDivisionError(SECRET), 500, "broken"),
    "full": (lambda: OSError(errno.ENOSPC, SECRET), 507, "full"),
    "quota": (lambda: OSError(errno.EDQUOT, SECRET), 507, "full"),
    "read-only": (lambda: OSError(errno.EROFS, SECRET), 503, "busy"),
    "disk": (lambda: OSError(errno.EIO, SECRET), 503, "busy"),
    "other-os": (lambda: OSError(errno.ECONNRESET, SECRET), 500, "broken"),
    "database-full": (lambda: peewee.OperationalError(f"database or disk is full {SECRET}"), 507, "full"),
    "locked": (lambda: peewee.OperationalError(f"database is locked {SECRET}"), 503, "busy"),
    "gone": (lambda: peewee.InterfaceError(f"connection closed {SECRET}"), 503, "busy"),
    "standby": (lambda: peewee.InternalError(f"cannot execute INSERT in a read-only transaction {SECRET}"), 503, "busy"),
    "sql": (lambda: peewee.ProgrammingError(SECRET), 500, "broken"),
    "busy": (Busy, 503, "busy"),
    "no-space": (Full, 507, "full"),
    "conflict": (Conflict, 409, "conflict"),
    "forbidden": (Forbidden, 403, "forbidden"),
    "login": (NotLoggedIn, 401, "login"),
    "invalid": (lambda: Invalid(fields={"memo": "<b>짧게</b>"}), 422, "invalid"),
    "too-many": (TooMany, 429, "too-many"),
}
WORDS = {
    "ko": {"broken": "문제가 생겼습니다.", "full": "저장 공간이 부족합니다.", "busy": "지금은 저장할 수 없습니다.",
           "conflict": "다른 내용이 저장되었습니다."},
    "en": {"broken": "Something went wrong.", "full": "storage", "busy": "Nothing can be saved", "conflict": "Something else was saved"},
}
WAIT = {503: "5", 507: "300", 429: "60"}


@pytest.fixture
def app(own_app):
    return own_app


@pytest.fixture
def client(app) -> Client:
    """남, at an application that has pages on which everything goes wrong."""
    @public
    def fail(name: str):
        raise FAILURES[name][0]()

    app.add_url_rule("/fail/<name>", "fail", fail, methods=["GET", "POST"])
    app.add_url_rule("/sync/fail/<name>", "sync_fail", fail, methods=["GET", "POST"])
    return Client(app)


@pytest.fixture(params=["ko", "en"])
def spoken(request, client) -> str:
    """Each language in its turn, as the client's cookie asks for it."""
    refresh()
    client.http.set_cookie("lang", request.param)
    return request.param


def test_every_failure_is_told_as_json_to_a_phone_with_when_to_come_again(client):
    for name, (_make, status, code) in FAILURES.items():
        answer = client.get(f"/sync/fail/{name}")
        assert (answer.status_code, answer.json["code"], answer.mimetype) == (status, code, "application/json"), name
        assert answer.headers.get("Retry-After") == WAIT.get(status) and answer.json["message"]
        assert SECRET not in answer.text and "Traceback" not in answer.text
    assert client.get("/sync/fail/invalid").json["fields"] == {"memo": "<b>짧게</b>"}


def test_every_failure_is_a_page_in_the_readers_language(client, spoken):
    for name, (_make, status, _code) in FAILURES.items():
        answer = client.get(f"/fail/{name}")
        if status == 401:
            assert (answer.status_code, answer.location) == (303, "/login?next=/fail/login")
            continue
        assert (answer.status_code, answer.mimetype) == (status, "text/html"), name
        assert f'<html lang="{spoken}">' in answer.text and f"<h1>{status}</h1>" in answer.text
        assert answer.headers.get("Retry-After") == WAIT.get(status)
        assert SECRET not in answer.text and "Traceback" not in answer.text and "Error" not in answer.text


def test_words_of_a_failure_are_the_languages(client, spoken):
    for name, text in WORDS[spoken].items():
        assert text in client.get(f"/fail/{name}").text


def test_what_was_typed_is_not_markup_in_a_page_about_it(client):
    answer = client.get("/fail/invalid")
    assert "&lt;b&gt;짧게" in answer.text and "<b>" not in answer.text


def test_htmx_is_told_in_a_part(client):
    for name, (_make, status, _code) in FAILURES.items():
        answer = client.http.get(f"/fail/{name}", headers={"HX-Request": "true"})
        assert answer.status_code == status and answer.text.lstrip().startswith('<div class="problem" role="alert">'), name
        assert "<html" not in answer.text and SECRET not in answer.text


def test_an_unexpected_failure_is_in_the_log_with_its_detail(client, caplog):
    client.get("/fail/broken")
    assert SECRET in caplog.text and "GET /fail/broken" in caplog.text and "ZeroDivisionError" in caplog.text


def test_after_a_failure_of_the_storage_the_next_request_has_a_sound_connection(client):
    for name in ("locked", "broken"):
        client.get(f"/fail/{name}")
        assert db.is_closed()
        assert client.get("/sync/ping").status_code == 200 and Zone.select().count() == 0


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nowhere", 404), ("GET", "/visits/", 404), ("POST", "/nowhere", 404), ("POST", "/today", 405), ("GET", "/language", 405),
    ("DELETE", "/login", 405), ("GET", "/assets/nowhere.css", 404), ("GET", "/../../etc/passwd", 404), ("GET", "/%00", 404),
    ("GET", "/가게", 404)])
def test_addresses_that_there_are_not(client, spoken, method, path, status):
    answer = client.http.open(path, method=method, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == status and f"<h1>{status}</h1>" in answer.text and f'lang="{spoken}"' in answer.text
    assert "Traceback" not in answer.text and (status != 405 or answer.headers["Allow"])


def test_addresses_that_there_are_not_under_sync(client):
    assert (client.get("/sync/nowhere").status_code, client.get("/sync/nowhere").json["code"]) == (404, "not-found")
    assert client.get("/sync/commands").status_code == 405


def test_a_body_that_is_too_large_is_not_read(client, spoken):
    answer = client.post("/login", data=b"login=" + b"a" * MAX_BODY, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413 and "<h1>413</h1>" in answer.text and f'lang="{spoken}"' in answer.text


def test_a_phone_is_told_too_that_it_sent_too_much(as_, cast, visit_form):
    answer = as_("changdong").post("/sync/commands", data=b'{"commands": ["' + b"a" * MAX_BODY + b'"]}', content_type="application/json",
                                   headers={"X-Fieldapp": "1"})
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")
    many = [frozen(cast.changdong, visit_form)] * 21
    answer = as_("changdong").post("/sync/commands", json={"commands": many}, headers={"X-Fieldapp": "1"})
    assert (answer.status_code, answer.json["code"]) == (413, "batch-too-large")


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"7", b'"commands"', b'{"commands": {}}', b'{"commands": null}', b"\xff", b"[" * 100_000])
def test_what_is_no_batch_is_refused(as_, body):
    answer = as_("changdong").post("/sync/commands", data=body, content_type="application/json", headers={"X-Fieldapp": "1"})
    assert (answer.status_code, answer.json["code"]) == (422, "bad-shape")


def answers(client: Client, as_) -> dict:
    """One answer of every kind."""
    there = as_("changdong")
    return {
        "page": client.get("/login"), "shell": there.get("/today"), "redirect": client.get("/"), "away": client.get("/today"),
        "json": client.get("/sync/ping"), "json failure": client.get("/sync/nowhere"), "missing": client.get("/nowhere"),
        "forbidden": there.get("/people"), "broken": client.get("/fail/broken"), "full": client.get("/fail/full"),
        "part": client.http.get("/fail/busy", headers={"HX-Request": "true"}), "worker": client.get("/sw.js"),
        "manifest": client.get("/manifest.webmanifest"), "method": client.post("/today"), "options": client.http.options("/login"),
        "head": client.http.head("/login"), "cross-site": client.http.post("/login"), "refused": client.post("/login")}


LOADS_NOTHING = {"default-src": "'none'", "frame-ancestors": "'none'"}


def test_every_kind_of_answer_carries_the_policy(client, as_):
    for name, answer in answers(client, as_).items():
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy == (LOADS_NOTHING if name.startswith("json") else POLICY), name
        assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
        assert not any(word in answer.headers["Content-Security-Policy"] for word in ("unsafe", "http:", "https:", "*"))
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "same-origin"
        if not name.startswith("json"):
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
        assert "Cookie" in ", ".join(answer.headers.getlist("Vary")) and "Strict-Transport-Security" not in answer.headers
        assert answer.headers["Cache-Control"] == ("no-cache" if name in ("worker", "manifest") else "no-store"), name


def test_over_https_it_stays_there(client):
    assert client.http.get("/login", base_url="https://field.example").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_map_of_tiles_is_named_in_the_policy_and_nothing_else_is(config, app):
    app.config["TILES_ORIGIN"] = "https://tiles.example"
    policy = app.test_client().get("/login").headers["Content-Security-Policy"]
    assert "img-src 'self' blob: data: https://tiles.example;" in policy and policy.count("https:") == 1
    assert Config().tiles_url == "", "no map is fetched from anyone unless the office says so"


def test_assets_never_change_and_are_what_they_say(app):
    build = app.config["BUILD"]
    for file, mimetype in (("phone.css", "text/css"), ("js/phone.js", "text/javascript"), ("icons/icon.svg", "image/svg+xml")):
        answer = app.test_client().get(f"/assets/{build}/{file}")
        assert answer.status_code == 200 and answer.mimetype == mimetype and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer.headers["Cache-Control"] and "max-age=31536000" in answer.headers["Cache-Control"]
        answer.close()
    for path in ("../fieldapp.db", "%2e%2e/secret_key", "js/../../../secret_key", "vendor/fetch.py", ""):
        assert app.test_client().get(f"/assets/{build}/{path}").status_code == 404


OURS = {"Sec-Fetch-Site": "same-origin"}
HOST = "localhost"


@pytest.mark.parametrize(("headers", "taken"), [
    (OURS, True), ({"Sec-Fetch-Site": "none"}, True), ({"Sec-Fetch-Site": "same-site"}, False), ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"}, False), ({"Origin": f"http://{HOST}"}, True),
    ({"Origin": f"http://{HOST}:81"}, False), ({"Origin": "https://evil.example"}, False), ({"Origin": "null"}, False),
    ({"Origin": ""}, False), ({}, False), ({"Origin": "http://["}, False), ({"Origin": f"http://{HOST}.evil.example"}, False),
    ({"Origin": f"http://evil@{HOST}"}, False), ({"Origin": HOST}, False), ({"Referer": f"http://{HOST}/login"}, False)])
def test_a_change_comes_only_from_our_own_pages(client, headers, taken):
    answer = client.http.post("/language", data={"lang": "en"}, headers=headers)
    assert answer.status_code == (303 if taken else 403) and ("Set-Cookie" in answer.headers) is taken


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_way_to_change_something_is_looked_at(client, method):
    assert client.http.open("/login", method=method, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_reading_is_open_to_links_from_elsewhere(client):
    assert client.get("/login", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_outboxs_address_wants_its_own_header_too(as_):
    for headers, status in (({}, 403), ({"X-Fieldapp": "2"}, 403), ({"X-Fieldapp": "1"}, 200)):
        answer = as_("changdong").post("/sync/commands", json={"commands": []}, headers=headers)
        assert answer.status_code == status and (status == 200 or answer.json["code"] == "cross-site")


def test_a_view_without_a_verb_is_refused(app, as_):
    app.add_url_rule("/unmarked", "unmarked", lambda: "seen")
    assert app.test_client().get("/unmarked").status_code == 303
    for login in ("changdong", "supervisor", "admin"):
        assert as_(login).get("/unmarked").status_code == 403


@pytest.mark.parametrize(("error", "code"), [
    *((OSError(number, ""), "full") for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)),
    *((OSError(number, ""), "busy") for number in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)),
    (FileNotFoundError(errno.ENOENT, ""), None), (peewee.OperationalError("could not extend file: No space left on device"), "full"),
    (peewee.OperationalError("FATAL: the database system is starting up"), "busy"), (peewee.OperationalError("disk I/O error"), "busy"),
    (peewee.InternalError("current transaction is aborted"), None), (peewee.IntegrityError("full"), None), (ValueError("full"), None)])
def test_which_failures_are_the_storages(error, code):
    problem = storage_problem(error)
    assert (problem.code if problem else None) == code
