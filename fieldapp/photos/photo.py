import hashlib
from pathlib import Path

import peewee
from flask import current_app
from flask_babel import lazy_gettext as _

from fieldapp.database import Instant, Model, now, writing
from fieldapp.errors import Invalid, TooLarge
from fieldapp.photos.clean import MAX_BYTES, Unclean, clean
from fieldapp.photos.store import Store

REASONS = {
    "photo-empty": _("사진이 비어 있습니다. 다시 촬영해 주십시오."),
    "photo-too-large": _("사진이 12 MB를 넘습니다. 다시 촬영하면 자동으로 줄입니다."),
    "photo-too-many-pixels": _("사진의 화소가 너무 많습니다. 다시 촬영하면 자동으로 줄입니다."),
    "photo-truncated": _("사진이 중간에 끊겼습니다. 다시 촬영해 주십시오."),
    "photo-format": _("JPEG, PNG, WEBP, HEIC 사진만 올릴 수 있습니다."),
    "photo-unreadable": _("사진을 열 수 없습니다. 다시 촬영해 주십시오."),
    "photo-cut": _("사진이 오는 길에 끊겼습니다. 다시 보냅니다."),
    "photo-hash": _("사진이 오는 길에 달라졌습니다. 다시 보냅니다."),
}


class Photo(Model):
    """One received photo, by the SHA-256 of the bytes that were sent; `width` and `height` are the upright original's."""

    sha256 = peewee.CharField(64, primary_key=True)
    width = peewee.IntegerField()
    height = peewee.IntegerField()
    bytes_sent = peewee.IntegerField()
    received_at = Instant(default=now)


def store() -> Store:
    return Store(Path(current_app.config["DATA"]) / "photos")


def refused(code: str) -> Invalid:
    return Invalid(REASONS[code], code=code)


def read_limited(stream, length: int | None) -> bytes:
    """The whole body, at most MAX_BYTES; raises TooLarge before reading more than that."""
    if length is not None and length > MAX_BYTES:
        raise TooLarge(REASONS["photo-too-large"], code="photo-too-large")
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise TooLarge(REASONS["photo-too-large"], code="photo-too-large")
    if length is not None and len(body) < length:
        raise refused("photo-cut")
    return body


def receive(body: bytes, sha256: str) -> None:
    """Verify, clean and keep a photo: files durable first, then the row. The same bytes again change nothing.

    Raises Invalid with the code of what is wrong with it.
    """
    if not body:
        raise refused("photo-empty")
    if hashlib.sha256(body).hexdigest() != sha256:
        raise refused("photo-hash")
    files = store()
    if Photo.select().where(Photo.sha256 == sha256).exists() and files.has(sha256):
        return
    try:
        photo = clean(body)
    except Unclean as error:
        raise refused(error.code) from error
    files.put(sha256, photo)
    with writing():
        Photo.insert(sha256=sha256, width=photo.width, height=photo.height, bytes_sent=len(body)).on_conflict_ignore().execute()


def stored_path(sha256: str, size: int) -> Path:
    """The clean copy at 1600 or 320 pixels; raises FileNotFoundError."""
    return store().path(sha256, size)
