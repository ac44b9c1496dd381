"""Moving a border: a dong goes to another zone, with its shops and the cases that are open there."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from peewee import JOIN

from fieldapp.dashboard.handover import SLICE
from fieldapp.database import today
from fieldapp.people import Grant, Person
from fieldapp.referrals import Referral
from fieldapp.shops import Shop, charge_of, rezone
from fieldapp.zones import Dong, Zone


@dataclass(frozen=True)
class Share:
    """How many of the shops are one manager's now, and who has them afterwards; None is nobody."""

    manager: Person | None
    shops: int
    after: Person | None


@dataclass(frozen=True)
class Rezoning:
    """A dong, the zone it goes to, and who takes over the shops whose manager does not hold that zone (nobody, where not said)."""

    dong: Dong
    zone: Zone
    to: Person | None = None

    @cached_property
    def shops(self) -> list[Shop]:
        """Those that go along: of the dong, and in its zone. What the office had put elsewhere stays there."""
        return list(Shop.select(Shop, Person).join(Person, JOIN.LEFT_OUTER)
                    .where(Shop.dong == self.dong.code8, Shop.zone == self.dong.zone).order_by(Shop.name, Shop.uid))

    @property
    def seen(self) -> str:
        """What is true now of all that was shown: the zone it leaves, the shops, who has them and who will."""
        after = " ".join(share.after.uid if share.after else "-" for share in self.shares)
        return hashlib.blake2s(f"{self.dong.zone_id} {charge_of(self.shops)} {after}".encode(), digest_size=16).hexdigest()

    @cached_property
    def _held_by(self) -> set[str]:
        return {person.uid for person in Grant.holders(self.zone.uid, today()) if person.is_manager}

    def after(self, manager: Person | None) -> Person | None:
        """Who is in charge afterwards of a shop that this manager has now."""
        return manager if manager and manager.uid in self._held_by else self.to

    @property
    def shares(self) -> list[Share]:
        """The most shops first."""
        people = {shop.manager_id: shop.manager for shop in self.shops}
        counted = Counter(shop.manager_id for shop in self.shops)
        return [Share(people[uid], count, self.after(people[uid])) for uid, count in counted.most_common()]

    def carry_out(self, by: str) -> None:
        """Move all of it in the caller's transaction, an event for the dong, each shop and each case."""
        for shop in self.shops:
            rezone(shop, self.zone, self.after(shop.manager), by)
        uids = [shop.uid for shop in self.shops]
        cases = sum(Referral.follow_shops(uids[start:start + SLICE], self.zone, by) for start in range(0, len(uids), SLICE))
        self.dong.move_to(self.zone, by, shops=len(uids), cases=cases)
