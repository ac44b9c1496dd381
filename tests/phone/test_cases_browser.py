"""What the phone shows of cases: who fits best while there is a network, how one's own stand, and the aftercare that is due."""

import time

import pytest
from playwright.sync_api import expect

from fieldapp.consultations import Aftercare
from fieldapp.database import SEOUL, now, writing
from fieldapp.experts import Expert, ExpertField
from fieldapp.referrals import Referral
from tests.cases import case_in
from tests.phone_user import PhoneUser
from tests.test_accessibility_browser import axe_and_size

pytestmark = pytest.mark.browser

CHOICES = "#fits label.chip"


@pytest.fixture
def user(office, phone) -> PhoneUser:
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    return PhoneUser(context)


def make_expert(name: str, field: str = "legal") -> Expert:
    with writing():
        expert = Expert.create(name=name, qualification="변호사")
        ExpertField.create(expert=expert, field=field, main=True)
    return expert


def refer(user: PhoneUser, field: str) -> None:
    if not user.page.locator("#refer[open]").count():
        user.page.locator("#refer summary").click()
    user.page.locator("#refer-field").select_option(field)


def test_a_field_chosen_shows_who_fits_and_a_wish_goes_with_the_referral(office, user):
    lawyer, tax = make_expert("김법무"), make_expert("이세무", "tax")
    user.open_form(office.cast.shop.uid)
    assert user.page.evaluate("performance.getEntriesByType('resource').filter((one) => one.name.includes('experts')).length") == 0
    user.fill("희망을 적음")
    refer(user, "tax")
    user.page.locator(CHOICES, has_text="이세무").click()
    expect(user.page.locator(CHOICES, has_text="이세무")).to_contain_text("진행 0건")
    refer(user, "legal")
    user.page.locator(CHOICES, has_text="김법무").wait_for()
    expect(user.page.locator(CHOICES), "없음, and the one of this field").to_have_count(2)
    assert user.page.locator("#fits input:checked").get_attribute("value") == "", "a wish is for one field"
    user.page.locator(CHOICES, has_text="김법무").click()
    user.until("return (await (await js('outbox/store.js')).all('drafts')).some((one) => one.form['refer.expert'] === arg)",
               "the wish is in the draft", lawyer.uid)
    user.open_form(office.cast.shop.uid)
    user.page.locator(CHOICES, has_text="김법무").wait_for()
    assert user.page.locator("#fits input:checked").get_attribute("value") == lawyer.uid
    user.save()
    user.wait(done=1)
    assert Referral.get().wished_expert == lawyer and tax.uid


def test_without_a_network_nothing_is_shown_and_nothing_waits(office, user):
    make_expert("김법무")
    user.install()
    office.server.kill()
    user.open_form(office.cast.shop.uid)
    user.fill("오프라인")
    refer(user, "legal")
    user.page.wait_for_timeout(300)
    assert user.page.locator("#fits").inner_text() == ""
    begun = time.monotonic()
    user.save()
    assert time.monotonic() - begun < 3
    office.server.start()
    user.send()
    user.wait(done=1)
    assert (Referral.get().field, Referral.get().wished_expert) == ("legal", None)


def test_a_wish_outlives_the_loss_of_the_network(office, user):
    lawyer = make_expert("김법무")
    user.install()
    user.open_form(office.cast.shop.uid)
    user.fill("희망을 적음")
    refer(user, "legal")
    user.page.locator(CHOICES, has_text="김법무").click()
    user.until("return (await (await js('outbox/store.js')).all('drafts')).some((one) => one.form['refer.expert'] === arg)",
               "the wish is in the draft", lawyer.uid)
    office.server.kill()
    user.open_form(office.cast.shop.uid)
    user.page.locator("#memo").fill("이어 씀")
    user.save()
    office.server.start()
    user.send()
    user.wait(done=1)
    assert Referral.get().wished_expert == lawyer


def test_a_late_answer_for_another_field_never_shows(office, user):
    make_expert("김법무")
    make_expert("이세무", "tax")

    def late(route):
        if "field=legal" in route.request.url:
            time.sleep(0.5)
        route.continue_()

    user.context.route("**/sync/experts*", late)
    user.open_form(office.cast.shop.uid)
    refer(user, "legal")
    refer(user, "tax")
    user.page.locator(CHOICES, has_text="이세무").wait_for()
    user.page.wait_for_timeout(800)
    expect(user.page.locator(CHOICES, has_text="김법무")).to_have_count(0)


