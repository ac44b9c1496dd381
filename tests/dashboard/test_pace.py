import re
from datetime import datetime, timedelta

import pytest
import time_machine

from fieldapp.database import SEOUL, writing
from fieldapp.events import AccessLog
from fieldapp.figures import RULES, Target
from tests.cases import case_in, given
from tests.recording import recorded


@pytest.fixture
def afternoon():
    with time_machine.travel(datetime(2026, 11, 23, 15, 0, tzinfo=SEOUL), tick=True):
        yield


@pytest.fixture
def met(cast):
    """`met(ago=days, who="ssangmun", **said)` records a visit that counts, since something of `about` was spoken of."""
    def record(ago: float = 0, who: str = "changdong", about: tuple[str, ...] = ("rent",), **said):
        shop = cast.shop if who == "changdong" else cast.other_shop
        moment = datetime(2026, 11, 23, 14, 0, tzinfo=SEOUL) - timedelta(days=ago)
        return recorded(getattr(cast, who), {"shop": shop.uid, "outcome": "met", "visited_at": moment.isoformat(), "category": list(about),
                                                 **{f"grievance.{code}.disposition": "noted" for code in about}, **said})
    return record


def promise(value: int, year: int = 2026) -> None:
    with writing():
        Target.put("consultations", year, value, "가상", "")


def links(text: str, figure: str, section: str = "") -> list[str]:
    """The addresses behind a figure, within a section of the page."""
    part = text.partition(f'<section id="{section}"')[2].partition("</section>")[0] if section else text
    return [link.replace("&amp;", "&") for link in re.findall(rf'href="([^"]+)">(?:{figure})</a>', part)]


