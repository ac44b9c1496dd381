"""Without a network: what is saved stays, through closed tabs and killed browsers, and stands at the desk exactly once."""

import pytest

from fieldapp.grievances import Grievance
from fieldapp.visits import Visit
from tests import browser
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk
from tests.sync.conftest import HERE

pytestmark = pytest.mark.browser


def test_three_saved_offline_with_photos_go_when_the_office_is_back(office, user):
    office.server.kill()
    user.page.goto("/today")
    user.page.get_by_text("가상분식").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    user.fill("하나", category="임대료", text="재계약 인상", photos=[jpeg(1), jpeg(2)])
    user.save()
    user.visit(office.cast.neighbour.uid, "둘", [jpeg(3)])
    user.open_form()
    user.page.locator("#shop-search").fill("세탁")
    user.page.locator("#shop-found button").first.click()
    user.fill("셋", outcome="부재")
    user.save()
    user.line("offline", "3")
    assert user.wait(queued=3) and user.photos() == 3
    assert Visit.select().count() == 0
    office.server.start()
    user.send()
    user.wait(done=3)
    user.line("sent")
    once_at_the_desk({"하나": 2, "둘": 1, "셋": 0})
    assert [g.text for g in Grievance.select()] == ["재계약 인상"]
    assert user.photos() == 0 and not user.drafts(), "the phone keeps no bytes of what the office has"
    assert not any("text" in record for record in user.run("return (await js('outbox/store.js')).all('records')"))


def test_a_tab_closed_while_writing_and_reopened_offline_goes_on_where_it_was(office, user):
    office.server.kill()
    user.open_form(office.cast.shop.uid)
    user.fill("쓰다 만 글", photos=[jpeg(1)])
    user.draft_kept()
    user.page.close()
    user.new_tab()
    user.open_form(office.cast.shop.uid)
    assert user.page.locator("#memo").input_value() == "쓰다 만 글"
    assert user.page.locator("input[value=met]").is_checked()
    user.page.locator("#thumbs img").wait_for()
    user.page.locator("#memo").fill("다 쓴 글")
    user.save()
    user.page.close()
    user.new_tab()
    user.page.goto("/outbox")
    assert user.wait(queued=1) and user.photos() == 1
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"다 쓴 글": 1})


def test_a_browser_killed_after_saving_has_saved(office, owner, phone_at, tmp_path):
    """Switched off like by a dead battery the moment the card has said that the phone has it."""
    user = owner(tmp_path / "phone")
    office.server.kill()
    user.visit(office.cast.shop.uid, "전화기가 꺼지기 전", [jpeg(1), jpeg(2)])
    assert browser.kill(tmp_path / "phone") > 1
    user = PhoneUser(phone_at(tmp_path / "phone", office.url, place=HERE))
    user.page.goto("/outbox")
    user.wait(queued=1)
    assert user.photos() == 2
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"전화기가 꺼지기 전": 2})


def test_a_browser_killed_while_writing_has_the_draft(office, owner, phone_at, tmp_path):
    user = owner(tmp_path / "phone")
    office.server.kill()
    user.open_form(office.cast.shop.uid)
    user.fill("촬영하다 꺼짐", photos=[jpeg(1)])
    user.page.locator("#camera").dispatch_event("click")
    user.draft_kept()
    browser.kill(tmp_path / "phone")
    user = PhoneUser(phone_at(tmp_path / "phone", office.url, place=HERE))
    user.open_form(office.cast.shop.uid)
    user.page.locator("#thumbs img").wait_for()
    user.save()
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"촬영하다 꺼짐": 1})


def test_two_tabs_send_once_and_neither_overwrites_the_other(office, user):
    office.server.kill()
    first = user.page
    user.open_form(office.cast.shop.uid)
    user.fill("첫째 탭")
    user.draft_kept()
    second = user.new_tab()
    user.open_form(office.cast.shop.uid)
    assert second.locator("#memo").input_value() == "첫째 탭", "the second tab goes on with the same draft"
    second.locator("#memo").fill("둘째 탭")
    user.page = first
    user.save()
    user.page = second
    user.save()
    office.server.start()
    for page in (first, second):
        page.goto("/outbox")
    for page in (first, second, first):
        page.evaluate("document.getElementById('send').click()")
    user.wait(done=2)
    assert sorted(visit.memo for visit in Visit.select()) == ["둘째 탭", "첫째 탭"]
    once_at_the_desk({"둘째 탭": 0})


def test_a_second_tap_on_save_saves_nothing_twice(office, user):
    office.server.kill()
    user.open_form(office.cast.shop.uid)
    user.fill("두 번 눌림", photos=[jpeg(1)])
    user.page.locator("#save").dblclick()
    user.page.wait_for_selector("[data-record]")
    assert user.wait(queued=1) and user.photos() == 1
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"두 번 눌림": 1})
    assert not user.drafts()


def test_a_second_tap_does_not_fall_through_to_the_cards_way_onward(office, user):
    user.open_form(office.cast.shop.uid)
    user.fill("급한 손가락")
    user.page.evaluate("""() => {
        const second = () => {
          document.querySelector("[data-record] a.primary")?.click();
          if (!document.querySelector("[data-record]")) requestAnimationFrame(second);
        };
        document.getElementById("save").click();
        second();
    }""")
    user.page.wait_for_selector("[data-record][data-state=done]")
    user.page.wait_for_timeout(600)
    user.page.locator("[data-record] a.primary").click()
    user.page.wait_for_url("**/today")


def test_a_photo_that_is_still_being_read_when_save_is_tapped_belongs_to_the_visit(office, user):
    office.server.kill()
    user.open_form(office.cast.shop.uid)
    user.fill("큰 사진")
    user.page.evaluate("""(numbers) => {
        const files = new DataTransfer();
        for (const end of [0, 1]) files.items.add(new File([new Uint8Array([...numbers, end])], "a.jpg", { type: "image/jpeg" }));
        document.getElementById("album").files = files.files;
        document.getElementById("album").dispatchEvent(new Event("change", { bubbles: true }));
        document.getElementById("save").click();
    }""", list(jpeg(1, (800, 600))["buffer"]))
    user.page.wait_for_selector("[data-record]")
    office.server.start()
    user.send()
    user.wait(done=1)
    assert not user.drafts()
    once_at_the_desk({"큰 사진": 1})


def test_the_same_photo_in_two_visits_is_kept_once_and_seen_in_both(office, user):
    office.server.kill()
    same = jpeg(7)
    user.visit(office.cast.shop.uid, "앞", [same, jpeg(8)])
    user.visit(office.cast.neighbour.uid, "뒤", [same])
    office.server.start()
    user.send()
    user.wait(done=2)
    once_at_the_desk({"앞": 2, "뒤": 1}, photos=2)
    user.visit(office.cast.shop.uid, "나중", [same])
    user.page.wait_for_selector("[data-record][data-state=done]")
    once_at_the_desk({"앞": 2, "뒤": 1, "나중": 1}, photos=2)
