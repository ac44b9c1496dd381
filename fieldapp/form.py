"""Parse and validate: the same from a browser's form and from a phone's record.

Both are a flat map of names to one text or a list of texts. A room reads its own names through a `Reader`; what no room
has read is unknown and refused. Every refusal is kept beside its field, so that all of them are told at once.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime

from flask_babel import gettext as _

from fieldapp.errors import Invalid

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class Reader:
    """Reads names out of a form, remembers which, and collects `errors` (name to text)."""

    def __init__(self, raw: Mapping[str, object]):
        self.values: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}
        self._read: set[str] = set()
        for given, value in raw.items():
            name = given or ""  # a part of a multipart form may have none
            texts = value if isinstance(value, list) else [value]
            self.values[name] = [clean(text) for text in texts if isinstance(text, str)]
            if len(self.values[name]) < len(texts):
                self._read.add(name)
                self.refuse(name, _("형식이 맞지 않습니다."))

    def refuse(self, name: str, message: str) -> None:
        self.errors.setdefault(name, str(message))

    def many(self, name: str, *, limit: int = 100) -> list[str]:
        """Every distinct, filled value in the order given."""
        self._read.add(name)
        found = list(dict.fromkeys(text for text in self.values.get(name, []) if text))
        if len(found) > limit:
            self.refuse(name, _("%(limit)s개까지 고를 수 있습니다.", limit=limit))
        return found[:limit]

    def text(self, name: str, *, limit: int = 200, required: str = "") -> str:
        """One text of at most `limit` characters; `required` is what to say when it is missing."""
        self._read.add(name)
        found = self.values.get(name) or [""]
        if len(found) > 1:
            self.refuse(name, _("하나만 적어 주십시오."))
        if len(found[0]) > limit:
            self.refuse(name, _("%(limit)s자까지 적을 수 있습니다. 지금 %(length)s자입니다.", limit=limit, length=len(found[0])))
        if not found[0] and required:
            self.refuse(name, required)
        return found[0][:limit]

    def choice(self, name: str, options: Collection[str], *, required: str = "") -> str:
        found = self.text(name, required=required)
        if found and found not in options:
            self.refuse(name, _("목록에 있는 것을 골라 주십시오."))
            return ""
        return found

    def flag(self, name: str) -> bool:
        return self.choice(name, ("on",)) == "on"

    def number(self, name: str, low: float, high: float) -> float | None:
        found = self.text(name, limit=40)
        if not found:
            return None
        try:
            value = float(found)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.refuse(name, _("%(low)s에서 %(high)s 사이의 수를 적어 주십시오.", low=low, high=high))
            return None
        return value

    def day(self, name: str, first: date, last: date) -> date | None:
        found = self.text(name, limit=40)
        if not found:
            return None
        try:
            value = date.fromisoformat(found)
        except ValueError:
            self.refuse(name, _("날짜를 2026-11-30처럼 적어 주십시오."))
            return None
        if not first <= value <= last:
            self.refuse(name, _("%(first)s부터 %(last)s 사이의 날짜를 적어 주십시오.", first=first, last=last))
            return None
        return value

    def instant(self, name: str) -> datetime | None:
        """A moment as the phone's clock had it. No clock is refused; what can't be read is none."""
        return read_instant(self.text(name, limit=40))

    def uid(self, name: str, *, required: str = "") -> str:
        found = self.text(name, required=required)
        if found and not UUID.fullmatch(found):
            self.refuse(name, _("목록에 있는 것을 골라 주십시오."))
            return ""
        return found

    def finish(self, known: Iterable[str] = ()) -> None:
        """Refuse what nobody has read, then raise Invalid if anything was refused."""
        for name in self.values.keys() - self._read - set(known):
            self.refuse(name[:100], _("알 수 없는 항목입니다."))
        if self.errors:
            raise Invalid(fields=self.errors)


def clean(text: str) -> str:
    """NFC, without what no person types: control characters (but tab and line break), lone surrogates, directional marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    silent = {ord(c): None for c in set(text) if c not in "\n\t" and not _speaks(c)}  # each asked once: a body may hold millions
    text = text.translate(silent) if silent else text
    return unicodedata.normalize("NFC", text).strip()  # last: what stood between two letters may have kept them apart


def _speaks(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind not in ("Cc", "Cs", "Co", "Cn") and not "\u202a" <= character <= "\u202e" and not "\u2066" <= character <= "\u2069"


def read_instant(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text)
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        return value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
