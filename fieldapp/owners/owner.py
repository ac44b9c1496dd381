from datetime import datetime

import peewee

from fieldapp import events
from fieldapp.database import Record
from fieldapp.owners.consent import CONTACT, PERSONAL, Consent
from fieldapp.owners.form import OwnerAnswer
from fieldapp.shops import Shop


class Owner(Record):
    """대표자. Present only where a consent opened it."""

    shop = peewee.ForeignKeyField(Shop, backref="owners", unique=True, on_delete="CASCADE")
    name = peewee.CharField(60, default="")
    phone = peewee.CharField(40, default="")
    consent = peewee.ForeignKeyField(Consent, on_delete="RESTRICT")

    @classmethod
    def answer(cls, shop: Shop, answer: OwnerAnswer, visit: str, by: str, at: datetime) -> None:
        """Keep what the owner agreed to in this visit, and name and phone as far as that opens them."""
        given = {kind: Consent.create(shop=shop, kind=kind, text_version=answer.text_version, visit=visit,
                                      taken_by=by, given_at=at)
                 for kind in answer.kinds}
        for kind, consent in given.items():
            events.record("consent.given", consent.uid, by=by, shop=shop.uid, to=kind, visit=visit)
        opening = given.get(PERSONAL) or given.get(CONTACT)
        if opening and (answer.name or answer.phone):
            owner = cls.get_or_none(cls.shop == shop) or cls(shop=shop)
            fresh = owner.consent_id is None
            owner.name, owner.phone = answer.name or owner.name, answer.phone or owner.phone
            owner.consent = opening
            owner.save(force_insert=fresh)
            events.record("owner.kept", owner.uid, by=by, shop=shop.uid, visit=visit)
