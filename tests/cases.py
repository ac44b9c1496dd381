"""Cases in any state, brought there by the commands that bring them there in the office."""

from datetime import date, timedelta
from types import SimpleNamespace

from fieldapp.database import SEOUL, now, uuid7
from fieldapp.experts import Expert, ExpertField
from fieldapp.people import Person
from fieldapp.referrals import SHOP, Actor, Offer, Order, Referral, carry_out
from tests.conftest import password_hash
from tests.recording import recorded

OWNER = {"consent.contact": "on", "owner.name": "김가상", "owner.phone": "02-000-0000"}
MEMO, GRIEVANCE, WISH = "가상 메모", "가상 재계약 인상", "계약서 검토\n인상률 확인"

# How a case comes into each state: from which, by which command of whom.
WAYS = {
    "triaged": ("submitted", "triage", "coordinator"), "matching": ("triaged", "open_matching", "coordinator"),
    "offered": ("matching", "offer", "coordinator"), "accepted": ("offered", "accept", "expert"),
    "scheduled": ("accepted", "schedule", "expert"), "in_progress": ("scheduled", "begin", "expert"),
    "report_submitted": ("in_progress", "report", "expert"), "aftercare": ("report_submitted", "approve", "coordinator"),
    "closed": ("aftercare", "finish", "coordinator"), "on_hold": ("matching", "hold", "coordinator"),
    "escalated": ("triaged", "escalate", "coordinator"), "declined": ("triaged", "decline", "coordinator"),
    "withdrawn": ("offered", "withdraw", "shop"), "cancelled": ("matching", "cancel", "supervisor"),
}


def expert_of(cast: SimpleNamespace, login: str = "expert", field: str = "legal", **more) -> Expert:
    """The expert whose account this is, with this field as the main one; the account is made where there is none."""
    person = Person.get_or_none(Person.login == login) or Person.create(
        login=login, name=f"가상 {login}", role="expert", password_hash=password_hash())
    setattr(cast, login, person)
    found = Expert.of_person(person)
    if found is None:
        found = Expert.create(**{"name": f"가상 {login} 위원", "person": person, "mail": f"{login}@example.org", "capacity": 20} | more)
        ExpertField.create(expert=found, field=field, main=True)
    return found


def case_in(cast: SimpleNamespace, state: str, shop=None, field: str = "legal", expert: str = "expert") -> Referral:
    """A case of 창동권역 in this state, asked for in a visit; `expert` is the login of who works at it."""
    shop = shop or cast.shop
    referral = submitted(cast, shop, field, consented=state != "draft")
    if state not in ("draft", "submitted"):
        for command, role in way_to(state):
            referral = given(cast, referral, command, role, expert)
    assert referral.state == state, referral.state
    return referral


def submitted(cast: SimpleNamespace, shop, field: str, consented: bool) -> Referral:
    form = {"shop": shop.uid, "outcome": "met", "memo": MEMO, "category": ["rent"], "grievance.rent.text": GRIEVANCE,
            "grievance.rent.disposition": "needs_referral", "refer.field": field, "refer.wish": WISH, **(OWNER if consented else {})}
    return Referral.get(Referral.visit == recorded(shop.manager, form))


def way_to(state: str) -> list[tuple[str, str]]:
    before, command, role = WAYS[state]
    return [*(way_to(before) if before != "submitted" else ()), (command, role)]


def given(cast: SimpleNamespace, referral: Referral, command: str, role: str, login: str = "expert", **form) -> Referral:
    """Give a command as this member of the cast (`login` where it is an expert) or the shop: what its form needs, or `form`."""
    by = SHOP if role == "shop" else Actor.of(getattr(cast, login if role == "expert" else role))
    filled = form or form_for(cast, referral, command, login)
    return carry_out(referral, Order(uuid7(), command, Referral.get_by_id(referral.uid).version, filled), by)


def form_for(cast: SimpleNamespace, referral: Referral, command: str, expert: str = "expert") -> dict:
    """What this command's form needs, in order."""
    reason = {"reason": "가상 사유"}
    return {
        "hold": {"code": "expert", "review_on": in_days(7).isoformat(), **reason}, "decline": {"code": "scope", "answer": "가상 답변"},
        "offer": {"expert": expert_of(cast, expert, referral.field).uid} if command == "offer" else {},
        "schedule": slot(3), "plan": slot(5),
        "begin": {"attendance": "held", "summary": "가상 상담 내용"}, "sit": {"attendance": "held", "summary": "가상 상담 내용"},
        "report": {"advice": "가상 조언"} | {f"result.{n}": "achieved" for n, _wanted in enumerate(referral.outcomes, 1)},
    }.get(command, reason if command in ("escalate", "withdraw", "cancel", "rematch", "return") else {})


def slot(days: int, time: str = "14:00", prefix: str = "", **more) -> dict:
    """The part of a form that names a time so many days ahead."""
    return {f"{prefix}{name}": value for name, value in {"day": in_days(days).isoformat(), "time": time, **more}.items()}


def in_days(days: int) -> date:
    return now().astimezone(SEOUL).date() + timedelta(days=days)


def offer_of(referral: Referral) -> Offer:
    """The latest offer of a case."""
    return Offer.select().where(Offer.referral == referral).order_by(Offer.created_at.desc(), Offer.uid.desc()).get()
