import json
import logging
import threading
from collections import deque
from itertools import islice

import peewee
from flask import g, request

from fieldapp.database import Record, now, writing
from fieldapp.errors import Problem, storage_problem

log = logging.getLogger("fieldapp.access")
AT_ONCE = 500  # rows in one statement: databases bound the values of one
_waiting: deque[dict] = deque(maxlen=10_000)
_flushing = threading.Lock()


class AccessLog(Record):
    """접속기록: who did what with whose personal data, when and from where (안전성 확보조치 기준 제8조; kept two years)."""

    person = peewee.CharField(36, index=True)
    verb = peewee.CharField(40)
    whose = peewee.TextField()  # JSON list of the uids of shops whose owners' data was shown
    count = peewee.IntegerField()
    path = peewee.CharField(300)
    address = peewee.CharField(60)

    @property
    def shops(self) -> list[str]:
        return json.loads(self.whose)


def accessed(verb: str, shops: list[str]) -> None:
    """Note that the person of this request saw the data of these shops' owners."""
    seen_by(g.person.uid, verb, shops, request.full_path.rstrip("?"), request.remote_addr or "")


def seen_by(person: str, verb: str, shops: list[str], path: str, address: str) -> None:
    """Note that this person saw these shops' owners' data, where it is no page's request that says so.

    Reads go on while the disk takes no write: the row then waits in memory, and stands in the process's log at once.
    """
    moment = now()
    row = {"person": person, "verb": verb, "whose": json.dumps(sorted(set(shops))), "count": len(set(shops)),
           "path": path[:300], "address": address[:60], "created_at": moment}
    _waiting.append(row)
    try:
        flush()
    except (peewee.PeeweeException, OSError, Problem) as error:
        if not isinstance(error, Problem) and storage_problem(error) is None:
            raise
        log.warning("not stored yet: %s", {**row, "created_at": moment.isoformat()})


def flush() -> None:
    """Store what waits; what can't be stored stays."""
    with _flushing:
        while rows := list(islice(_waiting, AT_ONCE)):
            with writing():
                AccessLog.insert_many([{"uid": AccessLog.uid.default(), **row} for row in rows]).execute()
            for _row in rows:
                _waiting.popleft()
