"""상가 register files: reads 상가(상권)정보 (39 columns) or any CSV with known column names, row by row.

Encoding (UTF-8 with or without BOM, cp949) and delimiter (`,` `|` tab `;`) are found out; the file is never in memory
as a whole. A row that can't be read is given with its `trouble` and is never dropped.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _

from fieldapp.errors import Invalid
from fieldapp.shops.columns import find_columns, is_semas, missing_columns

ENCODINGS = ("utf-8-sig", "cp949")
DELIMITERS = (",", "|", "\t", ";")
BLOCK = 1 << 20  # bytes read at a time
LONGEST_HEADER = 1 << 16  # bytes


class BadRegister(Invalid):
    """A file that holds no register of shops; `message` says why, and names the columns that are missing."""

    code = "bad-register"


@dataclass(frozen=True)
class SourceRow:
    """One row as it stands in the file, from `line` on; `values` are by our words for columns."""

    line: int
    values: dict[str, str]
    cells: list[str]
    trouble: str = ""  # '', 'undecodable' or 'columns': see facts.REASONS


class Register:
    """A file that was recognised. `lines` counts its lines, for progress. Raises BadRegister."""

    def __init__(self, path: str | Path, source: str = ""):
        self.path = Path(path)
        try:
            self.encoding, self.lines = _survey(self.path)
            self.delimiter, self.header = self._find_header()
        except OSError as error:
            raise BadRegister(_("파일을 열 수 없습니다: %(path)s (%(why)s)", path=path, why=error.strerror)) from None
        self.columns = find_columns(self.header)
        self.source = source or ("semas" if is_semas(self.header) else "")
        if not self.source and "source" not in self.columns:
            raise BadRegister(_("출처를 알 수 없습니다. source 열을 넣거나 --source로 이름을 알려 주십시오."))

    def _find_header(self) -> tuple[str, list[str]]:
        with self._open() as file:
            first = file.readline(LONGEST_HEADER)
        found = [(delimiter, _cells(first, delimiter)) for delimiter in DELIMITERS]
        delimiter, header = max(found, key=lambda pair: (len(find_columns(pair[1])), len(pair[1])))
        missing = missing_columns(header)
        if missing:
            raise BadRegister(_("점포 목록이 아닙니다. 없는 열: %(columns)s", columns=", ".join(missing)))
        return delimiter, header

    def _open(self):
        return open(self.path, encoding=self.encoding, errors="surrogateescape", newline="")

    def rows(self) -> Iterator[SourceRow]:
        """Every row below the header but the empty ones."""
        with self._open() as file:
            lines = _Lines(file)
            for cells in self._records(lines):
                if any(cell.strip() for cell in cells):
                    yield self._row(lines, cells)

    def _records(self, lines: "_Lines") -> Iterator[list[str]]:
        next(lines)  # the header
        reader = csv.reader(lines, delimiter=self.delimiter)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a field over 128 KB: a quotation mark that nothing closes
                cells = []
            yield cells if cells and self._is_whole(lines.taken, cells) else self._alone(lines.give_back())

    def _is_whole(self, taken: list[str], cells: list[str]) -> bool:
        """Whether a record over several lines is one, and not rows that a stray quotation mark glued together."""
        width = len(self.header)
        glued = any(line.count(self.delimiter) >= width - 1 for line in taken[1:])
        return len(cells) == width and not glued if len(taken) > 1 else len(cells) >= width

    def _alone(self, line: str) -> list[str]:
        """One line by itself; where its quotation marks don't pair, they are taken as letters."""
        cells = _cells(line, self.delimiter)
        plain = line.rstrip("\r\n").split(self.delimiter)
        return plain if len(cells) != len(self.header) == len(plain) else cells

    def _row(self, lines: "_Lines", cells: list[str]) -> SourceRow:
        trouble = "columns" if len(cells) < len(self.header) or any(cells[len(self.header):]) else ""
        trouble = trouble if _is_text(cells) else "undecodable"
        values = {} if trouble else {word: cells[place] for word, place in self.columns.items()}
        values["source"] = values.get("source", "").strip() or self.source
        return SourceRow(lines.first, values, cells, trouble)


def read_rows(path: str | Path, source: str = "") -> Iterator[SourceRow]:
    """The rows of a register file. Raises BadRegister before the first row or never."""
    return Register(path, source).rows()


class _Lines:
    """The lines of a file, which remembers those of the present record and can take all but its first one back."""

    def __init__(self, file):
        self.file, self.waiting, self.taken = file, [], []
        self.first = self.read = 0

    def __iter__(self):
        return self

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else next(self.file)
        self.taken.append(line)
        self.read += 1
        return line

    def begin(self) -> None:
        self.taken, self.first = [], self.read + 1

    def give_back(self) -> str:
        """The first line of the record alone; the others will be read again, each on its own."""
        self.waiting += reversed(self.taken[1:])
        self.read -= len(self.taken) - 1
        return self.taken[0]


def _is_text(cells: list[str]) -> bool:
    """Whether all bytes could be decoded: those that could not stand as lone surrogates, which UTF-8 refuses."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.rstrip("\r\n").split(delimiter)


def _survey(path: Path) -> tuple[str, int]:
    """The encoding that fits all of the file, or else its header, and how many lines it has. Raises BadRegister."""
    with open(path, "rb") as file:
        head = file.read(LONGEST_HEADER)
        if not head.strip():
            raise BadRegister(_("빈 파일입니다."))
        if b"\0" in head or head.startswith(b"PK\x03\x04"):
            raise BadRegister(_("글자로 된 파일이 아닙니다. 압축을 풀거나 CSV로 저장해서 다시 골라 주십시오."))
        file.seek(0)
        decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
        lines = 0
        while block := file.read(BLOCK):
            lines += block.count(b"\n")
            decoders = {name: decoder for name, decoder in decoders.items() if _decodes(decoder, block)}
    fitting = [name for name, decoder in decoders.items() if _decodes(decoder, b"", final=True)]
    first = head.splitlines()[0]
    fitting += [name for name in ENCODINGS if _decodes(codecs.getincrementaldecoder(name)(), first, final=True)]
    if not fitting:
        raise BadRegister(_("글자를 읽을 수 없습니다. UTF-8이나 CP949(EUC-KR)로 저장해 주십시오."))
    return fitting[0], lines


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
