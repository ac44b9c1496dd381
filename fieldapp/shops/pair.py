"""중복 후보: two entries of the register that may be one shop, until a person has said whether they are."""

from collections.abc import Callable
from typing import Any

import peewee

from fieldapp import events
from fieldapp.database import Instant, Model, Record, in_turn, now, writing
from fieldapp.errors import Conflict
from fieldapp.shops.finding import state_now
from fieldapp.shops.likeness import Likeness, Neighbours
from fieldapp.shops.shop import Shop

COMPARED = (Shop.uid, Shop.name, Shop.branch, Shop.industry, Shop.address_road, Shop.address_lot, Shop.phone, Shop.floor, Shop.lat,
            Shop.lon, Shop.seq)
BATCH = 500  # shops compared between two words of how far it is
STATES = ("", "different", "same")  # not looked at yet, and what was said


class ShopPair(Record):
    """`one` and `other`, the smaller uid first; `points` and `reasons` (codes with a blank between) are those of likeness.py."""

    one = peewee.ForeignKeyField(Shop, backref="pairs", on_delete="CASCADE")
    other = peewee.ForeignKeyField(Shop, backref="others", on_delete="CASCADE")
    points = peewee.IntegerField(default=0)
    reasons = peewee.CharField(60, default="")
    state = peewee.CharField(10, default="")
    by = peewee.CharField(36, default="")
    why = peewee.CharField(300, default="")
    said_at = Instant(null=True)

    class Meta:
        indexes = ((("one", "other"), True), (("state", "points", "uid"), False))

    @classmethod
    def open(cls):
        """Those that nobody has looked at, of shops that both stand."""
        return cls.select().where(cls.state == "")

    @classmethod
    def settled(cls, kept: str, gone: str) -> None:
        """Of two that are one the question is answered, and of the one that went there is none any more."""
        one, other = sorted((kept, gone))
        cls.update(state="same", said_at=now()).where(cls.one == one, cls.other == other).execute()
        cls.delete().where((cls.one == gone) | (cls.other == gone), cls.state == "").execute()

    @classmethod
    def say_different(cls, first: str, second: str, by: str, why: str = "") -> None:
        """These are two, and are not asked for again. Needs a transaction."""
        one, other = sorted((first, second))
        said = {"state": "different", "by": by, "why": why, "said_at": now()}
        if not cls.update(**said).where(cls.one == one, cls.other == other).execute():
            cls.create(one=one, other=other, **said)
        events.record("shops.different", one, by=by, other=other, why=why)

    def part(self, by: str, why: str) -> None:
        """Say that they are two. Needs a transaction; raises Conflict where somebody has said something of them meanwhile."""
        in_turn()
        now_as = ShopPair.get_or_none(ShopPair.uid == self.uid)
        if now_as is None or now_as.state:
            raise Conflict()
        self.say_different(self.one_id, self.other_id, by, why)


class ShopsCompared(Model):
    """One row: up to which change of the register, of which database, its entries have been compared with each other."""

    epoch = peewee.CharField(200, default="")
    seq = peewee.BigIntegerField(default=0)


def compare_shops(is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Look for doubles of what has changed since the last time; give how many shops were looked at. What is stopped begins again."""
    epoch, last = state_now()
    epoch = epoch.rpartition(":")[2]
    before = ShopsCompared.get_or_none() or ShopsCompared()
    since = before.seq if before.epoch == epoch else -1
    if last == since:
        return 0
    shops = list(Shop.select(*COMPARED).where(Shop.merged_into.is_null(), Shop.status == "open"))
    changed = [shop.uid for shop in shops if shop.seq > since]
    neighbours = Neighbours(shops) if changed else None
    for uids in (changed[start:start + BATCH] for start in range(0, len(changed), BATCH)):
        if is_stopped():
            return 0
        keep_pairs(uids, {uid: dict(neighbours.of(uid)) for uid in uids})  # type: ignore[union-attr]
    forget_gone(since)
    with writing():
        if not ShopsCompared.update(epoch=epoch, seq=last).execute():
            ShopsCompared.create(epoch=epoch, seq=last)
    return len(changed)


def keep_pairs(uids: list[str], found: dict[str, dict[str, Likeness]]) -> None:
    """What these shops are like now, in the place of what was thought of them; what a person has said stays said."""
    alike = {tuple(sorted((uid, other))): likeness for uid, others in found.items() for other, likeness in others.items()}
    with writing():
        mine = ShopPair.select().where(ShopPair.one.in_(uids) | ShopPair.other.in_(uids))
        known = {(pair.one_id, pair.other_id): pair for pair in mine}
        unlike = [pair.uid for key, pair in known.items() if key not in alike and not pair.state]
        ShopPair.delete().where(ShopPair.uid.in_(unlike)).execute()
        for key in known.keys() & alike.keys():
            pair, told = known[key], told_of(alike[key])
            if (pair.points, pair.reasons) != (told["points"], told["reasons"]):
                ShopPair.update(told).where(ShopPair.uid == pair.uid).execute()
        named = {uid for pair in alike for uid in pair}
        still = {row.uid for row in Shop.select(Shop.uid).where(Shop.uid.in_(named), Shop.merged_into.is_null())}
        fresh = [{"one": one, "other": other, **told_of(likeness)} for (one, other), likeness in alike.items()
                 if (one, other) not in known and {one, other} <= still]
        if fresh:
            ShopPair.insert_many(fresh).execute()


def told_of(likeness: Likeness) -> dict[str, Any]:
    return {"points": likeness.points, "reasons": " ".join(likeness.reasons)}


def forget_gone(since: int) -> None:
    """Of shops that are closed or merged since, nobody is asked."""
    gone = Shop.select(Shop.uid).where(Shop.seq > since, (Shop.status != "open") | Shop.merged_into.is_null(False))
    with writing():
        ShopPair.delete().where(ShopPair.state == "", ShopPair.one.in_(gone) | ShopPair.other.in_(gone)).execute()
