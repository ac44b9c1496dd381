"""Doubles at the desk: looked at side by side, made one, kept apart and parted again, and what each refusal leaves standing."""

import re

import pytest

from fieldapp.database import uuid7, writing
from fieldapp.shops import Shop, ShopMerge, ShopPair, compare_shops
from tests.conftest import make_shop
from tests.recording import recorded


@pytest.fixture
def twin(cast) -> Shop:
    with writing():
        shop = make_shop("가상 분식", cast.zone, cast.changdong, 37.65001, 127.04501, phone="02-900-1234", source="street")
        shop.touch()
    compare_shops()
    return shop


def merged(as_, kept: Shop, gone: Shop) -> ShopMerge:
    answer = as_("supervisor").post(f"/shops/{kept.uid}/merge", data={"with": gone.uid, "kept": kept.uid})
    assert answer.status_code == 303
    return ShopMerge.get()


def test_doubles_are_shown_side_by_side_with_why_and_what_differs(as_, cast, twin):
    text = as_("coordinator").get("/shops/alike").text
    assert "이름이 같음" in text and "주소가 같음" in text and "1쌍" in text
    assert text.count("≠ 다름") == 0, "a blank is no difference, and neither is what one does not know"
    with writing():
        cast.shop.touch(phone="02-900-9999")
    text = as_("coordinator").get("/shops/alike").text
    assert text.count("≠ 다름") == 1 and "02-900-9999" in text and "현장에서 등록" in text
    assert 'href="/shops/alike"' in as_("coordinator").get("/shops").text
    assert f"/shops/alike?shop={twin.uid}" in as_("coordinator").get(f"/shops/{twin.uid}").text
    for login in ("changdong", "expert"):
        assert "/shops/alike" not in as_(login).get("/shops").text


def test_what_is_different_is_not_asked_for_again(as_, cast, twin):
    pair = ShopPair.get()
    assert as_("supervisor").post(f"/shops/alike/{pair.uid}/different", data={"why": "위아래 층"}).status_code == 303
    assert "살펴볼 중복 후보가 없습니다" in as_("supervisor").get("/shops/alike").text
    again = as_("coordinator").post(f"/shops/alike/{pair.uid}/different", data={})
    assert again.status_code == 409 and "그 사이 다른 사람이" in again.text
    assert ShopPair.get().why == "위아래 층"


def test_any_number_of_pairs_takes_the_same_queries_and_goes_on_page_by_page(as_, cast, twin, queries):
    reader = as_("supervisor")
    with queries:
        reader.get("/shops/alike")
    few = queries.count
    with writing():
        for number in range(8):
            make_shop(f"가상{' ' * (number % 2)}분식 ", cast.zone, cast.changdong, 37.65, 127.045).touch()
    compare_shops()
    count = ShopPair.open().count()
    assert count == 45
    with queries:
        text = reader.get("/shops/alike").text
    assert queries.count == few
    seen = re.findall(r'<article class="card" id="([^"]+)"', text)
    while found := re.search(r'href="\?(before=[^"]+)"', text):
        text = reader.get(f"/shops/alike?{found[1]}").text
        seen += re.findall(r'<article class="card" id="([^"]+)"', text)
    assert len(seen) == len(set(seen)) == count


@pytest.mark.parametrize("query", ["shop=x", "before=x", "before=9~", "before=~~", f"before=1~{'0' * 36}", "shop=" + "0" * 36,
                                   "before=999999~x"])
def test_odd_addresses_show_the_list(as_, twin, query):
    assert as_("supervisor").get(f"/shops/alike?{query}").status_code == 200


