import re
from datetime import datetime, timedelta

import pytest
import time_machine

from fieldapp.database import SEOUL


@pytest.fixture
def afternoon():
    with time_machine.travel(datetime(2026, 11, 23, 15, 0, tzinfo=SEOUL), tick=True):
        yield


def cells(text: str, zone: str) -> list[str]:
    """The figures of a zone's row: visits, then each outcome, new referrals, returned."""
    row = next(part for part in text.split("<tr>") if f">{zone}</span>" in part)
    return re.findall(r"<td[^>]*>\s*(?:<a[^>]*>)?([^<]*)", row)[1:]


def test_todays_visits_are_counted_by_zone_and_outcome(afternoon, as_, visited):
    visited()
    visited(outcome="absent")
    visited(ago=timedelta(days=1))
    visited("ssangmun", outcome="closed_down")
    text = as_("supervisor").get("/dashboard/day").text
    assert cells(text, "창동권역") == ["2", "1", "1", "0", "0", "0", "0", "0", "0", "0"]
    assert cells(text, "쌍문권역") == ["1", "0", "0", "0", "0", "0", "1", "0", "0", "0"]
    assert "방문 3건, 그 가운데 만남 1건" in text
    assert 'aria-label="창동권역: 방문 2건, 만남 1건. 쌍문권역: 방문 1건, 만남 0건. "' in text


def test_every_figure_opens_into_its_rows(afternoon, as_, visited, cast):
    visit = visited()
    text = as_("supervisor").get("/dashboard/day").text
    link = re.findall(rf'href="(/visits\?zone={cast.zone.uid}[^"]*)">1</a>', text)[0].replace("&amp;", "&")
    assert visit.uid in as_("supervisor").get(link).text


def test_a_day_begins_at_midnight_in_seoul(afternoon, as_, visited):
    visited(ago=timedelta(hours=15, minutes=1))  # 23:59 the day before
    visited(ago=timedelta(hours=14, minutes=59))
    assert cells(as_("supervisor").get("/dashboard/day").text, "창동권역")[0] == "1"
    assert cells(as_("supervisor").get("/dashboard/day?day=2026-11-22").text, "창동권역")[0] == "1"


def test_a_corrected_visit_counts_once(afternoon, as_, visited):
    first = visited()
    visited(replaces=first.uid)
    assert cells(as_("supervisor").get("/dashboard/day").text, "창동권역")[0] == "1"


def test_what_waits_is_told(afternoon, as_, visited):
    visit = visited(**{"category": ["rent"], "grievance.rent.disposition": "needs_referral", "refer.field": "legal",
                       "consent.contact": "on"})
    as_("supervisor").post(f"/visits/{visit.uid}/return", data={"reason": "더 적어 주십시오"})
    text = as_("supervisor").get("/dashboard/day").text
    assert "돌려보낸 방문 1건" in text and "의뢰 1건이 접수" in text


def test_odd_days_are_refused_beside_the_date(as_):
    for day in ("tomorrow", "1900-01-01", "2100-01-01"):
        answer = as_("supervisor").get(f"/dashboard/day?day={day}")
        assert answer.status_code == 422 and 'class="error"' in answer.text


def test_the_page_takes_the_same_queries_for_any_number_of_visits(as_, visited, queries):
    client = as_("supervisor")
    visited()
    client.get("/dashboard/day")
    with queries:
        client.get("/dashboard/day")
    few = queries.count
    for _ in range(10):
        visited()
        visited("ssangmun")
    with queries:
        client.get("/dashboard/day")
    assert queries.count == few <= 12
