"""What a file would do: it is read once, row by row, into what the rows say; then that is held against the register.

In memory are the keys of the file's rows, eighty bytes each, and what is compared of the known shops of its source. Rows that can be
read wait in `rows.jsonl`, from which they are shown and then written, so that what is done is what was shown.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flask_babel import lazy_gettext as _

from fieldapp.database import bare
from fieldapp.shops.columns import key_of
from fieldapp.shops.facts import REPAIRS, Place, Refused, ShopFacts, normalise, tidy
from fieldapp.shops.judge import OF_THE_SHOP, Judge, Known, known_of
from fieldapp.shops.register import SEMAS_SOURCE, Register, UnknownColumns
from fieldapp.shops.shop import Shop
from fieldapp.shops.shop_import import ShopImport, ShopImportColumns
from fieldapp.shops.verdicts import Verdicts, legible
from fieldapp.zones import Zone

STEP = 500  # rows between two words of how far it is
READ, COMPARED = ("refused", "duplicate", "superseded", "elsewhere"), ("new", "changed", "doubtful", "vanished", "unchanged")
DOUBTS = REPAIRS | {"outside": _("구 밖의 점포입니다"), "twin": _("같은 이름과 주소의 점포가 이미 있습니다")}
NOTES = {
    "partial": _("등록된 점포의 절반 이상이 이 파일에 없습니다. 한 분기의 전체 파일이 아닌 것으로 보고 ‘확인 필요’로 표시하지 않습니다."),
    "cut": _("파일이 중간에서 끊겨, 없는 점포를 ‘확인 필요’로 표시하지 않습니다."),
    "older": _("더 새로운 분기를 이미 가져와서, 없는 점포를 ‘확인 필요’로 표시하지 않습니다."),
}
QUARTER = re.compile(r"(?<!\d)(20\d\d)[-_.년 ]*(0[1-9]|1[0-2])(?!\d)")
LINE_BITS = 64
ROWS = "rows.jsonl"

Tell = Callable[[int, int], None]  # steps done, steps in all; may raise to end the work


class Row(NamedTuple):
    """A readable row as it waits to be written."""

    line: int
    digest: str
    repairs: list[str]
    facts: ShopFacts

    def text(self) -> str:
        facts = self.facts
        return json.dumps([self.line, self.digest, self.repairs, *(getattr(facts, name) for name in ShopFacts.__match_args__)],
                          ensure_ascii=False) + "\n"

    @classmethod
    def of(cls, text: bytes | str) -> "Row":
        line, digest, repairs, *facts = json.loads(text)
        return cls(line, digest, repairs, ShopFacts(*facts))


class Latest:
    """Of each shop the last line that says something else than the one before, with a mark of what it says."""

    def __init__(self) -> None:
        self.lines: dict[bytes, int] = {}

    def put(self, facts: ShopFacts, line: int, digest: str) -> tuple[str, int]:
        """What this line is to an earlier one of the same shop ('', duplicate, superseded), and which that is."""
        key, mark = key_of_shop(facts), int(digest[:16], 16)
        before, said = divmod(self.lines.get(key, 0), 1 << LINE_BITS)
        if before and said == mark:
            return "duplicate", before
        self.lines[key] = line << LINE_BITS | mark
        return "superseded" if before else "", before

    def counts(self, facts: ShopFacts, line: int, digest: str) -> bool:
        return self.lines[key_of_shop(facts)] == line << LINE_BITS | int(digest[:16], 16)


def key_of_shop(facts: ShopFacts) -> bytes:
    return blake2b(f"{facts.source}\n{facts.source_id}".encode(), digest_size=16).digest()


def register_of(path: Path, source: str) -> Register:
    """The file as a register, by the names that its columns were given before, where they were. Raises BadRegister, UnknownColumns."""
    try:
        return Register(path, source)
    except UnknownColumns as problem:
        named, told = ShopImportColumns.remembered(key_of(problem.header))
        if not named and not told:
            raise
        return Register(path, source or told, named)


def version_of(register: Register, file: str) -> str:
    """By what the codes of industries are to be understood: the quarter in the file's name, else a mark of its titles."""
    found = QUARTER.search(file)
    return f"{found[1]}-{found[2]}" if found else f"titles-{key_of(register.header)[:8]}"


