"""A case, end to end: referred on the street without a network, and rated by its shop when all is done.

Everyone works in a browser of their own: the manager, the coordinator, the supervisor, two experts and the owner.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from fieldapp.consultations import Aftercare, Satisfaction
from fieldapp.database import SEOUL, now, writing
from fieldapp.events import AccessLog, Event
from fieldapp.messages import Message
from fieldapp.referrals import Offer, Referral
from tests.browser import PHONE
from tests.cases import expert_of
from tests.phone_user import PhoneUser

pytestmark = pytest.mark.browser

HERE = (37.6501, 127.0451)
SECRETS = ("가상분식", "김가상", "010-0000-0001", "가상로", "점심 뒤에 다시")


@pytest.fixture
def opened(office, desk):
    """`opened("coordinator")` gives this person's own browser; `opened("")` one of someone without an account."""
    def open_for(login: str, **more) -> Page:
        window = desk(office.url, **more)
        if login:
            office.log_in(window, login, device=f"of {login}")
        return window.new_page()

    return open_for


def give(page: Page, command: str, **fields: str) -> None:
    """Fill this command's form on the page as it stands, and send it."""
    page.locator(f'form[action$="/{command}"]').first.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    form = page.locator(f'form[action$="/{command}"]').first
    for name, value in fields.items():
        field = form.locator(f'[name="{name}"]')
        kind = field.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
        if kind == "select":
            field.select_option(value)
        elif kind in ("radio", "checkbox"):
            form.locator(f'[name="{name}"][value="{value}"]').check()
        else:
            field.fill(value)
    with page.expect_navigation():
        form.locator("button:not([type=button])").last.click()


def case_text(page: Page, url: str) -> str:
    page.goto(url)
    return page.locator("main").inner_text()


def tomorrow() -> str:
    return (now().astimezone(SEOUL).date() + timedelta(days=1)).isoformat()


def refer_on_the_street(office, user: PhoneUser) -> None:
    """Without a network: met, rent, a wish, a consent and a number; sent when the office is back."""
    office.server.kill()
    user.page.goto("/today")
    user.page.locator("#due-rows a", has_text="가상분식").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    user.fill("점심 뒤에 다시", category="임대료", text="재계약 인상")
    user.page.locator(".grievance:not([hidden]) label", has_text="연계").click()
    user.page.locator("#refer-field").select_option("legal")
    user.page.locator("#refer-wish").fill("계약서 검토")
    user.page.locator("#refer .check").click()
    user.page.locator("#consent summary").click()
    user.page.locator("#owner-name").fill("김가상")
    user.page.locator("#owner-phone").fill("010-0000-0001")
    user.save()
    office.server.start()
    user.send()
    user.wait(done=1)


