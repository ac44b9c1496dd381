"""An admin invites, a phone opens the address, and its owner records the first visit."""

import re
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import expect

from fieldapp.database import now, writing
from fieldapp.people import Grant, Person, SecondFactor, Session, qr
from fieldapp.visits import Visit
from tests.phone_user import PhoneUser, once_at_the_desk

pytestmark = pytest.mark.browser

HERE = (37.6501, 127.0451)


@pytest.fixture
def strict(office):
    """An office that asks everyone for a second factor, with its admin's window already trusted."""
    office.server.kill()
    office.server.env["REQUIRE_2FA"] = "1"
    office.server.start()
    return office


def trusted(office, window, login: str):
    office.log_in(window, login, device=f"of {login}")
    with writing():
        Session.update(second_at=now()).execute()
    return window.new_page()


def test_from_a_name_in_the_office_to_the_first_visit_on_the_street(strict, desk, phone):
    admin = trusted(strict, desk(strict.url), "admin")
    admin.goto("/people")
    admin.get_by_role("link", name="새 계정").click()
    admin.get_by_label("이름").fill("김새로")
    admin.get_by_label("아이디").fill("saero")
    admin.get_by_label("역할").select_option("manager")
    admin.locator("label.check", has_text="창동권역").click()
    admin.get_by_role("button", name="만들고 초대하기").click()
    admin.get_by_role("button", name="QR 보이기").click()
    url = admin.locator(".url").inner_text()
    assert admin.locator("img.qr").get_attribute("src") == qr(url), "the picture says the same"
    expect(admin.locator("#invitation")).to_contain_text("기다림")

    user = PhoneUser(phone(strict.url, place=HERE))
    user.context.grant_permissions(["geolocation", "clipboard-read", "clipboard-write"])
    page = user.page
    page.goto(url)
    page.get_by_role("button", name="시작").tap()
    expect(admin.locator("#invitation"), "the admin's page sees it by itself").to_contain_text("열림", timeout=20_000)
    page.get_by_label("새 비밀번호").fill("saero2026!!")
    page.get_by_role("button", name="다음").tap()
    expect(page.locator("#password-error")).to_contain_text("쉽게 맞힐")
    page.get_by_label("새 비밀번호").fill("비 오는 날의 김치전")
    page.get_by_role("button", name="다음").tap()
    page.get_by_role("button", name="글자 복사").tap()
    expect(page.get_by_role("button", name="복사했습니다")).to_be_visible()
    secret = page.evaluate("navigator.clipboard.readText()")
    assert secret == page.locator("#secret").inner_text() and re.fullmatch(r"[A-Z2-7]{32}", secret)
    assert page.get_by_role("link", name="인증 앱 열기").get_attribute("href").startswith("otpauth://totp/")  # type: ignore[union-attr]
    page.get_by_label("여섯 자리 번호").fill(pyotp.TOTP(secret).at(now()))
    page.get_by_role("button", name="마치기").tap()
    expect(page.locator(".codes li")).to_have_count(8)
    page.get_by_role("link", name="시작하기").tap()
    page.wait_for_url("**/today")
    expect(admin.locator("#invitation")).to_contain_text("들어왔습니다", timeout=20_000)

    user.install()
    strict.server.kill()
    user.visit(strict.cast.shop.uid, "첫 방문")
    strict.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"첫 방문": 0})
    saero = Person.get(Person.login == "saero")
    assert Visit.get().manager_id == saero.uid
    assert Grant.select().where(Grant.person == saero).count() == 1


def test_outside_the_office_a_phone_logs_in_with_password_and_code(strict, phone):
    with writing():
        person = strict.cast.changdong
        secret = SecondFactor.propose(person)
        SecondFactor.confirm(person, pyotp.TOTP(secret).at(now() - timedelta(seconds=30)))
    page = phone(strict.url).new_page()
    page.goto("/today")
    page.locator("#login").fill("changdong")
    page.locator("#password").fill("correct horse 9")
    page.get_by_role("button", name="로그인").tap()
    page.get_by_label("여섯 자리 번호").fill("12")
    page.get_by_role("button", name="확인").tap()
    expect(page.locator("#code-error")).to_contain_text("맞지 않거나")
    expect(page.get_by_label("여섯 자리 번호")).to_be_focused()
    page.get_by_label("여섯 자리 번호").fill(pyotp.TOTP(secret).at(now()))
    page.get_by_role("button", name="확인").tap()
    page.wait_for_url("**/today")