def told(text: str) -> str:
    """The sentence, without its marks."""
    found = re.search(r'<p class="sentence">(.*?)</p>', text, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_the_page_begins_with_the_sentence(afternoon, as_, met):
    for _time in range(3):
        met()
    promise(84)
    sentence = told(as_("supervisor").get("/dashboard").text)
    assert sentence == "올해 상담 3건 / 목표 84건 (3 %). 남은 27영업일에 하루 3.0건이 필요합니다."


def test_a_target_that_is_reached_asks_for_no_more(afternoon, as_, met):
    met()
    promise(1)
    assert told(as_("supervisor").get("/dashboard").text) == "올해 상담 1건 / 목표 1건 (100 %). 목표를 채웠습니다."


def test_without_a_target_the_supervisor_is_asked_for_one(afternoon, as_):
    assert "/targets?year=2026" in as_("supervisor").get("/dashboard").text
    assert "목표는 아직 없습니다" in as_("coordinator").get("/dashboard").text
    assert "올해 상담 0건" in as_("coordinator").get("/dashboard").text


def test_where_the_year_leads_is_told_with_how_it_is_known(afternoon, as_, met):
    for ago in range(1, 50):
        met(ago)
    text = as_("supervisor").get("/dashboard").text
    assert "지난 8주의 영업일" in text and "이대로 가면 연말에" in text and 'class="band"' in text
    assert "연말에" not in as_("supervisor").get("/dashboard?year=2025").text


def test_a_year_that_is_over_or_yet_to_come_is_told_as_such(afternoon, as_, met):
    met(400)
    promise(10, 2025)
    text = as_("supervisor").get("/dashboard?year=2025").text
    assert told(text) == "2025년 상담 1건 / 목표 10건 (10 %)." and "목표 10" in text
    assert "아직 방문이 없습니다" in as_("supervisor").get("/dashboard?year=2027").text


def test_a_manager_sees_own_zones_only(afternoon, as_, met, cast):
    met()
    met(who="ssangmun")
    met(who="ssangmun")
    promise(100)
    text = as_("changdong").get("/dashboard").text
    assert told(text) == "올해 상담 1건." and "가상 ssangmun" not in text and "쌍문권역" not in text
    assert "올해 상담 3건" in as_("supervisor").get("/dashboard").text
    assert as_("changdong").get(f"/dashboard?zone={cast.other_zone.uid}").status_code == 404
    rows = as_("changdong").get(links(text, "올해 상담 1건")[0]).text
    assert rows.count('<tr id="row-') == 1
    assert 'id="row-' not in as_("changdong").get(f"/dashboard/rows?zone={cast.other_zone.uid}").text


def test_the_zone_stands_in_the_address(afternoon, as_, met, cast):
    met()
    met(who="ssangmun")
    met(who="ssangmun", about=())
    text = as_("supervisor").get(f"/dashboard?zone={cast.other_zone.uid}").text
    assert told(text) == "쌍문권역의 상담 1건." and "방문 2건, 상담한 점포 1곳" in text


def test_every_figure_opens_into_its_rows(afternoon, as_, met, cast):
    """Whatever number a link shows, so many rows stand on the page behind it."""
    for ago in (0, 0, 1, 40, 41, 200):
        met(ago)
    met(3, about=("labor",))
    met(2, who="ssangmun", outcome="absent", about=())
    case = case_in(cast, "scheduled")
    given(cast, case, "begin", "expert")
    case_in(cast, "aftercare", field="tax", expert="second")
    supervisor = as_("supervisor")
    text = supervisor.get("/dashboard").text
    figures = [(url.replace("&amp;", "&"), int(number.replace(",", ""))) for url, number in
               re.findall(r'href="(/dashboard/rows[^"]+|/referrals\?[^"]+)">[^<0-9]*(?:2026년[^<0-9]*)?([0-9,]+)[^<]*</a>', text)]
    assert len({url for url, _number in figures}) > 25
    for url, number in figures:
        behind = supervisor.get(url).text
        assert behind.count('<tr id="row-') + behind.count('<tr id="referral-') == number, url


def test_the_visits_list_is_narrowed_by_what_counts(afternoon, as_, met, cast):
    counts, not_ = met(), met(1, about=())
    for query, wanted in (("counted=1", [counts]), ("counted=0", [not_]), ("street=가상로", [counts, not_]), ("street=마들로", []),
                          ("hour=14", [counts, not_]), ("hour=3", []), ("industry=-", [counts, not_]), ("industry=분식", []),
                          (f"counted=1&zone={cast.zone.uid}", [counts]), (f"counted=1&zone={cast.other_zone.uid}", [])):
        text = as_("supervisor").get(f"/visits?{query}").text
        assert [visit.uid for visit in (counts, not_) if f'id="visit-{visit.uid}"' in text] == [visit.uid for visit in wanted], query


def test_what_rises_is_told_against_the_four_weeks_before(afternoon, as_, met):
    for ago in (0, 5, 27, 28, 100):
        met(ago)
    met(29, about=("labor",))
    part = as_("supervisor").get("/dashboard").text.partition('id="rising"')[2].partition("</section>")[0]
    assert "임대료" in part and "▲ 2" in part and "인건비" not in part


def test_cases_are_told_by_field_and_lane(afternoon, as_, cast):
    case_in(cast, "matching")
    case_in(cast, "aftercare", field="tax")
    text = as_("supervisor").get("/dashboard").text
    assert "2026년 신청 2건" in text and "매칭 1건" in text and "(50 %)" in text and "사후관리할 때가 된 의뢰는 없습니다" in text
    assert links(text, "1", "cases") == [
        f"/referrals?lane={lane}" for lane in ("matching&field=legal", "after&field=tax", "matching", "after")]
    assert "가운데 값" in text
    with time_machine.travel(datetime(2026, 12, 22, 15, 0, tzinfo=SEOUL)):
        text = as_("supervisor").get("/dashboard").text
        assert "사후관리할 때가 된 의뢰 1건" in text
        assert as_("supervisor").get("/referrals?lane=after&due=1").text.count('<tr id="referral-') == 1


def test_heat_is_told_by_street_and_hour(afternoon, as_, met):
    met()
    met(1 / 24)
    met(1)
    part = as_("supervisor").get("/dashboard").text.partition('id="heat"')[2].partition("</section>")[0]
    assert "가상로" in part and "13시" in part and "14시" in part and 'class="step-4"' in part and 'class="step-2"' in part


def test_a_long_list_shows_its_first_and_sums_up_the_rest(afternoon, as_, met, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.pace.SHOWN", 0)
    met()
    met(who="ssangmun")
    text = as_("supervisor").get("/dashboard").text
    part = text.partition('<section id="by-zone">')[2].partition("</section>")[0]
    assert "그 밖 2가지 모두 보기" in part and "창동권역" not in part
    assert "창동권역</th>" in as_("supervisor").get("/dashboard?all=zone").text


@pytest.mark.parametrize("query", ["year=soon", "year=1999", "year=2100", "zone=1%20or%201", "all=colour", "year=2026&year=2025"])
def test_odd_addresses_are_told(as_, query):
    answer = as_("supervisor").get(f"/dashboard?{query}")
    assert answer.status_code == 422 and 'class="error"' in answer.text


@pytest.mark.parametrize("query", ["counted=2", "hour=24", "what=song", "first=yesterday", "zone=x", "shop=1"])
def test_odd_addresses_of_rows_are_told(as_, met, query):
    met()
    answer = as_("supervisor").get(f"/dashboard/rows?{query}")
    assert answer.status_code == 422 and 'class="error"' in answer.text


def test_pages_of_rows_follow_each_other(afternoon, as_, met, monkeypatch):
    monkeypatch.setattr("fieldapp.dashboard.views.rows.ROWS", 3)
    made = {met(ago // 3).uid for ago in range(8)}
    seen, url = [], "/dashboard/rows?what=visit"
    while url:
        text = as_("supervisor").get(url).text
        seen += re.findall(r'<tr id="row-([0-9a-f-]+)"', text)
        more = re.search(r'href="(/dashboard/rows\?[^"]*before=[^"]+)"', text)
        url = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == 8 and set(seen) == made
    for mark in ("nonsense", "2026-11-23~x", "~", "2026-13-40~" + seen[0]):
        assert as_("supervisor").get(f"/dashboard/rows?before={mark}").text.count('<tr id="row-') == 3


def test_who_looks_at_rows_is_noted(as_, met, cast):
    met()
    as_("supervisor").get("/dashboard/rows")
    assert [row.shops for row in AccessLog.select().where(AccessLog.verb == "figure.rows")] == [[cast.shop.uid]]


def test_a_row_opens_into_its_visit_or_case(as_, met, cast):
    first = met()
    current = met(replaces=first.uid)
    case = case_in(cast, "scheduled")
    given(cast, case, "begin", "expert")
    text = as_("supervisor").get("/dashboard/rows").text
    assert f'href="/visits/{current.uid}"' in text and f'href="/referrals/{case.uid}"' in text


def test_the_rule_and_the_time_are_told(as_):
    text = as_("supervisor").get("/dashboard").text
    assert str(RULES["1"].text) in text and "까지 들어온 기록" in text


def test_the_page_takes_the_same_questions_for_any_number_of_visits(afternoon, as_, met, queries, cast):
    met()
    case_in(cast, "matching")
    client, managers = as_("supervisor"), as_("changdong")
    counts = []
    for times in (0, 12):
        for ago in range(times):
            met(ago)
            met(ago, who="ssangmun")
        for one, url in ((client, "/dashboard"), (managers, "/dashboard"), (client, "/dashboard/rows")):
            one.get(url)
            with queries:
                one.get(url)
            counts.append(queries.count)
    assert counts[:3] == counts[3:] and max(counts) <= 34


def test_no_question_walks_through_all_visits(afternoon, as_, met, queries, monkeypatch):
    """Neither visits nor grievances are read: only sums, cases and names."""
    met()
    client, seen = as_("supervisor"), []
    client.get("/dashboard")
    monkeypatch.setattr(queries, "emit", lambda record: seen.append(str(record.msg)))
    with queries:
        client.get("/dashboard")
    assert len(seen) > 10
    assert not [statement for statement in seen if '"visit"' in statement or '"grievance"' in statement or '"counted" AS' in statement]


def test_a_day_in_the_future_by_a_phones_clock_is_seen_where_it_stands(afternoon, as_, met):
    met(-5)
    assert "올해 상담 1건" in as_("supervisor").get("/dashboard").text
    assert "11월 28일" in as_("supervisor").get("/dashboard/rows").text


def test_who_was_a_manager_once_stands_by_name(afternoon, as_, met, cast):
    met()
    with writing():
        cast.changdong.role = "coordinator"
        cast.changdong.save()
    text = as_("supervisor").get("/dashboard").text
    assert cast.changdong.name in text and f">{cast.changdong.uid}<" not in text
