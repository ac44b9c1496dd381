"""Phones that keep sending while the server is killed again and again, and the count of what came of it.

Each phone is a thread that speaks the outbox's protocol and remembers what was acknowledged, as a real one does.
"""

import hashlib
import http.client
import io
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from fieldapp.database import db, uuid7
from fieldapp.photos import Photo, stored_path
from fieldapp.sync import Received
from fieldapp.visits import Visit, VisitPhoto
from tests.conftest import frozen
from tests.office import Office

MOST_UNSENT = 30
PATIENCE = 300  # seconds, with the machine busy
CALM = 0.5  # seconds between two kills at most; more where nothing is acknowledged between them
HEADERS = {"Sec-Fetch-Site": "same-origin", "X-Fieldapp": "1"}


def small_photo(seed: int) -> bytes:
    """A JPEG of its own, small enough to be sent many times."""
    picture = Image.effect_noise((48, 36), 20 + seed % 60).convert("RGB")
    picture.putpixel((0, 0), (seed % 256, seed // 256 % 256, seed // 65536 % 256))
    out = io.BytesIO()
    picture.save(out, "JPEG", comment=uuid7().encode())
    return out.getvalue()


@dataclass
class Kept:
    """One record in a phone's outbox."""

    entry: dict
    photos: dict[str, bytes]
    missing: list[str] | None = None  # None until the office has acknowledged the record
    confirmed: set[str] = field(default_factory=set)


class Phone(threading.Thread):
    """Makes records, sends them singly or in batches, then their photos; what has no answer is sent again as it was."""

    def __init__(self, office: Office, seed: int, stop: threading.Event):
        super().__init__(daemon=True)
        self.office, self.stop, self.random = office, stop, random.Random(seed)
        cookies = office.cookies("changdong", f"phone-{seed}")
        self.cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.outbox: list[Kept] = []
        self.acknowledged = self.photo_acknowledged = self.failures = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                if len(self.unsent()) < MOST_UNSENT:
                    self.make()
                self.cycle()
        except BaseException as error:  # shown by the test: a phone that died proves nothing
            self.error = error

    def make(self) -> None:
        for _ in range(self.random.choice((1, 1, 2, 5, 20))):
            photos = [small_photo(self.random.getrandbits(24)) for _ in range(self.random.choice((0, 0, 0, 1, 2)))]
            by_hash = {sha256(body): body for body in photos}
            form = {"shop": self.office.cast.shop.uid, "outcome": "met", "memo": uuid7(), "photo": list(by_hash)}
            entry = frozen(self.office.cast.changdong, {name: value for name, value in form.items() if value})
            self.outbox.append(Kept(entry, by_hash))

    def cycle(self) -> None:
        """Send what waits; a server that is gone ends the cycle, and the next begins again."""
        try:
            waiting = [kept for kept in self.outbox if kept.missing is None][:20]
            if waiting:
                self.send(waiting)
            for kept in [kept for kept in self.outbox if kept.missing]:
                for digest in list(kept.missing or ()):
                    self.send_photo(kept, digest)
        except (OSError, http.client.HTTPException):
            self.failures += 1
            time.sleep(0.1)  # retrying faster would only slow the start

    def send(self, waiting: list[Kept]) -> None:
        status, body = self.ask("POST", "/sync/commands", json.dumps({"commands": [kept.entry for kept in waiting]}).encode())
        if status >= 500 or status == 429:
            return
        by_id = {kept.entry["id"]: kept for kept in waiting}
        for answer in body["answers"]:
            kept = by_id[answer["id"]]
            assert answer["answer"] in ("created", "duplicate") and answer["hash"] == kept.entry["hash"], answer
            kept.missing = answer["missing"]
            self.acknowledged += 1

    def send_photo(self, kept: Kept, digest: str) -> None:
        status, body = self.ask("PUT", f"/sync/photos/{digest}", kept.photos[digest])
        if status >= 500 or status == 429:
            return
        assert status == 200, (status, body)
        assert kept.missing is not None
        kept.missing = [other for other in kept.missing if other != digest]
        kept.confirmed.add(digest)
        self.photo_acknowledged += 1

    def ask(self, method: str, path: str, body: bytes) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.office.server.port, timeout=20)
        try:
            connection.request(method, path, body, {**HEADERS, "Cookie": self.cookies, "Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except ValueError as error:
            raise http.client.HTTPException("cut off") from error
        finally:
            connection.close()

    def unsent(self) -> list[Kept]:
        return [kept for kept in self.outbox if kept.missing != []]


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass
class Count:
    """What a storm came to. `lost` and `twice` must be empty."""

    kills: int = 0
    acknowledged: int = 0
    photos: int = 0
    records: int = 0
    failures: int = 0
    seconds: float = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.kills} kills of the server, {self.records} visits, {self.acknowledged} acknowledgements, "
                f"{self.photos} photos, {self.failures} broken requests, {len(self.lost)} lost, {len(self.twice)} twice, "
                f"{self.seconds:.0f} s")


def server_storm(office: Office, kills: int, acknowledgements: int, phones: int = 3, seed: int = 1,
                 tell: Callable[[str], None] = lambda text: None) -> Count:
    """Kill the server at random moments while phones send; bring it up, let all arrive, and count."""
    chance, stop, began = random.Random(seed), threading.Event(), time.monotonic()
    crowd = [Phone(office, seed * 1000 + number, stop) for number in range(phones)]
    count = Count()
    for phone in crowd:
        phone.start()
    calm, before = CALM, 0
    while count.kills < kills or before < acknowledgements:
        time.sleep(chance.uniform(0.02, calm))
        office.server.kill()
        count.kills += 1
        office.server.start()
        done = sum(phone.acknowledged for phone in crowd)
        # On a slow machine nothing may get through between two kills: then there is more time before the next.
        calm, before = CALM if done > before else calm * 1.5, done
        if count.kills % 50 == 0:
            tell(f"{count.kills} kills, {done} acknowledgements")
        if any(phone.error for phone in crowd):
            break
    stop.set()
    for phone in crowd:
        phone.join(60)
        if phone.error:
            raise phone.error
    drain(crowd)
    count.seconds = time.monotonic() - began
    return settle(count, crowd)


def drain(crowd: list[Phone]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(phone.unsent() for phone in crowd):
        assert time.monotonic() < deadline, "the phones did not get everything to the office"
        for phone in crowd:
            phone.cycle()


def settle(count: Count, crowd: list[Phone]) -> Count:
    """Compare what the phones hold for acknowledged with what the office has."""
    kept = [record for phone in crowd for record in phone.outbox]
    visits: dict[str, int] = {}
    for visit in Visit.select(Visit.uid):
        visits[visit.uid] = visits.get(visit.uid, 0) + 1
    received = {row.uid: row.hash for row in Received.select(Received.uid, Received.hash)}
    memos = [row.memo for row in Visit.select(Visit.memo)]
    arrived = {(row.visit_id, row.sha256) for row in VisitPhoto.select().where(VisitPhoto.received_at.is_null(False))}
    photos = {row.sha256 for row in Photo.select(Photo.sha256)}
    for record in kept:
        uid = record.entry["id"]
        if visits.get(uid) != 1 or received.get(uid) != record.entry["hash"]:
            count.lost.append(uid)
        for digest in record.photos:
            if (uid, digest) not in arrived or digest not in photos or not is_whole(digest):
                count.lost.append(f"{uid}/{digest}")
    count.twice = sorted({memo for memo in memos if memos.count(memo) > 1}) if len(set(memos)) < len(memos) else []
    if len(visits) != len(kept):
        count.twice.append(f"{len(visits)} visits at the office, {len(kept)} on the phones")
    count.records, count.acknowledged = len(kept), sum(phone.acknowledged for phone in crowd)
    count.photos, count.failures = sum(phone.photo_acknowledged for phone in crowd), sum(phone.failures for phone in crowd)
    if not db.is_closed() and "sqlite" in type(db.obj).__name__.lower():
        assert db.execute_sql("PRAGMA integrity_check").fetchone()[0] == "ok"
    return count


def is_whole(digest: str) -> bool:
    try:
        for size in (1600, 320):
            with Image.open(stored_path(digest, size)) as picture:
                picture.load()
    except (OSError, SyntaxError):
        return False
    return True
