"""What the office must read again but nobody who finds its database may: texts under a key made of SECRET_KEY."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

NONCE = 12  # bytes


def seal(text: str, purpose: str) -> str:
    """`text` under AES-256-GCM, to be opened for the same purpose alone."""
    nonce = secrets.token_bytes(NONCE)
    return urlsafe_b64encode(nonce + AESGCM(derived(purpose)).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str, purpose: str) -> str | None:
    """The text, or None where the installation's key is another one by now or the sealed text was changed."""
    try:
        raw = urlsafe_b64decode(sealed)
        return AESGCM(derived(purpose)).decrypt(raw[:NONCE], raw[NONCE:], None).decode()
    except (InvalidTag, ValueError):
        return None


def keyed(text: str) -> str:
    """A hash of 64 hex digits that nobody can make or try without the installation's key."""
    return hmac.new(current_app.config["SECRET_KEY"].encode(), text.encode(), "sha256").hexdigest()


def derived(purpose: str, length: int = 32) -> bytes:
    """So many bytes that this installation alone knows, the same for the same purpose."""
    return HKDF(SHA256(), length, None, f"fieldapp.{purpose}".encode()).derive(current_app.config["SECRET_KEY"].encode())
