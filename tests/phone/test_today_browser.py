"""오늘: the ways out and the other language, with and without a network."""

import pytest
from playwright.sync_api import expect

from fieldapp.database import writing
from fieldapp.people import Session
from fieldapp.visits import Visit
from tests.phone_user import PhoneUser

pytestmark = pytest.mark.browser


@pytest.fixture
def user(office, phone) -> PhoneUser:
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    return PhoneUser(context).install()


def test_without_a_network_logging_out_changes_nothing_and_says_so(office, user):
    office.server.kill()
    user.page.goto("/today")
    user.page.locator("#due-rows li").first.wait_for()
    user.page.get_by_role("button", name="로그아웃").click()
    user.page.get_by_text("지금은 아무것도 바뀌지 않았습니다").wait_for()
    user.page.goto("/today")
    user.page.locator("#due-rows li").first.wait_for()


def test_logging_out_ends_the_session_and_takes_the_list_from_the_phone(office, user):
    user.page.goto("/today")
    user.page.locator("#due-rows li").first.wait_for()
    user.page.get_by_role("button", name="로그아웃").click()
    user.page.wait_for_url("**/login")
    assert all(session.ended_at for session in Session.select())
    user.page.goto("/login")
    assert not user.context.pages[0].url.endswith("/today")


def test_ones_own_account_is_a_page_away_and_without_a_network_this_page_stays(office, user):
    user.page.goto("/today")
    user.page.get_by_role("link", name="내 계정").click()
    expect(user.page.locator("h1")).to_contain_text("내 계정")
    user.page.goto("/today")
    office.server.kill()
    user.page.get_by_role("link", name="내 계정").click()
    expect(user.page.locator("#notice")).to_contain_text("네트워크")
    assert user.page.url.endswith("/today")


def test_the_other_language_is_there_at_once_and_offline_too(office, user):
    user.page.goto("/today")
    user.page.get_by_role("button", name="English").click()
    user.page.wait_for_selector("html[lang=en]")
    expect(user.page.locator("h1")).to_have_text("Today")
    user.page.get_by_role("button", name="한국어").click()
    user.page.wait_for_selector("html[lang=ko]")


def test_what_was_sent_back_says_why_and_is_gone_from_today_once_it_is_answered(office, user):
    user.visit(office.cast.shop.uid, "처음")
    user.page.wait_for_selector("[data-record][data-state=done]")
    with writing():
        Visit.get().send_back("사진이 흐립니다", office.cast.supervisor)
    user.page.goto("/today")
    user.press()
    user.page.locator("#fix-rows a", has_text="사진이 흐립니다").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    expect(user.page.locator("#before")).to_contain_text("사진이 흐립니다")
    office.server.kill()
    user.page.locator("#memo").fill("고침")
    user.save()
    user.page.goto("/today")
    user.page.locator("#due-rows").wait_for(state="attached")
    user.page.wait_for_timeout(500)
    expect(user.page.locator("#fix-rows li"), "it is answered, though the office doesn't know yet").to_have_count(0)


def test_what_waits_to_be_finished_leaves_room_for_the_walk(office, user):
    """Three rows at most, but for what was sent back; the rest is one tap away."""
    user.run("""const { author, newDraft, write } = await js("outbox/store.js"), me = await author();
        for (let n = 1; n < 6; n++) await write("drafts", { ...(await newDraft(me, arg)), form: { memo: `쓰던 글 ${n}` } });""",
             office.cast.shop.uid)
    user.page.goto("/today")
    user.page.locator("#fix-rest summary", has_text="2").click()
    expect(user.page.locator("#fix-rows li")).to_have_count(3)
    expect(user.page.locator("#fix-rest-rows li:visible")).to_have_count(2)
