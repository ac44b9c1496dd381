from datetime import datetime, timedelta

import pytest

from fieldapp.dashboard.fairness import Period, shares_of
from fieldapp.database import SEOUL, at, now
from fieldapp.experts import Expert, ExpertField
from fieldapp.people import Person
from fieldapp.referrals import Offer
from tests.cases import case_in, expert_of, given

MONDAY = datetime(2026, 11, 23, 10, tzinfo=SEOUL)


def shares(asked: Period) -> dict[str, tuple]:
    return {share.expert.name: (share.offers, share.answers.get("accepted", 0), share.answers.get("declined", 0), share.load)
            for share in shares_of(asked)}


def this_month(field: str = "") -> Period:
    return Period(field, MONDAY.date().replace(day=1), MONDAY.date() + timedelta(days=7), {})


def test_each_experts_part_is_counted(cast):
    """One accepted a day later, one refused after four working hours, one asked before the period, one never."""
    other = expert_of(cast, "expert2")
    ExpertField.create(expert=other, field="tax")
    ExpertField.create(expert=Expert.create(name="가상 셋", capacity=1), field="legal", main=True)
    with at(MONDAY - timedelta(days=60)):
        given(cast, case_in(cast, "offered", shop=cast.neighbour), "recall", "coordinator")
    with at(MONDAY):
        first, second = case_in(cast, "offered"), case_in(cast, "offered", field="tax", expert="expert2")
    with at(MONDAY + timedelta(hours=5)):
        given(cast, second, "refuse", "expert", "expert2", code="busy")
    with at(MONDAY + timedelta(days=1, hours=1)):
        given(cast, first, "accept", "expert")
        found = shares_of(this_month())
        assert shares(this_month()) == {"가상 expert 위원": (1, 1, 0, 1), "가상 expert2 위원": (1, 0, 1, 0), "가상 셋": (0, 0, 0, 0)}
        assert [(f"{share.mean_days:.1f}" if share.mean_days else "", share.days_since) for share in found] == [
            ("1.1", 1), ("0.5", 1), ("", None)]
        assert shares(this_month("tax")) == {"가상 expert2 위원": (1, 0, 1, 0)}
        assert shares(this_month("legal"))["가상 expert2 위원"] == (0, 0, 0, 0)


def test_the_page_says_it_in_words_bars_and_rows(as_, cast):
    case_in(cast, "accepted")
    text = as_("coordinator").get("/experts/fairness").text
    assert "전문가 1명에게 1건을 제안하여 1건이 수락" in text and '<svg class="bars' in text and "1 / 20" in text and "오늘" in text
    assert "명부에 등록하면" in as_("coordinator").get("/experts/fairness?field=patent").text


@pytest.mark.parametrize(("query", "status"), [
    ("field=legal&first=2026-01-01&last=2026-12-31", 200), ("field=cooking", 422), ("first=yesterday", 422), ("last=1900-01-01", 422),
    ("first=2026-12-31&last=2026-01-01", 200)])
def test_the_address_says_what_is_asked(as_, cast, query, status):
    case_in(cast, "offered")
    assert as_("supervisor").get(f"/experts/fairness?{query}").status_code == status


def test_fairness_takes_the_same_queries_for_any_number(as_, cast, queries):
    client, counts = as_("coordinator"), []
    case_in(cast, "offered")
    for _ in range(2):
        client.get("/experts/fairness?field=legal")
        with queries:
            client.get("/experts/fairness?field=legal")
        counts.append(queries.count)
        for number in range(6):
            expert = Expert.create(name=f"가상 위원{number}")
            ExpertField.create(expert=expert, field="legal")
            Offer.create(referral=Offer.get().referral_id, expert=expert, state="recalled", decided_at=now(), offered_by=Person.get())
    assert counts[0] == counts[1] <= 12
