"""Finding shops while one types: each answer is the one that a fresh look at all shops would give."""

from random import Random

import pytest

pytestmark = pytest.mark.browser

TYPED = """const { search } = await import("/js/search.js?typed");
    return arg.typed.map(([query, here]) => {
      const { rows, total } = search(arg.shops, query, here, arg.limit);
      return [rows.map(([, shop]) => shop.name), total];
    })"""


def expected(shops: list[dict], query: str, limit: int) -> tuple[list[str], int]:
    found = [shop["name"] for shop in shops
             if all(word in f"{shop['name']} {shop['industry']} {shop['address']}".lower() for word in query.lower().split())]
    return found[:limit], len(found)


def test_what_is_typed_letter_by_letter_finds_what_a_fresh_look_finds(ask):
    chance = Random(3)
    shops = [{"name": f"{chance.choice(['가상', '예시', '보기', 'Cafe'])} {number}", "industry": chance.choice(["분식", "세탁", "카페"]),
              "address": f"가상로 {chance.randrange(90)}", "lat": None, "lon": None} for number in range(400)]
    words = ["가상 분식 1", "예시  세탁", "cafe 카", "CAFE 39", "없는 말", "1 2 3", " 가상로 8"]
    typed = [word[:length] for word in words for length in (*range(len(word) + 1), *range(len(word), 0, -1))]
    chance.shuffle(words)
    typed += [*words, *words]
    answers = ask(TYPED, {"shops": shops, "typed": [[query, None] for query in typed], "limit": 20})
    for query, (names, total) in zip(typed, answers, strict=True):
        assert (names, total) == expected(shops, query, 20), query
    assert 0 < min(total for _names, total in answers if total) < 20 < max(total for _names, total in answers)


def test_another_list_and_another_place_are_looked_at_anew(ask):
    shops = [{"name": "가상 먼 곳", "industry": "", "address": "", "lat": 37.66, "lon": 127.04},
             {"name": "가상 가까운 곳", "industry": "", "address": "", "lat": 37.651, "lon": 127.045}]
    near, far = {"lat": 37.65, "lon": 127.045}, {"lat": 37.661, "lon": 127.04}
    body = """const { search } = await import("/js/search.js?anew"), names = ({ rows }) => rows.map(([, shop]) => shop.name);
        return [[arg.shops, "가상", arg.near], [arg.shops, "가상 ", arg.far], [arg.shops.slice(1), "가상 곳", arg.far]]
            .map((asked) => names(search(...asked)))"""
    assert ask(body, {"shops": shops, "near": near, "far": far}) == [
        ["가상 가까운 곳", "가상 먼 곳"], ["가상 먼 곳", "가상 가까운 곳"], ["가상 가까운 곳"]]
