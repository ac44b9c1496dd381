"""axe finds nothing on the expert's and the owner's pages at 360 pixels, and what they hold is large enough for a thumb."""

import pytest
from playwright.sync_api import expect

from fieldapp.consultations import Attachment, Consultation
from fieldapp.database import writing
from fieldapp.messages import make_link
from tests.cases import case_in, expert_of, given, offer_of, slot
from tests.test_accessibility_browser import look

pytestmark = pytest.mark.browser

STATES = ("offered", "accepted", "scheduled", "in_progress", "report_submitted", "aftercare", "withdrawn")


@pytest.fixture
def cases(office):
    """A case in each state with something of everything; of each its page for the expert and for the owner."""
    cast = office.cast
    expert_of(cast)
    made = {state: case_in(cast, state) for state in STATES}
    busy = case_in(cast, "in_progress")
    with writing():
        Attachment.receive(Consultation.of(busy).get(), "가상 계약서.pdf", b"%PDF-1.7", "a")
    given(cast, busy, "report", "expert")
    given(cast, busy, "return", "coordinator", reason="근거를 적어 주십시오")
    planned = given(cast, case_in(cast, "in_progress"), "plan", "expert", **slot(6, place="가상 사무실"))
    return {**made, "returned": busy, "planned": planned}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_axe_finds_nothing_on_the_pages_of_cases(office, phone, cases, language):
    context = phone(office.url, bypass_csp=True)
    office.log_in(context, "expert")
    context.add_cookies([{"name": "lang", "value": language, "url": office.url}])
    page, wrong = context.new_page(), []
    urls = ["/inbox", *(f"/cases/{offer_of(case).uid}" for case in cases.values()),
            f"/o/{make_link('offer', offer_of(cases['offered']).uid)}", "/o/nothing", "/mine/nothing"]
    mine = [f"/mine/{make_link('shop', cases[state].uid)}" for state in ("scheduled", "aftercare", "withdrawn")]
    for url in (*urls, *mine, f"{mine[0]}/withdraw", f"{mine[0]}/consents"):
        wrong += look(page, url)
    page.goto(f"/cases/{offer_of(cases['planned']).uid}")
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach((one) => one.click())")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    assert not wrong and not wide, wrong


def test_an_expert_works_through_a_case_without_scripts(office, phone, cases):
    context = phone(office.url, java_script_enabled=False)
    office.log_in(context, "expert")
    page = context.new_page()
    page.goto("/inbox")
    page.get_by_role("link", name="까지 답해 주십시오").click()
    page.get_by_role("button", name="수락하기").click()
    when = slot(4)
    page.get_by_label("날짜").fill(when["day"])
    page.get_by_label("시각").fill(when["time"])
    page.get_by_role("button", name="일정 저장").click()
    page.get_by_label("상담한 내용").fill("계약서를 함께 읽음")
    page.get_by_role("button", name="회차 저장").click()
    page.locator("summary", has_text="사진·파일").click()
    page.get_by_label("파일 (10 MB까지)").set_input_files({"name": "가상 계약서.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.get_by_role("button", name="올리기").click()
    expect(page.get_by_role("link", name="가상 계약서.pdf")).to_be_visible()
    for group in ("계약서 검토", "인상률 확인"):
        page.get_by_role("group", name=group).get_by_role("radio", name="이룸", exact=True).check()
    page.get_by_label("조언한 내용").fill("특약을 넣도록 함")
    page.get_by_role("button", name="결과보고 내기").click()
    expect(page.get_by_text("사무실이 결과를 확인하고 있습니다")).to_be_visible()
