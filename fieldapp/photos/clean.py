"""A photo made clean: verified by decoding it whole, upright, small enough, and without anything but its pixels."""

import io
import struct
import warnings
from dataclasses import dataclass

from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from fieldapp.memory import HEAVY

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LARGE, SMALL, QUALITY = 1600, 320, 80

register_heif_opener(thumbnails=False)


class Unclean(Exception):
    """This is no photo that can be kept; `code` says why."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class CleanPhoto:
    """JPEGs within 1600 and 320 pixels, and the size of the upright original."""

    large: bytes
    small: bytes
    width: int
    height: int


def clean(body: bytes) -> CleanPhoto:
    """Raise Unclean, or give the copies that may be kept. Limits are checked before a pixel is decoded."""
    if not body:
        raise Unclean("photo-empty")
    if len(body) > MAX_BYTES:
        raise Unclean("photo-too-large")
    with HEAVY, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _copies(body)
        except UnidentifiedImageError:
            raise Unclean("photo-format") from None
        except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
            raise Unclean("photo-too-many-pixels") from None
        except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, RuntimeError, OverflowError,
                ZeroDivisionError, struct.error) as error:
            raise Unclean("photo-truncated" if "truncated" in str(error) else "photo-unreadable") from None


def _copies(body: bytes) -> CleanPhoto:
    picture, size = _picture(body)
    picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    large = _jpeg(picture)
    picture.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)  # of the same pixels: another copy of them is 8 MB
    return CleanPhoto(large, _jpeg(picture), *size)


def _picture(body: bytes) -> tuple[Image.Image, tuple[int, int]]:
    """The upright pixels, no larger than they will be needed, and the size that the photo had."""
    with Image.open(io.BytesIO(body), formats=FORMATS) as photo:
        if photo.width * photo.height > MAX_PIXELS:
            raise Unclean("photo-too-many-pixels")
        turned = photo.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        size = (photo.height, photo.width) if turned else photo.size
        photo.draft("RGB", _within(photo.size, LARGE))  # decodes a JPEG at a fraction of its size; the box has its proportions
        photo.load()
        ImageOps.exif_transpose(photo, in_place=True)
        return _flat(photo), size


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _flat(photo: Image.Image) -> Image.Image:
    """The pixels alone, in RGB on white: of all that an image may carry, a JPEG takes only what stands in `info`."""
    if photo.mode.startswith("I;16"):
        photo = photo.point(lambda value: value / 256).convert("L")
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        layer = photo.convert("RGBA")
        flat = Image.new("RGB", layer.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    flat = photo if photo.mode == "RGB" else photo.convert("RGB")
    flat.info = {}
    return flat


def _jpeg(photo: Image.Image) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
