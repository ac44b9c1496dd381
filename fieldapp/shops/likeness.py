"""Whether two entries of the register may be one shop: by name, door and number, in points that a person can follow.

The points and the line were set on made-up registers of other seeds than those that the test judges by.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import cos, hypot, radians
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from rapidfuzz import fuzz

from fieldapp.shops.finding import fold, jamo_of
from fieldapp.shops.shop import Shop

LINE = 50  # points from which two are shown as one
RENAMED = -18  # another name over the same door, under the same number, for the same trade
SIMILAR = 76  # of a hundred, two names below it say that these are two
TRADE = 2  # syllables at the end of a name that say what it is
REASONS = {
    "name": _("이름이 같음"), "spelling": _("이름이 비슷함"), "phone": _("전화번호가 같음"), "house": _("주소가 같음"),
    "door": _("주소와 층이 같음"), "near": _("서로 가까움"),
}
LEGAL = re.compile(r"\(주\)|㈜|\(유\)|주식회사|유한회사|\(합\)|농업회사법인")
BRANCH = re.compile(r"(?:본점|직영점|[가-힣\d]{2,}(?:역|동|로|길|산|천|교|구청|시장|사거리)?점)$")
KINDS_IN_JEOM = ("음식점", "편의점", "문구점", "전문점", "할인점", "백화점", "안경점", "정육점", "철물점", "양품점", "양복점",
                 "서점", "제과점", "가구점", "주점", "식료품점", "화장품점", "판매점", "대리점", "면세점", "매점", "분점")
LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", (
    "에이", "비", "씨", "디", "이", "에프", "지", "에이치", "아이", "제이", "케이", "엘", "엠", "엔", "오", "피", "큐", "알", "에스",
    "티", "유", "브이", "더블유", "엑스", "와이", "제트"), strict=True))
WORDS = {"coffee": "커피", "cafe": "카페", "hair": "헤어", "nail": "네일", "mart": "마트", "pub": "펍", "food": "푸드",
         "chicken": "치킨", "pizza": "피자", "bakery": "베이커리",
         "salon": "살롱", "house": "하우스", "shop": "샵", "bar": "바", "the": "더", "까페": "카페"}
HOUSE = re.compile(r"(\S+(?:로|길|동|가|리))\s*(산?\d+(?:-\d+)?)")
METRES = 111_195  # to a degree of latitude
CELL = 0.001  # degrees; some hundred metres
SHORTEST_NUMBER, COMMON_NUMBER = 8, ("15", "16", "18")  # digits; 1588 and the like belong to a whole chain
MOST_UNDER_ONE = 60  # entries that share a key; more share it by chance


class Traits(NamedTuple):
    """What is compared of a shop: its name as letters, without what is said of its branch, and where it is."""

    uid: str
    name: str
    core: str
    branch: str
    words: tuple[str, ...]
    ending: str
    industry: str
    phone: str
    houses: tuple[str, ...]
    floor: str
    lat: float | None
    lon: float | None


class Likeness(NamedTuple):
    points: int
    reasons: tuple[str, ...]


def traits_of(shop: Shop) -> Traits:
    written = LEGAL.sub(" ", fold(shop.name))
    words = [spelt(word) for word in re.sub(r"[^\w\s]", " ", written).split()]
    branch = spelt(fold(shop.branch).replace(" ", ""))
    if not branch:
        words, branch = parted(words)
    phone = re.sub(r"\D+", "", shop.phone)
    floor = fold(shop.floor).removesuffix("층").replace("지하", "b")
    addresses = (HOUSE.findall(address)[-1:] for address in (shop.address_road, shop.address_lot))
    houses = tuple("".join(found[0]) for found in addresses if found)
    core = "".join(words)
    return Traits(shop.uid, jamo_of(core + branch), jamo_of(core), branch, tuple(map(jamo_of, words)), core[-TRADE:], fold(shop.industry),
                  "" if phone.startswith(COMMON_NUMBER) or len(phone) < SHORTEST_NUMBER else phone, houses, floor, shop.lat, shop.lon)


def parted(words: list[str]) -> tuple[list[str], str]:
    """A name's words and its branch, which is its last word or the end of it."""
    last = words[-1] if words else ""
    if not last.endswith("점") or last.endswith(KINDS_IN_JEOM) or not BRANCH.search(last):
        return words, ""
    return (words[:-1], last) if len(words) > 1 else (words, "")


@lru_cache(maxsize=50_000)
def spelt(word: str) -> str:
    """In syllables what is written in Latin letters: GS25 → 지에스25, coffee → 커피."""
    for foreign, ours in WORDS.items():
        word = word.replace(foreign, ours)
    return "".join(LETTERS.get(letter, letter) for letter in word)


