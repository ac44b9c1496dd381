"""합치기: two entries of the register that turned out to be one shop. What hangs on the one moves to the other, and back if need be."""

import json
from collections.abc import Collection, Iterator
from functools import reduce
from operator import and_

import peewee
from flask_babel import gettext as _

from fieldapp import events
from fieldapp.database import Instant, Model, Record, in_turn, next_seq, now
from fieldapp.errors import Conflict, Invalid
from fieldapp.people import Person
from fieldapp.shops.pair import ShopPair
from fieldapp.shops.shop import MERGED, Shop
from fieldapp.zones import Zone

FILLED = ("branch", "industry", "industry_code", "industry_version", "address_road", "address_lot", "phone", "floor", "unit")
PLACE = ("lat", "lon", "dong")
PUT_BACK = ("zone", "manager", "status", "to_check")


class ShopMerge(Record):
    """`gone` was the second entry of `kept`, said `by` a person. `before` and `filled`, JSON, are what the one lost and the other got."""

    kept = peewee.ForeignKeyField(Shop, backref="merges", on_delete="RESTRICT")
    gone = peewee.ForeignKeyField(Shop, backref="merged", on_delete="RESTRICT")
    by = peewee.CharField(36)
    why = peewee.CharField(300, default="")
    before = peewee.TextField(default="{}")
    filled = peewee.TextField(default="{}")
    undone_at = Instant(null=True)
    undone_by = peewee.CharField(36, default="")
    undone_why = peewee.CharField(300, default="")

    @classmethod
    def join(cls, kept: Shop, gone: Shop, by: str, why: str = "", but: Collection[type[Record]] = ()) -> "ShopMerge":
        """Let `kept` stand for both; what is of the models `but` stays with the entry that goes.

        Needs a transaction; raises Invalid for one and the same, Conflict where either stands no more.
        """
        in_turn()
        kept, gone = (Shop.get_by_id(shop.uid) for shop in (kept, gone))
        if kept == gone:
            raise Invalid(fields={"with": _("같은 점포입니다. 다른 점포를 골라 주십시오.")})
        for shop in (kept, gone):
            if shop.merged_into_id:
                raise Conflict(_("‘%(name)s’은(는) 그 사이 다른 점포에 합쳐졌습니다.", name=shop.title))
        lost = {name: getattr(gone, f"{name}_id" if name in ("zone", "manager") else name) for name in PUT_BACK}
        merge = cls.create(kept=kept, gone=gone, by=by, why=why, before=json.dumps(lost), filled=json.dumps(kept_from(kept, gone)))
        for field, model in (pair for pair in hanging() if pair[1] not in but):
            merge._take(model, field == gone.uid, *free(model, field, kept.uid))
        merge._move(kept.uid)
        gone.move_to(None, manager=None, status=MERGED, to_check=False, tile=None, merged_into=kept)
        change(kept, json.loads(merge.filled))
        ShopPair.settled(kept.uid, gone.uid)
        events.record("shop.merged", kept.uid, by=by, gone=gone.uid, name=gone.title, merge=merge.uid, why=why)
        told_both(merge, by)
        return merge

    def undo(self, by: str, why: str) -> None:
        """Two shops again: what came with the other goes back to it, and so does what was recorded there under its old name since.

        Needs a transaction; raises Conflict where it was undone before, or where the shop that stands was merged into a third.
        """
        in_turn()
        merge, kept, gone = ShopMerge.get_by_id(self.uid), Shop.get_by_id(self.kept_id), Shop.get_by_id(self.gone_id)
        if merge.undone_at:
            raise Conflict(_("이미 되돌린 합치기입니다."))
        if kept.merged_into_id:
            raise Conflict(_("남은 점포가 그 뒤 다른 점포에 합쳐졌습니다. 그 합치기를 먼저 되돌려 주십시오."))
        merge._move(gone.uid)
        put_back(gone, json.loads(merge.before))
        filled = json.loads(merge.filled)
        change(kept, {name: None if name in PLACE else "" for name, value in filled.items() if kept.__data__[name] == value})
        ShopMerge.update(undone_at=now(), undone_by=by, undone_why=why).where(ShopMerge.uid == merge.uid).execute()
        ShopPair.say_different(kept.uid, gone.uid, by, why)
        events.record("shop.parted", kept.uid, by=by, gone=gone.uid, name=gone.title, merge=merge.uid, why=why)
        told_both(merge, by)

    @classmethod
    def note_late(cls, named: str, visit: str) -> None:
        """A visit was recorded under the old name: what it made stands at the shop that is left, and goes back with the rest."""
        merge = cls.select().where(cls.gone == named, cls.undone_at.is_null()).first()
        for _field, model in hanging() if merge else ():
            merge._take(model, model._meta.fields.get("visit", model.uid) == visit)

    @classmethod
    def of(cls, shop: Shop) -> list["ShopMerge"]:
        """What was merged into this shop and stands, the latest first, each with the entry that went."""
        return list(cls.select(cls, Shop).join(Shop, on=cls.gone).where(cls.kept == shop, cls.undone_at.is_null()).order_by(cls.uid.desc()))

    @property
    def moved(self) -> dict[str, int]:
        """How many rows of each kind stand at the other shop for it, by the name of their table."""
        counted = ShopMergeRow.select(ShopMergeRow.kind, peewee.fn.COUNT(ShopMergeRow.row)).where(ShopMergeRow.merge == self.uid)
        return dict(counted.group_by(ShopMergeRow.kind).tuples())

    def _take(self, model: type[Record], *of_these) -> None:
        """Write down which rows these are."""
        kind = peewee.Value(model._meta.table_name)
        rows = model.select(peewee.Value(self.uid), kind, model.uid).where(*of_these)
        ShopMergeRow.insert_from(rows, [ShopMergeRow.merge, ShopMergeRow.kind, ShopMergeRow.row]).on_conflict_ignore().execute()

    def _move(self, to: str) -> None:
        """Put all that was written down to this shop."""
        for field, model in hanging():
            rows = ShopMergeRow.select(ShopMergeRow.row).where(ShopMergeRow.merge == self.uid, ShopMergeRow.kind == model._meta.table_name)
            model.update({field: to}).where(model.uid.in_(rows), field.in_((self.kept_id, self.gone_id))).execute()


