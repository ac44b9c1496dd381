from collections import defaultdict, deque
from datetime import timedelta
from time import monotonic

import peewee
from flask_babel import gettext as _

from fieldapp.database import Instant, Model, in_turn, now, writing
from fieldapp.errors import TooMany
from fieldapp.sealed import keyed

WINDOW = timedelta(minutes=15)
FAILURES_PER_LOGIN = 5  # 안전성 확보조치 기준 제5조: lock after a number of failures
FAILURES_PER_ADDRESS = 50

_sent: dict[str, deque[float]] = defaultdict(deque)


class Attempt(Model):
    """A try that has not succeeded, under a keyed hash of the name or the address that tried."""

    key = peewee.CharField(64, index=True)
    at = Instant(default=now)

    @classmethod
    def begin(cls, limits: dict[str, int]) -> None:
        """Count a try against each key before it is looked at, so that many at once are no more than one after another.

        Raises TooMany, with the seconds to wait, where a key has failed as often as its limit says within the window.
        """
        with writing():
            in_turn()
            cls.delete().where(cls.at < now() - WINDOW).execute()
            for key, limit in limits.items():
                cls.check(key, limit)
            cls.insert_many([{"key": keyed(key), "at": now()} for key in limits]).execute()

    @classmethod
    def succeeded(cls, mine: str, *shared: str) -> None:
        """Forget what failed under one's own key, and of keys that others share this try alone. Needs a transaction."""
        cls.forget(mine)
        for key in shared:
            latest = cls.select(cls.id).where(cls.key == keyed(key)).order_by(cls.id.desc()).limit(1)
            cls.delete().where(cls.id == latest.scalar()).execute()

    @classmethod
    def forget(cls, key: str) -> None:
        cls.delete().where(cls.key == keyed(key)).execute()

    @classmethod
    def is_locked(cls, key: str) -> bool:
        try:
            cls.check(key, FAILURES_PER_LOGIN)
        except TooMany:
            return True
        return False

    @classmethod
    def check(cls, key: str, limit: int) -> None:
        """Raise TooMany, with the seconds to wait, where `key` has failed `limit` times within the window."""
        recent = (cls.select(cls.at).where(cls.key == keyed(key), cls.at > now() - WINDOW)
                  .order_by(cls.at.desc()).limit(limit))
        times = [attempt.at for attempt in recent]
        if len(times) >= limit:
            problem = TooMany()
            problem.retry_after = max(1, int((times[-1] + WINDOW - now()).total_seconds()))
            raise problem


def locked_text(seconds: int | None) -> str:
    minutes = -(-(seconds or 60) // 60)
    return _("여러 번 틀려 잠시 잠겼습니다. %(minutes)s분 뒤에 다시 시도하거나 관리자에게 알려 주십시오.", minutes=minutes)


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