def likeness(one: Traits, other: Traits, commonness: int = 1) -> Likeness | None:
    """How far the two are alike, where it is far enough to be shown; `commonness` is how many bear the commoner of both names."""
    name, exact = named_alike(one, other)
    place, where = placed_alike(one, other)
    number = phoned_alike(one, other)
    if name > 0:
        name -= 6 * min(max(commonness - 2, 0), 3)
    elif number > 0 and where == "door" and of_one_trade(one, other):
        name = RENAMED
    points = name + place + number + branched_alike(one, other)
    if points < LINE:
        return None
    reasons = [exact] * (name > 0) + ["phone"] * (number > 0) + [where] * bool(where)
    return Likeness(points, tuple(reasons))


def named_alike(one: Traits, other: Traits) -> tuple[int, str]:
    if one.core == other.core or one.name == other.name:
        return 45, "name"
    ratio = max(fuzz.ratio(one.core, other.core), fuzz.ratio(one.name, other.name), turned(one, other))
    short, long = sorted((one.core, other.core), key=len)
    if len(short) >= 5 and long.startswith(short):
        ratio = max(ratio, 86.0)
    return (38 if ratio >= 90 else 30 if ratio >= 84 else 10 if ratio >= SIMILAR else -30), "spelling"


def of_one_trade(one: Traits, other: Traits) -> bool:
    """By the list's word, or by how the names end: 햇살미용실, 다솜미용실."""
    if one.industry and one.industry == other.industry:
        return True
    return bool(one.ending) and one.ending == other.ending


def sounds_like(one: Traits, other: Traits) -> bool:
    """A cheap look: whether the names can have anything to say for it."""
    return (fuzz.ratio(one.name, other.name, score_cutoff=SIMILAR) > 0 or fuzz.ratio(one.core, other.core, score_cutoff=SIMILAR) > 0
            or one.core.startswith(other.core) or other.core.startswith(one.core) or turned(one, other) > 0)


def turned(one: Traits, other: Traits) -> float:
    """The same words in another order."""
    return 95.0 if len(one.words) > 1 and sorted(one.words) == sorted(other.words) else 0.0


def placed_alike(one: Traits, other: Traits) -> tuple[int, str]:
    metres = apart(one, other)
    far = -45 if metres is not None and metres > 400 else 0
    if set(one.houses) & set(other.houses):
        if one.floor and other.floor:
            return (32, "door") if one.floor == other.floor else (0, "house")
        return 26 + far, "house"
    if metres is None:
        return 0, ""
    split = -12 if one.floor and other.floor and one.floor != other.floor else 0
    houses = -8 if one.houses and other.houses else 0
    if metres <= 40:
        return 24 + split + houses, "near"
    return (14 + split + houses, "near") if metres <= 110 else (-12, "") if metres <= 400 else (-45, "")


def apart(one: Traits, other: Traits) -> float | None:
    """Metres, on a plane: they are near each other or it does not matter."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return METRES * hypot(one.lat - other.lat, (one.lon - other.lon) * cos(radians(one.lat)))


def phoned_alike(one: Traits, other: Traits) -> int:
    if not one.phone or not other.phone:
        return 0
    return 38 if one.phone == other.phone else -16 if one.phone[:3] == other.phone[:3] else -8


def branched_alike(one: Traits, other: Traits) -> int:
    """Two branches of one chain are two shops."""
    if not one.branch or not other.branch or one.name == other.name:
        return 0
    return 6 if one.branch == other.branch else -40


class Neighbours:
    """All shops, found by what two that are one have in common: a number, an address, a name, or a place."""

    def __init__(self, shops: Iterable[Shop]):
        self.traits = {one.uid: one for one in map(traits_of, shops)}
        self.names = Counter(one.core for one in self.traits.values())
        self.under: dict[tuple, list[str]] = defaultdict(list)
        for one in self.traits.values():
            for key in keys_of(one):
                self.under[key].append(one.uid)

    def of(self, uid: str) -> Iterator[tuple[str, Likeness]]:
        """The shops that may be this one, with how far."""
        one, seen = self.traits[uid], {uid}
        for key in looked_under(one):
            others = self.under.get(key, ())
            for other in others if len(others) <= MOST_UNDER_ONE or key[0] == "cell" else ():
                if other in seen:
                    continue
                seen.add(other)
                it = self.traits[other]
                if key[0] == "cell" and not sounds_like(one, it):
                    continue  # what else they might have in common was looked under before
                found = likeness(one, it, max(self.names[one.core], self.names[it.core]))
                if found:
                    yield other, found


def keys_of(one: Traits) -> Iterator[tuple]:
    yield "name", one.core
    if one.phone:
        yield "phone", one.phone
    for house in one.houses:
        yield "house", house
    if one.lat is not None and one.lon is not None:
        yield "cell", int(one.lat / CELL), int(one.lon / CELL)


def looked_under(one: Traits) -> Iterator[tuple]:
    """Its own keys, and the cells around its own."""
    yield from keys_of(one)
    if one.lat is not None and one.lon is not None:
        row, column = int(one.lat / CELL), int(one.lon / CELL)
        yield from (("cell", row + up, column + side) for up in (-1, 0, 1) for side in (-1, 0, 1) if up or side)
