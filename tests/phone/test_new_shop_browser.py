"""A shop that is in no list, registered at its door without a network, with the first visits there."""

import pytest
from playwright.sync_api import expect

from fieldapp.shops import Shop
from fieldapp.visits import Visit
from tests.phone_user import PhoneUser

pytestmark = pytest.mark.browser

DOOR = (37.6506, 127.0458)


@pytest.fixture
def user(office, phone) -> PhoneUser:
    context = phone(office.url, place=DOOR)
    office.log_in(context)
    return PhoneUser(context).install()


def register(user: PhoneUser, name: str, **more: str) -> None:
    page = user.page
    page.goto("/today/shops")
    page.get_by_role("link", name="목록에 없는 점포").click()
    page.get_by_label("상호").fill(name)
    for label, value in more.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="등록하고 방문 기록").click()
    page.wait_for_selector("html[data-ready]", state="attached")


def test_a_new_shop_and_two_visits_there_arrive_as_one_shop(office, user):
    office.server.kill()
    register(user, "가상 새 국수", 업종="국수", 층="2", 주소="마들로 9")
    expect(user.page.locator("#shop-name")).to_have_text("가상 새 국수")
    user.fill("문을 엶")
    user.save()
    user.page.goto("/today/shops")
    user.page.locator("#search").fill("ㄱㅅㅅㄱㅅ")
    user.page.locator("#found a", has_text="가상 새 국수").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    user.fill("다시 들름")
    user.save()
    office.server.start()
    user.send()
    user.wait(done=2)
    [shop] = Shop.select().where(Shop.source == "street")
    assert (shop.name, shop.industry, shop.floor, shop.address_road) == ("가상 새 국수", "국수", "2", "마들로 9")
    assert shop.zone_id == office.cast.zone.uid
    assert abs(shop.lat - DOOR[0]) < 1e-6 and Visit.select().where(Visit.shop == shop.uid).count() == 2
    user.until("""const { read } = await js("outbox/store.js");
        return (await read("shops", arg)) && !(await read("shops", arg)).made""", "the office's own line has come", shop.uid)


def test_likely_duplicates_are_shown_while_one_types(office, user):
    page = user.page
    page.goto("/today/shops/new")
    page.get_by_label("상호").fill("가상세탁")
    page.locator("#alike a", has_text="가상세탁소").click()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator("#shop-name")).to_have_text("가상세탁소")


def test_without_a_name_it_says_so_and_what_was_typed_stays(user):
    page = user.page
    page.goto("/today/shops/new")
    page.get_by_label("주소").fill("마들로 9")
    page.get_by_role("button", name="등록하고 방문 기록").click()
    expect(page.locator("#shop-name-error")).to_be_visible()
    expect(page.get_by_label("상호")).to_be_focused()
    expect(page.get_by_label("주소")).to_have_value("마들로 9")


def test_a_full_reload_of_the_list_keeps_what_was_registered_here(office, user):
    office.server.kill()
    register(user, "가상 새 국수")
    user.fill("문을 엶")
    user.draft_kept()
    office.server.start()
    user.run("""const { write, read } = await js("outbox/store.js");
        await write("meta", { ...(await read("meta", "pack")), cursor: "another.1" }, "pack");""")
    user.press()
    user.page.goto("/today/shops")
    user.page.locator("#search").fill("새 국수")
    expect(user.page.locator("#found a")).to_have_count(1)
