import hashlib
import hmac
from collections import defaultdict, deque
from datetime import timedelta
from time import monotonic

import peewee
from flask import current_app

from fieldapp.database import Instant, Model, now, writing
from fieldapp.errors import TooMany

WINDOW = timedelta(minutes=15)
FAILURES_PER_LOGIN = 5  # 안전성 확보조치 기준 제5조: lock after a number of failures
FAILURES_PER_ADDRESS = 50

_sent: dict[str, deque[float]] = defaultdict(deque)


class Attempt(Model):
    """A failed log-in, under a keyed hash of the name or the address that tried."""

    key = peewee.CharField(64, index=True)
    at = Instant(default=now)

    @classmethod
    def failed(cls, *keys: str) -> None:
        with writing():
            cls.delete().where(cls.at < now() - WINDOW).execute()
            cls.insert_many([{"key": _keyed(key), "at": now()} for key in keys]).execute()

    @classmethod
    def forget(cls, key: str) -> None:
        cls.delete().where(cls.key == _keyed(key)).execute()

    @classmethod
    def check(cls, key: str, limit: int) -> None:
        """Raise TooMany, with the seconds to wait, where `key` has failed `limit` times within the window."""
        recent = (cls.select(cls.at).where(cls.key == _keyed(key), cls.at > now() - WINDOW)
                  .order_by(cls.at.desc()).limit(limit))
        times = [attempt.at for attempt in recent]
        if len(times) >= limit:
            problem = TooMany()
            problem.retry_after = max(1, int((times[-1] + WINDOW - now()).total_seconds()))
            raise problem


def _keyed(key: str) -> str:
    return hmac.new(current_app.config["SECRET_KEY"].encode(), key.encode(), hashlib.sha256).hexdigest()


def limit_sending(key: str, limit: int, seconds: float = 300) -> None:
    """Raise TooMany past `limit` calls in `seconds`. Kept in memory: a durable write here would cost what it guards."""
    times, moment = _sent[key], monotonic()
    while times and times[0] < moment - seconds:
        times.popleft()
    if len(times) >= limit:
        problem = TooMany()
        problem.retry_after = max(1, int(times[0] + seconds - moment))
        raise problem
    times.append(moment)
