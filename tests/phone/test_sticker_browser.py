"""A sticker at a door, read by the phone's camera: its shop's form, with and without a network."""

import pytest
from playwright.sync_api import expect

from fieldapp.database import uuid7
from tests.phone_user import PhoneUser, once_at_the_desk

pytestmark = pytest.mark.browser


@pytest.fixture
def user(office, phone) -> PhoneUser:
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    return PhoneUser(context).install()


def test_it_opens_the_shops_form_without_a_network_too(office, user):
    office.server.kill()
    user.page.goto(f"/at/{office.cast.shop.uid}")
    user.page.wait_for_selector("html[data-ready]", state="attached")
    expect(user.page.locator("#shop-name")).to_have_text(office.cast.shop.name)
    user.fill("스티커로 엶")
    user.save()
    office.server.start()
    user.press()
    user.wait(done=1)
    once_at_the_desk({"스티커로 엶": 0})


@pytest.mark.parametrize("whose", ["another zone's", "nobody's"])
def test_a_shop_that_the_phone_does_not_hold_is_told(office, user, whose):
    user.page.goto(f"/at/{office.cast.other_shop.uid if whose != 'nobody' else uuid7()}")
    user.page.wait_for_selector("html[data-ready]", state="attached")
    expect(user.page.get_by_text("이 휴대폰에 없는 점포입니다")).to_be_visible()
    expect(user.page.locator("#shop-search")).to_be_visible()
    expect(user.page.locator("#shop-chosen")).to_be_hidden()
