"""Experts from a table into the pool: first what it would do, row by row, then exactly that. The same table twice changes nothing."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from flask_babel import force_locale
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import writing
from fieldapp.errors import Conflict
from fieldapp.experts.expert import Expert
from fieldapp.experts.field import FIELDS
from fieldapp.experts.form import LANGUAGES, Choices, ExpertInput, differences, form_of, phone_of, read_expert
from fieldapp.experts.sheet import BadSheet, SheetRow, read_sheet
from fieldapp.experts.words import PARTS, Names
from fieldapp.form import Reader, clean

# Our word for a column, then the titles under which it is known.
COLUMNS = {
    "name": ("성명", "이름", "전문위원", "name"),
    "qualification": ("자격", "자격증", "qualification"),
    "field": ("분야", "전문분야", "fields", "field"),
    "zone": ("권역", "담당권역", "zones", "zone"),
    "partner": ("소속", "협약기관", "소속/협약기관", "partner"),
    "capacity": ("정원", "capacity"),
    "mail": ("메일", "이메일", "전자우편", "mail", "email"),
    "phone": ("전화", "전화번호", "연락처", "휴대전화", "phone"),
    "note": ("메모", "비고", "note"),
}
TITLE_ROWS = 10  # among the first so many rows the titles must stand
OWN = ("구자체", "자체", "도봉구", "own", "district")
EVERYWHERE = ("모든권역", "전체", "모두", "전권역", "all")
VERDICTS = {"new": _("새로 등록"), "changed": _("바뀜"), "unchanged": _("그대로"), "refused": _("거절")}


@dataclass(frozen=True)
class Row:
    """What becomes of one row: `told` holds each changed part's name, what was and what is; `reasons` why it is refused."""

    line: int
    verdict: str
    name: str
    uid: str = ""
    entry: ExpertInput | None = None
    before: ExpertInput | None = None
    version: int = 1
    told: list[tuple[str, str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Every row below the titles with its verdict; `ignored` are the titles of columns that are not known."""

    rows: list[Row]
    ignored: list[str]
    titles_line: int

    def of(self, verdict: str) -> list[Row]:
        return [row for row in self.rows if row.verdict == verdict]

    @property
    def counts(self) -> dict[str, int]:
        return {verdict: len(self.of(verdict)) for verdict in VERDICTS}

    @property
    def changes(self) -> list[Row]:
        return [row for row in self.rows if row.verdict in ("new", "changed")]

    @property
    def mark(self) -> str:
        """The same for the same outcome: by it what is done is known to be what was shown."""
        told = [(row.line, row.verdict, row.uid, row.version, row.entry and asdict(row.entry)) for row in self.rows]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def plan_import(content: bytes) -> Plan:
    """What this file would do. Raises BadSheet where it is no table of experts."""
    rows = read_sheet(content)
    at = next((at for at, row in enumerate(rows[:TITLE_ROWS]) if "name" in _columns(row.cells)), None)
    if at is None:
        raise BadSheet(_("전문가 목록이 아닙니다. 없는 열: %(columns)s", columns=COLUMNS["name"][0]))
    titles = rows[at].cells
    columns = _columns(titles)
    known = set(columns.values())
    ignored = [" ".join(clean(title).split())[:60] for place, title in enumerate(titles) if title.strip() and place not in known]
    planner = _Planner(columns, len(titles))
    return Plan([planner.row(row) for row in rows[at + 1:]], ignored, rows[at].line)


def apply_import(content: bytes, by: str, shown: str | None = None) -> Plan:
    """Do what the file says, in one transaction. Raises Conflict where that is no longer what was `shown`."""
    with writing():
        plan = plan_import(content)
        if shown is not None and plan.mark != shown:
            raise Conflict(_("그 사이 전문가 목록이 바뀌었습니다. 다시 확인하고 가져와 주십시오."))
        experts = {expert.uid: expert for expert in Expert.select()}
        for row in plan.changes:
            assert row.entry
            if row.verdict == "new":
                Expert.enter(row.entry, by)
            else:
                experts[row.uid].change(row.entry, by, before=row.before)
        if plan.changes:
            events.record("experts.imported", "experts", by=by, new=plan.counts["new"], changed=plan.counts["changed"])
    return plan


class _Planner:
    """Goes through the rows in order and knows after each of them how the pool would then stand."""

    def __init__(self, columns: dict[str, int], width: int):
        self.columns, self.width = columns, width
        self.names, self.pool = Names(), _Pool()
        self.fields = _field_names()
        self.zones = {_plain(name).removesuffix("권역"): zone.uid
                      for zone in self.names.zones for name in (zone.name_ko, zone.name_en) if name}
        self.partners = {_plain(partner.name): partner.uid for partner in self.names.partners}
        people = {entry.person for entry in self.pool.entries.values() if entry.person}
        self.choices = Choices({partner.uid for partner in self.names.partners}, {zone.uid for zone in self.names.zones}, people)

    def row(self, row: SheetRow) -> Row:
        """The verdict on one row. Raises nothing, whatever stands in it."""
        cells = {word: clean(row.cells[place]) for word, place in self.columns.items() if place < len(row.cells)}
        name = " ".join(cells.get("name", "").split())[:60]
        if any(cell.strip() for cell in row.cells[self.width:]):
            return self._refused(row, name, _("열의 수가 제목 줄과 다릅니다"))
        if any(cell.startswith("=") for cell in cells.values()):
            return self._refused(row, name, _("수식에 값이 없습니다. 엑셀에서 열어 다시 저장해 주십시오"))
        mail, phone = cells.get("mail", ""), phone_of(cells.get("phone", ""))
        if not mail and not phone:
            return self._refused(row, name, _("메일이나 전화가 있어야 다음에도 같은 사람인 줄 압니다"))
        found, taken = self.pool.claim(mail, name, phone, row.line)
        if taken:
            return self._refused(row, name, _("%(line)s행과 같은 사람입니다", line=taken))
        if len(found) > 1:
            return self._refused(row, name, _("같은 메일이나 같은 이름·전화인 전문가가 %(n)s명입니다", n=len(found)))
        return self._verdict(row, name, cells, found[0])

    def _verdict(self, row: SheetRow, name: str, cells: dict[str, str], uid: str) -> Row:
        before = self.pool.entries.get(uid)
        form = self._form(before or ExpertInput(name=""), cells)
        entry = read_expert(form, self.choices)
        if form.errors:
            return self._refused(row, name, *(f"{PARTS.get(part, part)}: {text}" for part, text in form.errors.items()))
        if taken := self.pool.put(uid, entry):
            return self._refused(row, name, _("%(line)s행과 같은 사람입니다", line=taken))
        if before is None:
            return Row(row.line, "new", entry.name, "", entry)
        told = differences(before, entry)
        verdict = "changed" if told else "unchanged"
        return Row(row.line, verdict, entry.name, uid, entry, before, self.pool.versions[uid], self.names.told(told))

    def _refused(self, row: SheetRow, name: str, *reasons) -> Row:
        return Row(row.line, "refused", name, reasons=[str(reason) for reason in reasons])

    def _form(self, entry: ExpertInput, cells: dict[str, str]) -> Reader:
        """The entry as it stands, with what the row says laid over it; an empty cell says nothing."""
        said = {word: text for word, text in cells.items() if text}
        raw, unknown = form_of(entry), {}
        for word, known in (("field", self.fields), ("zone", self.zones)):
            if word in said:
                raw[word], unknown[word] = self._codes(said.pop(word), known, EVERYWHERE if word == "zone" else ())
        if "field" in unknown:
            raw["main_field"] = "".join(raw["field"][:1])  # the first that a row names is the main one
        if "partner" in said:
            raw["partner"], unknown["partner"] = self._partner(said.pop("partner"))
        form = Reader(raw | said)
        for word, names in unknown.items():
            if names:
                form.refuse(word, _("모르는 이름입니다: %(names)s", names=", ".join(names)[:200]))
        return form

    def _codes(self, text: str, known: dict[str, str], every: tuple[str, ...]) -> tuple[list[str], list[str]]:
        names = [name.strip() for name in re.split(r"[,，、;\n]", text) if name.strip()]
        plain = {name: _plain(name).removesuffix("권역") if every else _plain(name) for name in names if _plain(name) not in every}
        return [known[key] for key in plain.values() if key in known], [name for name, key in plain.items() if key not in known]

    def _partner(self, text: str) -> tuple[str, list[str]]:
        plain = _plain(text)
        if plain in self.partners:
            return self.partners[plain], []
        return "", [] if plain in OWN else [text]


class _Pool:
    """Everyone as they would stand after the rows so far, found by mail or by name and phone.

    A row claims whom it names, whatever becomes of it, so that a later row for the same person is refused, now and the next time.
    """

    def __init__(self) -> None:
        experts = list(Expert.select())
        uids = [expert.uid for expert in experts]
        fields, zones = Expert.fields_of(uids), Expert.zones_of(uids)
        self.versions = {expert.uid: expert.version for expert in experts}
        self.entries: dict[str, ExpertInput] = {}
        self._claimed: dict[str, int] = {}
        self._known: dict[tuple, dict[str, None]] = defaultdict(dict)
        for expert in experts:
            self.put(expert.uid, expert.entry_with([row.field for row in fields[expert.uid]], [zone.uid for zone in zones[expert.uid]]))

    def claim(self, mail: str, name: str, phone: str, line: int) -> tuple[list[str], int]:
        """Whom a row names (someone new where nobody is found), and the earlier row that shares a mail or a name and phone, or 0."""
        keys = list(_keys(mail, name, phone))
        found = next((list(self._known[key]) for key in keys if self._known[key]), [f"row-{line}"])
        taken = self._taken(keys)
        for uid in found:
            self._claimed.setdefault(uid, line)
        for key in keys:
            self._known[key][found[0]] = None
        return found, taken

    def put(self, uid: str, entry: ExpertInput) -> int:
        """Note how this one stands after a row; 0. Where it would be someone whom an earlier row named: note nothing, that row's line."""
        keys = list(_keys(entry.mail, entry.name, entry.phone))
        if taken := self._taken(keys, but=uid):
            return taken
        if uid in self.entries:
            old = self.entries[uid]
            for key in _keys(old.mail, old.name, old.phone):
                self._known[key].pop(uid, None)
        self.entries[uid] = entry
        for key in keys:
            self._known[key][uid] = None
        return 0

    def _taken(self, keys: list[tuple], but: str = "") -> int:
        return next((self._claimed[uid] for key in keys for uid in self._known[key] if uid in self._claimed and uid != but), 0)


def _keys(mail: str, name: str, phone: str) -> Iterator[tuple]:
    """By what someone is known, the better one first."""
    if mail:
        yield "mail", mail.lower()
    if phone:
        yield "who", name, phone


def _columns(titles: list[str]) -> dict[str, int]:
    """Where each of our words stands among the titles; of two the first counts."""
    places = {_plain(title): place for place, title in reversed(list(enumerate(titles)))}
    return {word: places[_plain(name)] for word, names in COLUMNS.items() for name in reversed(names) if _plain(name) in places}


def _field_names() -> dict[str, str]:
    """The ten fields by code and by their names in every language."""
    names = {code: code for code in FIELDS}
    for language in LANGUAGES:
        with force_locale(language):
            names |= {_plain(str(name)): code for code, name in FIELDS.items()}
    return names


def _plain(text: str) -> str:
    """A name as it is compared: without blanks, dots, hyphens and strokes, small."""
    return re.sub(r"[\W_]", "", clean(text)).lower()
