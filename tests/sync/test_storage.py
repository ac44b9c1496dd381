"""Storage that fails, on the phone and at the office: what was said to be kept is kept, and the rest is said."""

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from fieldapp.database import db, uuid7
from fieldapp.photos import Photo
from fieldapp.sync import Received
from fieldapp.visits import Visit, VisitPhoto
from tests.browser import IS_ROOT
from tests.conftest import frozen
from tests.office import Office
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk
from tests.storm import sha256, small_photo
from tests.sync.conftest import HERE, Answer, Caller

CONNECTIONS = """globalThis.connections = [];
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...given) {
  const request = open.apply(this, given);
  request.addEventListener("success", () => connections.push(request.result));
  return request;
};"""


# On the phone

@contextmanager
def room(user: PhoneUser, url: str, more: int) -> Iterator[None]:
    """Leave the browser's storage `more` bytes beyond what it holds.

    Only before its database is first written to: Chromium asks for the room that is left no more than twice a minute.
    """
    wire = user.context.new_cdp_session(user.page)
    used = wire.send("Storage.getUsageAndQuota", {"origin": url})["usage"]
    wire.send("Storage.overrideQuotaForOrigin", {"origin": url, "quotaSize": used + more})
    yield
    wire.send("Storage.overrideQuotaForOrigin", {"origin": url})


@pytest.mark.browser
def test_a_full_phone_keeps_the_text_and_says_that_the_photo_is_not_in(office, owner, tmp_path):
    user = owner(tmp_path / "phone")
    office.server.kill()
    with room(user, office.url, 100_000):
        user.open_form(office.cast.shop.uid)
        user.fill("글은 남는다", photos=[jpeg(1, (120, 90))])
        user.page.locator("#album").set_input_files([jpeg(2, (1600, 1200))])
        user.page.get_by_text("휴대폰 저장 공간이 부족해 사진을 넣지 못했습니다").wait_for()
        assert user.page.locator("#thumbs li").count() == 1 and user.photos() == 1
        assert user.page.locator("#memo").input_value() == "글은 남는다"
        assert [len(draft["photos"]) for draft in user.drafts()] == [1], "the list names no photo that is not there"
    user.fill("글은 남는다", photos=[jpeg(3)])
    user.save()
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"글은 남는다": 2})


@pytest.mark.browser
def test_a_phone_without_room_for_the_text_never_says_that_it_has_saved(office, owner, tmp_path):
    user, text = owner(tmp_path / "phone", pin=False), "가" * 5000  # one that is typed is a write
    office.server.kill()
    with room(user, office.url, 30_000):
        user.open_form(office.cast.shop.uid)
        user.fill(text)
        user.page.locator("#save").click()
        user.page.get_by_text("저장하지 못했습니다. 휴대폰 저장 공간을 확인해 주십시오.").wait_for()
        assert user.page.locator("[data-record]").count() == 0 and user.states() == {}
        assert user.page.locator("#memo").input_value() == text
    user.save()
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({text: 0})


@pytest.mark.browser
def test_a_database_closed_under_the_page_is_opened_again(office, user):
    user.page.close()
    user.new_tab().add_init_script(CONNECTIONS)
    close = "connections.splice(0).map((connection) => connection.close()).length"
    user.open_form(office.cast.shop.uid)
    assert user.page.evaluate(close)
    user.fill("닫혀도", photos=[jpeg(1)])
    user.draft_kept()
    assert user.page.evaluate(close)
    user.save()
    user.wait(done=1)
    assert user.page.evaluate(close)
    user.send()
    once_at_the_desk({"닫혀도": 1})


@pytest.mark.browser
def test_storage_that_the_browser_has_emptied_leaves_the_text_that_is_on_the_screen(office, user):
    user.open_form(office.cast.shop.uid)
    user.fill("화면에는 있다", photos=[jpeg(1)])
    user.draft_kept()
    user.context.new_cdp_session(user.page).send("Storage.clearDataForOrigin", {"origin": office.url, "storageTypes": "indexeddb"})
    user.page.locator("#save").click()
    user.page.get_by_text("사진 1장이 휴대폰에서 사라졌습니다").wait_for()
    user.page.locator("#thumbs li").wait_for(state="detached")
    user.save()
    user.wait(done=1)
    once_at_the_desk({"화면에는 있다": 0})


