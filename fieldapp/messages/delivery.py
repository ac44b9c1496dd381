"""From the table to the gateways. A message is claimed in one short transaction, sent outside of any, and written off in another.

Whoever claims a message holds it for the time of a lease. A worker that is killed meanwhile leaves it to the next one once that
is over: it then goes out at most once more, under the same Message-ID or Idempotency-Key.
"""

import logging
import random
from collections.abc import Iterable
from datetime import timedelta

from flask import current_app

from fieldapp import events
from fieldapp.config import Config
from fieldapp.database import now, writing
from fieldapp.messages import smtp, webhook
from fieldapp.messages.gateway import Never, NotNow
from fieldapp.messages.hours import MAIL, TEXT, opening
from fieldapp.messages.message import DELIVERED, FAILED_PERMANENT, FAILED_TEMPORARY, SENDING, Message
from fieldapp.worktime import calendar_of

LEASE = timedelta(minutes=5)
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360)]  # after each failed attempt; the last one again and again
PATIENCE = timedelta(hours=48)
STALE = timedelta(days=7)  # after being due for so long, as before there was a gateway, nobody is told by surprise
FEWEST = 8  # attempts before patience ends: nights and holidays take most of two days away
GATEWAYS = {MAIL: smtp, TEXT: webhook}

log = logging.getLogger("fieldapp.messages")


def gateway_is_set(channel: str, settings: Config) -> bool:
    """Whether messages of this channel can leave at all; without a gateway they wait."""
    return GATEWAYS[channel].is_set(settings)


def deliver_due(limit: int = 50, channels: Iterable[str] = tuple(GATEWAYS)) -> int:
    """Send what is due, at most `limit` of each channel; give how many arrived. Needs an application's context."""
    return sum(_deliver(channel, limit) for channel in channels if _is_open(channel))


def _is_open(channel: str) -> bool:
    return gateway_is_set(channel, current_app.config["SETTINGS"]) and opening(channel, moment := now(), calendar_of()) == moment


def _deliver(channel: str, limit: int) -> int:
    """One channel's turn. It is over once the gateway takes nothing: the rest stays as it is, and the next turn asks again."""
    arrived = 0
    for message in due(channel, limit):
        if not claim(message):
            continue
        problem = attempt(message)
        finish(message, problem)
        arrived += problem is None
        if isinstance(problem, NotNow) and problem.down:
            log.warning("the gateway for %s takes nothing: %s", channel, problem)
            break
    return arrived


def due(channel: str, limit: int) -> list[Message]:
    """What is to be tried now, the longest due first: new, failed before, or left by a worker whose lease is over."""
    return list(Message.select().where(Message.channel == channel, Message.next_try_at <= now()).order_by(Message.next_try_at).limit(limit))


def claim(message: Message) -> bool:
    """Hold a message for the time of a lease; False where another worker was quicker."""
    moment = now()
    with writing():
        held = (Message.update(state=SENDING, claimed_at=moment, attempts=Message.attempts + 1, next_try_at=moment + LEASE)
                .where(Message.uid == message.uid, Message.attempts == message.attempts, Message.next_try_at <= moment).execute())
    message.attempts += 1
    return bool(held)


def attempt(message: Message) -> NotNow | Never | None:
    """Why it wasn't taken, if it wasn't."""
    if now() - message.next_try_at > STALE:
        return Never("it had waited too long")
    try:
        GATEWAYS[message.channel].send(message, current_app.config["SETTINGS"])
    except (NotNow, Never) as problem:
        return problem
    except Exception as error:
        log.exception("message %s can't be sent", message.uid)
        return Never(type(error).__name__)
    return None


def finish(message: Message, problem: NotNow | Never | None) -> None:
    """Write down how an attempt ended, unless the message is no longer ours."""
    moment = now()
    if problem is None:
        result = {"state": DELIVERED, "next_try_at": None, "delivered_at": moment, "error": ""}
    else:
        later = next_try(message, problem)
        result = {"state": FAILED_TEMPORARY if later else FAILED_PERMANENT, "next_try_at": later,
                  "error": str(problem).replace(message.address, message.masked)[:300]}
    with writing():
        ours = (Message.update(result).where(Message.uid == message.uid, Message.state == SENDING, Message.attempts == message.attempts)
                .execute())
        if ours and result["next_try_at"] is None:
            kind = "message.delivered" if problem is None else "message.failed"
            events.record(kind, message.subject or message.uid, message=message.uid, template=message.template, channel=message.channel,
                          attempts=message.attempts)


def next_try(message: Message, problem: NotNow | Never):
    """When to try again: later each time, never in quiet hours; None once that makes no sense."""
    moment = now()
    if isinstance(problem, Never) or (moment - message.created_at > PATIENCE and message.attempts >= FEWEST):
        return None
    wait = WAITS[min(message.attempts, len(WAITS)) - 1] * random.uniform(1, 1.2)
    return opening(message.channel, moment + max(wait, timedelta(seconds=problem.seconds or 0)), calendar_of())
