"""Finding shops while one types: each answer is the one that a fresh look at all shops would give, and the office's own."""

from random import Random

import pytest

from fieldapp.shops import Shop
from fieldapp.shops.finding import Index, entry_of, jamo_of, ranked
from tests.shops.register import make_register

pytestmark = pytest.mark.browser

ASK = """const { search, ready } = await import("/js/search.js?typed");
    await ready();
    return arg.typed.map(([query, here]) => {
      const { rows, total } = search(arg.fresh ? [...arg.shops] : arg.shops, query, here, arg.limit);
      return [rows.map(([, shop]) => shop.uid), total];
    })"""


def line(shop: Shop) -> dict:
    """As the pack sends it."""
    return {"uid": shop.uid, "name": shop.title, "industry": shop.industry, "address": shop.place, "phone": shop.phone}


@pytest.fixture(scope="module")
def shops() -> list[Shop]:
    """In the office's order, which the phone keeps among equals where no place is known."""
    return sorted(make_register(1500, seed=11), key=lambda shop: (entry_of(shop).name, shop.uid))


def queries(shops: list[Shop]) -> list[str]:
    chance = Random(5)
    asked = ["", "없는 말", "ㅎㄷㄲ", "마들로 12", "분식", "ㄴㅌㄴㅁ", "느티ㄴ", "느팀", "1", "12", "123", "02-9", "햇살 카페 3", "Ａ"]
    for shop in chance.sample(shops, 60):
        letters = list(jamo_of(shop.name.replace(" ", "")))
        del letters[chance.randrange(len(letters))]
        asked += [shop.name, shop.name[:2], "".join(letters), shop.phone[-4:], shop.phone[3:], shop.address_road[11:], shop.title.upper(),
                  f"{shop.industry} {shop.address_road.split()[-1]}", entry_of(shop).initials[:5]]
    return asked


def test_the_phone_finds_what_the_office_finds_in_the_same_order(ask, shops):
    asked, index = queries(shops), Index(entry_of(shop) for shop in shops)
    answers = ask(ASK, {"shops": [line(shop) for shop in shops], "typed": [[query, None] for query in asked], "limit": 20, "fresh": True})
    seen = 0
    for query, (uids, total) in zip(asked, answers, strict=True):
        if query.strip():
            wanted = [entry.uid for entry in ranked(index, query)]
            assert (uids, total) == (wanted[:20], len(wanted)), query
            seen += len(wanted)
    assert seen > 1000


def test_what_is_typed_letter_by_letter_finds_what_a_fresh_look_finds(ask, shops):
    """Also as 홍두깨 comes out of a keyboard, by 홍ㄷ and 홍둒, and when letters are taken back."""
    asked = [*queries(shops)[::9], "02-91", "9123", "91234", "ㅎㄷ홍"]
    typed = [word[:length] for word in asked for length in (*range(len(word) + 1), *range(len(word), 0, -1))]
    told = {"shops": [line(shop) for shop in shops], "typed": [[query, None] for query in typed], "limit": 20}
    assert ask(ASK, told) == ask(ASK, told | {"fresh": True})


def test_another_list_and_another_place_are_looked_at_anew(ask):
    shops = [{"name": "가상 먼 곳", "industry": "", "address": "", "lat": 37.66, "lon": 127.04},
             {"name": "가상 가까운 곳", "industry": "", "address": "", "lat": 37.651, "lon": 127.045}]
    near, far = {"lat": 37.65, "lon": 127.045}, {"lat": 37.661, "lon": 127.04}
    body = """const { search } = await import("/js/search.js?anew"), names = ({ rows }) => rows.map(([, shop]) => shop.name);
        return [[arg.shops, "가상", arg.near], [arg.shops, "가상 ", arg.far], [arg.shops.slice(1), "가상 곳", arg.far]]
            .map((asked) => names(search(...asked)))"""
    assert ask(body, {"shops": shops, "near": near, "far": far}) == [
        ["가상 가까운 곳", "가상 먼 곳"], ["가상 먼 곳", "가상 가까운 곳"], ["가상 가까운 곳"]]
