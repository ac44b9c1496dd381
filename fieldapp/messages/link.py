"""Signed links: each opens one thing for one purpose, for a while. They are made when a message goes out and kept nowhere."""

import hashlib
from collections.abc import Mapping

from flask import current_app
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from fieldapp.database import now
from fieldapp.errors import NotFound


class Signer(TimestampSigner):
    """Tells the time by the office's clock, which made-up history sets back."""

    def get_timestamp(self) -> int:
        return int(now().timestamp())


def make_link(purpose: str, uid: str, stamp: str = "") -> str:
    """A token that opens `uid` for this purpose; `stamp` is what must still be so when it is used, such as a version."""
    return str(_serializer(purpose).dumps([uid, stamp]))


def read_link(purpose: str, token: str, max_age: int) -> tuple[str, str]:
    """uid and stamp of a token at most `max_age` seconds old; NotFound, which tells nothing, for all that isn't one."""
    try:
        uid, stamp = _serializer(purpose).loads(token, max_age=max_age)
    except (BadData, ValueError, TypeError):
        raise NotFound() from None
    return uid, stamp


def address_of(link: Mapping[str, str]) -> str:
    """The absolute address of a link as a message keeps it: a path, and behind it a token where a purpose is named."""
    token = make_link(link["purpose"], link["uid"], link.get("stamp", "")) if link.get("purpose") else ""
    return f"{current_app.config['SETTINGS'].public_url}{link['path']}{token}"


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"fieldapp.link.{purpose}", signer=Signer,
                                  signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256})
