"""What a row of a register says about a shop, cleaned; or why it says nothing that can be kept."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from operator import attrgetter

from flask_babel import lazy_gettext as _

from fieldapp.form import clean
from fieldapp.shops.register import SourceRow
from fieldapp.zones import Borders, code8, in_korea

# The longest text that a shop's columns hold. A longer one is refused where it names the shop, else cut and noted.
LIMITS = {"source": 60, "source_id": 80, "name": 200, "branch": 100, "industry": 100, "industry_code": 20, "address_road": 300,
          "address_lot": 300, "phone": 60, "floor": 20, "unit": 20, "dong_name": 60}
NAMING = {"source": "no-source", "source_id": "no-id", "name": "no-name"}

REASONS = {
    "undecodable": _("글자가 깨져 읽을 수 없습니다"),
    "columns": _("열의 수가 제목 줄과 다릅니다"),
    "cut": _("파일이 이 행의 중간에서 끊겼습니다"),
    "formula": _("수식에 값이 없습니다. 엑셀에서 열어 다시 저장해 주십시오"),
    "no-source": _("출처가 없습니다"),
    "no-id": _("업소 번호가 없습니다"),
    "no-name": _("상호가 없습니다"),
    "too-long": _("상호나 번호가 너무 깁니다"),
    "bad-coordinates": _("좌표가 숫자가 아닙니다"),
    "outside-korea": _("좌표가 대한민국 밖입니다"),
}
REPAIRS = {
    "swapped": _("위도와 경도가 바뀌어 있어 바로잡았습니다"),
    "half-point": _("위도와 경도 가운데 하나가 없어 좌표 없이 두었습니다"),
    "cut": _("너무 긴 내용을 잘랐습니다"),
}

KEPT_AS_TOLD = ("name", "address_road", "address_lot", "phone")  # what is tidied is kept as it was written, too
LONGEST_TOLD = 300  # letters

_QUOTED = re.compile(r'="([^"]*)"')  # how a text is written that a spreadsheet shall not take for a number
_TWICE_THE_CITY = re.compile(r"^((\S\S)(?:특별시|광역시)) \2 ")


@dataclass(frozen=True)
class ShopFacts:
    """A shop as its source tells it. `lat` and `lon` are WGS84 degrees, both None where there is no point.

    `told` holds, of what was tidied, how it was written. It and the code of the industry stand beside the content: they change no hash.
    """

    source: str
    source_id: str
    name: str
    branch: str
    industry: str
    address_road: str
    address_lot: str
    phone: str
    floor: str
    unit: str
    gu_code: str  # five digits, or ''
    dong_code: str  # eight MOIS digits, or ''
    dong_name: str
    lat: float | None
    lon: float | None
    industry_code: str = ""
    told: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.source_id

    @property
    def hash(self) -> str:
        """The same for the same content, whatever file it came in."""
        return hashlib.sha256(json.dumps(_content(self), ensure_ascii=False).encode()).hexdigest()


_content = attrgetter("source", "source_id", "name", "branch", "industry", "address_road", "address_lot", "phone", "floor", "unit",
                      "gu_code", "dong_code", "dong_name", "lat", "lon")


@dataclass(frozen=True)
class Refused:
    """A row that was not taken: `reason` is a key of REASONS, `detail` the words of the row that gave it."""

    line: int
    reason: str
    detail: str
    cells: list[str]


@dataclass(frozen=True)
class Place:
    """Where a shop belongs: the code8 of its dong, and whether it lies outside the gu that was imported."""

    dong: str | None
    outside: bool


class _Refusal(Exception):
    pass


def normalise(row: SourceRow) -> tuple[ShopFacts, list[str]] | Refused:
    """The facts of a row with what was repaired (keys of REPAIRS), or its refusal. Raises nothing."""
    try:
        if row.trouble:
            raise _Refusal(row.trouble, f"{len(row.cells)}")
        repairs: list[str] = []
        values = {word: _value(text) for word, text in row.values.items()}
        texts = _texts(values, repairs)
        lat, lon = _point(tidy(values.get("lat", "")), tidy(values.get("lon", "")), repairs)
        return ShopFacts(**texts, lat=lat, lon=lon, told=_told(row.values, texts)), repairs
    except _Refusal as refusal:
        reason, detail = refusal.args
        return Refused(row.line, reason, detail[:200], row.cells)


def place(facts: ShopFacts, borders: Borders) -> Place:
    """The dong by its code, else by the point, else by its name; another gu's row gets none.

    A point in no dong is outside even if the code names a dong of ours: the office shall look at it.
    """
    if not borders.gus:
        return Place(None, False)
    if facts.gu_code and facts.gu_code not in borders.gus:
        return Place(None, True)
    coded = facts.dong_code if facts.dong_code in borders.by_code else None
    if facts.lat is None or facts.lon is None or not borders.drawn:
        return Place(coded or borders.by_name.get(facts.dong_name), False)
    found = borders.dong_at(facts.lat, facts.lon)
    return Place(coded or found, not found)


def tidy(text: str) -> str:
    """Without control characters and full-width blanks, each run of blanks one, NFC; 'null' is nothing."""
    if not text.isprintable() or not unicodedata.is_normalized("NFC", text):
        text = clean(text)
    text = " ".join(text.split())
    return "" if text.lower() == "null" else text


def _value(text: str) -> str:
    """What a cell holds: a text that was written as a formula is a text; another formula has no value here."""
    if not text.startswith("="):
        return text
    quoted = _QUOTED.fullmatch(text.strip())
    if not quoted:
        raise _Refusal("formula", text)
    return quoted[1]


def _told(values: dict[str, str], texts: dict[str, str]) -> dict[str, str]:
    return {word: values[word][:LONGEST_TOLD] for word in KEPT_AS_TOLD if values.get(word, "") != texts[word]}


def _texts(values: dict[str, str], repairs: list[str]) -> dict[str, str]:
    texts = {word: tidy(values.get(word, "")) for word in LIMITS}
    texts["address_road"] = _TWICE_THE_CITY.sub(r"\1 ", texts["address_road"])
    texts["address_lot"] = _TWICE_THE_CITY.sub(r"\1 ", texts["address_lot"])
    texts["phone"] = phone(texts["phone"])
    texts["floor"] = "지하" if texts["floor"] == "지" else texts["floor"].removesuffix("층")
    texts["unit"] = f"{tidy(values.get('building', ''))} {texts['unit']}".strip()
    for word, limit in LIMITS.items():
        if word in NAMING and not texts[word]:
            raise _Refusal(NAMING[word], "")
        if len(texts[word]) > limit:
            if word in NAMING:
                raise _Refusal("too-long", texts[word])
            texts[word] = texts[word][:limit].rstrip()
            repairs.append("cut")
    texts["gu_code"] = tidy(values.get("gu_code", ""))[:5]
    texts["dong_code"] = code8(tidy(values.get("dong_code", "")))
    return texts


def phone(text: str) -> str:
    """A Korean number with its hyphens; as it was written where it isn't one."""
    digits = "".join(letter for letter in text if letter in "0123456789")
    found = re.fullmatch(r"(?:(02|0\d{2}|050\d)(\d{3,4})|([1-9]\d{2,3}))(\d{4})", digits)
    return "-".join(filter(None, found.groups())) if found else text


def _point(lat: str, lon: str, repairs: list[str]) -> tuple[float | None, float | None]:
    if not lat or not lon:
        repairs += ["half-point"] if lat or lon else []
        return None, None
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        raise _Refusal("bad-coordinates", f"{lat}, {lon}") from None
    if in_korea(north, east):
        return north, east
    if in_korea(east, north):
        repairs.append("swapped")
        return east, north
    raise _Refusal("outside-korea", f"{lat}, {lon}")
