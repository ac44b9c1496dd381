"""상가 register files: reads 상가(상권)정보 (39 columns) or any CSV with known column names, row by row.

Encoding (UTF-8 with or without BOM, cp949), delimiter (`,` `|` tab `;`) and the line of titles are found out; the file is never in
memory as a whole. A row that can't be read is given with its `trouble` and is never dropped.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from flask_babel import lazy_gettext as _

from fieldapp.errors import Invalid
from fieldapp.shops.columns import NEEDED, find_columns, is_semas, missing_columns

ENCODINGS = ("utf-8-sig", "cp949")
SEMAS_SOURCE = "semas"
DELIMITERS = (",", "|", "\t", ";")
BLOCK = 1 << 20  # bytes read at a time
LONGEST_HEADER = 1 << 16  # bytes
TITLE_ROWS = 10  # among the first so many lines the titles must stand
SAMPLE = 3  # rows that are shown beside unknown titles


class BadRegister(Invalid):
    """A file that holds no register of shops; `message` says why, and names the columns that are missing."""

    code = "bad-register"


class UnknownColumns(BadRegister):
    """A table whose columns or whose source must be told: `header` are its titles, `sample` its first rows."""

    header: list[str]
    sample: list[list[str]]


@dataclass(frozen=True)
class SourceRow:
    """One row as it stands in the file, from `line` on; `values` are by our words for columns."""

    line: int
    values: dict[str, str]
    cells: list[str]
    trouble: str = ""  # '', 'undecodable', 'columns' or 'cut': see facts.REASONS


class Register:
    """A file that was recognised; `named` tells titles of columns that are not known. Raises BadRegister.

    `lines` counts its lines, for progress; `cut` says, once all rows were read, whether it ends in the middle of one.
    """

    def __init__(self, path: str | Path, source: str = "", named: Mapping[str, str] | None = None):
        self.path, self.source, self.cut = Path(path), source, False
        try:
            self.encoding, self.lines, self.ended = _survey(self.path)
            self.titles_line, self.delimiter, self.header = self._find_header(named)
        except OSError as error:
            raise BadRegister(_("파일을 열 수 없습니다: %(path)s (%(why)s)", path=path, why=error.strerror)) from None
        self.columns = find_columns(self.header, named)
        missing = missing_columns(self.header, named)
        if missing:
            raise self._unknown(_("점포 목록이 아닙니다. 없는 열: %(columns)s", columns=", ".join(missing)))
        self.source = source or (SEMAS_SOURCE if self.is_semas else "")
        if not self.source and "source" not in self.columns:
            raise self._unknown(_("출처를 알 수 없습니다. source 열을 넣거나 --source로 이름을 알려 주십시오."))

    @property
    def is_semas(self) -> bool:
        return is_semas(self.header)

    def _find_header(self, named: Mapping[str, str] | None) -> tuple[int, str, list[str]]:
        """The line that says the most of our words, else the one with the most titles; with its number and delimiter."""
        found = [(line, delimiter, _cells(text, delimiter)) for line, text in enumerate(self._head(), 1) for delimiter in DELIMITERS]
        return max(found, key=lambda one: (not missing_columns(one[2], named), len(find_columns(one[2], named)), _titles_in(one[2]),
                                           len(one[2]), -one[0]))

    def _head(self) -> list[str]:
        with self._open() as file:
            lines = []
            for _number in range(TITLE_ROWS):
                lines.append(file.readline(LONGEST_HEADER))
                if not lines[-1].endswith("\n"):
                    break
            return lines

    def _unknown(self, message) -> BadRegister:
        if len(self.header) < len(NEEDED) or self.is_semas:
            return BadRegister(message)
        problem = UnknownColumns(message)
        problem.header, problem.sample = self.header, self.sample()
        return problem

    def _open(self):
        return open(self.path, encoding=self.encoding, errors="surrogateescape", newline="")

    def rows(self) -> Iterator[SourceRow]:
        """Every row below the header but the empty ones."""
        held = None
        for row in self._rows():
            if held:
                yield held
            held = row
        if held:
            self.cut = bool(held.trouble) and not self.ended
            yield replace(held, trouble="cut") if self.cut else held

    def sample(self) -> list[list[str]]:
        """The first rows as they stand, to be shown beside the titles."""
        return [[cell.encode("utf-8", "replace").decode()[:100] for cell in row.cells] for row in islice(self._rows(), SAMPLE)]

    def _rows(self) -> Iterator[SourceRow]:
        with self._open() as file:
            lines = _Lines(file)
            for cells in self._records(lines):
                if any(cells) and any(cell.strip() for cell in cells):
                    yield self._row(lines, cells)

    def _records(self, lines: "_Lines") -> Iterator[list[str]]:
        for _number in range(self.titles_line):
            next(lines)
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


def _titles_in(cells: list[str]) -> int:
    """How many cells look like titles: short texts, each another, that are no numbers."""
    return len({cell.strip() for cell in cells if 0 < len(cell.strip()) < 40 and not any(letter.isdigit() for letter in cell)})


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


def _survey(path: Path) -> tuple[str, int, bool]:
    """The encoding that fits all of the file, or else most of its first lines; how many lines it has; whether the last one ends.

    Raises BadRegister.
    """
    with open(path, "rb") as file:
        head = file.read(LONGEST_HEADER)
        if not head.strip():
            raise BadRegister(_("빈 파일입니다."))
        if b"\0" in head or head.startswith(b"PK\x03\x04"):
            raise BadRegister(_("글자로 된 파일이 아닙니다. 압축을 풀거나 CSV로 저장해서 다시 골라 주십시오."))
        file.seek(0)
        decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
        lines, last = 0, b""
        while block := file.read(BLOCK):
            lines, last = lines + block.count(b"\n"), block[-1:]
            decoders = {name: decoder for name, decoder in decoders.items() if _decodes(decoder, block)}
    fitting = [name for name, decoder in decoders.items() if _decodes(decoder, b"", final=True)]
    return fitting[0] if fitting else _likely(head), lines, last == b"\n"


def _likely(head: bytes) -> str:
    """Of a file that no encoding fits: the one in which most of its first lines can be read. Raises BadRegister where none can."""
    lines = [line for line in head.splitlines() if not line.isascii()]
    counts = {name: sum(_decodes(codecs.getincrementaldecoder(name)(), line, final=True) for line in lines) for name in ENCODINGS}
    plain = any(line.isascii() and line.strip() for line in head.splitlines())
    best = max(counts, key=lambda name: counts[name])
    if not counts[best] and not plain:
        raise BadRegister(_("글자를 읽을 수 없습니다. UTF-8이나 CP949(EUC-KR)로 저장해 주십시오."))
    return best


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
