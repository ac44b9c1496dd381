"""The first sheet of an XLSX, row by row: bounded in what it unpacks to, and never worked out.

A formula is the value that was kept of it; where none was, its own text, so that whoever reads the row can refuse it. What is no workbook
can fail in the reader in any way.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import IO

FORMULA = re.compile(rb"<f[ >/]")


class BadWorkbook(Exception):
    """It is larger than may be, packed in a way that no spreadsheet packs, or defines entities."""


def rows_of(file: IO[bytes], largest: int, columns: int, texts: int = 1 << 62) -> Iterator[tuple]:
    """The values of each row, the empty ones too. `largest` and `texts` are bytes of all and of the shared texts once they are unpacked."""
    formulas = survey(file, largest, texts)
    values = read(file, columns, data_only=True)
    return told(values, read(file, columns, data_only=False)) if formulas else values


def text(value) -> str:
    """A cell as one reads it: 3.0 is 3, a moment without a time is a day."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return str(value).removesuffix(" 00:00:00")


def read(file: IO[bytes], columns: int, data_only: bool) -> Iterator[tuple]:
    # Brought when a sheet comes, a few times a year: with what it imports it takes 20 MB.
    book = import_module("openpyxl").load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    return book.worksheets[0].iter_rows(max_col=columns, values_only=True)


def told(values: Iterable[tuple], formulas: Iterable[tuple]) -> Iterator[tuple]:
    """Each row with the formula itself where no value of it was kept."""
    for kept, written in zip(values, formulas, strict=True):
        yield tuple(formula if value is None else value for value, formula in zip(kept, written, strict=True))


def survey(file: IO[bytes], largest: int, texts: int) -> bool:
    """Whether it may hold formulas. Unpacked in small steps: nothing is kept of a file that grows without bounds or defines entities."""
    unpacked, formulas = 0, False
    with zipfile.ZipFile(file) as archive:
        for part in archive.infolist():
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BadWorkbook
            size, before = 0, b""
            with archive.open(part) as file:
                while block := file.read(1 << 16):
                    unpacked, size = unpacked + len(block), size + len(block)
                    shared = part.filename.lower().endswith("sharedstrings.xml")
                    if unpacked > largest or (shared and size > texts) or b"<!DOCTYPE" in before[-9:] + block:
                        raise BadWorkbook
                    formulas = formulas or bool(FORMULA.search(before[-2:] + block))
                    before = block
    return formulas
