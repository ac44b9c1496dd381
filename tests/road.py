"""The road between a phone and the office: a proxy on loopback that loses answers, cuts requests off, or is a portal."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Accident:
    """Befalls the next `times` requests of this method and path."""

    method: str
    prefix: str
    times: int
    before: Callable[[], object] | None = None  # instead of reaching the office
    reply: Callable[[bytes], Reply] | None = None  # what somebody else makes of the request
    happened: int = 0

    def befalls(self, method: str, path: str) -> bool:
        found = method == self.method and path.startswith(self.prefix) and self.happened < self.times
        self.happened += found
        return found

    def wait(self, times: int = 1, seconds: float = 45) -> None:
        """Wait until it has happened so many times."""
        end = time.monotonic() + seconds
        while self.happened < times:
            assert time.monotonic() < end, f"{self.method} {self.prefix} came {self.happened} times, not {times}"
            time.sleep(0.02)


class Road:
    """`with Road(port) as road: phone(road.url)`; what went over it stands in `passed` as (method, path, status)."""

    def __init__(self, office_port: int) -> None:
        self.office_port = office_port
        self.portal: tuple[str, bytes] | None = None  # content type and body that answer everything, with 200
        self.passed: list[tuple[str, str, int]] = []
        self._accidents: list[Accident] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Toll", (Toll,), {"road": self}))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Road":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def lose_answers(self, method: str, prefix: str, times: int = 1) -> Accident:
        """The office does what it is asked and answers; the phone hears the beginning of that and no more."""
        return self._add(Accident(method, prefix, times))

    def cut(self, method: str, prefix: str, times: int = 1, meanwhile: Callable[[], object] = lambda: None) -> Accident:
        """The request never reaches the office; `meanwhile` happens at that moment."""
        return self._add(Accident(method, prefix, times, before=meanwhile))

    def stand_in(self, method: str, prefix: str, status: int, body: bytes | Callable[[bytes], bytes] = b"{}", times: int = 1,
                 **headers: str) -> Accident:
        """Somebody else answers in the office's place: a gateway, a portal, a server that is full."""
        told = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._add(Accident(method, prefix, times, reply=lambda asked: (status, told, body(asked) if callable(body) else body)))

    def count(self, method: str, prefix: str) -> int:
        """How many requests the office has answered."""
        return sum(seen == method and path.startswith(prefix) for seen, path, _status in self.passed)

    def clear(self) -> None:
        self._accidents.clear()
        self.portal = None

    def accident(self, method: str, path: str) -> Accident | None:
        with self._lock:
            return next((one for one in self._accidents if one.befalls(method, path)), None)

    def _add(self, accident: Accident) -> Accident:
        self._accidents.append(accident)
        return accident


class Toll(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    road: Road

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.road.portal:
            kind, page = self.road.portal
            return self.answer(200, [("Content-Type", kind)], page)
        accident = self.road.accident(self.command, self.path)
        if accident and accident.before:
            accident.before()
            self.close_connection = True
            return None
        if accident and accident.reply:
            status, told, reply = accident.reply(body)
            return self.answer(status, list(told.items()), reply)
        try:
            status, headers, reply = self.ask(body)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return None
        self.road.passed.append((self.command, self.path, status))
        return self.answer(status, headers, reply, whole=accident is None)

    do_GET = do_POST = do_PUT = do_HEAD = pass_on

    def ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        office = http.client.HTTPConnection("127.0.0.1", self.road.office_port, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            office.request(self.command, self.path, body or None, {**headers, "Content-Length": str(len(body))})
            reply = office.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            office.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes, whole: bool = True) -> None:
        """A connection that closes before the first byte is silently asked again by Chromium, so a lost answer has begun."""
        self.send_response_only(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            if name.lower() not in HOP_BY_HOP or (name == "Content-Length" and value == str(len(body))):
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if whole else body[: len(body) // 2])
        self.close_connection = self.close_connection or not whole

    def log_message(self, *_) -> None:
        pass
