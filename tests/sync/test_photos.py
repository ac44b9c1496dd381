"""What `PUT /sync/photos/<sha256>` takes, over real HTTP and without a browser: whole, awaited, one's own, and nothing else."""

import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from fieldapp.events import Event
from fieldapp.photos import MAX_BYTES, Photo
from fieldapp.visits import Visit, VisitPhoto
from tests.conftest import frozen
from tests.phone_user import once_at_the_desk
from tests.storm import sha256, small_photo
from tests.sync.conftest import Answer, Caller

pytestmark = pytest.mark.slow

BODY = small_photo(1)
HASH = sha256(BODY)


@pytest.fixture
def awaited(office, caller) -> str:
    """A visit that waits for the photo HASH."""
    return awaits(office, caller, HASH)


def awaits(office, caller: Caller, *hashes: str, memo: str = "글") -> str:
    record = frozen(office.cast.changdong, {"shop": office.cast.shop.uid, "outcome": "met", "memo": memo, "photo": list(hashes)})
    [answer] = caller.send(record)
    assert (answer["answer"], answer["missing"]) == ("created", list(hashes))
    return record["id"]


def raw(caller: Caller, head: str, *pieces: bytes) -> bytes:
    """Send this to the server as it is, then nothing more, and give what it said, if it said anything."""
    with socket.create_connection(("127.0.0.1", caller.port), timeout=30) as wire:
        said = b""
        with contextlib.suppress(ConnectionError):
            wire.sendall(f"{head}\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nX-Fieldapp: 1\r\nCookie: {caller.cookies}\r\n\r\n".encode())
            for piece in pieces:
                wire.sendall(piece)
            wire.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while more := wire.recv(65536):
                said += more
    return said


def same(one: Answer, other: Answer) -> bool:
    return (one.status, one.json, one.headers | {"Date": ""}) == (other.status, other.json, other.headers | {"Date": ""})


def test_the_awaited_bytes_are_taken_once_and_acknowledged_each_time(awaited, caller):
    first, second = caller.put(HASH, BODY), caller.put(HASH, BODY)
    assert first.status == second.status == 200
    assert first.json == second.json == {"sha256": HASH, "missing": {awaited: []}}
    assert Event.select().where(Event.kind == "photo.received").count() == 1
    once_at_the_desk({"글": 1})


