"""Each list holds the rows of its page's address, the columns of its purpose, and nothing of another zone."""

import json
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from fieldapp.database import now, writing
from fieldapp.experts import Expert, ExpertInput
from fieldapp.exports.lists import LISTS
from fieldapp.exports.purposes import ALL, PURPOSES, STATISTICS
from fieldapp.exports.table import Table
from fieldapp.exports.wish import narrowing
from fieldapp.figures import RULE_VERSION
from fieldapp.owners import PARTNER, Consent
from fieldapp.visits import Visit
from tests.cases import case_in
from tests.conftest import make_shop
from tests.exports.conftest import table_of
from tests.recording import recorded, revised

SECRETS = ("김가상", "010-1234-5678", "가상분식", "가상로", "점심", "재계약 인상", "창동")


def rows_of(person, code: str, query: str = "", purpose: str = "field", size: int = 1000, **more) -> list[dict]:
    of = LISTS[code]
    table = Table(of, person, narrowing(of, query), purpose, **more)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row.cells, strict=True)) for batch in table.batches(size) for row in batch]


def test_every_column_is_read_or_filled_and_has_a_name_of_its_own():
    for of in LISTS.values():
        names = [column.name for column in of.columns]
        assert len(names) == len(set(names))
        for column in of.columns:
            assert (column.name in of.values) != bool(column.needs), (of.code, column.name)
            assert not column.needs or column.needs in of.fills
            assert column.only and set(column.only) <= set(PURPOSES)
        assert set(of.purposes) <= set(ALL) and all(of.columns_for(purpose) for purpose in of.purposes)


def test_a_visit_is_told_as_its_purpose_needs(cast, visit):
    [found] = rows_of(cast.supervisor, "visits")
    assert found == {
        "visited_at": visit.visited_at, "shop_name": "가상분식", "industry": "", "address": "서울특별시 도봉구 가상로 1", "dong": "",
        "zone": "창동권역", "manager": "가상 changdong", "outcome": "만남", "met_whom": "대표자", "categories": "임대료",
        "dispositions": "기록", "grievances": "임대료: 재계약 인상", "memo": "가상 메모 ***-****-4567",
        "programmes": "가상 정책자금", "photos": 0, "counts": "상담으로 셈", "next_visit_on": None, "review": "접수", "owner_name": "김○○",
        "owner_phone": "***-****-5678", "shop_phone": "", "lat": 37.650123, "lon": 127.045678, "accuracy_m": 12.0,
        "distance_m": round(visit.distance_m, 1)}
    [business] = rows_of(cast.supervisor, "visits", purpose="business")
    assert not business.keys() & {"memo", "grievances", "met_whom", "lat"} and business["owner_name"] == "김○○"
    [whole] = rows_of(cast.supervisor, "visits", purpose="subject", unmasked=True)
    assert (whole["owner_name"], whole["owner_phone"], whole["memo"]) == ("김가상", "010-1234-5678", "가상 메모 02-123-4567")


@pytest.mark.parametrize("code", ["visits", "grievances", "shops", "referrals", "counted"])
def test_statistics_name_no_shop_and_no_person(cast, visit, code):
    case_in(cast, "matching", field="labor")
    rows = rows_of(cast.supervisor, code, "lane=all" if code == "referrals" else "", purpose=STATISTICS)
    text = json.dumps(rows, ensure_ascii=False, default=str).replace("창동권역", "")
    assert rows and not [word for word in SECRETS if word in text]
    assert all(round(row[name], 3) == row[name] for row in rows for name in ("lat", "lon") if row.get(name))


def test_a_withdrawn_consent_closes_the_owner(cast, visit):
    with writing():
        Consent.update(withdrawn_at=now()).execute()
    [found] = rows_of(cast.supervisor, "visits")
    assert (found["owner_name"], found["owner_phone"]) == ("", "")
    with writing():  # that an institution may be told is not what opens name and phone
        Consent.create(shop=cast.shop, kind=PARTNER, party="가상재단", text_version="1", taken_by=cast.changdong.uid, given_at=now())
    [found] = rows_of(cast.supervisor, "visits")
    assert (found["owner_name"], found["owner_phone"]) == ("", "")


def test_another_zones_rows_are_in_no_list(cast, visit, elsewhere):
    case_in(cast, "matching", field="labor")
    assert {row["zone"] for row in rows_of(cast.supervisor, "visits")} == {"창동권역", "쌍문권역"}
    for code in ("visits", "grievances", "shops", "referrals"):
        for query in ("", f"zone={cast.zone.uid}", "lane=all"):
            found = {row["zone"] for row in rows_of(cast.ssangmun, code, query)}
            assert found <= {"쌍문권역"}, (code, query)


