"""Shops from what was read of a register into the database, so that the same file twice changes nothing."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from fieldapp import events
from fieldapp.database import next_seq, now, writing
from fieldapp.shops.facts import Place, Refused, ShopFacts
from fieldapp.shops.judge import OF_THE_SHOP, Judge, Known, known_among
from fieldapp.shops.plan import Plan, Row, Tell, register_of, rows_file
from fieldapp.shops.shop import Shop
from fieldapp.shops.shop_import import ShopImport, ShopImportChange
from fieldapp.shops.verdicts import every, place_of

BATCH = 250  # rows in one transaction: short, so that visits get in between
LONGEST_REST = 0.1  # seconds between two batches, in which others write: as long as the batch took, at most this


class Stopped(Exception):
    """Whoever works is to end, or another has taken it over."""


@dataclass
class Summary:
    """What a file brought: each row is one of new, changed, unchanged, duplicate, superseded, elsewhere, refused.

    Of the first three, `outside` counts those outside the gu and `zoneless` those without a zone; `repaired` counts rows, `vanished` shops.
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
    vanished: int = 0
    note: str = ""  # key of plan.NOTES: why nothing was marked as vanished
    header: list[str] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    repairs: list[tuple[int, str]] = field(default_factory=list)  # line, key of REPAIRS
    replaced: list[tuple[int, int]] = field(default_factory=list)  # line that does not count, line that does

    @property
    def refused(self) -> int:
        return len(self.refusals)


