"""Phones that send as fast as the office answers: each a process of its own, with one connection that stays open."""

import http.client
import json
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from multiprocessing import connection, get_context
from typing import Self
from urllib.parse import urlencode

from bench.photos import renamed
from tests.conftest import PASSWORD, frozen
from tests.server import Server

BATCH = 20
HEADERS = {"Sec-Fetch-Site": "same-origin", "X-Fieldapp": "1"}
context = get_context("forkserver")
context.set_forkserver_preload(["bench.phones"])


@dataclass(frozen=True)
class Person:
    """Who holds a phone: their uid, what they log in as, and the cookies of a log-in as one header."""

    uid: str
    login: str
    cookies: str


@dataclass(frozen=True)
class Errand:
    """What a phone is to do until a moment of the monotonic clock: visits of so many photos, so many in one request.

    What it has begun by then it ends: records whose photos are still to come are no visits yet.
    """

    port: int
    person: Person
    shops: list[str]
    start: float
    until: float
    batch: int = 1
    photos: int = 0
    log_in: bool = False  # before each visit


@dataclass
class Sent:
    """What came of it: visits that are whole, and how long each request took, in seconds, by method."""

    visits: int = 0
    first: float = math.inf
    last: float = 0
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    processor: float = 0  # seconds that the server's processes were busy

    @property
    def rate(self) -> float:
        """Visits a second."""
        return self.visits / (self.last - self.first)

    def add(self, other: "Sent") -> None:
        self.visits += other.visits
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        for method, times in other.seconds.items():
            self.seconds[method] += times


class Phones:
    """`with Phones(people, shops, jpegs) as phones: phones.send(server, 4, seconds=2).rate`."""

    def __init__(self, people: list[Person], shops: list[str], jpegs: list[bytes]) -> None:
        self.people, self.shops = people, shops
        self._lines: list[connection.Connection] = []
        for _person in people:
            here, there = context.Pipe()
            context.Process(target=switched_on, args=(there, jpegs), daemon=True).start()
            self._lines.append(here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        for line in self._lines:
            line.send(None)

    def send(self, server: Server, phones: int, seconds: float, **how) -> Sent:
        """Have the first `phones` of them send at once; raises RuntimeError where the office refuses anything."""
        start, before = time.monotonic() + 0.1, busy(server)
        for person, line in zip(self.people[:phones], self._lines, strict=False):
            line.send(Errand(server.port, person, self.shops, start, start + seconds, **how))
        total = Sent()
        for line in self._lines[:phones]:
            found = line.recv()
            if isinstance(found, Exception):
                raise RuntimeError(f"a phone failed: {found}")
            total.add(found)
        total.processor = busy(server) - before
        return total


def busy(server: Server) -> float:
    """Seconds of processor time that its processes have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in server.processes())


def switched_on(line: connection.Connection, jpegs: list[bytes]) -> None:
    pictures = cycle(jpegs)
    while errand := line.recv():
        try:
            line.send(run(errand, pictures))
        except Exception as error:
            line.send(RuntimeError(f"{type(error).__name__}: {error}"))


def run(errand: Errand, pictures: Iterator[bytes]) -> Sent:
    road = http.client.HTTPConnection("127.0.0.1", errand.port, timeout=60)
    road.connect()
    sent = Sent()
    time.sleep(max(0, errand.start - time.monotonic()))
    while not sent.visits or time.monotonic() < errand.until:
        cookies = log_in(road, errand.person, sent) if errand.log_in else errand.person.cookies
        for method, path, body, visits in requests(errand, pictures):
            ask(road, method, path, body, cookies, sent)
            sent.visits += visits
    road.close()
    return sent


def requests(errand: Errand, pictures: Iterator[bytes]) -> Iterator[tuple[str, str, bytes, int]]:
    """One request with records, then one for each photo: method, path, body, and how many visits are whole with it."""
    photos = [[renamed(next(pictures)) for _ in range(errand.photos)] for _ in range(errand.batch)]
    records = [frozen(errand.person, visit_form(errand.shops, [sha256 for sha256, _body in taken])) for taken in photos]
    yield "POST", "/sync/commands", json.dumps({"commands": records}).encode(), 0 if errand.photos else errand.batch
    for taken in photos:
        for number, (sha256, body) in enumerate(taken, 1):
            yield "PUT", f"/sync/photos/{sha256}", body, int(number == len(taken))


_turn = count()


def visit_form(shops: list[str], photos: list[str]) -> dict:
    """What a manager fills in: met, one grievance, a memo, a fix of the place."""
    form = {
        "shop": shops[next(_turn) % len(shops)], "outcome": "met",
        "memo": "점심 뒤에 다시 뵙기로 함. 옆 가게와 간판 자리를 두고 이야기 중이라 하심.",
        "category": ["rent"], "grievance.rent.text": "재계약 때 월세가 크게 오를까 걱정하심", "grievance.rent.disposition": "noted",
        "place.source": "gps", "place.lat": "37.6501", "place.lon": "127.0451", "place.accuracy_m": "12", "place.fix_age_s": "3",
        "visited_at": "2026-05-04T05:06:07.890Z",
    }
    return form | ({"photo": photos} if photos else {})


def ask(road: http.client.HTTPConnection, method: str, path: str, body: bytes, cookies: str, sent: Sent) -> None:
    kind = "application/json" if method == "POST" else "application/octet-stream"
    answer, text = timed(road, method, path, body, {**HEADERS, "Content-Type": kind, "Cookie": cookies}, sent)
    refused = method == "POST" and any(one["answer"] != "created" for one in json.loads(text)["answers"])
    if answer.status != 200 or refused:
        raise RuntimeError(f"{method} {path} gave {answer.status}: {text[:300]!r}")


def log_in(road: http.client.HTTPConnection, person: Person, sent: Sent) -> str:
    body = urlencode({"login": person.login, "password": PASSWORD}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    answer, _text = timed(road, "POST", "/login", body, kind, sent, name="log-in")
    if answer.status != 303:
        raise RuntimeError(f"{person.login} could not log in: {answer.status}")
    return "; ".join(line.split(";")[0] for line in answer.msg.get_all("Set-Cookie", []))


def timed(road, method: str, path: str, body: bytes, headers: dict, sent: Sent,
          name: str = "") -> tuple[http.client.HTTPResponse, bytes]:
    begun = time.monotonic()
    road.request(method, path, body, headers)
    answer = road.getresponse()
    text = answer.read()
    ended = time.monotonic()
    sent.first, sent.last = min(sent.first, begun), ended
    sent.seconds[name or method].append(ended - begun)
    return answer, text


def percentile(seconds: list[float], part: float) -> float:
    """In milliseconds; the smallest time that so large a part did not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)] * 1000
