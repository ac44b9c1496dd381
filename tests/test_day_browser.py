"""A day, end to end: the manager's morning, the street without a network, the office in the evening, and what comes back."""

import pytest
from playwright.sync_api import expect

from fieldapp.referrals import Referral
from fieldapp.visits import Visit
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk

pytestmark = pytest.mark.browser

HERE = (37.6501, 127.0451)


def at_the_desk(office, desk, login: str, **more):
    window = desk(office.url, **more)
    office.log_in(window, login, device=f"the desk of {login}")
    return window.new_page()


def test_a_managers_day_offline_stands_once_at_the_desk_and_what_is_returned_comes_back(office, phone, desk):
    context = phone(office.url, place=HERE)
    office.log_in(context)
    user = PhoneUser(context).install()
    office.server.kill()

    user.page.goto("/today")
    user.page.locator("#due-rows a", has_text="가상분식").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    user.fill("점심 뒤에 다시", category="임대료", text="재계약 인상", photos=[jpeg(1), jpeg(2)])
    user.page.locator(".grievance:not([hidden]) label", has_text="연계").click()
    user.page.locator("#refer-field").select_option("legal")
    user.page.locator("#refer-wish").fill("계약서를 보아 주십시오")
    user.page.locator("#refer .check").click()
    user.page.locator("#consent summary").click()
    user.page.locator("#owner-name").fill("김가상")
    user.save()
    assert "이 휴대폰에 저장됨" in user.page.locator(".saved").inner_text()

    user.page.wait_for_timeout(600)  # as long as it takes to read the card; the second tap of a double one goes nowhere
    user.page.get_by_role("link", name="다음 점포").click()
    user.page.locator("#due-rows a", has_text="가상세탁소").wait_for()
    expect(user.page.locator("#due-rows a", has_text="가상분식"), "who was visited today is not due any more").to_have_count(0)
    user.page.locator("#due-rows a", has_text="가상세탁소").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    user.page.locator("label.chip", has_text="부재").first.tap()  # absent is two taps in all
    user.page.locator("#save").tap()
    user.page.wait_for_selector("[data-record]")
    user.line("offline", "2건")
    assert Visit.select().count() == 0

    office.server.start()
    user.send()
    user.wait(done=2)
    assert user.line("sent")
    assert {visit.memo: visit.outcome for visit in Visit.select()} == {"점심 뒤에 다시": "met", "": "absent"}
    once_at_the_desk({"점심 뒤에 다시": 2, "": 0})

    coordinator = at_the_desk(office, desk, "coordinator")
    coordinator.goto("/referrals")
    assert "가상분식" in coordinator.locator("tbody").inner_text() and Referral.get().label in coordinator.locator("tbody").inner_text()
    coordinator.locator("a.main").first.click()
    expect(coordinator.locator("main")).to_contain_text("김가상", use_inner_text=True)

    supervisor = at_the_desk(office, desk, "supervisor")
    supervisor.goto("/visits?outcome=met")
    supervisor.locator("a.main", has_text="가상분식").click()
    supervisor.locator(".photos img").nth(1).wait_for()
    assert supervisor.evaluate("""Promise.all([...document.querySelectorAll('.photos img')].map((one) => {
        one.loading = 'eager';
        return one.decode().then(() => one.naturalWidth); }))""") == [320, 320]
    supervisor.locator("#reason").fill("사진이 흐립니다")
    supervisor.get_by_role("button", name="매니저에게 돌려보내기").click()
    supervisor.get_by_text("매니저의 오늘 화면에 있습니다").wait_for()

    user.page.goto("/today")
    user.press()
    user.page.locator("#fix-rows", has_text="사진이 흐립니다").wait_for()
    user.page.locator("#fix-rows a").first.click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    assert user.page.locator("#memo").input_value() == "점심 뒤에 다시"
    user.page.locator("#memo").fill("사진을 다시 찍음")
    user.save()
    user.page.wait_for_selector("[data-record][data-state=done]")
    supervisor.goto("/visits?review=answered")
    supervisor.locator("a.main").click()
    for text in ("사진을 다시 찍음", "보완됨", "사진이 흐립니다"):
        expect(supervisor.locator("main")).to_contain_text(text, use_inner_text=True)
    assert Referral.select().count() == 1 and Visit.select().where(Visit.current).count() == 2


