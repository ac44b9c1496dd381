"""Trouble on the road and at the office: lost answers, killed servers, portals, refusals, waits, clocks, and crowds."""

import json
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from fieldapp.database import now
from fieldapp.sync import Received, Refusal
from fieldapp.visits import Visit, VisitPhoto
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk
from tests.storm import small_photo
from tests.sync.bad_servers import DIES_AFTER
from tests.sync.conftest import HERE

pytestmark = pytest.mark.browser

PORTAL = b"<!doctype html><html><body>Welcome to the cafe. Log in to go on.</body></html>"


SHIFTED = """const Real = Date, shift = %d;
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
  static now() { return Real.now() + shift; }
};"""


def forms(office, count: int, **more) -> list[dict]:
    return [{"shop": office.cast.shop.uid, "outcome": "met", "memo": f"기록 {number:03}", **more} for number in range(count)]


def lines(office, count: int, photos: int = 0) -> dict[str, int]:
    """What of `forms` is to stand at the desk."""
    return {form["memo"]: photos for form in forms(office, count)}


def test_an_answer_lost_after_the_commit_makes_no_second_visit(office, traveller, road):
    lost = road.lose_answers("POST", "/sync/commands", times=2)
    traveller.visit(office.cast.shop.uid, "답이 사라짐", [jpeg(1)])
    lost.wait(1)
    assert traveller.wait(queued=1) and traveller.photos() == 1
    assert [visit.memo for visit in Visit.select()] == ["답이 사라짐"], "the office has it, the phone does not know"
    traveller.send()
    lost.wait(2)
    assert traveller.wait(queued=1) and traveller.photos() == 1
    traveller.send()
    traveller.wait(done=1)
    once_at_the_desk({"답이 사라짐": 1})
    assert Refusal.select().count() == 0


def test_a_photos_answer_that_is_lost_makes_no_second_photo(office, traveller, road):
    lost = road.lose_answers("PUT", "/sync/photos", times=3)
    traveller.visit(office.cast.shop.uid, "사진의 답이 사라짐", [jpeg(1), jpeg(2)])
    lost.wait(1)
    assert traveller.wait(uploading=1) and traveller.photos() == 2, "nothing goes before its answer is here"
    for times in (2, 3):
        traveller.send()
        lost.wait(times)
        traveller.wait(uploading=1)
    traveller.send()
    traveller.wait(done=1)
    once_at_the_desk({"사진의 답이 사라짐": 2})


def test_the_server_killed_between_record_and_photos(office, traveller, road):
    cut = road.cut("PUT", "/sync/photos", meanwhile=office.server.kill)
    traveller.visit(office.cast.shop.uid, "기록만 감", [jpeg(1), jpeg(2)])
    cut.wait()
    assert traveller.wait(uploading=1) and traveller.photos() == 2
    traveller.kick()
    traveller.line("offline", "1")
    assert Visit.get().memo == "기록만 감" and not VisitPhoto.select().where(VisitPhoto.received_at.is_null(False)).count()
    office.server.start()
    traveller.send()
    traveller.wait(done=1)
    once_at_the_desk({"기록만 감": 2})


def test_the_server_killed_in_the_middle_of_a_batch(office, user):
    office.server.kill()
    user.save_many(forms(office, 20))
    office.server.start("tests.sync.bad_servers:dies_in_a_batch()")
    user.kick()
    assert not office.server.answers()
    assert Visit.select().count() == DIES_AFTER, "committed, and nobody was told"
    assert user.wait(queued=20)
    office.server.kill()
    office.server.start()
    user.send()
    user.wait(done=20)
    once_at_the_desk(lines(office, 20))
    assert Refusal.select().count() == 0


def test_two_tabs_that_send_at_once_send_once(office, traveller, road):
    office.server.kill()
    traveller.save_many(forms(office, 3), [[small_photo(number)] for number in range(3)])
    office.server.start()
    first, second = traveller.page, traveller.new_tab()
    second.goto("/outbox")
    for page in (first, second):
        page.evaluate("""async () => {
            const place = new URL("outbox/sender.js", document.querySelector("script[type=module]").src);
            const { run } = await import(place.href);
            run({ force: true }); run({ force: true });
        }""")
    traveller.wait(done=3)
    once_at_the_desk(lines(office, 3, photos=1))
    assert road.count("POST", "/sync/commands") == 1 and road.count("PUT", "/sync/photos") == 3


def test_a_captive_portal_is_not_the_office(office, traveller, road):
    """It answers 200 to everything, with a page, with JSON, or by sending one elsewhere."""
    road.portal = ("text/html", PORTAL)
    traveller.visit(office.cast.shop.uid, "카페에서", [jpeg(1)])
    traveller.line("offline", "1")
    for kind, body in (("text/html", PORTAL), ("application/json", b"{}"), ("application/json", b'{"fieldapp": 1}'), ("text/html", b"")):
        road.portal = (kind, body)
        traveller.send()
        traveller.kick()
        assert traveller.wait(queued=1) and traveller.photos() == 1
    assert road.count("POST", "/sync/commands") == 0
    road.portal = None
    traveller.send()
    traveller.wait(done=1)
    once_at_the_desk({"카페에서": 1})