class Plan:
    """Reads a register for one import, and compares. `counts` are by verdict, with some that say more of the same rows."""

    def __init__(self, run: ShopImport, register: Register, tell: Tell):
        self.run, self.register, self.tell = run, register, tell
        self.judge, self.latest = Judge(), Latest()
        self.counts: Counter[str] = Counter()
        self.note, self.version = "", version_of(register, run.file)
        self.known: dict[str, dict[str, Known]] = {}
        self.seen: set[str] = set()  # numbers of known shops that some row names, whatever became of the row

    @property
    def rows_file(self) -> Path:
        return rows_file(self.run)

    def make(self) -> "Plan":
        self.run.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Verdicts(self.run.folder, (*READ, "repaired")) as out, open(self.rows_file, "w", encoding="utf-8", errors="replace") as file:
            for count, row in enumerate(self.register.rows(), 1):
                if count % STEP == 0:
                    self.tell(row.line, self.register.lines * 2)
                self.counts["rows"] += 1
                if found := self._read(row, out):
                    file.write(found.text())
        self.counts.update(out.counts)
        with Verdicts(self.run.folder, COMPARED) as out:
            self._compare(out)
        self.counts.update(out.counts)
        self.tell(self.register.lines * 2, self.register.lines * 2)
        return self

    def known_in(self, source: str) -> dict[str, Known]:
        if source not in self.known:
            self.known[source] = known_of(source)
        return self.known[source]

    def _read(self, row, out: Verdicts) -> Row | None:
        self._note_seen(row.values)
        if self.run.only_own and self.judge.is_elsewhere(tidy(row.values.get("gu_code", ""))[:5]):
            out.put("elsewhere", row.line, name=legible(row.values.get("name", "")[:100]),
                    address=legible(row.values.get("address_road", "")[:200]))
            return None
        found = normalise(row)
        if isinstance(found, Refused):
            out.put("refused", row.line, reason=found.reason, detail=legible(found.detail), cells=[*map(legible, found.cells)])
            return None
        facts, repairs = found
        if repairs:
            out.put("repaired", row.line, repairs=repairs)
        digest = facts.hash
        again, line = self.latest.put(facts, row.line, digest)
        if again:
            told, other = (row.line, line) if again == "duplicate" else (line, row.line)
            out.put(again, told, name=facts.name, address=facts.address_road, other=other)
        return Row(row.line, digest, repairs, facts) if again != "duplicate" else None

    def _note_seen(self, values: dict[str, str]) -> None:
        if self.register.is_semas and values:
            number = tidy(values.get("source_id", ""))
            if number in self.known_in(self.register.source):
                self.seen.add(number)

    def _compare(self, out: Verdicts) -> None:
        twins, done = Twins(), 0
        zones = dict(Zone.select(Zone.uid, Zone.name_ko).tuples())
        with open(self.rows_file, encoding="utf-8") as file:
            rows = map(Row.of, file)
            while batch := list(islice(rows, STEP)):
                done += len(batch)
                self.tell(self.register.lines + min(self.register.lines, done), self.register.lines * 2)
                judged = [self._judged(row) for row in batch if self.latest.counts(row.facts, row.line, row.digest)]
                before = shops_as_they_are([known.uid for _row, known, _where, act in judged if known and act == "changed"])
                for row, known, where, act in judged:
                    self._tell(out, row, known, where, act, before, twins, zones)
        self._vanished(out)

    def _judged(self, row: Row) -> tuple[Row, Known | None, Place, str]:
        known, where = self.known_in(row.facts.source).get(row.facts.source_id), self.judge.place(row.facts)
        return row, known, where, self.judge.act(row.digest, known, where)

    def _tell(self, out: Verdicts, row: Row, known: Known | None, where: Place, act: str, before: dict[str, dict], twins: "Twins",
              zones: dict[str, str]) -> None:
        facts, zone = row.facts, self.judge.zone(known, where)
        self.counts["outside"] += where.outside
        self.counts["zoneless"] += zone is None
        doubts = list(dict.fromkeys(row.repairs)) + ["outside"] * where.outside + ["twin"] * (act == "new" and twins.has(facts))
        verdict = "unchanged" if act == "unchanged" else "doubtful" if doubts and act != "placed" else "new" if act == "new" else "changed"
        told = [[name, text(before[known.uid][name]), text(getattr(facts, name))] for name in OF_THE_SHOP
                if known and known.uid in before and before[known.uid][name] != getattr(facts, name)]
        if known and act != "unchanged":
            told += [["zone", "", zones.get(zone or "", "")]] * (zone != known.zone) + [["to_check", "✓", ""]] * known.to_check
            told += [["manager", "", "✓"]] * (known.manager is None and bool(self.judge.managers.of(zone)))
        out.put(verdict, row.line, name=f"{facts.name} {facts.branch}".strip(), address=facts.address_road or facts.address_lot,
                act=act, doubts=doubts if verdict == "doubtful" else [], told=told)

    def _vanished(self, out: Verdicts) -> None:
        """Shops of a quarterly list that no row names any more: they are to be checked, and nothing else happens to them."""
        if not self.register.is_semas or self.register.source != SEMAS_SOURCE:
            return
        known = self.known_in(SEMAS_SOURCE)
        gone = [one for number, one in known.items() if number not in self.seen and one.status == "open"]
        fresh = [one for one in gone if not one.to_check]
        if fresh:
            doubt = "partial" if len(gone) * 2 > len(known) else ""
            self.note = "cut" if self.register.cut else "older" if is_older(self.version) else doubt
        for one in fresh if not self.note else []:
            out.put("vanished", 0, uid=one.uid, name=one.name)


class Twins:
    """Names and addresses of all known shops: a new number for one of these may be no new shop."""

    def __init__(self) -> None:
        self.marks = {mark for row in bare(Shop.select(Shop.name, Shop.branch, Shop.address_road)) if (mark := self.mark(*row))}

    def has(self, facts: ShopFacts) -> bool:
        mark = self.mark(facts.name, facts.branch, facts.address_road)
        return mark is not None and mark in self.marks

    @staticmethod
    def mark(name: str, branch: str, address: str) -> int | None:
        """Without blanks, and the address up to its house number."""
        house = "".join(re.split(r"[,(]", address, maxsplit=1)[0].split())
        return hash(("".join(f"{name}{branch}".lower().split()), house)) if house else None


def rows_file(run: ShopImport) -> Path:
    return run.folder / ROWS


def shops_as_they_are(uids: list[str]) -> dict[str, dict]:
    columns = [getattr(Shop, name) for name in OF_THE_SHOP]
    return {row["uid"]: row for row in Shop.select(Shop.uid, *columns).where(Shop.uid.in_(uids)).dicts()} if uids else {}


def is_older(version: str) -> bool:
    """Whether a newer quarter than this has been brought in."""
    newer = ShopImport.select().where(ShopImport.source == SEMAS_SOURCE, ShopImport.state == "done", ShopImport.version > version,
                                      ShopImport.version.startswith("20"))
    return version.startswith("20") and newer.exists()


def text(value) -> str:
    return "" if value is None else str(value)
