"""A lost phone: what lies on it is shut, the PIN opens it without a network, and what was sealed comes back to who wrote it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fieldapp.database import now, writing
from fieldapp.events import Event
from fieldapp.people import Phone, Session
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from tests.conftest import PASSWORD
from tests.phone_user import PIN, PhoneUser, jpeg, once_at_the_desk
from tests.sync.conftest import Caller
from tests.sync.test_envelope import shut

pytestmark = pytest.mark.browser

# Every value of every store as text, and bytes one letter each: what anyone reads who has the phone's files.
AT_REST = """async () => {
    const letters = (buffer) => Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    const text = (value) => value instanceof CryptoKey ? `key(${value.extractable})`
      : value instanceof ArrayBuffer ? letters(value) : ArrayBuffer.isView(value) ? text(value.buffer)
      : value && typeof value === "object" ? Object.entries(value).map(([name, one]) => `${name}=${text(one)}`).join("\\n") : String(value);
    const asked = (request) => new Promise((done, failed) => {
      Object.assign(request, { onsuccess: () => done(request.result), onerror: failed });
    });
    const db = await asked(indexedDB.open("fieldapp")), found = {};
    for (const name of db.objectStoreNames) {
      found[name] = (await asked(db.transaction(name).objectStore(name).getAll())).map(text).join("\\n");
    }
    db.close();
    return found;
  }"""
SAID, NAME, NUMBER, MEMO = "점포 이전에 한 말", "김가상", "010-9876-5432", "아무도 읽으면 안 되는 메모"
SHOP_NUMBER = "02-900-1234"


@pytest.fixture
def user(office, phone) -> PhoneUser:
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    return PhoneUser(context).install()


def at_rest(user: PhoneUser) -> dict[str, str]:
    return user.settled(lambda: user.page.evaluate(AT_REST))


def write_down(user: PhoneUser, uid: str) -> None:
    """A visit with all that is personal in it."""
    user.open_form(uid)
    user.fill(MEMO, photos=[jpeg(1)])
    page = user.page
    page.locator("summary", has_text="동의").click()
    page.locator("input[name='consent.personal']").check()
    page.locator("[name='owner.name']").fill(NAME)
    page.locator("[name='owner.phone']").fill(NUMBER)


def holds(found: dict[str, str], *texts: str) -> list[str]:
    """Which of the texts stand there, as letters or as the bytes of either encoding."""
    whole = "\n".join(found.values())
    ways: list[Callable[[str], str]] = [
        str, *(lambda text, name=name: text.encode(name).decode("latin-1") for name in ("utf-8", "utf-16-le"))]  # type: ignore[misc]
    return [text for text in texts if any(way(text) in whole for way in ways)]


def test_nothing_personal_lies_open_on_the_phone(office, user):
    with writing():
        Shop.update(phone=SHOP_NUMBER).where(Shop.uid == office.cast.shop.uid).execute()
        Shop.get_by_id(office.cast.shop.uid).save()
    user.visit(office.cast.shop.uid, SAID)
    user.wait(done=1)
    user.send()
    user.until("return (await (await js('outbox/store.js')).read('shops', arg))?.said", "what was said has come", office.cast.shop.uid)
    office.server.kill()
    write_down(user, office.cast.shop.uid)
    user.save()
    write_down(user, office.cast.neighbour.uid)
    user.draft_kept()
    found = at_rest(user)
    assert holds(found, office.cast.shop.name) == [office.cast.shop.name], "what is looked through is what the phone keeps"
    assert holds(found, MEMO, NAME, NUMBER, SAID, SHOP_NUMBER, "98765432", office.cast.changdong.name, "Exif", "JFIF") == []
    assert "\xff\xd8\xff\xe0\x00\x10" not in found["photos"] and found["photos"].count("record=") == 2
    assert "key(" not in found["meta"], "the key itself is kept under the PIN alone"
    memo = user.run("return (await (await js('outbox/store.js')).all('records')).map((one) => one.form?.memo).filter(Boolean)")
    assert memo == [MEMO], "and its owner reads it"


def forgetful(user: PhoneUser) -> None:
    """Whoever holds the phone does not know its PIN."""
    user.context.add_init_script("self.forgetful = true")


def test_untouched_for_a_while_it_asks_for_the_pin_and_the_draft_is_whole(office, user):
    page = user.page
    page.clock.install()
    office.server.kill()
    write_down(user, office.cast.shop.uid)
    forgetful(user)
    page.clock.fast_forward(16 * 60_000)
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator("#memo"), "nothing of it stands behind the PIN").to_have_value("")
    expect(page.get_by_label("이 휴대폰의 PIN")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#lock")).to_be_visible()
    page.get_by_label("이 휴대폰의 PIN").fill("000001")
    expect(page.locator("#pin-problem")).to_contain_text("남은 횟수 9")
    page.get_by_label("이 휴대폰의 PIN").fill(PIN)
    expect(page.locator("#lock")).to_have_count(0)
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator("#memo")).to_have_value(MEMO)
    expect(page.locator("[name='owner.name']")).to_have_value(NAME)
    expect(page.locator("#thumbs img")).to_have_count(1)
    user.save()
    office.server.start()
    user.press()
    user.wait(done=1)
    once_at_the_desk({MEMO: 1})


def test_the_way_from_a_pin_to_the_key_is_long(office, phone):
    context = phone(office.url)
    office.log_in(context)
    context.add_init_script("self.unhurried = true")
    user = PhoneUser(context).install()
    assert user.page.evaluate("rounds") >= 600_000
    forgetful(user)
    user.run("await (await js('outbox/vault.js')).forget()")
    user.page.goto("/today")
    user.page.get_by_label("이 휴대폰의 PIN").fill("000001")
    expect(user.page.locator("#pin-problem")).to_contain_text("남은 횟수 9")
    user.page.get_by_label("이 휴대폰의 PIN").fill(PIN)
    expect(user.page.locator("#due-rows li").first).to_be_visible()
    assert user.page.evaluate("rounds") >= 600_000


def test_a_touched_phone_stays_open_from_page_to_page(office, user):
    forgetful(user)
    page = user.page
    page.clock.install()
    for path in ("/today", "/today/shops", "/outbox", "/today"):
        page.goto(path)
        page.clock.fast_forward(10 * 60_000)
        page.locator("h1").tap()
    expect(page.locator("#due-rows li").first).to_be_visible()
    expect(page.locator("#lock")).to_have_count(0)


@pytest.mark.parametrize(("typed", "again", "said"), [
    ("12", "12", "숫자 여섯 자리를 적어"), ("111111", "111111", "쉽게 맞힐"), ("456789", "456789", "쉽게 맞힐"),
    ("271828", "271829", "서로 다릅니다")])
def test_a_pin_that_protects_nothing_is_refused(office, phone, typed, again, said):
    context = phone(office.url)
    office.log_in(context)
    page = context.new_page()
    page.add_init_script("self.forgetful = true")
    page.goto("/today")
    page.get_by_label("새 PIN").fill(typed)
    page.get_by_label("한 번 더").fill(again)
    page.get_by_role("button", name="PIN 정하기").tap()
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_label("새 PIN")).to_be_focused()
    assert page.evaluate(AT_REST)["meta"].count("key(true)") == 1


def sealed(user: PhoneUser, records: int, photos: int) -> None:
    """What is unsent lies there in envelopes alone, and nothing else does."""
    found = at_rest(user)
    assert found["shops"] == "" and "box=" not in found["meta"] and "key(" not in found["meta"]
    assert found["records"].count("own=null") == records and found["photos"].count("own=null") == photos
    assert holds(found, MEMO, NAME, NUMBER, "봉인 ") == []


def test_after_ten_wrong_pins_it_is_sealed_and_comes_back_with_the_log_in(office, user):
    office.server.kill()
    write_down(user, office.cast.shop.uid)
    user.save()
    user.open_form(office.cast.neighbour.uid)
    user.fill("이어 쓸 글")
    user.draft_kept()
    forgetful(user)
    page = user.page
    user.run("await (await js('outbox/vault.js')).forget()")
    page.goto("/today")
    for left in range(9, 0, -1):
        page.get_by_label("이 휴대폰의 PIN").fill(f"00000{left}")
        expect(page.locator("#pin-problem")).to_contain_text(f"남은 횟수 {left}")
    page.get_by_label("이 휴대폰의 PIN").fill("999999")
    expect(page.get_by_text("PIN을 열 번 틀려")).to_be_visible()
    sealed(user, records=1, photos=1)
    office.server.start()
    page.goto("/outbox")
    user.until("return !(await (await js('outbox/store.js')).read('meta', 'out'))", "the log-in has ended")
    with writing():
        assert all(session.ended_at for session in Session.select())
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    once_at_the_desk({MEMO: 1})
    user.open_form(office.cast.neighbour.uid)
    expect(page.locator("#memo")).to_have_value("이어 쓸 글")


def test_logged_out_with_twenty_unsent_visits_all_arrive_once_at_the_next_log_in(office, user):
    office.server.kill()
    user.save_many([{"shop": office.cast.shop.uid, "outcome": "met", "memo": f"봉인 {number}"} for number in range(20)],
                   [[jpeg(number)["buffer"]] for number in range(20)])
    user.page.goto("/today")
    user.page.locator("#due-rows li, #empty").first.wait_for()
    user.page.evaluate("""() => { const real = fetch;
        self.fetch = (url, ...more) => String(url).includes("/sync/") ? Promise.reject(new TypeError()) : real(url, ...more); }""")
    office.server.start()
    user.page.get_by_role("button", name="로그아웃").tap()
    user.page.wait_for_url("**/login")
    sealed(user, records=20, photos=20)
    assert Visit.select().count() == 0
    user.log_in("changdong", PASSWORD)
    user.wait(done=20)
    once_at_the_desk({f"봉인 {number}": 1 for number in range(20)})
    assert {visit.manager_id for visit in Visit.select()} == {office.cast.changdong.uid}


def order(office, what: str) -> None:
    with writing():
        Phone.get().give(what, "잃어버림", office.cast.admin.uid)


def test_an_emptied_phone_keeps_envelopes_alone_and_tells_the_office(office, user):
    office.server.kill()
    write_down(user, office.cast.shop.uid)
    user.save()
    order(office, "wipe")
    office.server.start()
    user.page.goto("/outbox")
    user.page.wait_for_url("**/login")
    sealed(user, records=1, photos=1)
    assert Phone.get().emptied_at > now() - timedelta(minutes=5) and Event.select().where(Event.kind == "phone.emptied").count() == 1
    assert Visit.select().count() == 0
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    once_at_the_desk({MEMO: 1})


def test_a_phone_that_is_emptied_while_it_is_locked_needs_no_pin_for_that(office, user):
    office.server.kill()
    write_down(user, office.cast.shop.uid)
    user.save()
    forgetful(user)
    user.run("await (await js('outbox/vault.js')).forget()")
    order(office, "wipe")
    office.server.start()
    user.page.goto("/today")
    user.page.wait_for_url("**/login")
    sealed(user, records=1, photos=1)


def test_a_locked_phone_opens_by_its_pin_once_the_office_lifts_it(office, user):
    office.server.kill()
    write_down(user, office.cast.shop.uid)
    user.save()
    order(office, "lock")
    office.server.start()
    user.page.goto("/outbox")
    expect(user.page.get_by_text("관리자가 이 휴대폰을 잠갔습니다")).to_be_visible()
    user.page.goto("/today")
    expect(user.page.get_by_text("관리자가 이 휴대폰을 잠갔습니다")).to_be_visible()
    assert Visit.select().count() == 0
    with writing():
        Phone.get().lift("찾음", office.cast.admin.uid)
    user.page.goto("/outbox")
    user.until("return !(await (await js('outbox/vault.js')).kept()).barred", "it has heard that it is lifted")
    user.page.wait_for_load_state("networkidle")
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    once_at_the_desk({MEMO: 1})


def test_a_forged_envelope_is_refused_and_the_true_one_beside_it_arrives(office, user):
    office.server.kill()
    user.visit(office.cast.shop.uid, "참된 기록")
    user.run("await (await js('outbox/sealing.js')).empty()")
    caller = Caller(office, "ssangmun", "another-phone")
    office.server.start()
    theirs = caller.ask("POST", "/sync/contact", b"{}").json["key"]
    envelope = shut(theirs, office.cast.changdong.uid)
    user.page.goto("/login")
    user.page.evaluate("""({ id, ...office }) => new Promise((done) => {
      indexedDB.open("fieldapp").onsuccess = ({ target: { result } }) => {
        const tx = result.transaction("records", "readwrite"), store = tx.objectStore("records");
        store.getAll().onsuccess = ({ target: { result: [one] } }) => store.put({ ...one, id: "01890000-0000-7000-8000-000000000001",
          envelope: { ...one.envelope, id, office, own: null } });
        tx.oncomplete = done;
      }; })""", envelope)
    office.log_out()
    user.log_in("changdong", PASSWORD)
    [forged] = [one for one in user.wait(done=1, rejected=1) if one["state"] == "rejected"]
    assert forged["code"] == "forged"
    expect(user.page.get_by_text("봉인이 아니어서")).to_be_visible()
    once_at_the_desk({"참된 기록": 0})
    assert Event.select().where(Event.kind == "envelope.forged").count() == 1


def test_someone_else_on_the_same_phone_begins_anew_and_the_first_ones_visits_wait(office, user):
    office.server.kill()
    user.visit(office.cast.shop.uid, "창동의 글", [jpeg(1)])
    office.log_out()
    office.server.start()
    user.log_in("ssangmun", PASSWORD)
    expect(user.page.locator("#records [data-state=held]")).to_contain_text("작성한 사람이 로그인하면 보냅니다")
    user.page.goto("/today")
    expect(user.page.locator("#where")).to_contain_text("쌍문권역")
    found = at_rest(user)
    assert found["records"].count("own=null") == found["photos"].count("own=null") == 1
    assert user.run("return (await (await js('outbox/store.js')).all('records'))[0].form ?? null") is None
    assert Visit.select().count() == 0
    office.log_out("ssangmun")
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    once_at_the_desk({"창동의 글": 1})


def test_what_was_typed_last_is_kept_by_who_leaves_at_once(office, user):
    user.open_form(office.cast.shop.uid)
    user.page.wait_for_load_state("networkidle")
    user.page.locator("#memo").press_sequentially("마지막 글자까지")
    user.page.get_by_role("link", name="오늘").tap()
    user.page.wait_for_url("**/today")
    user.open_form(office.cast.shop.uid)
    expect(user.page.locator("#memo")).to_have_value("마지막 글자까지")


def test_a_phone_that_holds_nothing_yet_is_locked_as_well(office, phone):
    context = phone(office.url)
    office.log_in(context)
    with writing():
        Phone.create(device=Session.get().device, person=office.cast.changdong, order="lock")
    page = context.new_page()
    page.goto("/outbox")
    expect(page.get_by_text("관리자가 이 휴대폰을 잠갔습니다")).to_be_visible()