def test_the_desk_works_without_javascript(office, phone, desk):
    context = phone(office.url, place=HERE)
    office.log_in(context)
    PhoneUser(context).visit(office.cast.shop.uid, "스크립트 없이")
    window = desk(office.url, java_script_enabled=False)
    page = window.new_page()
    page.goto("/visits")
    page.locator("#login").fill("supervisor")
    page.locator("#password").fill("correct horse 9")
    page.get_by_role("button", name="로그인").click()
    page.wait_for_url("**/visits")  # log-in leads to where one wanted to go
    page.locator("#outcome").select_option("met")
    page.get_by_role("button", name="보기").click()
    page.locator("a.main").click()
    page.get_by_role("button", name="매니저에게 돌려보내기").click()  # the browser itself asks for the reason
    page.locator("#reason").fill("메모를 더 적어 주십시오")
    page.get_by_role("button", name="매니저에게 돌려보내기").click()
    expect(page.locator("main")).to_contain_text("매니저의 오늘 화면에 있습니다", use_inner_text=True)
    for place in ("현황", "의뢰", "점포", "지도", "받지 못한 기록"):
        page.get_by_role("navigation", name="메뉴").get_by_role("link", name=place, exact=True).click()
        expect(page.get_by_role("navigation", name="메뉴").locator("[aria-current=page]")).to_have_text(place)
        expect(page.locator("h1")).not_to_be_empty()
    page.goto("/shops")
    page.locator("#q").fill("가상분식")
    page.get_by_role("button", name="찾기").click()
    page.locator("a.main").click()
    expect(page.locator("main")).to_contain_text("스크립트 없이", use_inner_text=True)
    page.get_by_role("button", name="로그아웃").click()
    page.wait_for_url("**/login*")


def test_a_visit_is_recorded_and_returned_by_keyboard_alone(office, phone, desk):
    context = phone(office.url, place=HERE)
    office.log_in(context)
    user = PhoneUser(context)
    user.open_form(office.cast.shop.uid)
    keys = user.page.keyboard
    press_until(user.page, "Tab", "input[name=outcome]")
    keys.press("Space")
    press_until(user.page, "Tab", "#memo")
    keys.type("자판으로만")
    press_until(user.page, "Tab", "#refer summary")
    press_until(user.page, "Tab", "#save")
    keys.press("Enter")
    user.page.wait_for_selector("[data-record][data-state=done]")
    assert Visit.get().memo == "자판으로만" and Visit.get().outcome == "met"

    page = at_the_desk(office, desk, "supervisor")
    page.goto("/visits")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    press_until(page, "Tab", "a.main")
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/0*")
    press_until(page, "Tab", "#reason")
    page.keyboard.type("더 적어 주십시오")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("매니저의 오늘 화면에 있습니다").wait_for()


def press_until(page, key: str, selector: str, most: int = 80) -> None:
    """Press a key until the focus is there, and see that each place on the way shows that it has it."""
    for _ in range(most):
        page.keyboard.press(key)
        found, shown = page.evaluate("""(selector) => {
            const one = document.activeElement, near = [one, one.nextElementSibling, one.previousElementSibling].filter(Boolean);
            return [one.matches(selector), near.some((place) => getComputedStyle(place).outlineStyle !== 'none')]; }""", selector)
        assert shown or page.evaluate("document.activeElement === document.body"), page.evaluate("document.activeElement.outerHTML")
        if found:
            return
    raise AssertionError(f"{selector} can't be reached by {key}")


def test_the_map_draws_without_tiles_and_opens_a_visit(office, phone, desk):
    context = phone(office.url, place=HERE)
    office.log_in(context)
    PhoneUser(context).visit(office.cast.shop.uid, "지도에서 보임")
    page = at_the_desk(office, desk, "supervisor")
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/map")
    page.wait_for_selector("#map[data-drawn]")
    assert "점포 3곳, 방문 1건을 그렸습니다." in page.locator("main").inner_text()
    page.locator("aside a", has_text="가상분식").click()
    expect(page.locator("main")).to_contain_text("지도에서 보임", use_inner_text=True)
    assert not wrong