def test_a_list_is_narrowed_as_its_page_is(cast, visit, elsewhere):
    everyone = cast.supervisor
    assert [row["shop_name"] for row in rows_of(everyone, "visits", "outcome=absent")] == ["가상카페"]
    assert [row["shop_name"] for row in rows_of(everyone, "visits", "category=rent&before=x")] == ["가상분식"]
    assert [row["category"] for row in rows_of(everyone, "grievances", "category=rent")] == ["임대료"]
    assert rows_of(everyone, "grievances", "category=labor") == rows_of(everyone, "visits", "first=2030-01-01") == []
    assert [row["shop_name"] for row in rows_of(everyone, "shops", "q=세탁")] == ["가상세탁소"]
    assert len(rows_of(everyone, "shops", f"zone={cast.other_zone.uid}")) == 1


def test_only_the_current_revision_leaves(cast, visit):
    revised(visit, {"shop": cast.shop.uid, "outcome": "met", "memo": "고침"})
    assert [row["memo"] for row in rows_of(cast.supervisor, "visits")] == ["고침"]


def test_a_shop_has_its_visits_beside_it(cast, visit):
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "busy", "visited_at": (now() - timedelta(days=9)).isoformat()})
    found = {row["shop_name"]: row for row in rows_of(cast.supervisor, "shops")}
    assert list(found) == sorted(found) and found["가상분식"]["visits"] == 2
    assert found["가상분식"]["last_visit"] == visit.visited_at and found["가상카페"]["last_visit"] is None


@pytest.mark.parametrize(("lane", "numbers"), [("now", [2]), ("all", [3, 2, 1]), ("matching", [2]), ("ended", [3]), ("offered", [1])])
def test_a_lane_of_the_queue_leaves_as_it_is_shown(as_, cast, lane, numbers):
    case_in(cast, "offered")
    case_in(cast, "matching", shop=cast.neighbour)
    case_in(cast, "closed", shop=make_shop("가상서점", cast.zone, cast.changdong, 37.65, 127.04))
    found = rows_of(cast.supervisor, "referrals", f"lane={lane}")
    assert [row["number"] for row in found if lane != "now"] == (numbers if lane != "now" else [])
    text = as_("supervisor").get(f"/referrals?lane={lane}").text
    assert {row["number"] for row in found} == {number for number in (1, 2, 3) if f"R-{number:04d}" in text}


def test_the_rows_behind_a_figure_leave_with_the_rule_by_which_they_count(cast, visit, elsewhere):
    rows = rows_of(cast.supervisor, "counted", purpose="business")
    assert [(row["shop_name"], row["what"], row["outcome"], row["categories"], row["counts"], row["rule"]) for row in rows] == [
        ("가상카페", "방문", "부재", "", "세지 않음", RULE_VERSION), ("가상분식", "방문", "만남", "임대료", "상담으로 셈", RULE_VERSION)]
    assert [row["zone"] for row in rows_of(cast.supervisor, "counted", "counted=1&what=visit", purpose="business")] == ["창동권역"]
    assert rows_of(cast.supervisor, "counted", "what=session", purpose="business") == []
    assert {row["zone"] for row in rows_of(cast.ssangmun, "counted", purpose="business")} == {"쌍문권역"}


def test_experts_leave_with_their_fields_and_a_masked_phone(cast):
    with writing():
        Expert.enter(ExpertInput("가상 노무사", fields=("labor", "tax"), phone="010-9999-1234", mail="a@example.org"), "")
    [found] = rows_of(cast.coordinator, "experts")
    assert (found["expert_name"], found["fields"], found["phone"], found["active"]) == (
        "가상 노무사", "인사·노무, 세무회계", "***-****-1234", "활동")
    assert "expert_name" not in rows_of(cast.coordinator, "experts", purpose="statistics")[0]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches_follow_each_other_without_gap_or_overlap(cast, size):
    moment = now() - timedelta(days=1)
    for number in range(7):
        recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "busy", "memo": str(number),
                                  "visited_at": (moment - timedelta(hours=number // 2)).isoformat()})  # pairs within one moment
    expected = [row.memo for row in Visit.select().order_by(Visit.visited_at.desc(), Visit.uid.desc())]
    assert [row["memo"] for row in rows_of(cast.supervisor, "visits", size=size)] == expected
    for number in range(4):
        make_shop("가상분식", cast.zone, cast.changdong, 37.6, 127.0, branch=str(number))
    assert len(rows_of(cast.supervisor, "shops", size=size)) == 7


def test_a_batch_takes_the_same_queries_for_any_number_of_rows(cast, visit, queries):
    with queries:
        rows_of(cast.supervisor, "visits")
    few = queries.count
    for _ in range(5):
        recorded(cast.changdong, {"shop": cast.neighbour.uid, "outcome": "met", "category": ["rent", "labor"]})
    with queries:
        assert len(rows_of(cast.supervisor, "visits")) == 6
    assert queries.count == few <= 16


def test_the_languages_words_are_the_readers(as_, taken, visit):
    as_("supervisor").post("/language", data={"language": "en", "next": "/"})
    as_("supervisor").http.set_cookie("lang", "en")
    head, row = table_of(taken())
    assert "Outcome" in head and "Chang-dong" in row


def test_filters_that_cannot_be_read_are_told():
    assert LISTS["visits"].filter.read(MultiDict({"outcome": "dancing"})).problems
