"""A case in the queue, experts who could take it, and a way to give commands."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from fieldapp.database import uuid7, writing
from fieldapp.experts import Expert, ExpertField, Partner
from fieldapp.people import Person
from fieldapp.referrals import Actor, Order, Referral, carry_out
from tests.conftest import password_hash
from tests.recording import recorded

CONSENT = {"consent.contact": "on", "owner.name": "김가상", "owner.phone": "010-0000-0001"}


@pytest.fixture
def referral(cast, visit_form) -> Referral:
    """Submitted: 법무규제, wanted is 계약서 검토."""
    recorded(cast.changdong, visit_form | CONSENT | {"refer.field": "legal", "refer.wish": "계약서 검토"})
    return Referral.get()


def make_expert(name: str, *fields: str, person: Person | None = None, **more) -> Expert:
    """An expert whose first field is the main one."""
    with writing():
        expert = Expert.create(name=name, qualification="변호사", mail=f"{name}@example.org", person=person, **more)
        for code in fields:
            ExpertField.create(expert=expert, field=code, main=code == fields[0])
    return expert


@pytest.fixture
def pool(cast) -> SimpleNamespace:
    """김법무 has an account, 이법무 has none, 박협약 comes from a partner to which data is given (제공)."""
    with writing():
        partner = Partner.create(name="가상신용보증", basis="provision", mou_first_day=date(2020, 1, 1))
        other = Person.create(login="expert2", name="가상 expert2", role="expert", password_hash=password_hash())
    return SimpleNamespace(
        partner=partner, kim=make_expert("김법무", "legal", person=cast.expert), lee=make_expert("이법무", "legal", person=other),
        park=make_expert("박협약", "legal", partner=partner))


def give(referral: Referral, command: str, by: Person | Actor, version: Any = None, uid: str = "", **form) -> Referral:
    """One command, against the referral as it is now or the version that is named."""
    version = Referral.get_by_id(referral.uid).version if version is None else version
    actor = by if isinstance(by, Actor) else Actor.of(by)
    return carry_out(referral, Order(uid or uuid7(), command, version, form), actor)


@pytest.fixture
def offered(referral, cast, pool) -> Referral:
    """Offered to 김법무."""
    for command, form in (("triage", {}), ("open_matching", {}), ("offer", {"expert": pool.kim.uid})):
        give(referral, command, cast.coordinator, **form)
    return Referral.get_by_id(referral.uid)