def test_the_other_entry_is_looked_for_and_stands_beside(as_, cast, twin):
    text = as_("coordinator").get(f"/shops/{cast.neighbour.uid}/merge?q=가상분식").text
    assert {f"/shops/{cast.neighbour.uid}/merge?with={shop.uid}" for shop in (cast.shop, twin)} <= set(re.findall(r'href="([^"]+)"', text))
    Shop.update(source="a list").where(Shop.uid == cast.shop.uid).execute()
    text = as_("coordinator").get(f"/shops/{twin.uid}/merge?with={cast.shop.uid}").text
    assert f'value="{cast.shop.uid}" checked' in text, "what a list has named is proposed before what was put down at the door"
    assert as_("coordinator").get(f"/shops/{twin.uid}/merge?with={twin.uid}").status_code == 200
    assert as_("coordinator").get(f"/shops/{twin.uid}/merge?with=x&q=%00").status_code == 200


def test_merged_the_old_address_leads_to_the_shop_that_stands(as_, cast, twin):
    recorded(cast.changdong, {"shop": twin.uid, "outcome": "met", "memo": "예전 이름으로 한 말"})
    merged(as_, cast.shop, twin)
    answer = as_("supervisor").get(f"/shops/{twin.uid}")
    assert (answer.status_code, answer.location) == (303, f"/shops/{cast.shop.uid}")
    text = as_("changdong").get(f"/shops/{cast.shop.uid}").text
    assert "예전 이름으로 한 말" in text and "합친 점포" in text and "다시 두 점포로" not in text
    assert as_("ssangmun").get(f"/shops/{twin.uid}").status_code == 404
    assert twin.uid not in as_("supervisor").get("/shops").text and "02-900-1234" in as_("supervisor").get(f"/shops/{cast.shop.uid}").text


@pytest.mark.parametrize(("data", "status", "said"), [
    ({"with": "twin"}, 422, "어느 쪽을 남길지"), ({"kept": "shop"}, 422, "합칠 다른 점포"),
    ({"with": "shop", "kept": "shop"}, 422, "합칠 다른 점포"),
    ({"with": "twin", "kept": "neighbour"}, 422, "목록에 있는 것"), ({"with": "nobody", "kept": "shop"}, 422, "합칠 다른 점포"),
    ({"with": "twin", "kept": "shop", "why": "주민번호 900101-1234567"}, 422, "주민등록번호"),
    ({"with": "twin", "kept": "shop", "more": "x"}, 422, "")])
def test_what_is_refused_is_said_and_comes_back(as_, cast, twin, data, status, said):
    uids = {"twin": twin.uid, "shop": cast.shop.uid, "neighbour": cast.neighbour.uid, "nobody": uuid7()}
    answer = as_("supervisor").post(f"/shops/{cast.shop.uid}/merge", data={name: uids.get(value, value) for name, value in data.items()})
    assert answer.status_code == status and said in answer.text
    assert ShopMerge.select().count() == 0 and (data.get("why", "") in answer.text)


def test_merged_by_someone_else_meanwhile(as_, cast, twin):
    third = make_shop("가상분식", cast.zone, cast.changdong, 37.65, 127.045)
    page = f"/shops/{third.uid}/merge"
    merged(as_, cast.shop, twin)
    assert as_("coordinator").post(page, data={"with": twin.uid, "kept": third.uid}).status_code == 422
    assert as_("coordinator").post(f"/shops/{twin.uid}/merge", data={"with": third.uid, "kept": third.uid}).status_code == 404


def test_parted_again_with_a_reason(as_, cast, twin):
    merge = merged(as_, cast.shop, twin)
    assert "다시 두 점포로" in as_("supervisor").get(f"/shops/{cast.shop.uid}").text
    bare = as_("supervisor").post(f"/shops/merges/{merge.uid}/undo", data={"why": " "})
    assert bare.status_code == 422 and "왜 되돌리는지" in bare.text
    assert as_("supervisor").post(f"/shops/merges/{merge.uid}/undo", data={"why": "두 가게"}).location == f"/shops/{twin.uid}"
    assert as_("supervisor").get(f"/shops/{twin.uid}").status_code == 200
    again = as_("supervisor").post(f"/shops/merges/{merge.uid}/undo", data={"why": "두 가게"})
    assert again.status_code == 409 and "이미 되돌린" in again.text and "다시 두 점포로" not in again.text
    assert as_("supervisor").post("/shops/merges/x/undo", data={"why": "x"}).status_code == 404
