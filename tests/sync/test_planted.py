"""Planted bugs: each of the harnesses that prove something must turn red at one, or it proves nothing."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from tests.phone import test_lock_browser as lock
from tests.phone_user import PhoneUser
from tests.storm import server_storm
from tests.storm_browser import browser_storm
from tests.sync.bad_servers import ANOTHER_BUILD
from tests.sync.conftest import HERE
from tests.sync.test_durable import is_synced_since_written, recorded, tracer  # noqa: F401
from tests.sync.test_state_machine import World, machine

pytestmark = pytest.mark.slow


def plant(office, bug: str) -> None:
    """Have the office serve it from now on, over kills and starts."""
    office.server.kill()
    (office.config.data / "assets").unlink()  # which it shares with the other tests
    office.server.app = f"tests.sync.bad_servers:{bug}()"
    office.server.start()


def test_the_storm_sees_what_is_forgotten_after_it_was_acknowledged(office):
    plant(office, "acknowledges_and_forgets")
    count = server_storm(office, kills=1, acknowledgements=60)
    assert count.lost, str(count)


def test_the_storm_sees_what_is_recorded_twice(office):
    plant(office, "records_twice")
    count = server_storm(office, kills=4, acknowledgements=60)
    assert count.twice, str(count)


@pytest.mark.sqlite
def test_the_recording_of_calls_sees_that_nothing_is_brought_to_the_disk(office, tracer, tmp_path):  # noqa: F811
    plant(office, "syncs_nothing")
    record, photo = recorded(office, tmp_path)
    assert record and photo
    assert not is_synced_since_written(record, "fieldapp.db")
    assert not is_synced_since_written(photo, "fieldapp.db") and not is_synced_since_written(photo, "/photos/")


@pytest.mark.browser
@pytest.mark.parametrize("bug", ["phone_deletes_on_any_200", "phone_deletes_photos_on_any_200", "phone_changes_what_it_has_sent"])
def test_the_state_machine_sees_a_phone_that(office, phone, bug):
    plant(office, bug)
    office.app.config["BUILD"] = ANOTHER_BUILD
    context = phone(office.url)
    office.log_in(context)
    world = World(office, context)
    hasty = settings(max_examples=300, stateful_step_count=14, deadline=None, derandomize=True, database=None, print_blob=False,
                     phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
    with pytest.raises((AssertionError, Flaky)):
        run_state_machine_as_test(machine(world), settings=hasty)


@pytest.mark.browser
def test_the_storm_on_the_browser_sees_a_card_that_is_shown_too_early(office, phone_at, tmp_path):
    plant(office, "phone_says_saved_too_early")
    count = browser_storm(office, phone_at, tmp_path / "phone", kills=3, within=1500)
    assert count.said_saved and count.lost, str(count)


@pytest.mark.browser
@pytest.mark.parametrize(("bug", "look"), [("phone_keeps_what_was_said_in_clear", lock.test_nothing_personal_lies_open_on_the_phone),
                                           ("phone_seals_nothing", lock.test_an_emptied_phone_keeps_envelopes_alone_and_tells_the_office)])
def test_the_reading_of_what_is_at_rest_sees_a_phone_that(office, phone, bug, look):
    plant(office, bug)
    context = phone(office.url, place=HERE)
    office.log_in(context)
    user = PhoneUser(context).install()
    with pytest.raises(AssertionError):
        look(office, user)
