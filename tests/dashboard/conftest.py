from datetime import datetime, time, timedelta
from itertools import count

import pytest

from fieldapp.database import SEOUL, at, now
from fieldapp.visits import Visit
from tests.conftest import frozen

_photos = count(1)


@pytest.fixture
def noon():
    """Everything happens from noon of today on, so that some hours ago it was today too."""
    with at(datetime.combine(now().astimezone(SEOUL).date(), time(12), SEOUL)):
        yield


@pytest.fixture
def visited(as_, cast):
    """`visited(memo="…", ago=timedelta(days=1), photos=1)` sends a visit of 창동 매니저, or of `login`, and gives its row."""
    def send(login: str = "changdong", ago: timedelta = timedelta(minutes=1), photos: int = 0, **form) -> Visit:
        author = getattr(cast, login)
        moment: datetime = now() - ago
        shop = cast.shop if login == "changdong" else cast.other_shop
        filled = {"shop": shop.uid, "outcome": "met", "visited_at": moment.isoformat(), **form}
        if photos:
            filled["photo"] = [f"{next(_photos):064x}" for _ in range(photos)]
        record = frozen(author, filled)
        with at(moment):
            answer = as_(login).send(record)[0]
        assert answer["answer"] == "created", answer
        return Visit.get_by_id(record["id"])

    return send