def test_a_case_from_the_street_until_it_is_rated(office, phone, opened):
    cast = office.cast
    with writing():
        first, second = expert_of(cast, "expert"), expert_of(cast, "expert2")
    street = phone(office.url, place=HERE)
    office.log_in(street)
    user = PhoneUser(street).install()
    refer_on_the_street(office, user)
    case = Referral.get()
    url = f"/referrals/{case.uid}"

    coordinator = opened("coordinator")
    coordinator.goto("/referrals")
    coordinator.locator("#queue a.main", has_text=case.label).click()
    give(coordinator, "triage", wanted="계약서 검토\n인상률 확인", urgency="soon")
    give(coordinator, "open_matching")
    give(coordinator, "offer", expert=first.uid)
    assert "수락대기" in coordinator.locator("main").inner_text()

    one = opened("expert", **PHONE)
    one.goto("/inbox")
    one.locator("a", has_text=case.label).first.click()
    expect(one.locator("main")).to_contain_text("인상률 확인")
    offered = one.content()
    assert not [secret for secret in SECRETS if secret in offered]
    first_offer = one.url
    give(one, "refuse", code="busy", note="다음 달부터 가능")

    coordinator.goto(url)
    assert "다음 달부터 가능" in coordinator.locator("main").inner_text()
    give(coordinator, "offer", expert=second.uid)

    two = opened("expert2", **PHONE)
    link = next(row.text.body for row in Message.select().where(Message.template == "offer").order_by(Message.created_at.desc()))
    path = re.search(r"/o/\S+", link)[0]  # type: ignore[index]
    stranger = opened("", **PHONE)
    stranger.goto(path)
    assert not [secret for secret in SECRETS if secret in stranger.content()]
    give(stranger, "accept")
    two.goto("/inbox")
    two.locator("a", has_text=case.label).first.click()
    expect(two.locator("main")).to_contain_text("가상분식")
    accepted = two.locator("main").inner_text()
    assert all(secret in accepted for secret in ("가상분식", "김가상", "010-0000-0001"))
    one.goto(first_offer)
    assert not [secret for secret in SECRETS if secret in one.content()], "who declined sees nothing of it"

    give(two, "schedule", day=tomorrow(), time="14:00", how="place", place="가게")
    give(two, "begin", attendance="held", summary="계약서를 함께 읽음", next_plan="고친 것을 봄")
    give(two, "plan", day=tomorrow(), time="15:00")
    give(two, "sit", attendance="held", summary="고친 계약서를 봄")
    give(two, "report", **{"result.1": "achieved", "result.2": "partly", "advice": "서면으로 남기십시오"})

    coordinator.goto(url)
    give(coordinator, "return", reason="인상률을 적어 주십시오")
    two.reload()
    assert "인상률을 적어 주십시오" in two.locator("main").inner_text()
    give(two, "report", **{"note.2": "5 %로 낮춤"})
    coordinator.goto(url)
    assert "5 %로 낮춤" in coordinator.locator("main").inner_text()
    give(coordinator, "approve")
    two.reload()
    assert not [secret for secret in SECRETS if secret in two.content()], "what is over is closed again"

    with writing():  # a month goes by
        Aftercare.update(due_on=now().astimezone(SEOUL).date()).where(Aftercare.months == 1).execute()
    look_after_the_shop(user)
    coordinator.goto(url)
    give(coordinator, "finish", note="잘 지냄")
    assert Referral.get_by_id(case.uid).state == "closed"

    owner = opened("", **PHONE)
    link = next(row.text.body for row in Message.select().where(Message.template == "completed"))
    owner.goto(re.search(r"/mine/\S+", link)[0])  # type: ignore[index]
    assert "김가상" not in owner.content() and "010-0000" not in owner.content()
    give(owner, "rate", score="5", text="고맙습니다")
    assert Satisfaction.get().score == 5

    supervisor = opened("supervisor")
    told = case_text(supervisor, url)
    assert not [part for part in ("점심 뒤에 다시", "다음 달부터 가능", "계약서를 함께 읽음", "고친 계약서를 봄", "인상률을 적어 주십시오",
                                  "서면으로 남기십시오", "종결") if part not in told]
    two.goto("/inbox")
    assert "고맙습니다" not in two.content()
    stranger_manager = opened("ssangmun")
    assert stranger_manager.goto(url).status == 404
    states = [event.facts["after"] for event in Event.of(case.uid) if "after" in event.facts]
    assert [state for state, before in zip(states, ["", *states], strict=False) if state != before] == [
        "submitted", "triaged", "matching", "offered", "matching", "offered", "accepted", "scheduled", "in_progress", "report_submitted",
        "in_progress", "report_submitted", "completed", "aftercare", "closed"]
    assert [offer.state for offer in Offer.story(case)] == ["declined", "accepted"]
    assert AccessLog.select().where(AccessLog.verb == "case.view", AccessLog.person == second.person_id).exists()


def look_after_the_shop(user: PhoneUser) -> None:
    """A month later the task stands in the manager's day; the visit that answers it is recorded from there."""
    user.send()
    user.run("""const { all, write } = await js("outbox/store.js");
        for (const record of await all("records")) await write("records", { ...record, savedAt: record.savedAt - 31 * 864e5 });""")
    user.until("return (await (await js('outbox/pack.js')).rest())?.aftercare?.length", "the task is here")
    user.page.goto("/today")
    user.page.locator("#due-rows a", has_text="사후관리").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    user.fill("합의대로 지냄")
    user.save()
    user.page.wait_for_selector("[data-record][data-state=done]")
    assert Aftercare.get(Aftercare.months == 1).answered_at
