"""Finding one shop among twenty thousand by what one remembers of it; the phone's search gives the same."""

import re
from collections.abc import Callable
from random import Random

import pytest

from fieldapp.database import next_seq, writing
from fieldapp.shops import Shop, find
from fieldapp.shops.finding import FIRST, INITIALS, LAST, SHORTEST_MISSPELT, Index, entry_of, fold, initials_of, jamo_of, ranked
from tests.conftest import make_shop
from tests.shops.register import make_register

SIZE, ASKED, SEED = 20_000, 200, 2026
TOP = 5


@pytest.fixture(scope="module")
def shops() -> list[Shop]:
    return make_register(SIZE)


@pytest.fixture(scope="module")
def index(shops) -> Index:
    return Index(entry_of(shop) for shop in shops)


def words_and_house(shop: Shop, chance: Random) -> str:
    """Two syllables of the name, and the house."""
    name = fold(shop.name).replace(" ", "")
    at = chance.randrange(len(name) - 1)
    return f"{name[at:at + 2]} {' '.join(shop.address_road.split()[2:])}"


def two_words(shop: Shop, chance: Random) -> str:
    return f"{shop.name} {shop.address_road.split()[2]} {shop.branch}"


def part_of_an_address(shop: Shop, chance: Random) -> str:
    """Road and house, as it stands on the door; up to four shops are there."""
    return " ".join(shop.address_road.split()[2:])


def end_of_a_number(shop: Shop, chance: Random) -> str:
    return shop.phone[chance.choice((-8, -9)):].lstrip("-")


def last_four_and_a_syllable(shop: Shop, chance: Random) -> str:
    return f"{shop.phone[-4:]} {shop.name[:1]}"


SURE: list[Callable[[Shop, Random], str]] = [words_and_house, two_words, part_of_an_address, end_of_a_number, last_four_and_a_syllable]


@pytest.mark.parametrize("query_for", SURE, ids=lambda query_for: query_for.__name__)
def test_what_one_remembers_is_among_the_first_five(shops, index, query_for):
    chance = Random(SEED)
    asked = chance.sample(shops, ASKED)
    found = sum(shop.uid in first(index, query_for(shop, chance)) for shop in asked)
    assert found / ASKED >= 0.98, f"{found} of {ASKED}"


def first(index: Index, query: str) -> list[str]:
    return [entry.uid for entry in ranked(index, query)[:TOP]]


def spoilt(name: str, chance: Random, how: str) -> str:
    """A name with one jamo missing or wrong, written as it would come out of a keyboard."""
    letters = list(jamo_of(fold(name).replace(" ", "")))
    at = chance.randrange(len(letters))
    if how == "missing":
        del letters[at]
    else:
        letters[at] = chance.choice([one for one in "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅎㅏㅓㅗㅜㅣ" if one != letters[at]])
    return "".join(letters)


@pytest.mark.parametrize("how", ["missing", "wrong"])
def test_a_name_with_one_letter_off_is_among_the_first_five(shops, index, how):
    """Of names that few shops have: of a name that ten have nobody can tell which one was meant."""
    chance = Random(SEED)
    alike: dict[str, int] = {}
    for entry in index.entries:
        alike[entry.name] = alike.get(entry.name, 0) + 1
    few = [shop for shop, entry in zip(shops, index.entries, strict=True) if alike[entry.name] <= TOP and len(entry.name) >= 4]
    asked = chance.sample(few, ASKED)
    found = sum(shop.uid in first(index, spoilt(f"{shop.name}{shop.branch}", chance, how)) for shop in asked)
    assert found / ASKED >= 0.95, f"{found} of {ASKED}"


def test_initial_consonants_find_what_at_most_five_have(index):
    chance, asked, found = Random(SEED), 0, 0
    for entry in chance.sample(index.entries, SIZE):
        initials = "".join(one for one in entry.initials if one in INITIALS)
        if len(initials) < 4 or initials not in entry.initials or sum(initials in other.initials for other in index.entries) > TOP:
            continue
        asked += 1
        found += entry.uid in first(index, initials)
        if asked == 100:
            break
    assert asked == 100 and found / asked >= 0.95, f"{found} of {asked}"


