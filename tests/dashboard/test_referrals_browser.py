"""The desk in a real browser: the queue by keys alone, the same without scripts, and every form opened before axe."""

from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from fieldapp.experts import Expert, ExpertField, Partner
from fieldapp.referrals import Referral
from tests.cases import case_in, given
from tests.conftest import make_shop
from tests.test_accessibility_browser import RULES, SMALLEST, TARGETS, TOO_SMALL

pytestmark = pytest.mark.browser


@pytest.fixture
def cases(office) -> dict[str, Referral]:
    """One case of each kind that a coordinator works with, and three experts."""
    cast = office.cast
    silent = make_shop("가상공방", cast.zone, cast.changdong, 37.65, 127.04)
    bank = Partner.create(name="가상 재단", basis="provision", mou_first_day=date(2020, 1, 1))
    for number in range(5):
        expert = Expert.create(name=f"가상 위원{number}", qualification="변호사", partner=bank if number == 4 else None)
        ExpertField.create(expert=expert, field="legal", main=number < 2)
    found = {state: case_in(cast, state, shop, code, expert=f"expert_{code}") for state, shop, code in (
        ("submitted", cast.shop, "tax"), ("triaged", cast.neighbour, "legal"), ("matching", cast.shop, "legal"),
        ("in_progress", cast.neighbour, "it"), ("report_submitted", cast.other_shop, "it"), ("aftercare", cast.other_shop, "tax"),
        ("closed", cast.neighbour, "tax"), ("draft", silent, "labor"))}
    found["twin"] = case_in(cast, "submitted", shop=cast.shop, field="legal")
    found["again"] = given(cast, case_in(cast, "triaged", shop=cast.other_shop), "ask", "coordinator", code="shop", reason="이전",
                           review_on=(date.today() + timedelta(days=9)).isoformat())
    return found


def opened(office, desk, url: str, **more):
    context = desk(office.url, **more)
    office.log_in(context, "coordinator", device="a-desk")
    page = context.new_page()
    page.goto(url)
    return page


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent")


def test_the_queue_is_worked_by_keys(office, desk, cases):
    page = opened(office, desk, "/referrals?lane=all")
    page.wait_for_selector("html[data-keys]", state="attached")
    labels = page.locator("#queue a.main").all_text_contents()
    for key, row in (("j", 0), ("ArrowDown", 1), ("j", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)):
        page.keyboard.press(key)
        assert focused(page) == labels[row], key
    page.keyboard.press("x")
    expect(page.locator("#chosen")).to_have_text("고른 의뢰 1건")
    page.keyboard.press("/")
    page.keyboard.type("jkxt?")
    assert page.locator("#q").input_value() == "jkxt?"
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_keys_give_the_command_of_the_row(office, desk, cases):
    page = opened(office, desk, "/referrals?lane=matching")
    page.wait_for_selector("html[data-keys]", state="attached")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.locator("#said")).to_have_text("지금 이 의뢰에는 할 수 없습니다.")
    page.keyboard.press("o")
    page.wait_for_url(f"**/referrals/{cases['matching'].uid}?do=offer*")
    page.get_by_role("button", name="제안", exact=True).click()
    page.wait_for_url("**?done=offer")
    page.goto("/referrals?lane=triaged")
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.wait_for_url("**?done=open_matching")
    page.goto("/referrals?lane=submitted")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/referrals/*-*")


def test_all_of_it_works_without_scripts(office, desk, cases):
    page = opened(office, desk, "/referrals?lane=submitted", java_script_enabled=False)
    for box in page.locator("#queue input[type=checkbox]").all():
        box.check()
    page.locator("#bulk button").click()
    expect(page.locator("h1")).to_contain_text("2건 가운데 2건")
    page.get_by_role("link", name="목록으로").click()
    page.goto(f"/referrals/{cases['matching'].uid}")
    page.locator(".fit").nth(1).click()
    page.get_by_role("button", name="제안", exact=True).click()
    expect(page.locator(".done")).to_have_count(1)
    assert Referral.get_by_id(cases["matching"].uid).state == "offered"


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_with_every_form_open(office, desk, cases, width):
    page = opened(office, desk, "/referrals", viewport={"width": width, "height": 800}, bypass_csp=True)
    wrong = []
    for url in ("/referrals?lane=all", "/referrals?lane=triaged&field=legal&age=0-3", *(f"/referrals/{one.uid}" for one in cases.values())):
        page.goto(url)
        page.evaluate("document.querySelectorAll('#main details').forEach((one) => { one.open = true; })")
        found = Axe().run(page, options=RULES).response["violations"]
        wrong += [f"{url} {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
        wrong += [f"{url} {height:.0f} px high: {html}" for height, html in page.evaluate(TOO_SMALL, [TARGETS, SMALLEST])]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wrong.append(f"{url} is wider than the screen")
    assert not wrong, "\n".join(wrong)