def claims_all(asked: bytes) -> bytes:
    """What something that is not the office might say: everything is here. It can't know the records' hashes."""
    ids = [entry["id"] for entry in json.loads(asked)["commands"]]
    return json.dumps({"answers": [{"id": uid, "hash": "0" * 64, "answer": "created", "missing": []} for uid in ids]}).encode()


def test_an_answer_without_the_records_own_hash_settles_nothing(office, traveller, road):
    """A portal that appears after the ping, a gateway's page, an answer of another age: the record and its photo stay."""
    replies = [(200, PORTAL), (200, b"{}"), (200, b'{"answers": 7}'), (200, b'{"answers": [null, {"id": 3}]}'), (200, claims_all),
               (302, b""), (502, PORTAL), (500, b'{"code": "broken"}')]
    traveller.page.goto("/outbox")
    office.server.kill()
    [uid] = traveller.save_many(forms(office, 1), [[small_photo(1)]])
    office.server.start()
    for status, body in replies:
        accident = road.stand_in("POST", "/sync/commands", status, body, Location="/portal")
        traveller.press()
        accident.wait()
        assert traveller.states() == {"queued": 1} and traveller.photos() == 1, (status, body)
    all_here = json.dumps({"missing": {uid: []}}).encode()
    for status, body in [(200, PORTAL), (200, b"{}"), (200, all_here), (302, b""), (502, PORTAL)]:
        accident = road.stand_in("PUT", "/sync/photos", status, body)
        traveller.press()
        accident.wait()
        assert traveller.states() == {"uploading": 1} and traveller.photos() == 1, (status, body)
    road.clear()
    traveller.send()
    traveller.wait(done=1)
    once_at_the_desk(lines(office, 1, photos=1))


def test_an_answer_that_is_not_known_yet_keeps_the_record(office, traveller, road):
    def of_tomorrow(asked: bytes) -> bytes:
        return json.dumps({"answers": [{**entry, "answer": "pondered"} for entry in json.loads(asked)["commands"]]}).encode()

    road.stand_in("POST", "/sync/commands", 200, of_tomorrow)
    traveller.visit(office.cast.shop.uid, "내일의 답")
    traveller.wait(queued=1)
    traveller.send()
    traveller.wait(done=1)
    once_at_the_desk({"내일의 답": 0})


def test_a_wait_that_the_office_asks_for_is_kept(office, traveller, road):
    traveller.page.add_init_script("self.setInterval = () => 0")  # nothing goes but when it is asked to
    traveller.page.goto("/outbox")
    office.server.kill()
    traveller.save_many(forms(office, 1))
    office.server.start()
    for status in (429, 507, 503):
        refused = road.stand_in("POST", "/sync/commands", status, b'{"code": "later"}', Retry_After="120")
        traveller.press()
        refused.wait()
        [record] = traveller.wait(queued=1)
        traveller.kick()
        assert road.count("POST", "/sync/commands") == 0, "asked too early"
        assert 60 < record["nextAt"] / 1000 - time.time() <= 120
    traveller.page.close()
    two_minutes_later = traveller.new_tab()
    two_minutes_later.add_init_script(SHIFTED % 120_000)
    two_minutes_later.goto("/today")
    traveller.wait(done=1)
    once_at_the_desk(lines(office, 1))


def test_one_photo_that_has_to_wait_holds_up_no_other_visit(office, traveller, road):
    office.server.kill()
    traveller.save_many(forms(office, 3), [[small_photo(number)] for number in range(3)])
    office.server.start()
    road.stand_in("PUT", "/sync/photos", 507, b'{"code": "full"}', Retry_After="900")
    traveller.kick()
    traveller.kick()
    states = traveller.wait(uploading=1, done=2)
    assert 200 < states[0]["nextAt"] / 1000 - time.time() <= 300, "no wait is longer than five minutes"
    traveller.send()
    traveller.wait(done=3)
    once_at_the_desk(lines(office, 3, photos=1))


def test_one_poison_record_among_twenty_is_the_only_one_that_stays(office, user):
    """Refused by the office: told with its reason, opened again by the person, and gone once it is put right."""
    office.server.kill()
    twenty = forms(office, 20)
    twenty[4] |= {"outcome": "dancing"}
    user.save_many(twenty, [[small_photo(number)] if number == 4 else [] for number in range(20)])
    office.server.start()
    user.send()
    assert next(record for record in user.wait(done=19, rejected=1) if record["state"] == "rejected")["memo"] == "기록 004"
    assert user.photos() == 1
    assert "1" in user.line("problem")
    user.page.locator("[data-state=rejected] a").click()
    user.page.wait_for_selector("html[data-ready]", state="attached")
    expect(user.page.locator("[data-error=outcome]")).to_be_visible()
    assert user.page.locator("#memo").input_value() == "기록 004"
    user.page.locator("label.chip", has_text="만남").first.click()
    user.save()
    user.wait(done=20)
    once_at_the_desk(lines(office, 20) | {"기록 004": 1})


