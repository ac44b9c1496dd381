import pytest

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
