"""A cell as it leaves the house. Spreadsheets compute what begins like a formula, whoever typed it: an apostrophe goes before.

Source: OWASP, CSV Injection. Double-width signs count too, since a spreadsheet in Korean or Japanese takes them for the narrow ones.
"""

import re
from datetime import date, datetime

from fieldapp.database import SEOUL

SIGNS = "=+\\-@\t\r\n＝＋－＠"
FORMULA = re.compile(f"[ \u00a0\u3000\u200b\ufeff]*[{SIGNS}]")  # at the beginning; what stands before is not seen
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 has none of these
LONGEST = 32_767  # letters in a cell of a spreadsheet, as UTF-16 counts them

Cell = str | int | float | date | datetime | None


def defused(text: str) -> str:
    """The text as one that no spreadsheet computes: nothing but an apostrophe is added, and what can't be written is left away."""
    text = UNWRITABLE.sub("", text)
    return f"'{text}" if FORMULA.match(text) else text


def fitted(text: str) -> str:
    """The text as a sheet's cell holds it: cut where it is too long, with one kind of line break."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) <= LONGEST // 2 or len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    return text.encode("utf-16-le")[:2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def told(value: Cell) -> Cell:
    """A day or moment as it reads in the district; everything else as it is."""
    if isinstance(value, datetime):
        return f"{value.astimezone(SEOUL):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value