@pytest.mark.parametrize(("query", "name"), [
    ("홍두깨", "홍두깨"), ("ㅎㄷㄲ", "홍두깨"), ("홍ㄷ", "홍두깨"), ("홍둒", "홍두깨"), ("ㅎㄷㄲ 칼국수", "홍두깨"), ("두깨", "홍두깨"),
    ("마들로 65", "홍두깨"), ("4-1234", "홍두깨"), ("9541234", "홍두깨"),
    ("Ｃａｆｅ", "Cafe Moon"), ("moon", "Cafe Moon"), ("카페", "Cafe Moon")])
def test_each_way_to_ask(query, name):
    there = [entry_of(Shop(uid="1", name="홍두깨", industry="칼국수", address_road="도봉구 마들로 65", phone="02-954-1234")),
               entry_of(Shop(uid="2", name="Cafe Moon", industry="카페", address_road="도봉구 도봉로 650", phone="070-0000-1111")),
               entry_of(Shop(uid="3", name="가상", address_road="도봉구 노해로 1", phone="null"))]
    assert [entry.name for entry in ranked(Index(there), query)][:1] == [fold(name).replace(" ", "")]


@pytest.mark.parametrize("query", ["", " ", "없는말", "%", "_", "'", "a" * 60, "🍜", "-", "----", "0000", "ㅏ"])
def test_what_nobody_is_called_finds_nothing(query):
    shop = Shop(uid="1", name="홍두깨", industry="칼국수", address_road="마들로 65", phone="02-954-1234")
    assert ranked(Index([entry_of(shop)]), query) == []


def test_every_syllable_comes_apart_as_unicode_says():
    import unicodedata
    for code in range(FIRST, LAST + 1, 7):
        apart = unicodedata.normalize("NFD", chr(code))
        assert len(jamo_of(chr(code))) == len(apart) and initials_of(chr(code)) == jamo_of(chr(code))[0]
    assert (initials_of("홍두깨 A1"), jamo_of("닭ㄱa")) == ("ㅎㄷㄲ A1", "ㄷㅏㄺㄱa") and SHORTEST_MISSPELT == 8


def test_what_changes_in_the_register_is_found_at_once(cast):
    assert find("가상분식") == [cast.shop.uid] and find("새이름") == []
    cast.shop.name = "새이름"
    with writing():
        cast.shop.seq = next_seq()
        cast.shop.save()
        another = make_shop("새이름 이호점", cast.zone, cast.changdong, 37.65, 127.04)
    assert find("새이름") == [cast.shop.uid, another.uid] and find("가상분식") == []


def test_a_manager_finds_in_their_zones_alone_and_filters_hold(as_, cast):
    listed = lambda login, query: re.findall(r'class="main" href="/shops/([^"]+)"', as_(login).get(f"/shops?{query}").text)  # noqa: E731
    assert listed("changdong", "q=가상카페") == [] and listed("ssangmun", "q=ㄱㅅㅋㅍ") == [cast.other_shop.uid]
    assert set(listed("supervisor", "q=가상")) == {cast.shop.uid, cast.neighbour.uid, cast.other_shop.uid}
    assert listed("supervisor", f"q=가상&zone={cast.other_zone.uid}") == [cast.other_shop.uid]
    assert listed("supervisor", "q=가상&status=closed_down") == []


def test_pages_of_what_was_found_follow_each_other(as_, cast, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.shops.ROWS", 2)
    made = {make_shop(f"같은이름 {number}", cast.zone, cast.changdong, 37.65, 127.04).uid for number in range(5)}
    seen, url = [], "/shops?q=같은이름"
    while url:
        text = as_("supervisor").get(url).text
        seen += re.findall(r'class="main" href="/shops/([^"]+)"', text)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', text)
        url = "/shops" + more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == 5 and set(seen) == made
    for odd in ("x", "-1", "9" * 30, "1e3"):
        assert as_("supervisor").get(f"/shops?q=같은이름&after={odd}").status_code == 200


def test_a_search_asks_no_more_the_more_it_finds(as_, cast, queries):
    as_("supervisor").get("/shops?q=가상")
    with queries:
        as_("supervisor").get("/shops?q=가상")
    few = queries.count
    for number in range(30):
        make_shop(f"가상 {number}", cast.zone, cast.changdong, 37.65, 127.04)
    as_("supervisor").get("/shops?q=가상")
    with queries:
        as_("supervisor").get("/shops?q=가상")
    assert queries.count == few
