"""Text messages, handed to a gateway of the office's choice as signed JSON."""

import hashlib
import hmac
import json
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from fieldapp.config import Config
from fieldapp.messages.gateway import Never, NotNow
from fieldapp.messages.message import Message

TIMEOUT = 10.0  # seconds for each answer
LATER = {408, 425, 429}
LONGEST_WAIT = 24 * 3600  # seconds; a gateway that asks for more is asked again then


def is_set(settings: Config) -> bool:
    return bool(settings.text_webhook_url and settings.text_webhook_secret)


def send(message: Message, settings: Config) -> None:
    """Hand a message to the gateway; raise NotNow or Never."""
    body = body_of(message)
    headers = {
        "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.uid,
        "X-Fieldapp-Attempt": str(message.attempts), "X-Fieldapp-Signature": signature(body, settings.text_webhook_secret)}
    try:
        status, retry_after = post(settings.text_webhook_url, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        raise NotNow(f"{type(error).__name__}: {error}", down=True) from error
    if 200 <= status < 300:
        return
    if status in LATER or status >= 500:
        raise NotNow(f"HTTP {status}", seconds=retry_after, down=status in (429, 503))
    raise Never(f"HTTP {status}")


def body_of(message: Message) -> bytes:
    title, body = message.text
    said = {"id": message.uid, "to": message.address, "template": message.template, "text": f"{title}\n{body}",
            "language": message.language}
    return json.dumps(said, ensure_ascii=False).encode()


def signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, int | None]:
    """Status, and the seconds after which to come back if the gateway said so. A redirect isn't followed."""
    parts = urlsplit(url)
    connection = (HTTPSConnection if parts.scheme == "https" else HTTPConnection)(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", parts._replace(scheme="", netloc="", fragment="").geturl() or "/", body, headers)
        answer = connection.getresponse()
        return answer.status, seconds_of(answer)
    finally:
        connection.close()


def seconds_of(answer: HTTPResponse) -> int | None:
    """Retry-After in its plain form; a date there is passed over."""
    told = answer.headers.get("Retry-After", "").strip()
    return min(int(told), LONGEST_WAIT) if told.isascii() and told.isdigit() else None
