"""A made-up register in which some shops stand twice, each second time in one of ten disguises; the same for the same seed.

What makes it hard to tell is there as well: shops of one building and one kind, chains with several branches in a street, common names
all over the district, one owner's two shops under one number, and whoever came after another in the same rooms.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from fieldapp.shops import Shop

FIRST = ("느티나무", "햇살", "바람개비", "은하수", "달빛", "돌담", "솔바람", "무지개", "꽃무늬", "너울", "징검다리", "가람", "여울",
         "미리내", "다솜", "한울", "새벽별", "온누리", "푸른솔", "초롱", "도라지", "반디", "물레", "살구", "모퉁이", "종이배", "두레박",
         "꼬마", "별난", "옛터", "행복", "우리", "대박", "엄마손", "미소", "청춘", "황금", "동네", "서울", "백년")
KINDS = ("분식", "세탁소", "카페", "미용실", "철물점", "과일가게", "정육점", "베이커리", "문구점", "꽃집", "약국", "안경원", "칼국수",
         "공인중개사", "피아노학원", "김밥", "치킨", "수선집", "반찬가게", "떡볶이", "헤어", "네일", "마트", "호프", "노래방", "해장국",
          "족발", "갈비", "감자탕", "부동산")
MIDDLE = ("", "", "", "", "작은", "큰", "참", "옛날", "새", "착한", "둘째", "장터", "골목", "언덕")
CHAINS = ("GS25", "CU", "BHC치킨", "JK헤어", "ABC마트", "VR카페", "KS분식", "DM약국")
BRANCHES = ("쌍문", "창동", "방학", "도봉", "쌍문역", "창동역", "방학사거리", "도봉산", "노해", "우이천")
ROADS = ("마들로", "도봉로", "우이천로", "노해로", "시루봉로", "방학로", "해등로", "덕릉로", "삼양로", "도당로")
LETTERS = {"A": "에이", "B": "비", "C": "씨", "D": "디", "G": "지", "H": "에이치", "J": "제이", "K": "케이", "M": "엠", "R": "알",
           "S": "에스", "U": "유", "V": "브이"}
M = 1 / 111_000  # degrees to a metre, near enough for where a pin stands


class Register(NamedTuple):
    """Shops that are not stored, and which of them are one: pairs of uids, the smaller first, with the disguise."""

    shops: list[Shop]
    twins: dict[tuple[str, str], str]


def make_twins(size: int = 2000, twins: int = 200, seed: int = 1) -> Register:
    chance = Random(seed)
    shops: list[Shop] = []
    while len(shops) < size - twins:
        shops += building(chance, len(shops))[:size - twins - len(shops)]
    found: dict[tuple[str, str], str] = {}
    disguises, taken = list(DISGUISES.items()), set()
    order = chance.sample(range(len(shops)), len(shops))
    for number in range(twins):
        name, disguise = disguises[number % len(disguises)]
        luck = f"{seed}.{number}"
        place, twin = next((place, twin) for place in order if place not in taken and (twin := disguise(Random(luck), shops[place])))
        taken.add(place)
        twin.uid = twin.source_id = f"{size + number:036}"
        found[shops[place].uid, twin.uid] = name
        shops.append(twin)
    return Register(chance.sample(shops, len(shops)), found)


def building(chance: Random, number: int) -> list[Shop]:
    """One to six shops under one address. Sometimes two are one owner's, and sometimes one of them has followed another that closed."""
    road = f"{chance.choice(ROADS)}{chance.choice(('', f'{chance.randrange(1, 60)}길'))}"
    house, dong = chance.randrange(1, 400), chance.choice(("쌍문동", "창동", "방학동", "도봉동"))
    lot = f"{dong} {chance.randrange(1, 900)}-{chance.randrange(1, 60)}"
    lat, lon = 37.66 + chance.gauss(0, 0.012), 127.035 + chance.gauss(0, 0.012)
    made: list[Shop] = []
    for place in range(chance.choice((1, 1, 2, 2, 3, 4, 6))):
        name, branch = named(chance)
        follows = made and chance.random() < 0.1
        phone = made[-1].phone if made and chance.random() < 0.08 else numbered(chance)
        floor = made[-1].floor if follows else str(chance.choice((1, 1, 1, 2, 3)))
        made.append(Shop(
            uid=f"{number + place:036}", source="made", source_id=str(number + place), name=name, branch=branch,
            industry=chance.choice(KINDS), address_road=f"서울특별시 도봉구 {road} {house}",
            address_lot=f"서울특별시 도봉구 {lot}", floor=floor, phone=phone,
            lat=lat + chance.gauss(0, 4) * M, lon=lon + chance.gauss(0, 4) * M))
    return made


