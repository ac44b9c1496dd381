import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.office import Office
from tests.phone_user import PhoneUser
from tests.road import Road

HERE = (37.6501, 127.0451)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    json: dict

    @property
    def retry_after(self) -> int:
        return int(self.headers.get("Retry-After", 0))


class Caller:
    """A phone without a browser, over real HTTP; `headers` of None leave one out."""

    def __init__(self, office: Office, login: str = "changdong", device: str = "a-phone") -> None:
        self.port = office.server.port
        self.cookies = "; ".join(f"{name}={value}" for name, value in office.cookies(login, device).items())

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> Answer:
        sent = {"Sec-Fetch-Site": "same-origin", "X-Fieldapp": "1", "Cookie": self.cookies, "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), json.loads(answer.read()))
        finally:
            connection.close()

    def post(self, *records: dict) -> Answer:
        return self.ask("POST", "/sync/commands", json.dumps({"commands": records}).encode())

    def send(self, *records: dict) -> list[dict]:
        """Post records and give the answers."""
        answer = self.post(*records)
        assert answer.status == 200, answer
        return answer.json["answers"]

    def put(self, sha256: str, body: bytes, **headers: str | None) -> Answer:
        return self.ask("PUT", f"/sync/photos/{sha256}", body, Content_Type="application/octet-stream", **headers)


@pytest.fixture
def caller(office: Office) -> Caller:
    return Caller(office)


@pytest.fixture
def user(office: Office, phone) -> PhoneUser:
    """창동 매니저 with the app installed, on the street, online."""
    context = phone(office.url, place=HERE)
    office.log_in(context)
    return PhoneUser(context).install()


@pytest.fixture
def owner(office: Office, phone_at) -> Callable[[Path], PhoneUser]:
    """A manager whose phone keeps its storage in a folder, installed and logged in some time ago.

    Chromium holds new cookies in memory for half a minute; closed in good order, it has them on its disk.
    """
    def switch_on(profile: Path, pin: bool = True) -> PhoneUser:
        context = phone_at(profile, office.url, place=HERE)
        office.log_in(context)
        PhoneUser(context).install(pin)
        context.close()
        return PhoneUser(phone_at(profile, office.url, place=HERE))

    return switch_on


@pytest.fixture
def road(office: Office) -> Iterator[Road]:
    with Road(office.server.port) as opened:
        yield opened


@pytest.fixture
def traveller(office: Office, road: Road, phone) -> PhoneUser:
    """창동 매니저, whose phone reaches the office over a road on which things happen."""
    context = phone(road.url, place=HERE)
    office.log_in(context)
    return PhoneUser(context).install()
