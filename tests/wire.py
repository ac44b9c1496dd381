"""What goes over the wire to one page, and how slow that wire is, by Chromium's own instruments.

Both look at the page alone: what its service worker fetches is neither counted nor slowed.
"""

from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page

# The developer tools' preset "Slow 3G", since renamed "3G": 500 kbit/s less a fifth, round trips of 400 ms times five.
# Chromium holds back each response by the whole latency.
SLOW_3G = {
    "offline": False,
    "downloadThroughput": 500 * 1000 / 8 * 0.8,  # bytes a second
    "uploadThroughput": 500 * 1000 / 8 * 0.8,
    "latency": 400 * 5,  # milliseconds
}


@dataclass
class Request:
    url: str
    bytes: int = 0  # response headers and body as sent, compressed
    from_cache: bool = False
    failed: str = ""


class Wire:
    """Counts from the moment it is made: `wire = Wire(page); page.goto(...); wire.bytes`."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self._all: list[Request] = []
        self._current: dict[str, Request] = {}  # by Chromium's id, which a redirected request keeps
        self.session.on("Network.requestWillBeSent", self._sent)
        self.session.on("Network.requestServedFromCache", self._cached)
        self.session.on("Network.responseReceived", self._received)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.on("Network.loadingFailed", self._failed)
        self.session.send("Network.enable")

    @property
    def requests(self) -> list[Request]:
        """What the network was asked for, in order; caches, service workers, data: and blob: don't count."""
        return [r for r in self._all if r.url.startswith("http") and not r.from_cache]

    @property
    def bytes(self) -> int:
        return sum(request.bytes for request in self.requests)

    def table(self) -> str:
        """For a failing assertion's message."""
        rows = [f"{request.bytes:>8}  {request.url} {request.failed}" for request in self.requests]
        return "\n".join([*rows, f"{self.bytes:>8}  bytes in {len(self.requests)} requests"])

    def empty_cache(self) -> None:
        self.session.send("Network.clearBrowserCache")

    def slow(self, conditions: dict = SLOW_3G, cpu: float = 1) -> None:
        """Slow the page's network, and its processor by a factor."""
        self.session.send("Network.emulateNetworkConditions", conditions)
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})

    def _sent(self, event: dict) -> None:
        if hop := event.get("redirectResponse"):
            self._current[event["requestId"]].bytes = int(hop["encodedDataLength"])
        self._current[event["requestId"]] = Request(event["request"]["url"])
        self._all.append(self._current[event["requestId"]])

    def _cached(self, event: dict) -> None:
        self._current[event["requestId"]].from_cache = True

    def _received(self, event: dict) -> None:
        response = event["response"]
        if response.get("fromDiskCache") or response.get("fromServiceWorker"):
            self._cached(event)

    def _finished(self, event: dict) -> None:
        self._current[event["requestId"]].bytes = int(event["encodedDataLength"])

    def _failed(self, event: dict) -> None:
        self._current[event["requestId"]].failed = event["errorText"]
