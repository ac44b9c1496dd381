"""A real browser chooses a file, sees what it would do, confirms it, waits for the worker, and takes it back."""

import pytest
from playwright.sync_api import expect

from fieldapp.shops import Shop, ShopImport, bring_waiting
from tests.shops.test_imports_page import HEADER, line

pytestmark = pytest.mark.browser
ROWS = 1200  # more than are saved while one waits


def test_a_list_is_shown_confirmed_and_taken_back(office, desk):
    context = desk(office.url)
    office.log_in(context, "supervisor")
    page = context.new_page()
    page.goto("/shops")
    page.get_by_role("main").get_by_role("link", name="점포 가져오기").click()
    content = HEADER + "".join(line(number) for number in range(ROWS)) + "가상 목록,x,,,,\n"
    sent = {"name": "가상 목록.csv", "mimeType": "text/csv", "buffer": content.encode("cp949")}
    page.get_by_label("점포 목록 파일").set_input_files(sent)  # type: ignore[arg-type]
    page.get_by_role("button", name="미리보기").click()
    expect(page.get_by_role("heading", name="1,201행의 결과")).to_be_visible()
    assert Shop.select().where(Shop.source == "가상 목록").count() == 0
    page.get_by_role("link", name="거절").click()
    expect(page.get_by_text("상호가 없습니다")).to_be_visible()
    page.get_by_role("button", name="확인하고 저장").click()
    expect(page.get_by_text("저장을 기다림")).to_be_visible()
    assert bring_waiting() == 1
    expect(page.get_by_text("저장한 결과")).to_be_visible()  # the page goes on by itself
    assert Shop.select().where(Shop.source == "가상 목록").count() == ROWS
    page.locator("summary", has_text="되돌리기").click()
    page.get_by_role("button", name="이 가져오기 되돌리기").click()
    expect(page.get_by_text("되돌리기를 기다림")).to_be_visible()
    assert bring_waiting() == 1
    expect(page.locator("main .badge", has_text="되돌림")).to_be_visible()
    assert Shop.select().where(Shop.source == "가상 목록").count() == 0 and ShopImport.get().state == "undone"
