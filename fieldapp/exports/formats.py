"""How a table is written: CSV and GeoJSON piece by piece into a stream, XLSX into a file.

A stream that is cut off ends without the end that its format and HTTP need: a GeoJSON is not closed, and no last chunk follows.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from flask_babel import lazy_gettext as _
from xlsxwriter.exceptions import FileCreateError

from fieldapp.database import SEOUL
from fieldapp.exports.cells import Cell, defused, fitted, told
from fieldapp.exports.table import Row, Table

CSV, XLSX, GEOJSON = "csv", "xlsx", "geojson"
FORMATS = {XLSX: _("엑셀 (XLSX)"), CSV: _("CSV"), GEOJSON: _("지도 (GeoJSON)")}
MIMETYPES = {CSV: "text/csv", GEOJSON: "application/geo+json",
             XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_ROWS = 1_048_575  # of a sheet, beside its head
BOM = "\ufeff"  # by it a spreadsheet knows that the file is UTF-8

Batch = list[Row]


def as_csv(table: Table, batches: Iterator[Batch]) -> Iterator[bytes]:
    """RFC 4180 with a head; every text is quoted, so that no other separator within it parts a cell."""
    yield (BOM + lines([table.titles])).encode()
    for batch in batches:
        yield lines(row.cells for row in batch).encode()


def lines(rows) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([in_csv(cell) for cell in row] for row in rows)
    return out.getvalue()


def in_csv(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return defused(cell)
    return "" if cell is None else told(cell)


def as_geojson(table: Table, batches: Iterator[Batch]) -> Iterator[bytes]:
    """RFC 7946: a feature for each row; what has no place has none (`"geometry": null`)."""
    names = [column.name for column in table.columns]
    yield b'{"type":"FeatureCollection","features":['
    parting = ""
    for batch in batches:
        text = ",\n".join(feature(names, row) for row in batch)
        yield f"{parting}\n{text}".encode()
        parting = ","
    yield b"\n]}\n"


def feature(names: list[str], row: Row) -> str:
    point = row.place and {"type": "Point", "coordinates": [row.place[1], row.place[0]]}
    properties = {name: told(cell) for name, cell in zip(names, row.cells, strict=True)}
    return json.dumps({"type": "Feature", "geometry": point, "properties": properties}, ensure_ascii=False, separators=(",", ":"))


STREAMED: dict[str, Callable[[Table, Iterator[Batch]], Iterator[bytes]]] = {CSV: as_csv, GEOJSON: as_geojson}


def write_xlsx(table: Table, batches: Iterator[Batch], file: Path) -> None:
    """One sheet with a frozen head and a filter. Rows go to disk as they come, beside the file; the folder is the caller's to clear."""
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True, "tmpdir": str(file.parent)})
    try:
        sheet = Sheet(book, table)
        for batch in batches:
            for row in batch:
                sheet.add(row.cells)
        sheet.finish()
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None  # what the disk said
    finally:
        for one in book.worksheets():  # a book that is given up is never closed, and its rows' file stays open
            with suppress(OSError):
                one._opt_close()


class Sheet:
    """A sheet that is filled from the top: real days and numbers, and nothing that is computed."""

    def __init__(self, book: xlsxwriter.Workbook, table: Table):
        self.sheet = book.add_worksheet(str(table.of.title)[:31].replace("/", "·"))
        self.moment, self.day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"num_format": "yyyy-mm-dd"})
        self.columns, self.row = len(table.columns), 0
        for spot, column in enumerate(table.columns):
            self.sheet.set_column(spot, spot, column.width)
        self.sheet.freeze_panes(1, 0)
        head = book.add_format({"bold": True, "bottom": 1})
        for spot, title in enumerate(table.titles):
            self.sheet.write_string(0, spot, title, head)

    def add(self, cells: list[Cell]) -> None:
        self.row += 1
        for spot, cell in enumerate(cells):
            self.put(spot, cell)

    def put(self, spot: int, cell: Cell) -> None:
        if isinstance(cell, str):
            if cell:
                self.sheet.write_string(self.row, spot, fitted(defused(cell)))
        elif isinstance(cell, datetime):
            self.sheet.write_datetime(self.row, spot, cell.astimezone(SEOUL).replace(tzinfo=None), self.moment)
        elif isinstance(cell, date):
            self.sheet.write_datetime(self.row, spot, cell, self.day)
        elif cell is not None:
            self.sheet.write_number(self.row, spot, cell)

    def finish(self) -> None:
        if self.columns:
            self.sheet.autofilter(0, 0, self.row, self.columns - 1)
