"""What 오늘 reads instead of every shop: it follows what the office sends, and a phone of an earlier build has none."""

import pytest

from fieldapp.database import writing
from fieldapp.shops import Shop
from tests.conftest import make_shop
from tests.phone_user import PhoneUser

pytestmark = pytest.mark.browser

SHOWN = "return JSON.stringify([...document.querySelectorAll('#due-rows .name')].map((one) => one.textContent)) === JSON.stringify(arg)"
KEPT = """const { ask, transact } = await js("outbox/store.js");
    return transact("readonly", ["meta", "shops"], async (store) => {
      const [plan, shops] = [await ask(store("meta").get("plan")), await ask(store("shops").getAll())];
      const uids = (shops) => shops.map((one) => one.uid);
      return { due: uids(plan.due), fresh: plan.fresh.match(/.{36}/g) ?? [], places: [...plan.lat], shops: uids(shops) };
    })"""


@pytest.fixture
def user(office, phone) -> PhoneUser:
    """A phone that has the zone's shops; what changes from now on comes as a delta."""
    with writing():
        office.cast.shop.touch()
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    return PhoneUser(context).install()


def open_shop(*facts, **more) -> Shop:
    shop = make_shop(*facts, **more)
    shop.touch()
    return shop


def shows(user: PhoneUser, *names: str) -> None:
    """See that 오늘 comes to show these shops, in this order."""
    user.page.goto("/today")
    user.until(SHOWN, f"오늘 shows {names}", list(names))


def test_the_plan_follows_what_the_office_sends(office, user):
    cast = office.cast
    shows(user, "가상분식", "가상세탁소")
    with writing():
        new = open_shop("가상 새 가게", cast.zone, cast.changdong, 37.65011, 127.04511)
        cast.neighbour.touch(status="closed_down")
        open_shop("가상 자리 없는 가게", cast.zone, cast.changdong, None, None)
        open_shop("가상 남의 가게", cast.zone, None, 37.6501, 127.0451)
    user.press()
    shows(user, "가상 새 가게", "가상분식", "가상 자리 없는 가게")
    with writing():
        new.move_to(cast.other_zone)
    user.press()
    shows(user, "가상분식", "가상 자리 없는 가게")
    kept = user.run(KEPT)
    assert kept["fresh"] and set(kept["fresh"]) <= set(kept["shops"]) and len(kept["places"]) == len(kept["fresh"])


def test_who_was_not_met_is_due_again_and_new_no_more(office, user):
    user.visit(office.cast.shop.uid, "", outcome="부재")
    user.wait(done=1)
    user.press()
    kept = user.run(KEPT)
    assert kept["due"] == [office.cast.shop.uid] and office.cast.shop.uid not in kept["fresh"]
    shows(user, "가상세탁소")  # who was visited today is not due any more


def test_a_phone_that_an_earlier_build_has_filled_shows_the_same(office, user):
    office.server.kill()
    user.run("""const { transact } = await js("outbox/store.js");
        await transact("readwrite", ["meta"], (store) => { store("meta").delete("plan"); store("meta").delete("mark"); })""")
    shows(user, "가상분식", "가상세탁소")
    user.page.goto("/today/shops")
    user.page.locator("#found li", has_text="가상세탁소").wait_for()
    office.server.start()
    with writing():
        office.cast.neighbour.touch(status="closed_down")
    user.press()
    shows(user, "가상분식")
    assert user.run(KEPT)["fresh"] == [office.cast.shop.uid]


def test_the_list_follows_each_letter_and_says_what_is_left_out(office, user):
    with writing():
        for number in range(60):
            open_shop(f"가상 {number}호", office.cast.zone, office.cast.changdong, 37.6, 127.0 + number / 1000, industry="분식")
    user.press()
    user.page.goto("/today/shops")
    user.page.locator("#rest", has_text="42").wait_for()
    found = "return [...document.querySelectorAll('#found a')].map((one) => [one.querySelector('.name').textContent, one.href])"
    for letters, count in (("1호", 6), ("11호", 1), ("1호 가상", 6), ("세탁", 1), ("없는 것", 0), ("", 20)):
        user.page.locator("#search").fill(letters)
        rows = user.run(found)
        assert len(rows) == count and len({href for _name, href in rows}) == count, (letters, rows)
        assert all(word in name for word in letters.split() for name, _href in rows), rows