def test_the_card_has_words_for_each_state_of_a_case(office, user):
    user.open_form(office.cast.shop.uid)
    said = user.run("""const { stateOf } = await js("words.js");
        const card = (state, word) => ({ photos: [], state: "done", savedAt: 0, referral: { number: "R-0001", state, word } });
        return arg.map(([state, word]) => stateOf(card(state, word)).referral)""",
        [["submitted", "접수"], ["draft", "작성중"], ["on_hold", "보류"]])
    assert said == ["의뢰가 접수되었습니다. 번호 R-0001", "의뢰 R-0001는 연락 동의를 기다립니다", "의뢰 R-0001 보류"]


def test_ones_cases_stand_folded_in_today_and_offline_too(office, user):
    case = case_in(office.cast, "accepted")
    user.install()
    office.server.kill()
    user.page.goto("/today")
    user.page.locator("#cases summary", has_text="의뢰 진행 1").click()
    row = user.page.locator("#case-rows li")
    row.wait_for()
    text = row.text_content()
    assert "가상분식" in text and case.label in text and "수락" in text and "월" in text


def test_aftercare_from_the_pack_to_the_visit_that_answers_it(office, user):
    case = case_in(office.cast, "aftercare")
    first, second, _third = Aftercare.of(case)
    Aftercare.update(due_on=now().astimezone(SEOUL).date()).where(Aftercare.uid.in_([first.uid, second.uid])).execute()
    user.install()
    office.server.kill()
    user.page.goto("/today")
    user.page.locator("#due-rows a", has_text=f"사후관리 +1개월 · {case.label}").wait_for()
    expect(user.page.locator("[data-count=aftercare]"), "one shop, though two tasks").to_have_text("1")
    user.page.locator("#due-rows a", has_text="사후관리").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    expect(user.page.locator("#before")).to_contain_text("사후관리 +1개월")
    boxes = user.page.locator("#aftercare input")
    assert [boxes.nth(one).is_checked() for one in range(2)] == [True, True]
    user.fill("잘 지내심")
    boxes.nth(1).uncheck()
    user.until("""const drafts = await (await js("outbox/store.js")).all("drafts");
        return drafts.some(({ form }) => form.memo === "잘 지내심" && [].concat(form.aftercare ?? []).length === 1)""", "the draft is kept")
    user.open_form(office.cast.shop.uid)
    assert [boxes.nth(one).is_checked() for one in range(2)] == [True, False], "a draft remembers what was unticked"
    user.save()
    user.page.goto("/today")
    user.page.locator("#due-rows a", has_text="가상세탁소").wait_for()
    expect(user.page.locator("#due-rows a", has_text="가상분식")).to_have_count(0)
    office.server.start()
    user.send()
    user.wait(done=1)
    assert {task.months for task in Aftercare.of(case) if task.answered_at} == {first.months}


def test_another_shop_asks_for_its_own_aftercare(office, user):
    case = case_in(office.cast, "aftercare", shop=office.cast.neighbour)
    task = Aftercare.of(case).first()
    Aftercare.update(due_on=now().astimezone(SEOUL).date()).where(Aftercare.uid == task.uid).execute()
    user.install()
    user.open_form(office.cast.shop.uid)
    expect(user.page.locator("#aftercare input")).to_have_count(0)
    user.page.locator("#shop-change").click()
    user.page.locator("#shop-found button", has_text="가상세탁소").click()
    expect(user.page.locator("#aftercare input:checked")).to_have_value(task.uid)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_axe_finds_nothing_in_cases_aftercare_and_choices(office, phone, language):
    context = phone(office.url, place=(37.6501, 127.0451), bypass_csp=True)  # axe puts itself into the page as a script
    office.log_in(context)
    context.add_cookies([{"name": "lang", "value": language, "url": office.url}])
    case = case_in(office.cast, "aftercare")
    Aftercare.update(due_on=now().astimezone(SEOUL).date()).where(Aftercare.referral == case).execute()
    make_expert("김법무")
    user = PhoneUser(context).install()
    user.page.goto("/today")
    user.page.locator("#cases summary").click()
    user.page.locator("#case-rows li").wait_for()
    wrong = axe_and_size(user.page, "today")
    user.open_form(office.cast.shop.uid)
    refer(user, "legal")
    user.page.locator(CHOICES, has_text="김법무").wait_for()
    expect(user.page.locator("#aftercare label")).to_have_count(3)
    wrong += axe_and_size(user.page, "form")
    assert user.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert not wrong, "\n".join(wrong)
