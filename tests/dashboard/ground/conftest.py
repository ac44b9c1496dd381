from datetime import datetime, timedelta

import pytest

from fieldapp.database import now
from fieldapp.visits import Visit
from tests.conftest import make_shop
from tests.recording import recorded

OUTCOMES = ("met", "absent", "busy", "met", "refused", "shut_today", "met")


@pytest.fixture
def visit_at(cast):
    """`visit_at(shop, moment, outcome, **form)` records one by the shop's manager."""
    def record(shop, moment: datetime, outcome: str = "met", **form) -> Visit:
        filled = {"shop": shop.uid, "outcome": outcome, "visited_at": moment.isoformat(), **form}
        return recorded(shop.manager, filled)

    return record


@pytest.fixture
def scattered(cast, visit_at):
    """Forty visits over a year and a half in both zones, at eight shops a kilometre apart, some of them with a place of their own."""
    shops = [make_shop(f"가상{number}", cast.zone if number % 2 else cast.other_zone, cast.changdong if number % 2 else cast.ssangmun,
                       37.63 + number * 0.009, 127.02 + number * 0.005) for number in range(8)]
    for number in range(40):
        shop = shops[number % 8]
        own = {"place.source": "gps", "place.lat": str(shop.lat + 0.0007), "place.lon": str(shop.lon)} if number % 3 else {}
        visit_at(shop, now() - timedelta(days=13 * number), OUTCOMES[number % 7], **own)
    return shops
