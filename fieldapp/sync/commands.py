"""Everything that a phone may say, and how each record is answered.

A record is one JSON text, frozen on the phone and hashed as UTF-8 on both sides:
`{"id", "kind", "version", "author", "device", "seq", "made_at", "timezone", "skew_ms", "form": {name: text or [texts]}}`.
Answers: created · duplicate · conflict · rejected(code, fields) · held(code) · gone.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime

import peewee

from fieldapp.database import forget_connection, writing
from fieldapp.errors import Problem, storage_problem
from fieldapp.form import SHA256, UUID, read_instant
from fieldapp.people import Person, Session
from fieldapp.sync.inbox import Received, Refusal
from fieldapp.sync.record_visit import record_visit, state_of
from fieldapp.visits import Origin, Visit

log = logging.getLogger("fieldapp")

# A version stays here for ever, or its records are rejected with everything kept on the phone.
COMMANDS = {("visit.record", 1): record_visit}

MOST_IN_A_BATCH = 20
LONGEST_RECORD = 100_000  # bytes of UTF-8


@dataclass(frozen=True)
class Carrier:
    """Who brings a record, and on which device."""

    person: Person
    device: str


@dataclass(frozen=True)
class Command:
    uid: str
    hash: str
    text: str
    kind: str
    version: int
    author: str
    origin: Origin
    form: dict


class Refused(Exception):
    """This record can't be taken; `answer` is rejected or held."""

    def __init__(self, code: str, answer: str = "rejected", fields: dict | None = None):
        super().__init__(code)
        self.code, self.answer, self.fields = code, answer, {k: str(v) for k, v in (fields or {}).items()}


def answer_batch(entries: list, carrier: Carrier) -> tuple[list[dict], Problem | None]:
    """Answer records one by one, each in its own transaction.

    Where the storage stops taking writes, the rest stays without an answer and the problem is given back. A record at
    which we fail ourselves has no answer either: its phone keeps it, and it holds up no other.
    """
    answers: list[dict] = []
    for entry in entries:
        try:
            answers.append(answer(entry, carrier))
        except Exception as error:
            problem = error if isinstance(error, Problem) else storage_problem(error)
            if problem:
                log.warning("not stored: %r", error)
                return answers, problem
            log.exception("a record could not be taken")
            forget_connection()
    return answers, None


def answer(entry, carrier: Carrier) -> dict:
    entry = entry if isinstance(entry, dict) else {}
    uid, sent_hash, text = (entry.get(name) if isinstance(entry.get(name), str) else "" for name in ("id", "hash", "record"))
    reply = {"id": uid[:80], "hash": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()}
    try:
        if not UUID.fullmatch(uid) or not SHA256.fullmatch(sent_hash) or not text:
            raise Refused("bad-shape")
        if reply["hash"] != sent_hash:
            raise Refused("hash")
        command = read_command(uid, sent_hash, text)
        return reply | take(command, carrier)
    except Refused as refusal:
        keep_refusal(refusal, uid, reply["hash"], text, carrier)
        return reply | {"answer": refusal.answer, "code": refusal.code, "fields": refusal.fields}


def read_command(uid: str, sent_hash: str, text: str) -> Command:
    """Read a frozen record; raises Refused."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # half a character: no phone hashes that
        raise Refused("bad-shape") from None
    if size > LONGEST_RECORD:
        raise Refused("too-large")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("bad-shape") from None
    if not isinstance(record, dict) or record.get("id") != uid or not isinstance(record.get("form"), dict):
        raise Refused("bad-shape")
    kind, version, author = record.get("kind"), record.get("version"), record.get("author")
    if not isinstance(kind, str) or type(version) is not int or not isinstance(author, str) or not UUID.fullmatch(author):
        raise Refused("bad-shape")
    if (kind, version) not in COMMANDS:
        raise Refused("version", answer="held")
    origin = Origin(uid, moment(record.get("made_at")), short(record.get("timezone")), whole(record.get("skew_ms")),
                    short(record.get("device")), whole(record.get("seq")))
    return Command(uid, sent_hash, text, kind, version, author, origin, record["form"])


def take(command: Command, carrier: Carrier) -> dict:
    """Take a record once. A second time is a duplicate if it is the same, and a conflict if it is not."""
    known = Received.known(command.uid)
    if known is None:
        author = author_of(command, carrier)
        try:
            with writing():
                keep(command, carrier)
                outcome = COMMANDS[command.kind, command.version](command.form, author, command.origin, carrier.person)
                return {"answer": "created", **outcome}
        except peewee.IntegrityError:  # the same record came by another connection meanwhile
            known = Received.known(command.uid)
            if known is None:
                raise
        except Problem as problem:
            if problem.status >= 500:
                raise
            raise Refused(problem.code, fields=problem.fields or {"notice": problem.message}) from problem
    return again(known, command, carrier)


def again(known: Received, command: Command, carrier: Carrier) -> dict:
    if known.hash != command.hash or known.author != command.author:
        raise Refused("other-content", answer="conflict")
    author_of(command, carrier)
    visit = Visit.get_or_none(Visit.uid == command.uid)
    return {"answer": "duplicate", **state_of(visit)} if visit else {"answer": "gone"}


def author_of(command: Command, carrier: Carrier) -> Person:
    """Who made the record. Another person may carry it only from a device on which its author has logged in."""
    if command.author == carrier.person.uid:
        return carrier.person
    author = Person.get_or_none(Person.uid == command.author)
    if author is None or not Session.knows(author.uid, carrier.device):
        raise Refused("other-person", answer="held")
    return author


def keep(command: Command, carrier: Carrier) -> None:
    Received.create(uid=command.uid, hash=command.hash, kind=command.kind, version=command.version,
                    author=command.author, carrier=carrier.person.uid, record=command.text)


def keep_refusal(refusal: Refused, uid: str, found_hash: str, text: str, carrier: Carrier) -> None:
    with writing():
        Refusal.insert(
            command=storable(uid)[:36], hash=found_hash, answer=refusal.answer, code=refusal.code,
            fields=storable(json.dumps(refusal.fields, ensure_ascii=False)), record=storable(text), carrier=carrier.person.uid,
        ).on_conflict_ignore().execute()


def storable(text: str) -> str:
    """The text without what a database can't hold (NUL, lone surrogates), in at most twice the longest record."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[: 2 * LONGEST_RECORD]


def moment(value) -> datetime | None:
    return read_instant(value) if isinstance(value, str) else None


def short(value) -> str:
    return storable(value)[:60] if isinstance(value, str) else ""


def whole(value) -> int | None:
    return value if type(value) is int and abs(value) < 2**62 else None