def named(chance: Random) -> tuple[str, str]:
    if chance.random() < 0.07:
        return chance.choice(CHAINS), f"{chance.choice(BRANCHES)}점"
    kind = chance.choice(KINDS)
    if chance.random() < 0.1:
        return f"{chance.choice(('행복', '우리', '서울'))}{kind}", ""
    name = f"{chance.choice(FIRST)}{chance.choice(('', ' '))}{chance.choice(MIDDLE)}{kind}"
    return name, chance.choice(("", "", "", "", f"{chance.choice(BRANCHES)}점"))


def numbered(chance: Random) -> str:
    if chance.random() < 0.45:
        return ""
    return (f"02-{chance.randrange(900, 999)}-{chance.randrange(10_000):04}" if chance.random() < 0.7
            else f"010-{chance.randrange(2000, 9999)}-{chance.randrange(10_000):04}")


def copy(shop: Shop, chance: Random, metres: float = 8, **changes) -> Shop:
    """The shop as someone else has put it down: the pin a little off, and some of it not at all."""
    told = {name: getattr(shop, name) for name in ("name", "branch", "industry", "address_road", "address_lot", "floor", "phone")}
    for name, share in (("industry", 0.5), ("address_lot", 0.5), ("floor", 0.4), ("phone", 0.4)):
        if chance.random() < share:
            told[name] = ""
    return Shop(source="street", lat=shop.lat + chance.gauss(0, metres) * M, lon=shop.lon + chance.gauss(0, metres) * M, **told | changes)


def spaced(chance: Random, shop: Shop) -> Shop | None:
    """행복한 분식 as 행복한분식, or the other way."""
    name = shop.name.replace(" ", "") if " " in shop.name else f"{shop.name[:2]} {shop.name[2:]}"
    return copy(shop, chance, name=name)


def branched(chance: Random, shop: Shop) -> Shop | None:
    """The branch in the name, left out, or put to a shop that has none."""
    if shop.branch:
        return copy(shop, chance, name=chance.choice((f"{shop.name} {shop.branch}", f"{shop.name}{shop.branch}", shop.name)), branch="")
    return copy(shop, chance, branch=chance.choice(("본점", f"{chance.choice(BRANCHES)}점")))


def spelt_out(chance: Random, shop: Shop) -> Shop | None:
    """GS25 as 지에스25."""
    if not any(letter in LETTERS for letter in shop.name):
        return None
    return copy(shop, chance, name="".join(LETTERS.get(letter, letter) for letter in shop.name))


def misspelt(chance: Random, shop: Shop) -> Shop | None:
    """One letter of one syllable another."""
    places = [place for place, letter in enumerate(shop.name) if "가" <= letter <= "힣"]
    if len(shop.name) < 4 or not places:
        return None
    place = chance.choice(places)
    code = ord(shop.name[place]) - 0xac00
    first, vowel, final = code // 588, code % 588 // 28, code % 28
    part = chance.randrange(3)
    first, vowel, final = ((first + 1) % 19, vowel, final) if part == 0 else (first, (vowel + 1) % 21, final) if part == 1 else (
        first, vowel, 0 if final else 4)
    return copy(shop, chance, name=f"{shop.name[:place]}{chr(0xac00 + first * 588 + vowel * 28 + final)}{shop.name[place + 1:]}")


def incorporated(chance: Random, shop: Shop) -> Shop | None:
    """With its legal form."""
    return copy(shop, chance, name=chance.choice(("(주){}", "주식회사 {}", "{}(주)", "㈜{}")).format(shop.name))


def by_lot(chance: Random, shop: Shop) -> Shop | None:
    """Under its old address alone, and without a floor."""
    return copy(shop, chance, metres=15, address_road="", address_lot=shop.address_lot.removeprefix("서울특별시 "), floor="")


def renamed(chance: Random, shop: Shop) -> Shop | None:
    """Another name over the same door, and still the same number."""
    if not shop.phone:
        return None
    kind = next((kind for kind in KINDS if shop.name.endswith(kind)), "")
    name = f"{chance.choice([first for first in FIRST if first not in shop.name])}{kind}"
    return copy(shop, chance, name=name, branch="", phone=shop.phone, floor=shop.floor) if kind else None


def adrift(chance: Random, shop: Shop) -> Shop | None:
    """Registered on the spot with a poor fix, and no address."""
    return copy(shop, chance, metres=35, address_road="", address_lot="", floor="")


def shortened(chance: Random, shop: Shop) -> Shop | None:
    """A word of the name left out."""
    kind = next((kind for kind in KINDS if shop.name.endswith(kind) and len(shop.name.removesuffix(kind).strip()) >= 3), "")
    return copy(shop, chance, name=shop.name.removesuffix(kind).strip()) if kind else None


def turned(chance: Random, shop: Shop) -> Shop | None:
    """The words the other way round."""
    first, _blank, second = shop.name.partition(" ")
    return copy(shop, chance, name=f"{second} {first}") if second else None


DISGUISES: dict[str, Callable[[Random, Shop], Shop | None]] = {
    disguise.__name__: disguise
    for disguise in (spaced, branched, spelt_out, misspelt, incorporated, by_lot, renamed, adrift, shortened, turned)}
