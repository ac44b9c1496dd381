"""What a phone has shut opens for its author alone."""

import hmac
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fieldapp.database import uuid7
from fieldapp.events import Event
from fieldapp.sync.envelope import CURVE, PARTS, Forged, issue, open_envelope, raw_of, text

CONTENT_KEY = bytes(range(32))


def shut(issued: dict, author: str, key: bytes = CONTENT_KEY) -> dict:
    """An envelope, as a phone makes it."""
    uid, mine, iv = uuid7(), ec.generate_private_key(CURVE), secrets.token_bytes(12)
    shared = mine.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw_of(issued["public"])))
    wrap = HKDF(SHA256(), 32, None, f"fieldapp.envelope:{uid}".encode()).derive(shared)
    point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    data = AESGCM(wrap).encrypt(iv, key, uid.encode())
    made = {"id": uid, "mark": issued["mark"], "point": text(point), "iv": text(iv), "data": text(data)}
    said = "|".join((uid, author, *(made[name] for name in PARTS[1:-1])))
    return made | {"mac": text(hmac.digest(raw_of(issued["mac"]), said.encode(), "sha256"))}


def test_it_opens_for_its_author(app, cast):
    with app.app_context():
        assert open_envelope(shut(issue(cast.changdong), cast.changdong.uid), cast.changdong) == CONTENT_KEY
        first, second = issue(cast.changdong), issue(cast.changdong)
        assert first["public"] == second["public"] and first["mark"] != second["mark"] and first["mac"] != second["mac"]


@pytest.mark.parametrize("name", PARTS)
def test_whatever_is_changed_in_it_it_stays_shut(app, cast, name):
    with app.app_context():
        one, other = (shut(issue(cast.changdong), cast.changdong.uid) for _time in range(2))
        for wrong in (other[name], "", None, 7, one[name] + "x", "A" * 201):
            with pytest.raises(Forged):
                open_envelope(one | {name: wrong}, cast.changdong)


def test_nobody_shuts_one_in_another_persons_name(app, cast):
    """Neither with the office's public key alone, which anyone may read, nor with a key that was issued to oneself."""
    with app.app_context():
        mine, theirs = issue(cast.ssangmun), issue(cast.changdong)
        alone = theirs | {"mac": text(bytes(32))}
        under_their_mark = mine | {"mark": theirs["mark"]}
        for forged in (*(shut(key, cast.changdong.uid) for key in (mine, under_their_mark, alone)), shut(theirs, cast.ssangmun.uid)):
            with pytest.raises(Forged):
                open_envelope(forged, cast.changdong)
        with pytest.raises(Forged):
            open_envelope(shut(theirs, cast.changdong.uid), cast.ssangmun)


def test_an_address_opens_one_s_own_and_notes_what_is_forged(app, as_, cast):
    client = as_("changdong")
    told = client.post("/sync/contact", json={}, headers={"X-Fieldapp": "1"}).json
    assert told["idle_minutes"] == 15 and set(told["key"]) == {"public", "mark", "mac"}
    mine = shut(told["key"], cast.changdong.uid)
    forged = shut(told["key"], cast.ssangmun.uid)
    answer = client.post("/sync/envelopes", json={"envelopes": [mine, forged, "x", {}]}, headers={"X-Fieldapp": "1"})
    assert answer.json == {"keys": {mine["id"]: text(CONTENT_KEY)}, "forged": [forged["id"], "", ""]}
    [event] = Event.select().where(Event.kind == "envelope.forged")
    assert event.person == cast.changdong.uid and event.facts == {"count": 3}
    wrong: list[object] = [{"envelopes": "x"}, {"envelopes": [mine] * 101}, [], "x", None]
    for bad in wrong:
        assert client.post("/sync/envelopes", json=bad, headers={"X-Fieldapp": "1"}).status_code == 422
    assert as_("ssangmun").post("/sync/envelopes", json={"envelopes": [mine]}, headers={"X-Fieldapp": "1"}).json["forged"] == [mine["id"]]
