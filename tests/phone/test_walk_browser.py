"""오늘 as a walk: numbered, from where one stands, anew when asked; skipped with a reason, for the day only; all without a network."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fieldapp.database import SEOUL, at, now, writing
from fieldapp.programmes import Programme
from tests.conftest import make_shop
from tests.phone_user import PhoneUser
from tests.recording import recorded
from tests.test_accessibility_browser import axe_and_size

pytestmark = pytest.mark.browser

HERE, THERE = {"latitude": 37.6500, "longitude": 127.0450, "accuracy": 12}, {"latitude": 37.6600, "longitude": 127.0450, "accuracy": 12}
SHOWN = """[...document.querySelectorAll('#due-rows li')].map((one) =>
    ['order', 'name', 'far'].map((slot) => one.querySelector(`[data-slot=${slot}]`).textContent))"""
NAMES = "[...document.querySelectorAll('#due-rows .name')].map((one) => one.textContent)"


@pytest.fixture
def street(office) -> list[str]:
    """Four shops on a line to the north, a hundred metres apart, mixed up in the register; nobody has visited any."""
    cast = office.cast
    with writing():
        cast.shop.touch(lat=37.6500, name="가상 0호")
        cast.neighbour.touch(lat=37.6527, lon=127.0450, name="가상 3호")
        for number, lat in ((2, 37.6518), (1, 37.6509)):
            make_shop(f"가상 {number}호", cast.zone, cast.changdong, lat, 127.0450).touch()
    return [f"가상 {number}호" for number in range(4)]


@pytest.fixture
def on_the_street(office, phone):
    def switch_on(**more) -> PhoneUser:
        context = phone(office.url, place=(HERE["latitude"], HERE["longitude"]), **more)
        office.log_in(context)
        return PhoneUser(context).install()
    return switch_on


def shows(user: PhoneUser, *names: str) -> None:
    user.until(f"return JSON.stringify({NAMES}) === JSON.stringify(arg)", f"오늘 shows {names}", list(names))


def row(user: PhoneUser, name: str, place: str = "#due-rows"):
    return user.page.locator(f"{place} li", has_text=name)


def test_the_way_is_numbered_from_where_one_stands_and_planned_anew_from_elsewhere(office, street, on_the_street):
    user = on_the_street()
    office.server.kill()
    user.page.goto("/today")
    shows(user, *street)
    assert user.page.evaluate(SHOWN) == [["1", street[0], "0 m"], *([str(n + 1), street[n], "100 m"] for n in (1, 2, 3))]
    assert user.page.locator("#walk-sum").inner_text() == "4곳 · 직선거리 300 m"
    user.context.set_geolocation(THERE)
    user.until("return document.querySelector('#due-rows [data-slot=far]').textContent === '1.1 km'", "the phone knows where it is")
    shows(user, *street)  # whoever walks on is not led another way
    user.page.get_by_role("button", name="순서 다시").click()
    shows(user, *reversed(street))
    user.page.goto("/today")
    expect(user.page.locator("#due-rows .name").first).not_to_be_empty()
    assert user.page.locator("#due-rows .name").first.text_content() == street[3], "the first rows that are drawn stand in this order"
    shows(user, *reversed(street))


def test_who_is_skipped_stands_at_the_end_with_the_reason_until_taken_back_or_tomorrow(office, street, on_the_street):
    user = on_the_street()
    office.server.kill()
    user.page.goto("/today")
    shows(user, *street)
    row(user, street[1]).get_by_role("button", name=f"{street[1]} 건너뛰기").click()
    dialog = user.page.get_by_role("dialog", name="오늘은 건너뛰기")
    expect(dialog).to_contain_text(street[1])
    dialog.get_by_role("button", name="그만두기").click()
    shows(user, *street)
    row(user, street[1]).get_by_role("button").click()
    user.page.keyboard.press("Escape")
    row(user, street[1]).get_by_role("button").click()
    dialog.get_by_role("button", name="오늘 휴무로 앎").click()
    shows(user, street[0], street[2], street[3])
    user.page.goto("/today")
    expect(row(user, street[1], "#skipped-rows")).to_contain_text("오늘 휴무로 앎 · ")
    shows(user, street[0], street[2], street[3])
    row(user, street[1], "#skipped-rows").get_by_role("button", name=f"{street[1]} 되돌리기").click()
    shows(user, *street)
    expect(user.page.locator("#skipped")).not_to_be_visible()

    row(user, street[3]).get_by_role("button").click()
    dialog.get_by_role("button", name="나중에").click()
    shows(user, *street[:3])
    user.run("""const { ask, transact } = await js("outbox/store.js");
        await transact("readwrite", ["meta"], async (store) => {
          store("meta").put({ ...(await ask(store("meta").get("walk"))), day: "2020-01-01" }, "walk"); })""")
    user.page.goto("/today")
    shows(user, *street)


def test_another_persons_walk_is_not_mine_and_goes_with_the_list_at_log_out(office, street, on_the_street):
    user = on_the_street()
    user.page.goto("/today")
    shows(user, *street)
    row(user, street[0]).get_by_role("button").click()
    user.page.get_by_role("button", name="방금 지나침").click()
    shows(user, *street[1:])
    kept = "const { read } = await js('outbox/store.js'); const walk = await read('meta', 'walk');"
    user.until(f"{kept} return walk.author === arg && walk.order.length === 4", "the walk is kept", office.cast.changdong.uid)
    user.run("""const { read, write } = await js("outbox/store.js");
        await write("meta", { ...(await read("meta", "walk")), author: "someone else" }, "walk")""")
    user.page.goto("/today")
    shows(user, *street)
    user.page.get_by_role("button", name="로그아웃").click()
    user.page.wait_for_url("**/login")
    user.page.goto("/login")
    assert user.page.evaluate("""new Promise((done) => { indexedDB.open("fieldapp").onsuccess = ({ target: { result } }) => {
        result.transaction("meta").objectStore("meta").get("walk").onsuccess = (got) => done(got.target.result ?? null); }; })""") is None


def test_first_visits_of_the_street_where_one_goes_anyway_come_before_nearer_ones(office, on_the_street):
    """A promise half a kilometre away, three new shops beside it in the same street and one in another, and thirty where one stands."""
    cast = office.cast
    with writing():
        far = make_shop("가상 약속", cast.zone, cast.changdong, 37.6545, 127.0450)
        for number in range(3):
            make_shop(f"가상 이웃 {number}", cast.zone, cast.changdong, 37.6546 + number / 100_000, 127.0450).touch()
        make_shop("가상 뒷집", cast.zone, cast.changdong, 37.6546, 127.0450).touch(address_road="서울특별시 도봉구 뒷길 1")
        for number in range(30):
            corner = make_shop(f"가상 모퉁이 {number}", cast.zone, cast.changdong, 37.6500, 127.0450 + number / 100_000)
            corner.touch(address_road="서울특별시 도봉구 모퉁이길 1")
        for shop in (cast.shop, cast.neighbour):
            shop.touch(status="closed_down")
    with at(now() - timedelta(days=9)):
        recorded(cast.changdong, {"shop": far.uid, "outcome": "met", "memo": "서류를 드리기로 함", "next_visit_on": day(-2)})
    user = on_the_street()
    user.page.goto("/today")
    user.until(f"const names = {NAMES}; return names.filter((one) => one.includes('이웃')).length === 3 && names.length === 21",
               "three first visits beside the promise, seventeen where one stands")
    names = user.page.evaluate(NAMES)
    assert sorted(names[-4:]) == ["가상 약속", *(f"가상 이웃 {number}" for number in range(3))], "in the order of the way"
    expect(user.page.locator("[data-count=first]")).to_have_text("20")


def test_a_programmes_deadline_is_a_reason_to_go_until_someone_was_met(office, on_the_street):
    cast = office.cast
    with writing():
        Programme.update(last_day=day(5)).execute()
    with at(now() - timedelta(days=30)):
        recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "memo": "안내함", "programme": [cast.programme.uid]})
    user = on_the_street()
    office.server.kill()
    user.page.goto("/today")
    row(user, "가상 정책자금 안내함").wait_for()
    expect(user.page.locator("[data-count=deadline]")).to_have_text("1")
    user.visit(cast.shop.uid, "신청하셨음")
    user.page.goto("/today")
    shows(user, "가상세탁소")


def day(ahead: int) -> str:
    return (now().astimezone(SEOUL).date() + timedelta(days=ahead)).isoformat()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_axe_finds_nothing_in_a_walk_with_skipped_shops(office, street, on_the_street, language):
    user = on_the_street(bypass_csp=True)  # axe puts itself into the page as a script
    user.context.add_cookies([{"name": "lang", "value": language, "url": office.url}])
    user.page.goto("/today?again")
    user.page.locator("#due-rows li").nth(3).wait_for()
    row(user, street[2]).get_by_role("button").click()
    wrong = axe_and_size(user.page, "asked why")
    user.page.locator("#skip button").nth(2).click()
    row(user, street[2], "#skipped-rows").wait_for()
    wrong += axe_and_size(user.page, "skipped")
    assert user.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert not wrong, "\n".join(wrong)
