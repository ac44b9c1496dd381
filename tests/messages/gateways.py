"""Gateways that really listen: an SMTP server and a web server which do what the test tells them."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from tests.server import free_port


@dataclass
class Mailbox:
    """What has arrived, and what the next mails are told: `answers` of DATA, `refused` addresses, or a `stall` in DATA."""

    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    stall: Callable | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.stall:
            await self.stall()
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
            self.addresses += envelope.rcpt_tos
        return answer


@contextlib.contextmanager
def mail_server(box: Mailbox | None = None, **more) -> Iterator[Mailbox]:
    box = box or Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **more)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Hook:
    """What was posted, and what is answered: (status, headers) in order, then 202."""

    url: str = ""
    posts: list[tuple[dict, dict]] = field(default_factory=list)
    answers: list[tuple[int, dict]] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    stall: bool = False
    bodies: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def text_server() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.stall:
                hook.stalled.wait(20)
                return
            hook.bodies.append(body)
            hook.posts.append((dict(self.headers), json.loads(body)))
            status, headers = hook.answers.pop(0) if hook.answers else (202, {})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/send?office=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hook
    finally:
        hook.stalled.set()
        server.shutdown()
        server.server_close()
        thread.join()
