"""Old phones and new offices, new shells and old queues: what was saved by one version arrives at another."""

import hashlib
import json
from pathlib import Path

import pytest

from fieldapp.database import uuid7
from fieldapp.sync import Refusal
from fieldapp.visits import Visit
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk

OLD = Path(__file__).parent.parent / "data" / "record_v1.json"
NEXT = "tests.sync.bad_servers:another_build()"
PUT_AWAY = "document.dispatchEvent(new Event('visibilitychange'))"
BUILDS = "return (await caches.keys()).filter((name) => name.startsWith('fieldapp-'))"

# A record of a later version than this office knows, in the outbox as that version's form would have put it there.
SAVE_LATER_VERSION = """
    const { author, newDraft, save, sha256, write } = await js("outbox/store.js");
    const draft = await newDraft(await author(), arg);
    const bytes = new Uint8Array([1, 2, 3]).buffer, sha = await sha256(bytes);
    await write("photos", { record: draft.id, sha256: sha, bytes });
    const record = await save({ ...draft, photos: [sha], form: { outcome: "met", memo: "내일의 양식" } });
    const text = JSON.stringify({ ...JSON.parse(record.text), version: 2 });
    await write("records", { ...record, text, hash: await sha256(new TextEncoder().encode(text)) });
    return record.id;"""


def test_what_an_old_phone_froze_is_taken_for_ever(as_, cast):
    """The bytes of a record of version 1, as they stood in phones when it was new; only its author and shop are put in."""
    text = OLD.read_text().strip().replace("AUTHOR", cast.changdong.uid).replace("SHOP", cast.shop.uid).replace("ID", uid := uuid7())
    record = {"id": uid, "hash": hashlib.sha256(text.encode()).hexdigest(), "record": text}
    [answer] = as_("changdong").send(record)
    assert answer["answer"] == "created", answer
    visit, form = Visit.get(), json.loads(text)["form"]
    assert (visit.memo, visit.outcome, visit.accuracy_m, visit.device_seq) == (form["memo"], "met", 12, 41)
    assert answer["missing"] == form["photo"] and answer["referral"]["state"] == "submitted"


@pytest.mark.browser
def test_a_version_that_the_office_does_not_know_yet_is_held_and_kept(office, user):
    office.server.kill()
    later = user.run(SAVE_LATER_VERSION, office.cast.shop.uid)
    user.visit(office.cast.neighbour.uid, "오늘의 양식", [jpeg(1)])
    office.server.start()
    user.send()
    [held] = [record for record in user.wait(held=1, done=1) if record["state"] == "held"]
    assert (held["id"], held["code"], held["memo"]) == (later, "version", "내일의 양식")
    user.page.get_by_text("앱을 새로 고치면 보냅니다").wait_for()
    assert user.photos() == 1
    assert Refusal.get().form["memo"] == "내일의 양식", "the office keeps what it could not take"
    office.server.kill()
    office.server.start("tests.sync.bad_servers:knows_version_2()")
    user.press()
    user.wait(done=2)
    assert {visit.uid for visit in Visit.select()} == {record["id"] for record in user.records()}


def new_shell_waits(user: PhoneUser) -> None:
    user.run("await (await navigator.serviceWorker.getRegistration()).update()")
    user.until("return !!(await navigator.serviceWorker.getRegistration()).waiting", "a new shell waits")


def put_away(user: PhoneUser) -> None:
    """What the page does when the phone is put away or taken up again."""
    user.page.evaluate(PUT_AWAY)


def only_build(user: PhoneUser, build: str) -> bool:
    return [name.split("-")[1] for name in user.run(BUILDS)] == [build]


@pytest.mark.browser
def test_a_new_shell_takes_over_and_sends_what_the_old_one_has_saved(office, user):
    office.server.kill()
    user.visit(office.cast.shop.uid, "옛 화면에서", [jpeg(1), jpeg(2)])
    user.page.goto("/today")
    office.server.start(NEXT)
    new_shell_waits(user)
    put_away(user)
    user.until(f"{BUILDS}.join() === 'fieldapp-0123456789ab-ko'", "the new shell has taken over")
    user.page.reload()
    assert "/assets/0123456789ab/" in user.page.locator("script[type=module]").get_attribute("src")
    user.send()
    user.wait(done=1)
    once_at_the_desk({"옛 화면에서": 2})


@pytest.mark.browser
def test_a_new_shell_waits_while_a_form_is_open_in_any_tab(office, user):
    """What the form has yet to load stands in the old shell's cache alone: it is saved whole, with a photo, by the old one."""
    user.open_form(office.cast.shop.uid)
    user.page.locator("#memo").fill("쓰는 동안")
    writing, old = user.page, office.app.config["BUILD"]
    office.server.kill()
    office.server.start(NEXT)
    user.new_tab().goto("/today")
    new_shell_waits(user)
    for _ in range(3):
        put_away(user)
        user.page.wait_for_timeout(100)
    assert {name.split("-")[1] for name in user.run(BUILDS)} == {old, "0123456789ab"}
    today, user.page = user.page, writing
    put_away(user)
    assert user.page.locator("#memo").input_value() == "쓰는 동안"
    user.fill("쓰는 동안", photos=[jpeg(1)])
    user.save()
    user.page.wait_for_selector("[data-record][data-state=done]")
    once_at_the_desk({"쓰는 동안": 1})
    user.page.close()
    user.page = today
    # The browser may count the closed tab for a moment yet, so the phone is put away until the new shell is there.
    user.until(f"{PUT_AWAY}; {BUILDS}.join() === 'fieldapp-0123456789ab-ko'", "the new shell has taken over")


@pytest.mark.browser
def test_a_portal_that_appears_while_a_new_shell_is_fetched_leaves_the_old_one(office, traveller, road):
    office.server.kill()
    office.server.start(NEXT)
    portal = road.stand_in("GET", "/assets/0123456789ab/", 200, b"<html>log in</html>", times=1000, Content_Type="text/html")
    traveller.run("await (await navigator.serviceWorker.getRegistration()).update().catch(() => null)")
    portal.wait()
    traveller.until("return !(await navigator.serviceWorker.getRegistration()).installing", "the new shell has given up")
    assert not traveller.run("return !!(await navigator.serviceWorker.getRegistration()).waiting")
    office.server.kill()
    traveller.visit(office.cast.shop.uid, "옛 화면이 일함")
    assert traveller.wait(queued=1)
