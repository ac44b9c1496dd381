"""What a file that someone sends is: by its name's ending, and by its first bytes as far as these tell it. Pure."""

import io
import re
import zipfile
from collections.abc import Callable

OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # the container of old office files (MS-CFB)
OF_A_ZIP = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "hwpx": "Contents/content.hpf"}
MACROS = re.compile(r"vbaProject\.bin$|^Scripts/", re.IGNORECASE)
PHOTOS = ("jpg", "jpeg", "png", "webp", "heic", "heif")


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_pdf(body: bytes) -> bool:
    return body.startswith(b"%PDF-")


def is_hwp(body: bytes) -> bool:
    """Version 5 is a container whose header says so (한글 문서 파일 형식 5.0); version 3 begins with the same words."""
    return body.startswith(b"HWP Document File") or (body.startswith(OLE) and b"HWP Document File" in body)


def is_text(body: bytes) -> bool:
    """Text in UTF-8 or Korean Windows' code page, that no browser could take for a page."""
    if b"\0" in body or re.match(rb"\W*<(!doctype|html|head|body|script|svg|\?xml)", body[:1000], re.IGNORECASE):
        return False
    return any(decodes(body, encoding) for encoding in ("utf-8", "cp949"))


def decodes(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def is_zip_with(part: str) -> Callable[[bytes], bool]:
    """Whether a package holds the part that makes it this kind, and no macros. Only its list of contents is read."""
    def found(body: bytes) -> bool:
        if not body.startswith(b"PK\3\4"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
            return False
        return part in names and not any(MACROS.search(name) for name in names)
    return found


KINDS: dict[str, Callable[[bytes], bool]] = {
    "pdf": is_pdf, "hwp": is_hwp, "txt": is_text, **{kind: is_zip_with(part) for kind, part in OF_A_ZIP.items()}}


def is_what_it_says(name: str, body: bytes) -> bool:
    """Whether these bytes are a file of the kind that the name's ending says, and one that we take."""
    check = KINDS.get(ending(name))
    return bool(check and body and check(body))
