import pytest

from fieldapp.people.passwords import COMMONEST, commonest, refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("password", [PASSWORD, "비 오는 날의 김치전", "turtle-lamp-orange", "도봉산에 오른 강아지",
                                      "q8Zp!mnvcx2w", "일이삼사 오육칠팔 x"])
def test_what_nobody_tries_first_is_taken(password):
    assert refused(password, "changdong", "창동 매니저") == ""


@pytest.mark.parametrize(("password", "why"), [
    ("짧은비밀번호", "10자 이상"), ("x" * 201, "200자까지"), ("1234567890", "많은 사람이"), ("PASSWORD123", "많은 사람이"),
    ("password!!2026", "많은 사람이"), ("dobong-gu-2026", "쉽게 맞힐"), ("도봉구청2026!!", "쉽게 맞힐"),
    ("changdong2026", "쉽게 맞힐"), ("창동매니저12345", "쉽게 맞힐"), ("2026-11-30 10:00", "쉽게 맞힐"),
    ("abababababab", "쉽게 맞힐"), ("kimsanghoon99", "쉽게 맞힐")])
def test_what_is_tried_first_is_refused_with_a_reason(password, why):
    assert why in refused(password, "changdong", "Kim Sanghoon")


def test_each_of_the_ten_thousand_is_refused_whatever_stands_around_it():
    words = COMMONEST.read_text().split()
    assert len(words) == len(commonest()) == 10_000
    around = [word if len(word) > 9 else f"{word}!!!!!!!!!!" for word in words if word.isalpha() or len(word) > 9]
    assert len(around) > 5000 and [word for word in around if not refused(word.upper())] == []
