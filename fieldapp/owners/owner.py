from datetime import datetime

import peewee
from flask_babel import gettext as _

from fieldapp import events
from fieldapp.database import Record, in_turn, now
from fieldapp.errors import Conflict
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

    @classmethod
    def take_back(cls, shop: Shop, kind: str, party: str, how: str, reason: str, by: str) -> None:
        """The owner no longer agrees to this: every consent of the kind ends, and what it alone had opened is erased.

        Needs a transaction, in which it takes its turn; raises Conflict where none stands any more. Erased without delay: 개인정보 보호법
        제37조 제4항.
        Other rooms hear of it and stop what rested on it.
        """
        in_turn()
        standing = Consent.shop.in_(shop.entries()), Consent.kind == kind, Consent.party == party, Consent.withdrawn_at.is_null()
        ended = list(Consent.select().where(*standing))
        if not ended or Consent.update(withdrawn_at=now()).where(*standing).execute() != len(ended):
            raise Conflict(_("이 동의는 이미 철회되었습니다."))
        cls._keep_or_erase(shop, by)
        shop.touch()  # phones no longer say that the owner may be called
        events.record("consent.withdrawn", ended[-1].uid, by=by, shop=shop.uid, of=kind, party=party, how=how, reason=reason)

    @classmethod
    def _keep_or_erase(cls, shop: Shop, by: str) -> None:
        """Of each entry of the shop: an owner whom nothing opens any more is erased. Consents may stand at the entry that they moved to."""
        entries = shop.entries()
        for owner in cls.select(cls, Consent).join(Consent).where(cls.shop.in_(entries)):
            places = [place for place in (owner.shop_id, owner.consent.shop_id) if place in entries]
            opening = next((found for kind in (PERSONAL, CONTACT) for place in places if (found := Consent.standing(place, kind))), None)
            if opening:
                cls.update(consent=opening).where(cls.uid == owner.uid).execute()
            else:
                owner.delete_instance()
                events.record("owner.erased", owner.uid, by=by, shop=shop.uid)
