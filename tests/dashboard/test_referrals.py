import re
from datetime import timedelta

import pytest

from fieldapp.events import AccessLog
from fieldapp.referrals import Referral

LABELS = re.compile(r">(R-\d{4})</a>")
ASKED = {"category": ["rent"], "grievance.rent.disposition": "needs_referral", "refer.field": "legal",
         "refer.wish": "계약서를 보아 주십시오", "refer.call_when": "오후 3시 뒤"}
AGREED = {**ASKED, "consent.contact": "on", "owner.name": "김가상", "owner.phone": "02-000-0000"}


def queued(client, query: str = "") -> list[str]:
    return LABELS.findall(client.get(f"/referrals{query}").get_data(as_text=True))


def test_a_referral_stands_in_the_queue_the_moment_its_visit_arrives(as_, visited):
    assert queued(as_("coordinator")) == []
    visited(**AGREED)
    assert queued(as_("coordinator")) == ["R-0001"]
    text = as_("coordinator").get("/referrals").text
    assert "법무규제" in text and "접수" in text and "보통" in text and "1분" in text


def test_without_consent_it_waits_outside_and_is_counted(as_, visited):
    visited(**ASKED)
    answer = as_("coordinator").get("/referrals")
    assert queued(as_("coordinator")) == [] and "작성중 의뢰 1건" in answer.text


def test_the_urgent_stand_first_then_the_oldest(as_, visited, monkeypatch):
    visited(ago=timedelta(days=3), **AGREED)
    visited(ago=timedelta(days=9), **AGREED)
    visited(ago=timedelta(hours=2), **{**AGREED, "refer.urgency": "urgent"})
    visited(ago=timedelta(days=1), **{**AGREED, "refer.urgency": "soon"})
    order = ["R-0003", "R-0004", "R-0002", "R-0001"]
    assert queued(as_("coordinator")) == order
    monkeypatch.setattr("fieldapp.dashboard.views.referrals.ROWS", 1)
    seen, query = [], ""
    for _ in order:
        text = as_("coordinator").get(f"/referrals{query}").get_data(as_text=True)
        seen += LABELS.findall(text)
        more = re.search(r'href="(\?after=[^"]+)"', text)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == order and not query


@pytest.mark.parametrize(("query", "count", "status"), [
    ("?field=legal", 1, 200), ("?field=tax", 0, 200), ("?urgency=normal", 1, 200), ("?field=cooking", 1, 422), ("?zone=x", 1, 422)])
def test_the_address_narrows_the_queue(as_, visited, query, count, status):
    visited(**AGREED)
    answer = as_("coordinator").get(f"/referrals{query}")
    assert (answer.status_code, len(LABELS.findall(answer.text))) == (status, count)


def test_a_case_shows_the_owner_only_with_consent_and_notes_who_looked(as_, visited, cast):
    visited(**AGREED)
    with_consent = Referral.get()
    text = as_("coordinator").get(f"/referrals/{with_consent.uid}").text
    for word in ("김가상", "02-000-0000", "계약서를 보아 주십시오", "오후 3시 뒤", "임대료", "의뢰 접수"):
        assert word in text, word
    visited("ssangmun", **ASKED)
    draft = Referral.get(Referral.state == "draft")
    text = as_("coordinator").get(f"/referrals/{draft.uid}").text
    assert "동의가 없어 닫혀 있습니다" in text and "아직 연락에 동의하지 않아" in text
    noted = [row.shops for row in AccessLog.select().where(AccessLog.verb == "referral.view")]
    assert noted == [[cast.shop.uid], [cast.other_shop.uid]]


def test_the_queue_takes_the_same_queries_for_any_length(as_, visited, queries):
    visited(**AGREED)
    client = as_("coordinator")
    client.get("/referrals")
    with queries:
        client.get("/referrals")
    few = queries.count
    for _ in range(8):
        visited(**AGREED)
    with queries:
        client.get("/referrals")
    assert queries.count == few <= 12