@pytest.mark.browser
def test_a_photo_that_is_too_large_is_refused_with_words(office, user):
    """Where the browser can't decode it, nothing makes it smaller. One that an older app let in is refused by the office."""
    user.open_form(office.cast.shop.uid)
    user.fill("큰 사진")
    user.page.evaluate("""() => {
        const files = new DataTransfer(), album = document.getElementById("album");
        files.items.add(new File([new Uint8Array(13 * 2 ** 20)], "a.heic", { type: "image/heic" }));
        album.files = files.files;
        album.dispatchEvent(new Event("change", { bubbles: true }));
    }""")
    user.page.get_by_text("사진이 12 MB를 넘습니다").wait_for()
    assert user.photos() == 0
    user.save()
    user.wait(done=1)
    user.run("""const { author, newDraft, save, sha256, write } = await js("outbox/store.js");
        const draft = await newDraft(await author(), arg), bytes = new Uint8Array(13 * 2 ** 20).buffer, sha = await sha256(bytes);
        await write("photos", { record: draft.id, sha256: sha, bytes });
        await save({ ...draft, photos: [sha], form: { outcome: "met", memo: "옛 앱의 큰 사진" } });""", office.cast.shop.uid)
    user.send()
    [record] = [record for record in user.wait(done=2) if record["photos"]]
    assert [one["code"] for one in record["refused"]] == ["photo-too-large"]
    user.page.get_by_text("사진 1장은 받지 못했습니다: 사진이 12 MB를 넘습니다").wait_for()
    assert user.photos() == 1, "of a photo that the office refused there is no other copy"


@pytest.mark.browser
def test_everything_unsent_can_be_taken_out_in_one_file(office, user):
    office.server.kill()
    user.visit(office.cast.shop.uid, "내보냄", [jpeg(1), jpeg(2)])
    user.page.goto("/outbox")
    with user.page.expect_download() as download:
        user.page.locator("#export").click()
    kept = json.loads(Path(download.value.path()).read_text())
    [record] = kept["records"]
    assert json.loads(record["text"])["form"]["memo"] == "내보냄"
    assert {photo["sha256"] for photo in kept["photos"]} == set(record["photos"]) and all(photo["base64"] for photo in kept["photos"])


# At the office

