from datetime import timedelta

import pytest
from peewee import IntegrityError

from fieldapp.database import now, writing
from fieldapp.events import Event
from fieldapp.owners import CONTACT, PERSONAL, TEXTS, TEXTS_VERSION, Consent, Owner, OwnerAnswer
from tests.recording import recorded, revised

BOTH = {"consent.personal": "on", "consent.contact": "on", "consent.version": TEXTS_VERSION,
        "owner.name": "김가상", "owner.phone": "02-000-0000"}


def answered(cast, answer: OwnerAnswer, at) -> None:
    with writing():
        Owner.answer(cast.shop, answer, "visit", cast.changdong.uid, at)


def test_the_law_asks_for_five_things_in_each_consent():
    """개인정보 보호법 제15조 제2항: what for, what, how long, the right to refuse and what follows from it."""
    assert set(TEXTS) == {PERSONAL, CONTACT} and TEXTS_VERSION
    for text in TEXTS.values():
        assert set(text) == {"title", "purpose", "items", "retention", "refusal"} and all(str(part) for part in text.values())
        assert "동의하지" in str(text["refusal"])


def test_a_visit_without_consent_leaves_no_owner(cast, visit_form):
    recorded(cast.changdong, visit_form)
    assert Owner.select().count() == Consent.select().count() == 0


def test_a_consent_says_to_which_text_through_which_visit_to_whom_and_when(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | BOTH)
    consents = {consent.kind: consent for consent in Consent.select()}
    assert set(consents) == {"personal", "contact"}
    for consent in consents.values():
        assert (consent.shop, consent.text_version, consent.visit, consent.taken_by, consent.given_at, consent.withdrawn_at) == (
            cast.shop, TEXTS_VERSION, visit.uid, cast.changdong.uid, visit.visited_at, None)
    owner = Owner.get()
    assert (owner.shop, owner.name, owner.phone, owner.consent) == (cast.shop, "김가상", "02-000-0000", consents["personal"])


def test_a_contact_consent_alone_opens_name_and_phone_too(cast, visit_form):
    recorded(cast.changdong, visit_form | BOTH | {"consent.personal": ""})
    assert Owner.get().consent.kind == "contact"


def test_consent_without_a_name_is_kept_and_makes_no_owner(cast, visit_form):
    recorded(cast.changdong, visit_form | {"consent.personal": "on"})
    assert Consent.select().count() == 1 and Owner.select().count() == 0


def test_a_shop_has_one_owner_and_a_later_visit_adds_what_it_brings(cast, visit_form):
    recorded(cast.changdong, visit_form | {"consent.personal": "on", "owner.name": "김가상"})
    recorded(cast.changdong, visit_form | {"consent.contact": "on", "owner.phone": "02-000-0000"})
    owner = Owner.get()
    assert (owner.name, owner.phone, owner.consent.kind) == ("김가상", "02-000-0000", "contact")
    recorded(cast.changdong, visit_form | {"consent.personal": "on", "owner.name": "이가상"})
    assert (Owner.get().name, Owner.get().phone, Owner.select().count()) == ("이가상", "02-000-0000", 1)


def test_a_revision_that_does_not_mention_it_takes_no_consent_back(cast, visit_form):
    visit = recorded(cast.changdong, visit_form | BOTH)
    revised(visit, visit_form)
    assert Owner.get().name == "김가상" and Consent.standing(cast.shop, CONTACT)


def test_the_standing_consent_is_the_latest_that_was_not_withdrawn(cast):
    moment = now()
    for days in (3, 1, 2):
        answered(cast, OwnerAnswer(("contact",), f"{days}", "", ""), moment - timedelta(days=days))
    assert Consent.standing(cast.shop, CONTACT).text_version == "1"  # type: ignore[union-attr]
    Consent.update(withdrawn_at=moment).where(Consent.text_version == "1").execute()
    assert Consent.standing(cast.shop, CONTACT).text_version == "2"  # type: ignore[union-attr]
    Consent.update(withdrawn_at=moment).execute()
    assert Consent.standing(cast.shop, CONTACT) is None


@pytest.mark.parametrize(("shop", "kind"), [("neighbour", CONTACT), ("shop", PERSONAL)])
def test_a_consent_stands_for_its_shop_and_its_kind_alone(cast, shop, kind):
    answered(cast, OwnerAnswer(("contact",), "1", "", ""), now())
    assert Consent.standing(getattr(cast, shop), kind) is None


def test_an_owner_cannot_stand_without_the_consent_that_opened_it(cast, visit_form):
    recorded(cast.changdong, visit_form | BOTH)
    with pytest.raises(IntegrityError):
        Consent.delete().where(Consent.kind == "personal").execute()


def test_every_change_leaves_its_event_and_no_personal_data_in_it(cast, database):
    answered(cast, OwnerAnswer(("personal", "contact"), "2026-01", "김가상", "02-000-0000"), now())
    left = list(Event.select().where(Event.kind.in_(("consent.given", "owner.kept"))).order_by(Event.created_at))
    assert [event.kind for event in left] == ["consent.given", "consent.given", "owner.kept"]
    assert not any("김가상" in event.data or "02-000" in event.data for event in left)
