"""Who of the experts fits best, told to a manager who stands in the shop and may wish for one of them."""

from flask_babel import gettext as _

from fieldapp.experts import Expert
from fieldapp.referrals import Candidate, Pool, Referral, ranked
from fieldapp.shops import Shop
from fieldapp.zones import Zone

SHOWN = 3


def best_fits(shop: Shop, field: str, language: str) -> list[dict]:
    """At most three, each with what speaks for them. The owner's consent is asked on the spot, so that its lack keeps nobody out yet."""
    everyone = Pool.of(field).candidates(Referral(shop=shop, zone=shop.zone_id, field=field), assume_consent=True)
    best = ranked(everyone)[:SHOWN]
    zones = Expert.zones_of([one.uid for one in best])
    return [{"uid": one.uid, "name": one.name, "words": words(one, zones[one.uid], language)} for one in best]


def words(one: Candidate, zones: list[Zone], language: str) -> str:
    said = (one.qualification, one.partner, ", ".join(zone.name(language) for zone in zones), *one.reasons,
            _("제공 동의 필요") if one.needs_consent else "")
    return " · ".join(text for text in said if text)
