"""Shops from a register file into the database, so that the same file twice changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from peewee import fn

from fieldapp import events
from fieldapp.database import SEOUL, next_seq, now, writing
from fieldapp.people import Grant
from fieldapp.shops.facts import Place, Refused, ShopFacts, normalise, place
from fieldapp.shops.register import Register
from fieldapp.shops.shop import Shop, searchable
from fieldapp.zones import Dong, known_borders, tile_at

BATCH = 500  # rows in one transaction: short, so that visits get in between
OF_THE_SHOP = ("source", "source_id", "name", "branch", "industry", "address_road", "address_lot", "phone", "floor",
               "unit", "lat", "lon")

Progress = Callable[[int, int], None]  # lines done, lines in all


@dataclass
class Summary:
    """What a file brought: each row is one of new, changed, unchanged, duplicate, superseded, elsewhere, refused.

    Of the first three, `outside` counts those outside the gu and `zoneless` those without a zone; `repaired` counts rows.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0  # the same row again in this file
    superseded: int = 0  # the same shop with other content later in this file, which counts
    elsewhere: int = 0  # another gu's, left out because that was asked for
    outside: int = 0
    repaired: int = 0
    zoneless: int = 0
    header: list[str] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    repairs: list[tuple[int, str]] = field(default_factory=list)  # line, key of REPAIRS
    replaced: list[tuple[int, int]] = field(default_factory=list)  # line that does not count, line that does

    @property
    def refused(self) -> int:
        return len(self.refusals)


def import_shops(path: str | Path, progress: Progress | None = None, source: str = "",
                 only_own: bool = False) -> Summary:
    """Bring in the file's shops; `only_own` leaves out the rows of another gu. Raises BadRegister before any change.

    The file is read twice, since which row of a shop counts is known at its end only.
    """
    return _Import(Register(path, source), progress or (lambda done, lines: None), only_own).run()


class _Import:
    def __init__(self, register: Register, progress: Progress, only_own: bool):
        self.register, self.progress, self.only_own = register, progress, only_own
        self.borders = known_borders()
        self.zones: dict[str, str] = {}
        self.managers = _Managers()
        self.summary = Summary(header=register.header)

    def run(self) -> Summary:
        counting = self._survey()
        rows = ((facts, place(facts, self.borders)) for line, facts in self._read(1) if line in counting)
        while batch := list(islice(rows, BATCH)):
            with writing():
                # A border may have moved since the batch before.
                self.zones = {dong.code8: dong.zone_id for dong in Dong.select(Dong.code8, Dong.zone)}
                self._write(batch)
        self.progress(self.register.lines * 2, self.register.lines * 2)
        return self.summary

    def _survey(self) -> set[int]:
        """The lines that count: of each shop the last that says something else than the one before."""
        summary = self.summary
        last: dict[tuple[str, str], tuple[int, str]] = {}
        for line, facts in self._read(0, summary):
            line_before, hash_before = last.get(facts.key, (0, ""))
            if facts.hash == hash_before:
                summary.duplicate += 1
                continue
            if line_before:
                summary.superseded += 1
                summary.replaced.append((line_before, line))
            last[facts.key] = line, facts.hash
        return {line for line, _hash in last.values()}

    def _read(self, turn: int, summary: Summary | None = None) -> Iterator[tuple[int, ShopFacts]]:
        """Line and facts of the readable rows, 500 lines a step of progress; notes the others in `summary`."""
        for count, row in enumerate(self.register.rows()):
            if count % BATCH == 0:
                self.progress(row.line + turn * self.register.lines, self.register.lines * 2)
            found = normalise(row)
            if isinstance(found, Refused):
                if summary:
                    summary.refusals.append(found)
                continue
            facts, repairs = found
            if self.only_own and facts.gu_code and facts.gu_code not in self.borders.gus:
                if summary:
                    summary.elsewhere += 1
                continue
            if summary and repairs:
                summary.repaired += 1
                summary.repairs += [(row.line, repair) for repair in repairs]
            yield row.line, facts

    def _write(self, batch: list[tuple[ShopFacts, Place]]) -> None:
        known = _known(facts for facts, _place in batch)
        fresh = []
        for facts, where in batch:
            shop = known.get(facts.key)
            zone = (shop.zone_id if shop else None) or self.zones.get(where.dong or "")
            self.summary.outside += where.outside
            self.summary.zoneless += zone is None
            if shop is None:
                fresh.append(self._columns(facts, where) | {
                    "zone": zone, "manager": self.managers.choose(zone), "seq": next_seq()})
            elif shop.source_hash != facts.hash:
                self._change(shop, zone, self._columns(facts, where))
            elif zone != shop.zone_id:  # borders have come since
                self._change(shop, zone, {"dong": where.dong, "outside": where.outside})
            elif shop.manager_id is None and self.managers.of(zone):  # or the zone's managers have
                self._change(shop, zone, {})
            else:
                self.summary.unchanged += 1
        if fresh:
            Shop.insert_many(fresh).execute()
            self.summary.new += len(fresh)
            events.record("shops.imported", self.register.path.name[:80], new=len(fresh))

    def _columns(self, facts: ShopFacts, where: Place) -> dict:
        columns = {name: getattr(facts, name) for name in OF_THE_SHOP}
        words = searchable(facts.name, facts.branch, facts.industry, facts.address_road, facts.address_lot)
        return columns | {"source_hash": facts.hash, "search": words, "dong": where.dong, "outside": where.outside,
                          "tile": tile_at(facts.lat, facts.lon)}

    def _change(self, shop: Shop, zone: str | None, columns: dict) -> None:
        """Take over what the file says. Zone and manager are kept; a shop that had none gets one."""
        columns |= {"zone": zone, "manager": shop.manager_id or self.managers.choose(zone)}
        shop.touch(**columns)
        told = sorted(name for name in OF_THE_SHOP if columns.get(name, getattr(shop, name)) != getattr(shop, name))
        events.record("shop.changed", shop.uid, file=self.register.path.name, fields=told)
        self.summary.changed += 1


def _known(batch: Iterable[ShopFacts]) -> dict[tuple[str, str], Shop]:
    ids: dict[str, list[str]] = {}
    for facts in batch:
        ids.setdefault(facts.source, []).append(facts.source_id)
    return {(shop.source, shop.source_id): shop for source, source_ids in ids.items()
            for shop in Shop.select().where(Shop.source == source, Shop.source_id.in_(source_ids))}


class _Managers:
    """Who gets a new shop: of the zone's active managers of today the one with the fewest."""

    def __init__(self):
        shops = Shop.select(Shop.manager, fn.COUNT(Shop.uid)).where(Shop.manager.is_null(False))
        self.loads = Counter(dict(shops.group_by(Shop.manager).tuples()))
        self.of_zone: dict[str, list[str]] = {}

    def of(self, zone: str | None) -> list[str]:
        if zone and zone not in self.of_zone:
            holders = Grant.holders(zone, now().astimezone(SEOUL).date())
            self.of_zone[zone] = [person.uid for person in holders if person.is_manager]
        return self.of_zone.get(zone or "", [])

    def choose(self, zone: str | None) -> str | None:
        chosen = min(self.of(zone), key=lambda uid: self.loads[uid], default=None)
        if chosen:
            self.loads[chosen] += 1
        return chosen