@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 16 MB. Only root on Linux can make one, and in most containers not even root."""
    if not (IS_ROOT and sys.platform == "linux"):
        pytest.skip("only root can make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]).returncode:
        pytest.skip("this machine lets no disk be mounted; limits on the process stand in for it below")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.fixture
def crammed(small_disk, tmp_path) -> Iterator[Office]:
    """An office whose data stand on a small disk."""
    made = Office(small_disk)
    made.server.log = tmp_path / "server.log"
    with made.app.app_context(), made.server:
        yield made
        db.close()


def fill_up(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**16, 2**12):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return ballast


def record(office: Office, memo: str, *photos: bytes) -> dict:
    form = {"shop": office.cast.shop.uid, "outcome": "met", "memo": memo}
    return frozen(office.cast.changdong, form | ({"photo": [sha256(body) for body in photos]} if photos else {}))


def reads_go_on(caller: Caller) -> None:
    assert caller.ask("GET", "/sync/ping").json["person"]
    assert caller.ask("GET", "/sync/pack").status == 200
    assert caller.ask("GET", f"/sync/status?ids={uuid7()}").status == 200


def refused(answer: Answer) -> bool:
    """Not taken, and told when to come again."""
    return answer.status in (503, 507) and answer.retry_after > 0


def until_refused(office: Office, caller: Caller, most: int = 400) -> list[str]:
    """Send records until one is not taken; give the ids of those that were acknowledged. What room there was may be used up first."""
    taken: list[str] = []
    for number in range(most):
        one = record(office, f"기록 {number}" + "가" * 2000)
        answer = caller.post(one)
        if answer.status != 200:
            assert (answer.status, answer.json["code"], answer.retry_after) == (507, "full", 300), answer
            return taken
        taken += [told["id"] for told in answer.json["answers"] if told["answer"] == "created"]
    raise AssertionError("the disk never filled up")


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_full_disk_takes_nothing_that_it_cannot_keep_and_recovers_by_itself(crammed, small_disk):
    caller, body = Caller(crammed), small_photo(1)
    before = record(crammed, "앞", body)
    assert caller.send(before)[0]["answer"] == "created"
    ballast = fill_up(small_disk)
    photo = caller.put(sha256(body), body)
    assert (photo.status, photo.json["code"], photo.retry_after) == (507, "full", 300)
    assert VisitPhoto.missing([before["id"]])[before["id"]] and not list(small_disk.glob("photos/*/.new-*"))
    taken = until_refused(crammed, caller)
    reads_go_on(caller)
    ballast.unlink()
    assert caller.put(sha256(body), body).status == 200
    after = record(crammed, "뒤")
    assert caller.send(after)[0]["answer"] == "created"
    crammed.server.kill()
    db.close()
    assert {row.uid for row in Received.select(Received.uid)} == {before["id"], *taken, after["id"]}, "acknowledged is acknowledged"


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.browser
def test_a_phone_waits_for_a_full_office_and_sends_once_there_is_room(crammed, small_disk, phone):
    context = phone(crammed.url, place=HERE)
    crammed.log_in(context)
    user = PhoneUser(context).install()
    caller, ballast = Caller(crammed), fill_up(small_disk)
    until_refused(crammed, caller)
    user.visit(crammed.cast.shop.uid, "자리를 기다림", [jpeg(1)])
    user.until("return (await (await js('outbox/store.js')).all('records'))[0].nextAt > Date.now()", "it waits")
    assert user.wait(queued=1) and user.photos() == 1
    ballast.unlink()
    user.send()
    user.wait(done=1)
    visit = Visit.get(Visit.memo == "자리를 기다림")
    assert [bool(row.received_at) for row in visit.photos] == [True]


@contextmanager
def no_file_longer_than(office: Office, size: int) -> Iterator[None]:
    """The kernel refuses the server's writes past so many bytes of a file (EFBIG), until it is let again."""
    processes = office.server.processes()
    for process in processes:
        process.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))
    yield
    for process in processes:
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
def test_a_disk_that_refuses_writes_takes_nothing_and_recovers_without_a_restart(office, caller):
    body = small_photo(1)
    waiting = record(office, "사진을 기다림", body)
    caller.send(waiting)
    with no_file_longer_than(office, 100):
        answer, photo = caller.post(record(office, "안 됨")), caller.put(sha256(body), body)
        assert refused(answer) and refused(photo), (answer, photo)
        reads_go_on(caller)
    assert Visit.select().count() == 1 and Photo.select().count() == 0
    assert caller.put(sha256(body), body).status == 200
    assert caller.send(record(office, "다시 됨"))[0]["answer"] == "created"
    once_at_the_desk({"사진을 기다림": 1, "다시 됨": 0})


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_locked_database_is_waited_for_and_then_told(office, caller):
    """Somebody else holds the lock: a backup tool, a person with a shell."""
    db.execute_sql("BEGIN IMMEDIATE")
    try:
        answer = caller.post(record(office, "잠김"))
        assert (answer.status, answer.json["code"], answer.retry_after) == (503, "busy", 5)
        assert caller.ask("GET", "/sync/ping").json["person"] and caller.ask("GET", f"/sync/status?ids={uuid7()}").status == 200
    finally:
        db.execute_sql("ROLLBACK")
    assert caller.send(record(office, "풀림"))[0]["answer"] == "created"
    once_at_the_desk({"풀림": 0})


@pytest.mark.sqlite
def test_a_read_only_database_is_told_and_read(as_, cast, visit_form):
    client, one = as_("changdong"), frozen(cast.changdong, visit_form)
    db.execute_sql("PRAGMA query_only = 1")
    try:
        answer = client.post("/sync/commands", json={"commands": [one]}, headers={"X-Fieldapp": "1"})
        assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "busy", "5")
        assert client.get("/sync/pack").status_code == 200
    finally:
        db.execute_sql("PRAGMA query_only = 0")
    assert client.send(one)[0]["answer"] == "created"


def test_what_came_before_the_storage_failed_is_acknowledged_and_the_rest_is_told_to_come_again(as_, cast, visit_form, monkeypatch):
    """In the middle of a batch: a phone that hears of twelve sends the other eight later, not all twenty."""
    records, create = [frozen(cast.changdong, visit_form) for _ in range(20)], Received.create.__func__

    def fails(cls, **values):
        if Visit.select().count() == 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        return create(cls, **values)

    monkeypatch.setattr(Received, "create", classmethod(fails))
    answer = as_("changdong").post("/sync/commands", json={"commands": records}, headers={"X-Fieldapp": "1"})
    assert answer.status_code == 200 and answer.json["retry_after"] == 300
    assert [(told["id"], told["answer"]) for told in answer.json["answers"]] == [(one["id"], "created") for one in records[:12]]
    first_fails = as_("changdong").post("/sync/commands", json={"commands": records[12:]}, headers={"X-Fieldapp": "1"})
    assert (first_fails.status_code, first_fails.headers["Retry-After"]) == (507, "300")
    monkeypatch.undo()
    assert [told["answer"] for told in as_("changdong").send(*records)] == ["duplicate"] * 12 + ["created"] * 8
