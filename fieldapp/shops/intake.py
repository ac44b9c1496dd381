"""A file on its way in: from the network to the disk in small pieces, then as text with one row a line, whatever it was packed in."""

import csv
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import request
from flask_babel import lazy_gettext as _
from werkzeug.formparser import parse_form_data

from fieldapp import durable, workbook
from fieldapp.errors import Invalid
from fieldapp.form import clean
from fieldapp.memory import HEAVY
from fieldapp.shops.importing import digest_of
from fieldapp.shops.register import BadRegister
from fieldapp.shops.shop_import import folder

MB = 1024 * 1024
LARGEST = 300 * MB  # as sent, and a CSV once it is unpacked: a whole city's quarter has some 200
LARGEST_WORKBOOK = 200 * MB  # an XLSX once it is unpacked
LARGEST_TEXTS = 32 * MB  # of that its shared texts, which are in memory while it is read
LARGEST_INDEX = MB  # of a ZIP: what it says of its files, which is in memory too
AROUND = MB  # the form around the file
MOST_COLUMNS = 80
SENT, TEXT = "sent", "text.csv"
BLOCK = 1 << 20  # bytes


@dataclass(frozen=True)
class Upload:
    """A file that has arrived, under a name that nobody else has; and what else the form said."""

    place: Path
    name: str
    size: int
    sha256: str
    form: dict[str, list[str]]


@contextmanager
def uploaded() -> Iterator[Upload]:
    """The file of this request, on the disk; what is not taken from there is removed. Raises Invalid."""
    if (request.content_length or 0) > LARGEST + AROUND:
        raise Invalid(_("파일이 300 MB를 넘습니다. 시도나 구별로 나누어 올려 주십시오."))
    places: list[Path] = []

    def keep(total_content_length, content_type, filename, content_length=None) -> IO[bytes]:
        number, name = tempfile.mkstemp(prefix=durable.UNFINISHED, dir=folder())
        os.close(number)
        places.append(Path(name))
        return open(name, "w+b")

    try:
        _rest, form, files = parse_form_data(request.environ, stream_factory=keep, max_content_length=LARGEST + AROUND, max_form_parts=20)
        file = files.get("file")
        if file is None or not file.filename:
            raise Invalid(_("가져올 파일을 골라 주십시오."))
        file.stream.close()
        place = Path(str(file.stream.name))
        name = clean(file.filename.replace("\\", "/").rpartition("/")[2])[-200:] or "-"
        yield Upload(place, name, place.stat().st_size, digest_of(place), form.to_dict(flat=False))
    finally:
        for place in places:
            place.unlink(missing_ok=True)


def text_of(place: Path) -> Path:
    """What was sent, as text: of a workbook its first sheet, of an archive its one CSV. Raises BadRegister."""
    sent, text = place / SENT, place / TEXT
    if text.is_file():
        return text
    if not sent.is_file():
        raise BadRegister(_("올린 파일이 이미 처리되었거나 지워졌습니다. 다시 골라 주십시오."))
    with sent.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadRegister(_("옛 엑셀(xls) 파일이거나 암호가 걸린 파일입니다. 암호 없이 XLSX나 CSV로 저장해서 다시 골라 주십시오."))
    if head.startswith(b"PK"):
        unpack(sent, place / f"{TEXT}.part")
        (place / f"{TEXT}.part").replace(text)
        sent.unlink()
    else:
        sent.replace(text)
    return text


def unpack(sent: Path, text: Path) -> None:
    """Write what the archive holds as text. Raises BadRegister."""
    if index_size(sent) > LARGEST_INDEX:
        raise BadRegister(_("압축 파일에 파일이 너무 많습니다. CSV 하나만 압축해서 올려 주십시오."))
    try:
        with zipfile.ZipFile(sent) as archive:
            names = [part.filename for part in archive.infolist()]
            if "xl/workbook.xml" not in names:
                return unzip(archive, text)
    except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise BadRegister(_("압축을 풀 수 없습니다. 암호 없이 다시 압축하거나 CSV로 올려 주십시오.")) from error
    return write_sheet(sent, text)


def index_size(sent: Path) -> int:
    """How many bytes the archive says that its index has; PKWARE's APPNOTE, 4.3.16."""
    with sent.open("rb") as file:
        file.seek(-min(sent.stat().st_size, 22 + 0xFFFF), os.SEEK_END)
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    return struct.unpack_from("<I", end, at + 12)[0] if 0 <= at <= len(end) - 22 else 0


def unzip(archive: zipfile.ZipFile, text: Path) -> None:
    found = [part for part in archive.infolist() if part.filename.lower().endswith(".csv") and not part.filename.startswith("__MACOSX/")]
    if len(found) != 1:
        raise BadRegister(_("압축 파일에 CSV가 %(n)s개 있습니다. 하나만 들어 있어야 합니다: %(names)s", n=len(found),
                            names=", ".join(part.filename for part in found[:5])[:200] or "–"))
    size = 0
    with archive.open(found[0]) as file, text.open("wb") as out:
        while block := file.read(BLOCK):
            size += len(block)
            if size > LARGEST:
                raise BadRegister(_("압축을 풀면 300 MB를 넘습니다. 시도나 구별로 나누어 올려 주십시오."))
            out.write(block)


def write_sheet(sent: Path, text: Path) -> None:
    """The first sheet, a line for each row up to the last that holds something: the number of a line is that of its row."""
    with HEAVY:
        try:
            with sent.open("rb") as file, text.open("w", encoding="utf-8", errors="replace", newline="") as out:
                table, empty = csv.writer(out, lineterminator="\n"), 0
                for values in workbook.rows_of(file, LARGEST_WORKBOOK, MOST_COLUMNS, LARGEST_TEXTS):
                    if values.count(None) == len(values):
                        empty += 1
                        continue
                    out.write("\n" * empty)
                    empty = 0
                    table.writerow([" ".join(workbook.text(value).split()) for value in values])
        except OSError:
            raise
        except Exception as error:
            raise BadRegister(_("엑셀 파일을 읽을 수 없습니다. 다시 저장하거나 CSV로 저장해서 골라 주십시오.")) from error