def test_a_record_at_which_the_office_stumbles_holds_up_no_other(office, user):
    """A bug of the office's own: that record stays on the phone until it is mended, the others go."""
    office.server.kill()
    user.save_many(forms(office, 2) + forms(office, 1, memo="걸림돌") + forms(office, 4)[2:])
    office.server.start("tests.sync.bad_servers:stumbles()")
    user.send()
    assert [record["memo"] for record in user.wait(done=4, queued=1) if record["state"] == "queued"] == ["걸림돌"]
    office.server.kill()
    office.server.start()
    user.send()
    user.wait(done=5)
    once_at_the_desk(lines(office, 4) | {"걸림돌": 0})


def test_what_is_edited_after_it_was_half_sent_is_the_next_revision(office, traveller, road):
    cut = road.stand_in("PUT", "/sync/photos", 503, b'{"code": "busy"}', times=20, Retry_After="200")
    first = traveller.visit(office.cast.shop.uid, "처음", [jpeg(1), jpeg(2)])
    cut.wait()
    traveller.wait(uploading=1)
    traveller.open_form(query=f"record={first}")
    assert traveller.page.locator("#memo").input_value() == "처음"
    traveller.page.locator("#thumbs li").nth(1).wait_for()
    traveller.fill("고침", photos=[jpeg(3)])
    second = traveller.save()
    assert second != first
    road.clear()
    traveller.send()
    traveller.wait(done=2)
    once_at_the_desk({"고침": 3})
    assert [(visit.memo, visit.root) for visit in Visit.get_by_id(second).revisions()] == [("처음", first), ("고침", first)]
    assert traveller.photos() == 0


def test_what_is_edited_before_it_was_sent_is_the_same_record(office, user):
    office.server.kill()
    first = user.visit(office.cast.shop.uid, "처음", [jpeg(1), jpeg(2)])
    user.open_form(query=f"record={first}")
    user.page.locator("#thumbs button").first.click()
    user.page.locator("#thumbs li").nth(1).wait_for(state="detached")
    user.page.locator("#memo").fill("고침")
    assert user.save() == first
    office.server.start()
    user.send()
    user.wait(done=1)
    once_at_the_desk({"고침": 1})
    assert Received.select().count() == 1 and user.photos() == 0


@pytest.mark.parametrize("days", [1, -1, -400, -20_000])
def test_nothing_is_refused_for_a_phones_clock(office, phone, days):
    """A day ahead, a day or a year behind, and a clock that has begun at 1970 again."""
    context = phone(office.url, place=HERE)
    office.log_in(context)
    context.add_init_script(SHIFTED % (days * 86_400_000))
    user = PhoneUser(context).install()
    user.visit(office.cast.shop.uid, "시계가 틀림", [jpeg(1)])
    user.page.wait_for_selector("[data-record][data-state=done]")
    once_at_the_desk({"시계가 틀림": 1})
    visit = Visit.get()
    shift, little = timedelta(days=days), timedelta(minutes=2)
    assert abs(visit.created_at - now()) < little, "the office's own time"
    assert abs(visit.made_at - shift - now()) < little and visit.timezone == "Asia/Seoul", "the phone's, beside it"
    assert abs(timedelta(milliseconds=visit.skew_ms) + shift) < little, "and how far apart they were"
    assert 2000 <= visit.visited_at.year <= 2099


def test_a_clock_that_was_put_right_makes_no_long_wait(office, traveller, road):
    """What was to be tried again in three minutes by a clock a day ahead is due at once by the right one."""
    ahead = traveller.new_tab()
    ahead.add_init_script(SHIFTED % 86_400_000)
    refused = road.stand_in("POST", "/sync/commands", 503, b'{"code": "busy"}', Retry_After="200")
    traveller.visit(office.cast.shop.uid, "내일부터 오늘로")
    refused.wait()
    [record] = traveller.wait(queued=1)
    assert record["nextAt"] / 1000 > time.time() + 86_000
    ahead.close()
    traveller.new_tab().goto("/outbox")
    traveller.wait(done=1)
    once_at_the_desk({"내일부터 오늘로": 0})


def test_a_hundred_visits_with_three_photos_each(office, user):
    office.server.kill()
    user.save_many(forms(office, 100), [[small_photo(3 * number + n) for n in range(3)] for number in range(100)])
    assert user.photos() == 300
    office.server.start()
    user.send()
    with user.patient(120):
        user.wait(done=100)
    once_at_the_desk(lines(office, 100, photos=3))
    assert user.photos() == 0
    assert "100" in user.page.locator("#day-end").inner_text() and "300" in user.page.locator("#day-end").inner_text()