def test_bytes_that_suffered_on_the_way_are_asked_for_again(awaited, caller):
    for body in (b"", BODY[:-100], BODY[: len(BODY) // 2], BODY + b"\0", small_photo(2)):
        answer = caller.put(HASH, body)
        assert (answer.status, answer.json["code"]) == (422, "photo-hash" if body else "photo-empty")
    assert VisitPhoto.missing([awaited]) == {awaited: [HASH]}, "it is not refused, and still awaited"
    assert Photo.select().count() == 0
    assert caller.put(HASH, BODY).status == 200
    once_at_the_desk({"글": 1})


def test_a_body_that_ends_too_early_stores_nothing(awaited, caller):
    head = f"PUT /sync/photos/{HASH} HTTP/1.1\r\nContent-Type: application/octet-stream\r\n"
    for said in (raw(caller, f"{head}Content-Length: {len(BODY)}", BODY[:200]), raw(caller, f"{head}Content-Length: {len(BODY)}"),
                 raw(caller, f"{head}Transfer-Encoding: chunked", b"c8\r\n" + BODY[:200])):
        assert b" 200 " not in said.split(b"\r\n")[0], said
    assert VisitPhoto.missing([awaited]) == {awaited: [HASH]} and Photo.select().count() == 0
    assert caller.put(HASH, BODY).status == 200
    once_at_the_desk({"글": 1})


def test_more_than_twelve_megabytes_are_refused_for_good(awaited, caller):
    head = f"PUT /sync/photos/{HASH} HTTP/1.1\r\nContent-Type: application/octet-stream\r\n"
    told = raw(caller, f"{head}Content-Length: {13 * 2**20}")
    assert b" 413 " in told.split(b"\r\n")[0] and b"photo-too-large" in told
    megabyte = b"100000\r\n" + bytes(2**20) + b"\r\n"
    untold = raw(caller, f"{head}Transfer-Encoding: chunked", *[megabyte] * 13)
    assert b" 200 " not in untold.split(b"\r\n")[0]
    assert MAX_BYTES == 12 * 2**20
    assert [row.refused for row in VisitPhoto.select()] == ["photo-too-large"], "its visit waits for it no longer"
    assert Photo.select().count() == 0


def test_what_is_no_photo_is_refused_for_good_and_holds_its_visit_up_no_longer(office, caller):
    wrong = {b"<svg xmlns='http://www.w3.org/2000/svg'/>": "photo-format", b"a text": "photo-format", BODY[:-200]: "photo-truncated"}
    visit = awaits(office, caller, *map(sha256, wrong), HASH)
    for body, code in wrong.items():
        answer = caller.put(sha256(body), body)
        assert (answer.status, answer.json["code"]) == (422, code) and answer.json["message"]
    assert VisitPhoto.missing([visit]) == {visit: [HASH]}
    assert caller.put(HASH, BODY).json["missing"] == {visit: []}
    assert {row.sha256: row.refused for row in VisitPhoto.select()} == {sha256(body): code for body, code in wrong.items()} | {HASH: ""}


def test_a_photo_that_is_not_awaited_is_unknown_stored_or_not(office, caller, awaited):
    """No hash can be asked about: a colleague's photo, one that nobody has, and what is no hash are answered alike."""
    colleague = Caller(office, "ssangmun", "another-phone")
    waiting = colleague.put(HASH, BODY)
    assert caller.put(HASH, BODY).status == 200
    stored, unknown = colleague.put(HASH, BODY), colleague.put(sha256(b"x"), BODY)
    assert waiting.status == 404 and same(waiting, stored) and same(stored, unknown)
    assert same(colleague.put(HASH, b"x"), colleague.put(sha256(b"x"), b"x")), "nor by bytes that do not fit"
    for name in (HASH.upper(), HASH[:-1], "..%2f..%2fsecret_key", "0" * 65):
        assert colleague.put(name, BODY).status == 404
    assert VisitPhoto.select().where(VisitPhoto.visit == awaited).get().received_at


def test_a_photo_may_not_come_before_its_record(office, caller):
    assert caller.put(HASH, BODY).status == 404
    assert Photo.select().count() == 0
    awaits(office, caller, HASH)
    assert caller.put(HASH, BODY).status == 200


def test_who_is_not_logged_in_or_comes_from_elsewhere_is_refused(office, caller, awaited):
    assert caller.put(HASH, BODY, Cookie=None).status == 401
    assert caller.put(HASH, BODY, X_Fieldapp=None).status == 403
    assert caller.put(HASH, BODY, Sec_Fetch_Site="cross-site").status == 403
    assert caller.put(HASH, BODY, Sec_Fetch_Site=None, Origin="https://example.org").status == 403
    assert Caller(office, "expert").put(HASH, BODY).status == 403
    assert VisitPhoto.missing([awaited]) == {awaited: [HASH]}


def test_one_photo_of_two_visits_is_sent_once(office, caller, awaited):
    other = awaits(office, caller, HASH, memo="다른 글")
    assert caller.put(HASH, BODY).json["missing"] == {awaited: [], other: []}
    once_at_the_desk({"글": 1, "다른 글": 1}, photos=1)
    third = frozen(office.cast.changdong, {"shop": office.cast.shop.uid, "outcome": "met", "memo": "셋째", "photo": [HASH]})
    assert caller.send(third)[0]["missing"] == [], "what the office has from this person is not asked for again"


def test_five_copies_of_one_photo_at_once_are_one_photo(awaited, caller):
    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(lambda _: caller.put(HASH, BODY), range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    once_at_the_desk({"글": 1})


def test_a_phone_that_sends_too_much_is_told_when_to_come_back(office):
    office.server.kill()
    office.server.env["SYNC_LIMIT"] = "4"
    office.server.start()
    caller = Caller(office)
    awaits(office, caller, HASH)
    answers = [caller.put(HASH, BODY) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert 0 < answers[-1].retry_after <= 300
    assert caller.post().status == 429 and caller.ask("GET", "/sync/pack").status == 200
    colleague = Caller(office, "ssangmun", "another-phone")
    assert colleague.put(HASH, BODY).status == 404, "one phone's haste is not another's"
    assert Visit.select().count() == 1
