"""Who is logged in: an expired session touches no record, and who carries a record never becomes its author."""

from datetime import date

import pytest
from playwright.sync_api import expect

from fieldapp.database import writing
from fieldapp.people import Grant, Person
from fieldapp.sync import Received
from fieldapp.visits import Visit, VisitPhoto
from tests.conftest import PASSWORD
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk
from tests.sync.conftest import HERE

pytestmark = pytest.mark.browser


def test_an_expired_session_keeps_the_record_until_its_author_logs_in(office, user):
    office.log_out()
    user.visit(office.cast.shop.uid, "세션이 끝난 뒤", [jpeg(1)])
    assert [record["code"] for record in user.wait(held=1)] == ["login"]
    assert "1" in user.line("login") and user.photos() == 1
    user.page.goto("/outbox")
    user.page.locator("#login").click()
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    once_at_the_desk({"세션이 끝난 뒤": 1})
    assert Visit.get().manager == office.cast.changdong


def test_a_session_that_expires_on_the_way_is_no_refusal(office, traveller, road):
    """Between the ping and the record, and between the record and its photo."""
    road.stand_in("POST", "/sync/commands", 401, b'{"code": "login"}')
    traveller.visit(office.cast.shop.uid, "그 사이에", [jpeg(1)])
    traveller.wait(held=1)
    cut = road.cut("PUT", "/sync/photos", meanwhile=office.log_out, times=5)
    traveller.kick()
    cut.wait()
    traveller.kick()
    assert traveller.wait(uploading=1) and traveller.photos() == 1
    traveller.line("login")
    road.clear()
    traveller.log_in("changdong", PASSWORD)
    traveller.press()
    traveller.wait(done=1)
    once_at_the_desk({"그 사이에": 1})


def test_a_phone_whose_cookies_are_gone_knows_its_author_all_the_same(office, user):
    user.context.clear_cookies()
    office.server.kill()
    user.visit(office.cast.shop.uid, "쿠키가 지워짐", [jpeg(1)])
    office.server.start()
    user.kick()
    assert user.wait(held=1)[0]["author"] == office.cast.changdong.uid
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    once_at_the_desk({"쿠키가 지워짐": 1})


def test_another_person_on_the_same_phone_carries_and_is_never_the_author(office, phone):
    """As long as no PIN stands before what is on it: what is sealed waits for its author (tests/phone/test_lock_browser.py)."""
    context = phone(office.url, place=HERE)
    office.log_in(context)
    user = PhoneUser(context).install(pin=False)
    office.server.kill()
    mine = user.visit(office.cast.shop.uid, "창동 매니저의 글", [jpeg(1)])
    office.server.start()
    office.log_out()
    user.log_in("ssangmun", PASSWORD)
    user.wait(done=1)
    user.until("return !!(await (await js('outbox/store.js')).read('shops', arg))", "their own shops have come", office.cast.other_shop.uid)
    theirs = user.visit(office.cast.other_shop.uid, "쌍문 매니저의 글")
    user.wait(done=2)
    once_at_the_desk({"창동 매니저의 글": 1, "쌍문 매니저의 글": 0})
    authors = {visit.uid: visit.manager for visit in Visit.select()}
    assert authors == {mine: office.cast.changdong, theirs: office.cast.ssangmun}
    assert {row.uid: row.carrier for row in Received.select()} == dict.fromkeys((mine, theirs), office.cast.ssangmun.uid)
    shops = user.run("return (await (await js('outbox/store.js')).all('shops')).map((shop) => shop.uid)")
    assert shops == [office.cast.other_shop.uid], "the first person's zone has left the phone"


def test_on_a_phone_that_its_author_never_used_a_record_waits_for_its_author(office, user):
    """The device's cookie is gone with all others, and somebody else logs in first."""
    office.server.kill()
    user.visit(office.cast.shop.uid, "주인을 기다림", [jpeg(1)])
    user.context.clear_cookies()
    office.server.start()
    user.log_in("ssangmun", PASSWORD)
    assert [record["code"] for record in user.wait(held=1)] == ["other-person"]
    user.page.get_by_text("작성한 사람이 로그인하면 보냅니다").wait_for()
    assert user.photos() == 1 and Visit.select().count() == 0
    user.log_in("changdong", PASSWORD)
    user.page.locator("#send").click()
    user.wait(done=1)
    once_at_the_desk({"주인을 기다림": 1})
    assert Visit.get().manager == office.cast.changdong


def test_nobody_goes_on_with_what_another_person_wrote(office, user):
    """Neither a draft of the same shop nor a record that still waits is opened, offered or deleted by someone else."""
    with writing():
        Grant.create(person=office.cast.ssangmun, zone=office.cast.zone, first_day=date(2020, 1, 1))
    user.open_form(office.cast.shop.uid)
    user.fill("쓰던 글")
    user.draft_kept()
    office.server.kill()
    waiting = user.visit(office.cast.neighbour.uid, "기다리는 글")
    [draft] = user.drafts()
    user.context.clear_cookies()
    office.server.start()
    user.log_in("ssangmun", PASSWORD)
    user.wait(held=1)
    user.page.locator("#records [data-state=held]").wait_for()
    expect(user.page.locator("#records a:visible, #records button:visible")).to_have_count(0)
    user.page.goto("/today")
    user.page.locator("#due-rows li, #empty:not([hidden])").first.wait_for()
    expect(user.page.locator("#fix")).not_to_be_visible()
    for query in (f"shop={office.cast.shop.uid}", f"draft={draft['id']}", f"record={waiting}"):
        user.open_form(query=query)
        assert user.page.locator("#memo").input_value() == ""
    assert [draft.get("form") for draft in user.drafts()] == [None], "it is sealed, and there"
    user.log_in("changdong", PASSWORD)
    user.wait(done=1)
    user.open_form(office.cast.shop.uid)
    assert user.page.locator("#memo").input_value() == "쓰던 글"


def test_logging_out_takes_the_list_and_leaves_what_is_unsent(office, traveller, road):
    road.stand_in("POST", "/sync/commands", 503, b'{"code": "busy"}', times=50, Retry_After="100")
    traveller.visit(office.cast.shop.uid, "로그아웃 앞", [jpeg(1)])
    traveller.page.goto("/today")
    traveller.page.get_by_role("button", name="로그아웃").click()
    traveller.page.wait_for_url("**/login")
    road.clear()
    traveller.page.goto("/outbox")
    traveller.page.wait_for_url("**/outbox")
    assert traveller.run("return (await (await js('outbox/store.js')).all('shops')).length") == 0
    traveller.wait(held=1)
    assert traveller.photos() == 1
    traveller.log_in("changdong", PASSWORD)
    traveller.wait(done=1)
    once_at_the_desk({"로그아웃 앞": 1})


def test_who_may_no_longer_record_keeps_what_was_written(office, user):
    def role(name: str) -> None:
        with writing():
            Person.update(role=name).where(Person.uid == office.cast.changdong.uid).execute()

    office.server.kill()
    user.visit(office.cast.shop.uid, "역할이 바뀜", [jpeg(1)])
    role("expert")
    office.server.start()
    user.press()
    assert [record["code"] for record in user.wait(held=1)] == ["forbidden"]
    assert user.photos() == 1 and VisitPhoto.select().count() == 0
    role("manager")
    user.press()
    user.wait(done=1)
    once_at_the_desk({"역할이 바뀜": 1})
