import pytest

from fieldapp.figures import street_of


@pytest.mark.parametrize(("address", "street"), [
    ("서울특별시 도봉구 도봉로110길 12", "도봉로110길"), ("서울특별시 도봉구 마들로 656", "마들로"),
    ("서울특별시 도봉구 도봉로 552 (창동)", "도봉로"),
    ("서울특별시 도봉구 노해로63다길 20, 2층 (창동, 대로빌딩)", "노해로63다길"), ("서울특별시 도봉구 시루봉로15라길 9", "시루봉로15라길"),
    ("부산광역시 해운대구 해운대해변로 264", "해운대해변로"), ("경기도 성남시 분당구 판교역로 4", "판교역로"),
    ("서울특별시 강남구 테헤란대로 1", "테헤란대로"),
    ("", ""), ("서울특별시 도봉구 창동 12-3", ""), ("도봉구 쌍문1동", "")])
def test_the_road_of_an_address(address, street):
    assert street_of(address) == street
