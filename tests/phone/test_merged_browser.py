"""A shop's second entry, once it is merged: its sticker and its drafts on the phone."""

import pytest
from playwright.sync_api import expect

from fieldapp.database import writing
from fieldapp.shops import ShopMerge
from fieldapp.visits import Visit
from tests.conftest import make_shop
from tests.phone_user import PhoneUser

pytestmark = pytest.mark.browser


def test_the_old_sticker_opens_the_shop_that_stands_and_an_old_draft_arrives_there(office, phone):
    cast = office.cast
    with writing():
        twin = make_shop("가상 옛분식", cast.zone, cast.changdong, 37.6501, 127.0451)
        twin.touch()
    context = phone(office.url)
    office.log_in(context)
    user = PhoneUser(context).install()
    user.open_form(twin.uid)
    user.fill("합치기 전에 쓴 것")
    user.draft_kept()
    with writing():
        ShopMerge.join(cast.shop, twin, cast.supervisor.uid)
    user.page.goto("/today")
    user.press()
    user.until("return !(await (await js('outbox/store.js')).read('shops', arg))", "the phone has heard of it", twin.uid)
    office.server.kill()
    user.page.goto(f"/at/{twin.uid}")
    expect(user.page.locator("#shop-name")).to_have_text("가상분식")
    user.page.goto("/outbox")
    user.page.get_by_role("link", name="이어 쓰기").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    expect(user.page.locator("#memo")).to_have_value("합치기 전에 쓴 것")
    user.save()
    office.server.start()
    user.press()
    user.wait(done=1)
    assert [visit.shop_id for visit in Visit.select()] == [cast.shop.uid]
