"""A table that someone uploads, as XLSX or as text: bounded in size, and never worked out.

A formula is the value that was kept of it; where none was, its own text, so that whoever reads the row can refuse it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from flask_babel import lazy_gettext as _

from fieldapp import workbook
from fieldapp.errors import Invalid
from fieldapp.memory import HEAVY

LARGEST = 2 * 1024 * 1024  # bytes as sent
LARGEST_UNPACKED = 24 * 1024 * 1024  # bytes of an XLSX once it is unpacked
MOST_ROWS, MOST_COLUMNS = 2000, 50
ENCODINGS = ("utf-8-sig", "cp949")
DELIMITERS = (",", ";", "\t")
END = "\0"  # a row of our own behind the last one: where it is not read back, a quotation mark has swallowed it


class BadSheet(Invalid):
    """A file that can't be read as a table; `message` says what to do about it."""

    code = "bad-sheet"


@dataclass(frozen=True)
class SheetRow:
    """A row that holds something, and the line on which it begins."""

    line: int
    cells: list[str]


def read_sheet(content: bytes) -> list[SheetRow]:
    """Every row that holds something, the titles too. Raises BadSheet."""
    if len(content) > LARGEST:
        raise BadSheet(_("파일이 2 MB를 넘습니다. 나누어 올려 주십시오."))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadSheet(_("옛 엑셀(xls) 파일이거나 암호가 걸린 파일입니다. 암호 없이 XLSX나 CSV로 저장해서 다시 골라 주십시오."))
    rows = list(islice(_of_workbook(content) if content.startswith(b"PK\x03\x04") else _of_text(content), MOST_ROWS + 2))
    if not rows:
        raise BadSheet(_("빈 파일입니다."))
    if len(rows) > MOST_ROWS + 1:
        raise BadSheet(_("%(limit)s행이 넘습니다. 나누어 올려 주십시오.", limit=MOST_ROWS))
    return rows


def _of_text(content: bytes) -> Iterator[SheetRow]:
    text = _decoded(content)
    delimiter = max(DELIMITERS, key=text[:10_000].count)
    reader = csv.reader(io.StringIO(f"{text.rstrip()}\n{END}\n", newline=""), delimiter=delimiter)
    line = 1
    while (cells := _next(reader, line)) != [END]:
        if any(cell.strip() for cell in cells):
            yield SheetRow(line, cells)
        line = reader.line_num + 1


def _next(reader, line: int) -> list[str]:
    try:
        cells = next(reader)
    except csv.Error:  # a cell of more than 128 KB
        raise _unclosed(line) from None
    if cells != [END] and any(END in cell for cell in cells):
        raise _unclosed(line)
    return cells


def _unclosed(line: int) -> BadSheet:
    return BadSheet(_("%(line)s행에서 연 따옴표가 닫히지 않았습니다.", line=line))


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise BadSheet(_("표로 읽을 수 없는 파일입니다. XLSX나 CSV로 저장해서 다시 골라 주십시오."))
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet(_("글자를 읽을 수 없습니다. UTF-8이나 CP949(EUC-KR)로 저장해 주십시오."))


def _of_workbook(content: bytes) -> Iterator[SheetRow]:
    """The rows of the first sheet. What is no workbook is refused whole."""
    with HEAVY:
        try:
            rows = list(islice(_filled(workbook.rows_of(io.BytesIO(content), LARGEST_UNPACKED, MOST_COLUMNS)), MOST_ROWS + 2))
        except Exception as error:
            raise BadSheet(_("엑셀 파일을 읽을 수 없습니다. 다시 저장하거나 CSV로 저장해서 골라 주십시오.")) from error
    yield from rows


def _filled(rows: Iterable[tuple]) -> Iterator[SheetRow]:
    for line, values in enumerate(rows, 1):
        if values.count(None) < len(values) and any(cells := [workbook.text(value).strip() for value in values]):
            yield SheetRow(line, cells)