def import_shops(path: str | Path, progress: Tell | None = None, source: str = "", only_own: bool = False) -> Summary:
    """Bring in the file's shops at once; `only_own` leaves out the rows of another gu. Raises BadRegister before any change.

    It stands among the imports as one from the screen does. Raises Conflict while another writes.
    """
    path, tell = Path(path), progress or (lambda _done, _steps: None)
    register = register_of(path, source)
    steps = register.lines * 3  # it is read, compared and written
    run = ShopImport.receive(file=path.name[-200:], sha256=digest_of(path), size=path.stat().st_size, source=register.source,
                             only_own=only_own)
    run = ShopImport.claim(run.uid) or run
    try:
        show(run, Plan(run, register, lambda done, _steps: tell(done, steps)).make())
        run.confirm("")
        run = ShopImport.claim(run.uid) or run
        apply(run, lambda done, rows: tell(register.lines * 2 + done * register.lines // (rows or 1), steps))
        tell(steps, steps)
    except BaseException:
        run.turn("failed", problem="broken", stage="confirmed" if run.shown_at else "received")
        raise
    return summary_of(run)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def show(run: ShopImport, plan: Plan) -> None:
    """Keep what was planned, to be confirmed. Raises Stopped where another has taken it over."""
    register = plan.register
    texts = {"header": json.dumps(register.header), "sample": json.dumps(register.sample()), "counts": json.dumps(plan.counts)}
    facts = {"note": plan.note, "source": register.source, "version": plan.version, "rows": plan.counts["rows"]}
    if not run.put(state="shown", shown_at=now(), tries=0, done=0, **texts, **facts):
        raise Stopped


def summary_of(run: ShopImport) -> Summary:
    counts, written = run.counted, run.was_written
    told = {name: counts.get(name, 0) for name in ("duplicate", "superseded", "elsewhere", "outside", "repaired", "zoneless")}
    told |= {name: written.get(name, 0) for name in ("new", "changed", "unchanged", "vanished")}
    return Summary(
        **told, note=run.note, header=run.titles,
        refusals=[Refused(one["line"], one["reason"], one.get("detail", ""), one.get("cells", [])) for one in every(run.folder, "refused")],
        repairs=[(one["line"], repair) for one in every(run.folder, "repaired") for repair in one["repairs"]],
        replaced=[(one["line"], one["other"]) for one in every(run.folder, "superseded")])


def apply(run: ShopImport, tell: Tell) -> None:
    """Write what was read, batch by batch, from where it stands. Raises Stopped where `tell` does, or another has taken it over."""
    _Writer(run, tell).write()


class _Writer:
    def __init__(self, run: ShopImport, tell: Tell):
        self.run, self.tell, self.judge = run, tell, Judge()
        self.counts = Counter(run.was_written)
        without = ("superseded",) if run.doubtful else ("superseded", "doubtful")
        self.left_out = {one["line"] for verdict in without for one in every(run.folder, verdict)}

    def write(self) -> None:
        for batch, position in batches(rows_file(self.run), self.run.position):
            rows = [row for row in map(Row.of, batch) if row.line not in self.left_out]
            placed = [(row, self.judge.place(row.facts)) for row in rows]
            self.in_turn(self.write_rows, placed, len(batch), position=position)
        for batch, position in batches(place_of(self.run.folder, "vanished"), self.run.position_gone):
            self.in_turn(self.mark_vanished, [json.loads(line)["uid"] for line in batch], len(batch), position_gone=position)
        self.finish()

    def in_turn(self, work: Callable, told: list, steps: int, **position: int) -> None:
        """One batch and how far it is, in one transaction; then others have a turn."""
        began = time.monotonic()
        with writing():
            work(told)
            if not self.run.put(done=self.run.done + steps, written=json.dumps(self.counts), **position):
                raise Stopped
        took = time.monotonic() - began
        self.tell(self.run.done, self.run.rows)
        time.sleep(min(took, LONGEST_REST))

    def write_rows(self, rows: list[tuple[Row, Place]]) -> None:
        self.judge.look_again()
        known = known_among(row.facts for row, _where in rows)
        acts = [(row, where, known.get(row.facts.key)) for row, where in rows]
        judged = [(self.judge.act(row.digest, one, where), row, where, one) for row, where, one in acts]
        changing = [one.uid for act, _row, _where, one in judged if one and act != "unchanged"]
        shops = {shop.uid: shop for shop in Shop.select().where(Shop.uid.in_(changing))} if changing else {}
        fresh = sum(one is None for _act, _row, _where, one in judged)
        seqs = iter(range(next_seq(fresh) - fresh + 1, 1 << 62)) if fresh else iter(())
        for act, row, where, one in judged:
            if act == "unchanged" and one:
                self.leave(one, row.facts)
                continue
            columns = self.judge.columns(act, row.facts, row.digest, one, where) | self.beside(row.facts, one)
            if one is None:
                self.register(columns | {"seq": next(seqs)}, row.digest)
            else:
                self.change(shops[one.uid], columns)

    def beside(self, facts: ShopFacts, known: Known | None) -> dict[str, Any]:
        """How its list wrote it, and by which list's codes; the code keeps its version while it and its name stay."""
        told = json.dumps(facts.told, ensure_ascii=False) if facts.told else ""
        before = (known.told, known.industry_code, known.industry) if known else ("", "", "")
        found: dict[str, Any] = {"told": told} if told != before[0] else {}
        if before[1:] != (facts.industry_code, facts.industry) and (facts.industry_code or before[1]):
            found |= {"industry_code": facts.industry_code, "industry_version": self.run.version if facts.industry_code else ""}
        return found

    def leave(self, known: Known, facts: ShopFacts) -> None:
        """An unchanged shop, but for what stands beside its content: nothing of that is on a phone."""
        self.counts["unchanged"] += 1
        if beside := self.beside(facts, known):
            Shop.update(**beside).where(Shop.uid == known.uid).execute()

    def register(self, columns: dict, digest: str) -> None:
        self.note(Shop.create(**columns), "new", {}, {"source_hash": digest})

    def change(self, shop: Shop, columns: dict) -> None:
        before = {name: shop.__data__[name] for name, value in columns.items() if shop.__data__[name] != value}
        shop.touch(**columns)
        told = sorted(name for name in before if name in OF_THE_SHOP)
        events.record("shop.changed", shop.uid, by=self.run.person, file=self.run.file, fields=told)
        self.note(shop, "changed", before, {name: columns[name] for name in before})

    def mark_vanished(self, uids: list[str]) -> None:
        """Those of these that are still open, and are not marked yet."""
        for shop in Shop.select().where(Shop.uid.in_(uids), Shop.status == "open", Shop.to_check == False):  # noqa: E712
            shop.touch(to_check=True)
            events.record("shop.unlisted", shop.uid, by=self.run.person, file=self.run.file)
            self.note(shop, "vanished", {"to_check": False}, {"to_check": True})

    def note(self, shop: Shop, kind: str, before: dict, after: dict) -> None:
        ShopImportChange.create(run=self.run.uid, shop=shop.uid, kind=kind, name=shop.title[:300],
                                before=json.dumps(before, ensure_ascii=False), after=json.dumps(after, ensure_ascii=False))
        self.counts[kind] += 1

    def finish(self) -> None:
        with writing():
            if not self.run.put(state="done", done_at=now(), written=json.dumps(self.counts), problem=""):
                raise Stopped
            if self.counts["new"] or self.counts["changed"] or self.counts["vanished"]:
                events.record("shops.imported", self.run.uid, by=self.run.person, file=self.run.file, **self.counts)


def batches(place: Path, position: int) -> Iterable[tuple[list[bytes], int]]:
    """The lines of a file from a place on (bytes), some hundred at a time, with the place behind them."""
    if not place.is_file():
        return
    with place.open("rb") as file:
        file.seek(position)
        while batch := list(islice(file, BATCH)):
            position += sum(map(len, batch))
            yield batch, position
