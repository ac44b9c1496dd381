"""What a supervisor sends back stands on the phone without a network, is answered there, and stands beside the old one at the desk."""

import pytest
from playwright.sync_api import expect

from fieldapp.visits import Visit
from tests.phone_user import PhoneUser, jpeg

pytestmark = pytest.mark.browser

HERE = (37.6501, 127.0451)
EARLIER, BETTER = "월세가 많이 오름", "월세가 30만원에서 50만원으로 오름"


def at_the_desk(office, desk):
    window = desk(office.url)
    office.log_in(window, "supervisor", device="the desk")
    return window.new_page()


def test_returned_work_is_answered_offline_and_confirmed(office, phone, desk):
    context = phone(office.url, place=HERE)
    office.log_in(context)
    user = PhoneUser(context).install()
    user.open_form(office.cast.shop.uid)
    user.fill(EARLIER, category="임대료", text="재계약", photos=[jpeg(1)])
    user.save()
    user.page.wait_for_selector("[data-record][data-state=done]")

    page = at_the_desk(office, desk)
    page.goto("/review")
    page.locator("#lane a.main", has_text="가상분식").click()
    page.locator("#code").select_option("text_short")
    page.locator("#reason").fill("얼마인지 적어 주십시오")
    page.get_by_role("button", name="매니저에게 돌려보내기").click()
    page.get_by_text("매니저의 오늘 화면에 있습니다").wait_for()

    user.page.goto("/today")
    user.press()
    user.page.locator("#fix-rows", has_text="글이 짧음: 얼마인지 적어 주십시오").wait_for()
    office.server.kill()

    user.page.goto("/today")
    user.page.locator("#fix-rows", has_text="얼마인지 적어 주십시오").wait_for()
    user.page.locator("#fix-rows a").first.click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    assert user.page.locator("#memo").input_value() == EARLIER
    user.page.locator("#memo").fill(BETTER)
    user.save()
    user.line("offline", "1건")
    assert Visit.select().count() == 1, "the office knows nothing of it yet"

    office.server.start()
    user.send()
    user.wait(done=2)
    page.goto("/review?review=answered")
    page.locator("#lane a.main", has_text="가상분식").click()
    comparison = page.locator("#comparison")
    expect(comparison).to_contain_text("글이 짧음: 얼마인지 적어 주십시오", use_inner_text=True)
    assert "많이" in "".join(comparison.locator("del").all_inner_texts())
    assert "30만원에서" in "".join(comparison.locator("ins").all_inner_texts())
    expect(comparison.locator(".changed"), "the photo and all else are as they were").to_have_count(1)
    page.get_by_role("button", name="확인").click()
    page.get_by_text("✓ 확인").first.wait_for()
    assert {visit.review for visit in Visit.select().where(Visit.current)} == {"confirmed"}
    page.get_by_role("link", name="다음 볼 방문").click()
    expect(page.locator("#lane")).to_have_count(0)

    user.page.goto("/today")
    user.press()
    user.page.locator("#fix").wait_for(state="hidden")
