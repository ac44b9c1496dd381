"""전담: which manager is in charge of which shop, and in which zone it lies."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from fieldapp import events
from fieldapp.database import prepared
from fieldapp.people import Person
from fieldapp.shops.shop import Shop
from fieldapp.zones import Zone


def charge_of(shops: Collection[Shop]) -> str:
    """What is true of these shops' zones and managers now: a short text that differs as soon as one of them changes."""
    lines = sorted(f"{shop.uid} {shop.zone_id} {shop.manager_id}" for shop in shops)
    return hashlib.blake2s("\n".join(lines).encode(), digest_size=16).hexdigest()


def hand_over(shops: Collection[Shop], to: Person, by: str) -> int:
    """Put `to` in charge of these shops, an event for each that changes, in the caller's transaction; give how many changed."""
    moving = [shop for shop in shops if shop.manager_id != to.uid]
    for shop in moving:
        shop.touch(manager=to)
        events.record("shop.assigned", shop.uid, by=by, before=shop.manager_id or "", after=to.uid)
    return len(moving)


def rezone(shop: Shop, zone: Zone, manager: Person | None, by: str) -> None:
    """Put a shop into another zone and in that manager's charge, with its event, in the caller's transaction."""
    shop.move_to(zone, manager=manager)
    events.record("shop.rezoned", shop.uid, by=by, before=shop.zone_id or "", after=zone.uid, manager=manager.uid if manager else "")


def zone_at(shop: Shop, moment: datetime) -> str:
    """The zone in which the shop lay at that moment; empty where it lay in none."""
    later = _rezoned(shop.uid, moment)
    return later[0].facts["before"] if later else shop.zone_id or ""


@prepared
def _rezoned(shop: str, since: datetime):
    return (events.Event.select(events.Event.data).where(events.Event.subject == shop, events.Event.kind == "shop.rezoned",
                                                         events.Event.created_at > since).order_by(events.Event.created_at).limit(1))
