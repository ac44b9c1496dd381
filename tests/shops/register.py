"""A made-up register of any size, the same for the same seed: no shop, person or number of it is real."""

from random import Random

from fieldapp.shops import Shop

FIRST = ("느티나무", "햇살", "바람개비", "은하수", "달빛", "돌담", "솔바람", "무지개", "꽃무늬", "너울",
         "징검다리", "가람", "여울", "미리내", "다솜", "한울",
         "새벽별", "온누리", "푸른솔", "초롱", "도라지", "반디", "물레", "살구", "모퉁이", "종이배", "두레박", "꼬마", "별난", "옛터")
SECOND = ("분식", "세탁소", "카페", "미용실", "철물점", "과일가게", "정육점", "빵집", "문구점", "꽃집", "약국",
          "안경원", "국수집", "공인중개사", "피아노학원", "김밥", "치킨", "수선집", "반찬가게", "떡볶이")
MIDDLE = ("", "", "", "작은", "큰", "우리", "참", "옛날", "새", "착한", "둘리", "행복", "엄마손", "장터", "골목", "언덕")
ROADS = ("마들로", "도봉로", "우이천로", "노해로", "시루봉로", "방학로", "해등로", "덕릉로", "삼양로", "도당로")


def make_register(size: int, seed: int = 7) -> list[Shop]:
    """Shops that are not stored; a building has up to four, a name may be there several times, numbers are random."""
    chance, made = Random(seed), []
    for number in range(size):
        road, house = f"{chance.choice(ROADS)}{chance.choice(('', f'{chance.randrange(1, 60)}길'))}", number // 4 % 997 + 1
        name = f"{chance.choice(FIRST)}{chance.choice(('', ' '))}{chance.choice(MIDDLE)}{chance.choice(SECOND)}"
        made.append(Shop(
            uid=f"{number:036}", source="made", source_id=str(number), name=name, branch=chance.choice(("", "", "", f"{number % 90}호점")),
            industry=chance.choice(SECOND), address_road=f"서울특별시 도봉구 {road} {house}", floor=str(number % 4 + 1),
            phone=f"02-{chance.randrange(900, 999)}-{chance.randrange(10_000):04}",
            lat=37.65 + chance.gauss(0, 0.02), lon=127.04 + chance.gauss(0, 0.02)))
    return made
