"""봉투: the content key of what a phone keeps, shut so that only the office opens it, and only for its author.

A record, draft or photo lies on the phone under a content key of its own, wrapped twice: under the phone's key, which goes at log-out and
when the phone is emptied, and in an envelope to the office's public key (ECDH on P-256, HKDF-SHA256, AES-256-GCM). A message code under a
key that was issued to its author at a log-in shows that no one else has made the envelope.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fieldapp.form import UUID
from fieldapp.people import Person
from fieldapp.sealed import derived, keyed

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256's group: SEC 2, 2.4.2
PARTS = ("id", "mark", "point", "iv", "data", "mac")
MOST = 100  # envelopes in one request


class Forged(Exception):
    """This envelope was not made on a phone of who asks, or for another installation."""


def issue(person: Person) -> dict[str, str]:
    """What a phone needs to shut envelopes in this person's name: the office's public key, and a key with its mark for the codes."""
    mark = secrets.token_urlsafe(12)
    public = office_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"public": text(public), "mark": mark, "mac": text(code_key(person.uid, mark))}


def open_envelope(raw: object, person: Person) -> bytes:
    """The content key of an envelope that this person's phone has shut; raises Forged."""
    envelope = raw if isinstance(raw, dict) else {}
    parts = [envelope.get(name) for name in PARTS]
    if not all(isinstance(part, str) and part and len(part) <= 200 for part in parts) or not UUID.fullmatch(envelope["id"]):
        raise Forged()
    uid, mark, point, iv, data, mac = map(str, parts)
    said = "|".join((uid, person.uid, mark, point, iv, data))
    if not hmac.compare_digest(text(hmac.digest(code_key(person.uid, mark), said.encode(), "sha256")).encode(), mac.encode()):
        raise Forged()
    try:
        other = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw_of(point))
        shared = office_key().exchange(ec.ECDH(), other)
        key = HKDF(SHA256(), 32, None, f"fieldapp.envelope:{uid}".encode()).derive(shared)
        return AESGCM(key).decrypt(raw_of(iv), raw_of(data), uid.encode())
    except (InvalidTag, ValueError) as error:
        raise Forged() from error


def office_key() -> ec.EllipticCurvePrivateKey:
    """Made of SECRET_KEY: with another one, what phones have sealed until then stays shut."""
    wide = int.from_bytes(derived("envelopes", 48))  # 128 bits more than the group's order leave no bias
    return ec.derive_private_key(wide % (ORDER - 1) + 1, CURVE)


def code_key(person: str, mark: str) -> bytes:
    return hashlib.sha256(keyed(f"envelope:{person}:{mark}").encode()).digest()


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_of(encoded: str) -> bytes:
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
