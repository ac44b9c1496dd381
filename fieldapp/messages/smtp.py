"""Mail by SMTP. What fails before the gateway hears of a message is the gateway's trouble, then the code decides."""

import contextlib
import re
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from fieldapp.config import Config
from fieldapp.messages.gateway import Never, NotNow
from fieldapp.messages.message import Message

ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)
TIMEOUT = 10.0  # seconds for each answer


def is_set(settings: Config) -> bool:
    return bool(settings.smtp_url and settings.mail_from)


def send(message: Message, settings: Config) -> None:
    """Hand a message to the gateway; raise NotNow or Never."""
    mail = mail_of(message, settings)
    with closing(connect(settings.smtp_url)) as gateway:
        try:
            gateway.send_message(mail, settings.mail_from, [message.address])
        except smtplib.SMTPRecipientsRefused as error:
            [(code, reason)] = error.recipients.values()
            raise refusal(code, reason) from error
        except smtplib.SMTPResponseException as error:
            raise refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(said(error), down=True) from error


def mail_of(message: Message, settings: Config) -> EmailMessage:
    """The mail, with a Message-ID that is the same at every attempt; raises Never for what is not one plain address."""
    if not ADDRESS.fullmatch(message.address):
        raise Never("not an address")
    mail, text = EmailMessage(policy=SMTP), message.text
    mail["From"], mail["To"], mail["Subject"] = settings.mail_from, message.address, text.title
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.uid}@fieldapp>"
    mail["X-Fieldapp-Attempt"] = str(message.attempts)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(text.body)
    return mail


def connect(url: str) -> smtplib.SMTP:
    """A gateway that has greeted, and knows who we are where the address names a user."""
    try:
        return _connected(urlsplit(url))
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotNow(said(error), down=True) from error


def _connected(parts: SplitResult) -> smtplib.SMTP:
    gateway = _opened(parts.scheme, parts.hostname or "", parts.port or 0)
    try:
        if parse_qs(parts.query).get("starttls") == ["1"]:
            gateway.starttls(context=ssl.create_default_context())
        if parts.username:
            gateway.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        gateway.close()
        raise
    return gateway


def _opened(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=TIMEOUT)


@contextlib.contextmanager
def closing(gateway: smtplib.SMTP):
    """Leave politely; what goes wrong then no longer matters to the message."""
    try:
        yield gateway
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            gateway.quit()
        gateway.close()


def refusal(code: int, reason: bytes | str) -> NotNow | Never:
    told = f"{code} {reason.decode(errors='replace') if isinstance(reason, bytes) else reason}"
    return Never(told) if 500 <= code < 600 else NotNow(told, down=code == 421)


def said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
