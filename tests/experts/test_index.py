import re
from datetime import timedelta

import pytest

from fieldapp.database import today, writing
from fieldapp.worktime import Closure

NAMES = re.compile(r'<a class="main" href="/experts/[^"]+">([^<]+)</a>')

UID = "01a20b75-fd5f-7b6f-92de-90cb6058d9c6"


def listed(client, query: str = "") -> list[str]:
    return NAMES.findall(client.get(f"/experts{query}").text)


def test_the_list_says_who_advises_where_and_under_whose_agreement(as_, enter, cast, partner):
    away = enter("가상 노무사", "labor", "tax", qualification="공인노무사", partner=partner.uid, zones=(cast.zone.uid,), capacity=5)
    enter("가상 세무사", "tax", active=False)
    with writing():
        Closure.add(away.uid, today(), today() + timedelta(3), "병가", "")
        Closure.add(away.uid, today(), today() + timedelta(5), "휴가", "")
        away.confirm("", 1)
    text = as_("supervisor").get("/experts").text
    assert NAMES.findall(text) == ["가상 노무사", "가상 세무사"]
    for word in ("<b>인사·노무</b>, 세무회계", "공인노무사", "창동권역", "가상재단", "● 협약 중", "5건",
                 "까지 부재", "× 중지", "구 자체", "모든 권역"):
        assert word in text, word
    day = today() + timedelta(5)
    assert f"{day.month}월 {day.day}일" in text, "the later of two absences that lie over each other"


def test_the_address_narrows_the_list(as_, enter, cast, partner):
    enter("가상 노무사", "labor", partner=partner.uid, zones=(cast.zone.uid,))
    enter("가상 세무사", "tax", zones=(cast.other_zone.uid,))
    enter("가상 변리사", "patent", "tax", active=False)
    everyone = as_("coordinator")
    for query, expected in {
            "": ["가상 노무사", "가상 변리사", "가상 세무사"], "?q=노무": ["가상 노무사"], "?q=사 가상 변": ["가상 변리사"],
            "?q=%25": [], "?q=_": [],
            "?field=tax": ["가상 변리사", "가상 세무사"], f"?zone={cast.zone.uid}": ["가상 노무사", "가상 변리사"],
            f"?partner={partner.uid}": ["가상 노무사"], "?partner=own": ["가상 변리사", "가상 세무사"],
            "?active=yes&field=tax": ["가상 세무사"], "?active=no": ["가상 변리사"], "?utm_source=x&field=labor": ["가상 노무사"]}.items():
        assert listed(everyone, query) == expected, query


@pytest.mark.parametrize(("query", "word"), [
    ("?field=magic", "목록에 있는 것"), ("?zone=1%20or%201", "목록에 있는 것"), ("?partner=mine", "목록에 있는 것"),
    ("?active=on", "목록에 있는 것"), ("?field=tax&field=it", "하나만"), ("?q=" + "a" * 61, "60자까지")])
def test_what_cannot_be_read_is_told_beside_its_field(as_, enter, query, word):
    answer = as_("supervisor").get(f"/experts{query}")
    assert answer.status_code == 422 and word in answer.text


def test_pages_follow_each_other_by_name(as_, enter, monkeypatch):
    monkeypatch.setattr("fieldapp.experts.views.index.ROWS", 2)
    made = [enter("같은 이름" if number < 3 else f"다른 {number}", "tax").uid for number in range(5)]
    seen, query = [], "?field=tax"
    while query:
        text = as_("supervisor").get(f"/experts{query}").text
        seen += re.findall(r'<tr id="expert-([0-9a-f-]{36})"', text)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', text)
        query = more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(made) and len(seen) == len(set(seen))
    assert as_("supervisor").get("/experts?after=nonsense").status_code == 200


def test_the_list_takes_the_same_queries_for_any_number_of_experts(as_, enter, cast, partner, queries):
    enter("가", "tax", "labor", zones=(cast.zone.uid,), partner=partner.uid)
    client = as_("coordinator")
    client.get("/experts")
    with queries:
        client.get("/experts")
    few = queries.count
    for number in range(20):
        enter(f"나 {number}", "tax", "labor", zones=(cast.zone.uid, cast.other_zone.uid), partner=partner.uid)
    with queries:
        client.get("/experts")
    assert queries.count == few <= 10


def test_only_who_may_change_is_offered_it(as_, enter):
    enter("가")
    assert "/experts/new" in as_("coordinator").get("/experts").text
    assert "/experts/new" not in as_("supervisor").get("/experts").text


def test_an_empty_list_says_what_will_be_there(as_):
    assert "아직 전문가가 없습니다" in as_("supervisor").get("/experts").text
    assert "이 조건에 맞는" in as_("supervisor").get("/experts?field=tax").text


def test_a_mark_that_is_none_of_ours_breaks_nothing(as_):
    """PostgreSQL takes no NUL, not even to compare with."""
    for mark in ("%00~" + UID, "~", "가~x", "%ED%A0%80~" + UID):
        assert as_("coordinator").get(f"/experts?after={mark}").status_code == 200
