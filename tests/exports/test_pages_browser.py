"""A real browser saves what the form asks for, and a long sheet's page goes on by itself."""

import pytest
from playwright.sync_api import expect

from fieldapp.exports import make_waiting
from tests.exports.conftest import an_export, sheet_of
from tests.recording import recorded

pytestmark = pytest.mark.browser


def test_a_list_is_asked_for_and_saved_and_a_long_sheet_comes_by_itself(office, desk):
    cast = office.cast
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "memo": "가상"})
    context = desk(office.url)
    office.log_in(context, "supervisor")
    page = context.new_page()
    page.goto("/visits?outcome=met")
    page.get_by_role("main").get_by_role("link", name="내보내기").click()
    page.get_by_label("업무 보고").check()
    page.get_by_label("무엇에 쓰나요").fill("가상 실적보고 붙임")
    page.get_by_label("CSV").check()
    with page.expect_download() as saved:
        page.get_by_role("button", name="내보내기").click()
    assert saved.value.suggested_filename.startswith("방문_") and "가상분식" in saved.value.path().read_text("utf-8-sig")
    page.goto(f"/exports/{an_export(cast.supervisor)}")
    expect(page.get_by_text("기다림")).to_be_visible()
    assert make_waiting() == 1
    with page.expect_download() as saved:
        page.get_by_role("link", name="파일 받기").click()
    assert sheet_of(saved.value.path().read_bytes())["A2"].value == "가상분식"
    expect(page.get_by_role("progressbar")).to_have_count(0)