class ShopMergeRow(Model):
    """A row that a merge has moved, by the name of its table."""

    merge = peewee.ForeignKeyField(ShopMerge, on_delete="CASCADE")
    kind = peewee.CharField(40)
    row = peewee.CharField(36)

    class Meta:
        primary_key = peewee.CompositeKey("merge", "kind", "row")


def hanging() -> Iterator[tuple[peewee.Field, type[Record]]]:
    """Every column of a later room that names a shop, with its model."""
    return ((field, model) for field, model in Shop._meta.backrefs.items() if model not in (Shop, ShopMerge, ShopPair))


def free(model: type[Record], field: peewee.Field, kept: str) -> list:
    """Conditions for rows that the standing shop has room for: where it may have one alone, its own stays and so does the other's."""
    other = model.alias()
    if field.unique:
        return [~peewee.fn.EXISTS(other.select(other.uid).where(getattr(other, field.name) == kept))]
    found = []
    for names, unique in (index for index in model._meta.indexes if isinstance(index, tuple)):
        if unique and field.name in names:
            same = [getattr(other, name) == getattr(model, name) for name in names if name != field.name]
            found.append(~peewee.fn.EXISTS(other.select(other.uid).where(getattr(other, field.name) == kept, reduce(and_, same))))
    return found


def kept_from(kept: Shop, gone: Shop) -> dict:
    """What the one that goes knows and the one that stands does not."""
    filled = {name: getattr(gone, name) for name in FILLED if getattr(gone, name) and not getattr(kept, name)}
    if kept.lat is None and gone.lat is not None:
        filled |= {name: gone.__data__[name] for name in PLACE}
    return filled


def change(shop: Shop, facts: dict) -> None:
    for name, value in facts.items():
        setattr(shop, name, value)
    shop.seq = next_seq()
    shop.save()


def put_back(gone: Shop, before: dict) -> None:
    """As it was, but for a zone that there is no more and a manager who is gone."""
    manager = Person.get_or_none(Person.uid == before["manager"], Person.active)
    change(gone, {"merged_into": None, "zone": Zone.get_or_none(Zone.uid == before["zone"]), "manager": manager,
                  "status": before["status"], "to_check": before["to_check"]})


def told_both(merge: ShopMerge, by: str) -> None:
    """What is counted and drawn of either is done anew."""
    for shop in (merge.kept_id, merge.gone_id):
        events.record("shop.changed", shop, by=by, merge=merge.uid)

