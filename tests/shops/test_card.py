"""What is known of a business: two people's changes of different facts both stand, of the same fact both are kept and one decides."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.database import db, today, writing
from fieldapp.errors import Conflict
from fieldapp.events import Event
from fieldapp.shops import ShopFact, ShopMerge, card
from fieldapp.shops.card import CardInput, hyphened, is_business_number, marks

GOOD = ("123-45-67891", "000-11-22335", "9876500012")  # made up, their last digit by the rule
NOTHING = dict.fromkeys(card.FACTS, "")


def said(seen: dict[str, str], **values: str) -> CardInput:
    return CardInput(NOTHING | values, seen, "told")


def change(shop, by, given: CardInput) -> card.Changed:
    with writing():
        return ShopFact.change(shop, given, by.uid)


def now_of(shop) -> dict[str, str]:
    return {name: fact.value for name, fact in ShopFact.standing(shop).items() if fact.value}


def seen_now(shop) -> dict[str, str]:
    return marks(ShopFact.standing(shop))


def test_changes_of_different_facts_both_stand(cast):
    shop = cast.shop
    seen = seen_now(shop)
    assert change(shop, cast.changdong, said(seen, employees="3")).done == ["employees"]
    assert change(shop, cast.coordinator, said(seen, sales_band="under_3")).done == ["sales_band"]
    assert now_of(shop) == {"employees": "3", "sales_band": "under_3"} and ShopFact.rivals(shop) == []


def test_of_the_same_fact_both_are_kept_and_a_person_decides(cast):
    shop, seen = cast.shop, seen_now(cast.shop)
    change(shop, cast.changdong, said(seen, employees="3"))
    found = change(shop, cast.coordinator, said(seen, employees="5", premises="leased"))
    assert (found.done, found.rivals) == (["premises"], ["employees"])
    assert now_of(shop) == {"employees": "3", "premises": "leased"}, "the earlier one goes on to stand"
    [rival] = ShopFact.rivals(shop)
    with writing():
        rival.decide(cast.supervisor.uid)
    assert now_of(shop)["employees"] == "5" and ShopFact.rivals(shop) == []
    with pytest.raises(Conflict), writing():
        rival.decide(cast.supervisor.uid)
    kinds = [event.kind.removeprefix("shop.fact.") for event in Event.of(shop.uid) if event.kind.startswith("shop.fact.")]
    assert sorted(kinds) == ["asked", "changed", "changed", "decided"]


def test_what_stands_may_be_decided_for_as_well(cast):
    shop, seen = cast.shop, seen_now(cast.shop)
    change(shop, cast.changdong, said(seen, employees="3"))
    for number in ("5", "7"):
        change(shop, cast.coordinator, said(seen, employees=number))
    assert [fact.value for fact in ShopFact.rivals(shop)] == ["5", "7"]
    with writing():
        ShopFact.standing(shop)["employees"].decide(cast.supervisor.uid)
    assert now_of(shop) == {"employees": "3"} and ShopFact.rivals(shop) == []


def test_the_same_said_twice_and_what_nobody_touched_change_nothing(cast):
    shop, seen = cast.shop, seen_now(cast.shop)
    change(shop, cast.changdong, said(seen, employees="3"))
    assert change(shop, cast.coordinator, said(seen, employees="3")) == card.Changed()
    later = seen_now(shop)
    change(shop, cast.changdong, said(later, employees="4"))
    assert change(shop, cast.coordinator, said(later, employees="3", premises="owned")).done == ["premises"]
    assert now_of(shop) == {"employees": "4", "premises": "owned"}


def test_a_fact_can_be_emptied(cast):
    shop = cast.shop
    change(shop, cast.changdong, said(seen_now(shop), employees="3"))
    change(shop, cast.changdong, said(seen_now(shop)))
    assert now_of(shop) == {} and ShopFact.select().count() == 2


def test_of_eight_at_once_from_one_form_one_stands_and_all_are_kept(app, cast):
    seen = seen_now(cast.shop)

    def once(number: int) -> list[str]:
        try:
            with app.app_context():
                return change(cast.shop, cast.changdong, said(seen, employees=str(number + 1))).done
        finally:
            db.close()

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(once, range(8)))
    assert sorted(done) == [[]] * 7 + [["employees"]]
    assert len(ShopFact.rivals(cast.shop)) == 7 and len(now_of(cast.shop)) == 1


def test_facts_go_with_a_merged_shop_and_come_back(cast):
    change(cast.neighbour, cast.changdong, said(seen_now(cast.neighbour), employees="3"))
    with writing():
        merge = ShopMerge.join(cast.shop, cast.neighbour, cast.supervisor.uid)
    assert now_of(cast.shop) == {"employees": "3"} and now_of(cast.neighbour) == {}
    with writing():
        merge.undo(cast.supervisor.uid, "두 점포")
    assert now_of(cast.shop) == {} and now_of(cast.neighbour) == {"employees": "3"}


@pytest.mark.parametrize("number", GOOD)
def test_a_business_number_by_its_rule(number):
    digits = number.replace("-", "")
    assert is_business_number(digits)
    for place in range(10):
        wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1:]
        assert not is_business_number(wrong), wrong


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789", min_size=9, max_size=9).filter(lambda digits: digits != "0" * 9))
def test_nine_digits_have_one_tenth(nine):
    assert sum(is_business_number(nine + str(last)) for last in range(10)) == 1


@pytest.mark.parametrize("text", ["", "1", "123456789", "12345678912", "0000000000", "abcdefghij", "１２３４５６７８９１"])
def test_what_is_no_business_number(text):
    assert not is_business_number(text)
    assert hyphened("1234567891") == "123-45-67891" and hyphened("") == ""


FORM = {"source": "told"} | {f"seen_{name}": card.mark_of("") for name in card.FACTS}


def test_the_page_keeps_shows_and_decides(as_, cast):
    page = f"/shops/{cast.shop.uid}"
    assert "아직 적힌 것이 없습니다" in as_("changdong").get(page).text
    told = {"employees": "3", "business_number": "1234567891", "opened_on": "2019-03-02"}
    answer = as_("changdong").post(f"{page}/card", data=FORM | told)
    assert (answer.status_code, answer.location) == (303, f"{page}#card")
    text = as_("supervisor").get(page).text
    assert "3명" in text and "123-45-67891" in text and "2019-03-02" in text and "대표자 말씀" in text and "가상 changdong" in text
    as_("coordinator").post(f"{page}/card", data=FORM | {"employees": "5"})
    text = as_("changdong").get(page).text
    assert "두 사람이 다르게 적었습니다" in text and "5명" in text and "지금 쓰는 값" in text
    [rival] = ShopFact.rivals(cast.shop)
    assert as_("changdong").post(f"{page}/card/{rival.uid}/decide").status_code == 303
    assert as_("coordinator").post(f"{page}/card/{rival.uid}/decide").status_code == 409
    text = as_("changdong").get(page).text
    assert "두 사람이" not in text and "5명" in text and "3명" not in text


@pytest.mark.parametrize(("data", "said_of_it"), [
    ({"employees": "many"}, "사이의 수"), ({"employees": "2.5"}, "정수"), ({"employees": "-1"}, "사이의 수"),
    ({"business_number": "1234567890"}, "열 자리"), ({"opened_on": "2999-01-01"}, "사이의 날짜"),
    ({"opened_on": str(today())[:7]}, "날짜를"), ({"sales_band": "lots"}, "목록에 있는"),
    ({"source": ""}, "어떻게 알았는지"), ({"more": "x"}, "")])
def test_what_is_refused_is_said_and_comes_back(as_, cast, data, said_of_it):
    answer = as_("changdong").post(f"/shops/{cast.shop.uid}/card", data=FORM | {"employees": "3"} | data)
    assert answer.status_code == 422 and said_of_it in answer.text and ShopFact.select().count() == 0
    assert all(f'value="{value}"' in answer.text for name, value in data.items() if name in ("employees", "business_number"))


def test_another_zones_manager_reaches_no_card(as_, cast):
    assert as_("ssangmun").get(f"/shops/{cast.shop.uid}/card").status_code == 404
    assert as_("ssangmun").post(f"/shops/{cast.shop.uid}/card", data=FORM | {"employees": "3"}).status_code == 404
    change(cast.shop, cast.changdong, said(seen_now(cast.shop), employees="3"))
    fact = ShopFact.get()
    assert as_("ssangmun").post(f"/shops/{cast.shop.uid}/card/{fact.uid}/decide").status_code == 404
    assert as_("changdong").post(f"/shops/{cast.neighbour.uid}/card/{fact.uid}/decide").status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["open", "employees", "premises", "both", "decide"]), st.integers(1, 4)),
                max_size=12))
def test_whatever_three_people_do_no_word_is_lost(cast, acts):
    """A plain model: each has a form with what was seen; what was said from an outdated one waits beside what stands."""
    with writing():
        ShopFact.delete().execute()
    shop, people = cast.shop, (cast.changdong, cast.coordinator, cast.supervisor)
    forms = [seen_now(shop)] * 3
    spoken: list[tuple[str, str]] = []
    for who, act, number in acts:
        values = {"employees": str(number)} if act in ("employees", "both") else {}
        values |= {"premises": ("owned", "leased", "stall", "none")[number - 1]} if act in ("premises", "both") else {}
        if act == "open":
            forms[who] = seen_now(shop)
        elif act == "decide":
            rivals = ShopFact.rivals(shop)
            if rivals:
                with writing():
                    rivals[0].decide(people[who].uid)
                assert now_of(shop)[rivals[0].name] == rivals[0].value
                assert rivals[0].name not in {rival.name for rival in ShopFact.rivals(shop)}
        elif values:
            before, expected = now_of(shop), seen_now(shop)
            untouched = {name: before.get(name, "") for name in card.FACTS}
            found = change(shop, people[who], CardInput(untouched | values, forms[who], "told"))
            for name, value in values.items():
                if value == before.get(name, ""):
                    assert name not in found.done + found.rivals
                elif forms[who][name] == expected[name]:
                    assert name in found.done and now_of(shop)[name] == value
                elif forms[who][name] != card.mark_of(value):
                    assert name in found.rivals and now_of(shop).get(name) == before.get(name)
            spoken += [(name, values[name]) for name in found.done + found.rivals if name in values]
            assert all(ShopFact.select().where(ShopFact.name == name, ShopFact.state == "stands").count() <= 1
                       for name in card.FACTS)
    assert {(fact.name, fact.value) for fact in ShopFact.select()} >= set(spoken)
