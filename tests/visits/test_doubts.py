"""What is doubtful is on the row as soon as the visit is, whatever comes in whatever order; a recheck finds nothing else."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.database import db, writing
from fieldapp.visits import Visit, recheck
from fieldapp.visits import doubts as doubts_file
from tests.recording import recorded, revised

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LONG = "임대료가 오른다는 통보를 받아 재계약을 걱정하고 계심"
PLACE = {"place.source": "gps", "place.lat": "37.6500", "place.lon": "127.0450", "place.accuracy_m": "9", "place.fix_age_s": "2"}


@pytest.fixture
def walk(cast):
    """`walk(seconds, shop, memo)` records a visit of 창동 매니저 so long after noon."""
    def record(seconds: float = 0, shop=None, memo: str = "", **form):
        shop = shop or cast.shop
        place = PLACE | {"place.lat": str(shop.lat), "place.lon": str(shop.lon)}
        filled = {"shop": shop.uid, "outcome": "met", "memo": memo or f"{seconds}초에 들은 서로 다른 이야기",
                  "visited_at": (NOON + timedelta(seconds=seconds)).isoformat(), **place, **form}
        return recorded(cast.changdong, filled)

    return record


def doubts() -> dict[str, str]:
    return dict(Visit.select(Visit.uid, Visit.doubts).where(Visit.current).tuples())


def test_what_was_said_counts_with_what_was_raised(cast, walk):
    bare = walk(memo="네")
    raised = walk(30000, memo="네", category=["rent"], **{"grievance.rent.text": "재계약 때 인상함", "grievance.rent.disposition": "noted"})
    assert (bare.doubts, bare.letters, bare.doubt_weight) == ("short", 1, 2)
    assert (raised.letters, raised.doubts) == (10, "again")


def test_the_visit_before_is_asked_about_once_the_next_one_is_known(cast, walk):
    first = walk(0)
    assert first.doubts == ""
    walk(60, cast.neighbour)
    assert Visit.get_by_id(first.uid).doubts == "soon"
    walk(30, cast.shop, outcome="absent")
    assert Visit.get_by_id(first.uid).doubts == "", "someone else came between: still the same shop"


def test_the_same_text_is_asked_about_on_both_and_no_more_once_one_is_rewritten(cast, walk):
    one, other = walk(0, memo=LONG), walk(9000, cast.neighbour, memo=f" {LONG} ")
    assert doubts() == {one.uid: "same_text", other.uid: "same_text"}
    third = walk(18000, cast.shop, memo=LONG, outcome="absent")
    answer = revised(third, {"shop": cast.shop.uid, "outcome": "absent", "memo": "다시 씀", **PLACE,
                             "visited_at": third.visited_at.isoformat()})
    assert doubts() == {one.uid: "same_text", other.uid: "same_text", answer.uid: ""}
    again = revised(other, {"shop": cast.neighbour.uid, "outcome": "met", "memo": "여기서는 전혀 다른 이야기를 들었음", **PLACE,
                            "visited_at": other.visited_at.isoformat()})
    assert doubts()[one.uid] == "" and again.doubts == ""


def test_another_managers_day_is_not_ones_own(cast, walk):
    first = walk(0)
    recorded(cast.ssangmun, {"shop": cast.other_shop.uid, "outcome": "met", "memo": "쌍문에서 들은 이야기는 다름",
                             "visited_at": (NOON + timedelta(seconds=20)).isoformat()})
    assert Visit.get_by_id(first.uid).doubts == ""


@pytest.mark.parametrize("span", [600, 3_000, 100_000])
@pytest.mark.parametrize("seed", range(4))
def test_a_recheck_finds_what_was_put_down_on_the_way(cast, walk, seed, span):
    chance = random.Random(seed)
    for number in range(14):
        shop, text = chance.choice([cast.shop, cast.neighbour]), chance.choice([LONG, "", f"{number}번째로 들은 긴 이야기를 여기에 적음"])
        visit = walk(chance.randrange(0, span, 50), shop, memo=text, outcome=chance.choice(["met", "met", "absent"]))
        if chance.random() < 0.4:
            revised(visit, {"shop": visit.shop_id, "outcome": "met", "memo": chance.choice([LONG, "고쳐 쓴 이야기"]), **PLACE,
                            "visited_at": visit.visited_at.isoformat()})
    before = doubts()
    assert any(before.values())
    with writing():
        Visit.update(doubts="", doubt_weight=0, text_key=None).execute()
    seen: list[int] = []
    assert recheck(seen.append) == len(before) == seen[-1]
    assert doubts() == before


def test_the_command_says_how_many_it_looked_at(app, cast, walk):
    visit = walk(memo="네")
    with writing():
        Visit.update(doubts="", doubt_weight=0).execute()
    done = app.test_cli_runner().invoke(args=["recheck-visits"])
    assert done.exit_code == 0 and "1 visits were looked at." in done.output
    assert Visit.get_by_id(visit.uid).doubts == "short"


@pytest.mark.sqlite
def test_what_a_visit_raises_with_others_is_found_by_indexes(cast, walk):
    walk(0, memo=LONG)
    for sql, searched in (
            (doubts_file._OF_DAY, "manager_id=? AND visited_at>? AND visited_at<?"), (doubts_file._OF_TEXT, "text_key=?"),
            (doubts_file._LAST_BEFORE, "manager_id=? AND visited_at>? AND (visited_at,uid)<(?,?)"),
            (doubts_file._NEXT_AFTER, "manager_id=? AND (visited_at,uid)>(?,?) AND visited_at<?"),
            (doubts_file._FIRST_ALIKE, "shop_id=? AND visited_at>? AND visited_at<?")):
        plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", ["a"] * sql.count("?"))]
        assert len(plan) == 1 and plan[0].startswith("SEARCH visit USING") and plan[0].endswith(f"({searched})"), plan


def test_a_new_visit_costs_no_more_on_a_long_day(cast, walk, monkeypatch):
    asked: list[int] = []
    real = doubts_file._ask

    def ask(sql, *values):
        found = real(sql, *values)
        asked.append(len(found))
        return found
    monkeypatch.setattr(doubts_file, "_ask", ask)
    rows = []
    for number in range(12):
        asked.clear()
        walk(number * 600, outcome="absent", memo="")
        rows.append(sum(asked))
    assert max(rows) <= 5 and rows[-1] == rows[3]
