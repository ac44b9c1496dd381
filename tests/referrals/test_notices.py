"""Who hears of what, by which way, and that nothing of the case is in it."""

import json
from datetime import timedelta

from fieldapp.database import at, now
from fieldapp.messages import MAIL, TEXT, Message
from fieldapp.owners import Consent, Owner
from fieldapp.people import Person
from fieldapp.referrals import Offer, Referral
from fieldapp.worktime import Clock
from tests.referrals.conftest import give

SECRETS = ("가상분식", "김가상", "계약서", "재계약", "점심", "가상로")


def told() -> set[tuple[str, str, str]]:
    return {(row.template, row.channel, row.address) for row in Message.select()}


def test_the_shop_hears_that_it_was_received_and_who_takes_it(offered, cast):
    give(offered, "accept", cast.expert)
    assert {("received", TEXT, "010-0000-0001"), ("offer", MAIL, "김법무@example.org"), ("accepted", TEXT, "010-0000-0001")} == told()


def test_nothing_of_the_case_is_in_any_message(offered, cast):
    give(offered, "accept", cast.expert)
    for row in Message.select():
        text = row.text.title + row.text.body + row.facts
        assert not [secret for secret in SECRETS if secret in text], row.template
        assert offered.label in text


def test_links_are_kept_as_what_they_lead_to_and_not_as_tokens(offered):
    offer = Message.get(Message.template == "offer")
    assert json.loads(offer.facts)["link"] == {"purpose": "offer", "uid": Offer.get().uid, "path": "/o/"}
    assert "/o/" in offer.text.body


def test_without_a_number_or_a_consent_the_shop_is_not_written_to(offered, cast):
    Message.delete().execute()
    Owner.update(phone="").execute()
    give(offered, "accept", cast.expert)
    assert told() == set()


def test_a_consent_withdrawn_ends_the_messages(referral, cast):
    Message.delete().execute()
    Consent.update(withdrawn_at=now()).execute()
    for command, form in (("triage", {}), ("decline", {"code": "scope", "answer": "다른 사업"})):
        give(referral, command, cast.coordinator, **form)
    assert told() == set()


def test_the_expert_hears_when_an_offer_is_taken_back_or_runs_out(offered, cast, pool):
    give(offered, "recall", cast.coordinator)
    give(offered, "offer", cast.coordinator, expert=pool.lee.uid)
    with at(now() + timedelta(days=30)):
        Clock.tick()
    assert {("offer_recalled", MAIL, "김법무@example.org"), ("offer_expired", MAIL, "이법무@example.org")} <= told()


def test_late_cases_reach_the_coordinator_then_the_supervisor(referral, cast):
    Person.update(mail=Person.login.concat("@office.example")).execute()
    with at(now() + timedelta(days=30)):
        Clock.tick()
        Clock.tick()
    assert {("overdue", MAIL, "coordinator@office.example"), ("escalated", MAIL, "supervisor@office.example")} <= told()
    assert Message.select().where(Message.template == "overdue").count() == 1


def test_nobody_fits_reaches_the_coordinator(referral, cast):
    Person.update(mail=Person.login.concat("@office.example")).execute()
    for command in ("triage", "open_matching"):
        give(referral, command, cast.coordinator)
    assert ("nobody_fits", MAIL, "coordinator@office.example") in told()
    assert Referral.get().alert == "nobody"
