"""An import taken back: what it made goes where nothing hangs on it, what it changed stands as before where it was not changed again."""

import json
import time

from fieldapp import events
from fieldapp.database import in_turn, next_seq, writing
from fieldapp.shops.importing import BATCH, LONGEST_REST, Stopped
from fieldapp.shops.pair import ShopPair
from fieldapp.shops.plan import Tell
from fieldapp.shops.shop import Departure, Shop
from fieldapp.shops.shop_import import ShopImport, ShopImportChange
from fieldapp.zones import Zone


def undo(run: ShopImport, tell: Tell) -> None:
    """Take back every change of an import that is not taken back yet. Raises Stopped where `tell` does, or another has taken it over."""
    after = ""
    changes = ShopImportChange.select().where(ShopImportChange.run == run.uid, ShopImportChange.left == "").order_by(ShopImportChange.shop)
    while batch := list(changes.where(ShopImportChange.shop > after).limit(BATCH)):
        after, began = batch[-1].shop, time.monotonic()
        with writing():
            in_turn()
            undo_batch(run, batch)
            if not run.put(done=run.done + len(batch)):
                raise Stopped
        took = time.monotonic() - began
        tell(run.done, run.rows)
        time.sleep(min(took, LONGEST_REST))
    if not run.turn("undone"):
        raise Stopped


def undo_batch(run: ShopImport, batch: list[ShopImportChange]) -> None:
    uids = [change.shop for change in batch]
    shops = {shop.uid: shop for shop in Shop.select().where(Shop.uid.in_(uids))}
    used = hanging_on(uids)
    for change in batch:
        change.left = undo_one(run, change, shops.get(change.shop), change.shop in used)
        ShopImportChange.update(left=change.left).where(ShopImportChange.run == run.uid, ShopImportChange.shop == change.shop).execute()


def hanging_on(uids: list[str]) -> set[str]:
    """Those of these shops to which some row of a later room refers: a visit, a referral, a consent, whatever it is."""
    return {shop for field, model in Shop._meta.backrefs.items() if model is not ShopPair
            for (shop,) in model.select(field).where(field.in_(uids)).distinct().tuples()}


def undo_one(run: ShopImport, change: ShopImportChange, shop: Shop | None, used: bool) -> str:
    """Take one change back; 'back', or why it was left."""
    if shop is None:
        return "back"  # a later hand has removed it
    after = json.loads(change.after)
    if change.kind == "new" and used:
        return "hangs"
    if any(shop.__data__[name] != value for name, value in after.items()):
        return "changed"
    if change.kind == "new":
        remove(run, shop)
    else:
        put_back(run, shop, json.loads(change.before))
    return "back"


def remove(run: ShopImport, shop: Shop) -> None:
    number = next_seq()  # by which the register's search hears of it too
    if shop.zone_id:
        Departure.create(zone=shop.zone_id, shop=shop.uid, seq=number)
    Shop.delete().where(Shop.uid == shop.uid).execute()
    events.record("shop.removed", shop.uid, by=run.person, name=shop.title, file=run.file)


def put_back(run: ShopImport, shop: Shop, before: dict) -> None:
    if "zone" in before:
        shop.move_to(Zone.get_or_none(Zone.uid == before["zone"]), **{name: value for name, value in before.items() if name != "zone"})
    else:
        shop.touch(**before)
    events.record("shop.changed", shop.uid, by=run.person, file=run.file, fields=sorted(before), undone=True)
