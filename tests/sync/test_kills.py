"""The server is killed again and again while phones send: nothing acknowledged is lost, nothing stands twice."""

import pytest

from tests.storm import server_storm
from tests.storm_browser import browser_storm

KILLS, ACKNOWLEDGEMENTS = 150, 1000


@pytest.mark.torture
def test_the_server_may_be_killed_at_any_moment(office):
    count = server_storm(office, KILLS, ACKNOWLEDGEMENTS)
    print(count)
    assert count.kills >= KILLS and count.acknowledged >= ACKNOWLEDGEMENTS and count.photos >= 100 and count.failures > 0
    assert (count.lost, count.twice) == ([], [])


@pytest.mark.torture
@pytest.mark.browser
def test_the_browser_may_be_killed_while_saving(office, phone_at, tmp_path):
    count = browser_storm(office, phone_at, tmp_path / "phone", kills=12)
    print(count)
    assert count.kills >= 10 and len(count.said_saved) >= 3
    assert (count.lost, count.twice, count.halves) == ([], [], [])
