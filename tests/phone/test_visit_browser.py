import time

import pytest
from playwright.sync_api import expect

from fieldapp.grievances import Grievance
from fieldapp.visits import Visit

pytestmark = pytest.mark.browser


def test_a_visit_is_recorded_and_stands_at_the_desk(office, phone):
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    page = context.new_page()
    page.goto("/today")
    page.wait_for_selector("#due-rows li")
    page.get_by_text("가상분식").click()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_selector("#categories label")
    page.locator("label", has_text="만남").first.click()
    page.locator("#categories label", has_text="임대료").click()
    page.locator("#text-rent").fill("재계약 인상 걱정")
    page.locator("#memo").fill("점심 뒤에 다시")
    page.locator("#save").click()
    page.wait_for_selector("[data-state=done]")
    visit = Visit.get()
    assert (visit.outcome, visit.memo, visit.place_source) == ("met", "점심 뒤에 다시", "gps")
    assert [g.text for g in Grievance.select()] == ["재계약 인상 걱정"]


def test_what_is_typed_while_the_pack_arrives_stays(office, phone):
    """The first pack comes while the form is being written: its categories are offered, not a letter is lost."""
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)

    def late(route):
        time.sleep(0.4)
        route.continue_()

    context.route("**/sync/pack*", late)
    page = context.new_page()
    page.goto(f"/visits/new?shop={office.cast.shop.uid}")
    page.wait_for_selector("html[data-ready]", state="attached")
    text = "한 자도 잃지 않고 적는다 " * 12
    page.locator("#memo").press_sequentially(text, delay=8)
    page.wait_for_selector("#categories label")
    assert page.locator("#memo").input_value() == text


def test_another_shop_keeps_what_was_chosen(office, phone):
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    page = context.new_page()
    page.goto("/today")
    page.wait_for_selector("#due-rows li")
    page.goto(f"/visits/new?shop={office.cast.shop.uid}")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("label", has_text="만남").first.click()
    page.locator("#categories label", has_text="임대료").click()
    page.locator("#text-rent").fill("재계약 인상")
    page.locator("#shop-change").click()
    page.locator("#shop-found button", has_text="가상세탁소").click()
    expect(page.locator("#text-rent")).to_have_value("재계약 인상")
    page.locator("#save").click()
    page.wait_for_selector("[data-record][data-state=done]")
    assert Visit.get().shop == office.cast.neighbour
    assert [g.text for g in Grievance.select()] == ["재계약 인상"]
