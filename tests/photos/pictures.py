"""Pictures made for the tests: four quarters, each of its colour, so that every turn and flip of one can be told from the others."""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
HEIC = Path(__file__).resolve().parent.parent / "data" / "quarters.heic"  # 64x48, with a maker's name and GPS
HEIC_TURNED = HEIC.with_stem("quarters_turned")  # the same, to be shown a quarter turn clockwise


def quarters(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red, green / blue, white."""
    picture = Image.new("RGB", (width, height))
    for x, y, colour in ((0, 0, RED), (1, 0, GREEN), (0, 1, BLUE), (1, 1, WHITE)):
        picture.paste(colour, (x * width // 2, y * height // 2, (x + 1) * width // 2, (y + 1) * height // 2))
    return picture.convert(mode)


def coded(picture: Image.Image, kind: str = "JPEG", **more) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **({"quality": 95, "subsampling": 0} if kind == "JPEG" else {}) | more)
    return out.getvalue()


def decoded(body: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture


def colours(picture: Image.Image) -> list[tuple[int, int, int]]:
    """The nearest pure colour in the middle of each quarter: top left, top right, bottom left, bottom right."""
    width, height = picture.size
    spots = [(width * x // 4, height * y // 4) for x, y in ((1, 1), (3, 1), (1, 3), (3, 3))]
    return [tuple(255 * (value > 127) for value in picture.convert("RGB").getpixel(spot)) for spot in spots]  # type: ignore


def exif(orientation: int = 1) -> bytes:
    """A maker, words, an orientation and where it was taken."""
    made = Image.Exif()
    made[0x010F], made[0x010E], made[0x0112] = "SecretPhone", "SecretWords", orientation
    made.get_ifd(0x8825).update({1: "N", 2: (37.0, 39.0, 0.0), 3: "E", 4: (127.0, 2.0, 0.0)})
    return made.tobytes()


# EXIF 2.3, tag 0x0112: which side of what is seen the stored picture's first row and first column are.
SIDES = {1: ("top", "left"), 2: ("top", "right"), 3: ("bottom", "right"), 4: ("bottom", "left"),
         5: ("left", "top"), 6: ("right", "top"), 7: ("right", "bottom"), 8: ("left", "bottom")}


def stored(seen: Image.Image, orientation: int) -> Image.Image:
    """How a camera stores what is seen under an orientation, pixel by pixel after the words of the standard."""
    row, column = SIDES[orientation]
    on_its_side = row in ("left", "right")
    width, height = seen.size
    picture = Image.new("RGB", (height, width) if on_its_side else (width, height))
    for r in range(picture.height):
        for c in range(picture.width):
            along, across = (r, c) if on_its_side else (c, r)
            x = width - 1 - along if "right" in (row, column) else along
            y = height - 1 - across if "bottom" in (row, column) else across
            picture.putpixel((c, r), seen.getpixel((x, y)))  # type: ignore[arg-type]
    return picture


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG file up to its pixels, and the last one; whatever follows that is an error."""
    assert jpeg[:2] == b"\xff\xd8"
    place, found = 2, []
    while jpeg[place + 1] != 0xDA:
        assert jpeg[place] == 0xFF
        found.append(jpeg[place + 1])
        place += 2 + int.from_bytes(jpeg[place + 2:place + 4], "big")
    assert jpeg.index(b"\xff\xd9", place) == len(jpeg) - 2, "nothing after the end"
    return found


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    """A PNG of bits whose header says any size; `more` chunks stand before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
