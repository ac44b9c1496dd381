"""What the supervisor has looked at: all but the last days, but of one manager hardly anything; and some visits worth a look."""

from datetime import datetime, timedelta
from typing import Any

from fieldapp.database import at, now
from fieldapp.people import Person
from fieldapp.referrals import Referral
from fieldapp.visits import Visit

LATELY, LONG_AGO = timedelta(days=6), timedelta(days=40)
NEVER = "dobong"  # the manager whose last weeks nobody has looked at
COPIED = "사장님께서 임대료와 배달앱 수수료가 함께 올라 걱정이라고 하심"
ODD: tuple[dict[str, Any], ...] = (
    {"memo": COPIED}, {"memo": COPIED},
    {"memo": "간판 앞에서 잠깐 뵘", "place.lat": "37.6890", "place.lon": "127.0440", "place.accuracy_m": "14"},
    {"memo": "네", "place.accuracy_m": "480", "place.fix_age_s": "1500"})


def look_at_visits(story, supervisor: Person) -> None:
    """`story` tells a visit as a phone would send it."""
    waiting = Visit.current & (Visit.review == "received")
    for visit in Visit.select(Visit, Person).join(Person, on=Visit.manager).where(waiting, Visit.visited_at < now() - LATELY):
        if visit.manager.login != NEVER or visit.visited_at < now() - LONG_AGO:
            with at(visit.created_at + timedelta(days=1)):
                visit.confirm(supervisor)
    odd_visits(story)
    answered(story, supervisor)


def lately(login: str):
    """What this manager did in the last days and nobody has looked at; no visit that led to a case."""
    return (Visit.select(Visit, Person).join(Person, on=Visit.manager)
            .where(Person.login == login, Visit.current, Visit.review == "received", Visit.outcome == "met",
                   Visit.root.not_in(Referral.select(Referral.visit_root)), Visit.visited_at < now() - timedelta(days=1))
            .order_by(Visit.visited_at.desc()))


def odd_visits(story) -> None:
    """Written over by their manager the same evening, with less care."""
    for visit, more in zip(lately("banghak").limit(len(ODD)), ODD, strict=False):
        rewrite(story, visit, visit.visited_at + timedelta(hours=6), **more)


def answered(story, supervisor: Person) -> None:
    for visit in lately("banghak").where(Visit.replaces == "").limit(1):
        with at(visit.created_at + timedelta(hours=8)):
            visit.send_back("들은 이야기를 한 줄 더 적어 주십시오.", supervisor, "text_short")
        rewrite(story, visit, visit.created_at + timedelta(hours=20), memo="재료값이 올라 메뉴를 줄였고 대출 상담을 원하심")


def rewrite(story, visit: Visit, moment: datetime, **more: str) -> None:
    form = {"shop": visit.shop_id, "outcome": visit.outcome, "visited_at": visit.visited_at.isoformat(), "met_whom": visit.met_whom,
            "memo": visit.memo, "place.source": "gps", "place.lat": str(visit.lat), "place.lon": str(visit.lon),
            "place.accuracy_m": str(visit.accuracy_m), "replaces": visit.uid, **more}
    with at(min(moment, now())):
        story.arrive(visit.manager, form, moment)
