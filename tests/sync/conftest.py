from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.office import Office
from tests.phone_user import PhoneUser
from tests.road import Road

HERE = (37.6501, 127.0451)


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
    def switch_on(profile: Path) -> PhoneUser:
        context = phone_at(profile, office.url, place=HERE)
        office.log_in(context)
        PhoneUser(context).install()
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
