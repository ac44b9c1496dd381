import json
from datetime import date, datetime, timedelta

import pytest

from fieldapp.database import SEOUL, at, now, writing
from fieldapp.errors import Conflict
from fieldapp.events import Event
from fieldapp.messages import Message
from fieldapp.messages.message import masked
from fieldapp.messages.text import versions
from fieldapp.messages.words import TEMPLATES
from fieldapp.worktime import Closure
from tests.messages.conftest import LINK


def seoul(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SEOUL)


def events_of(kind: str) -> list[dict]:
    return [event.facts for event in Event.select().where(Event.kind == kind)]


def test_a_message_waits_with_its_template_version_and_facts(put, morning):
    message = put(subject="case", to_person="someone", language="en")
    assert (message.state, message.attempts, message.template_version) == ("created", 0, versions()["offer"][-1])
    assert abs(message.next_try_at - now()) < timedelta(seconds=5)
    assert events_of("message.created") == [
        {"message": message.uid, "template": "offer", "channel": "mail", "to": "someone"}]
    assert Event.get(Event.kind == "message.created").subject == "case"


def test_only_what_the_text_has_is_kept_and_no_token(put):
    message = put(memo="사장님이 빚 때문에 힘들어함", owner="김가상")
    assert json.loads(message.facts).keys() == {"number", "link", "until"}
    assert json.loads(message.facts)["link"] == LINK
    assert "김가상" not in str(list(Event.select().dicts())) and message.address not in str(list(Event.select().dicts()))


def test_the_same_key_is_the_same_message(put):
    first, again = put(key="offer:1"), put(key="offer:1", number="R-9999", address="other@example.org")
    assert first.uid == again.uid and again.address == "kim@example.org"
    assert Message.select().count() == len(events_of("message.created")) == 1


def test_without_an_address_nothing_waits_and_it_is_noted(put):
    assert put(address="", subject="case") is None
    assert Message.select().count() == 0
    assert events_of("message.unaddressed") == [{"template": "offer", "channel": "mail", "to": ""}]
    assert Event.get().subject == "case"


def test_it_belongs_in_a_transaction_and_goes_with_it(database, put):
    with pytest.raises(RuntimeError):
        Message.put("offer", "mail", "kim@example.org", key="k", number="R-1", link=LINK, until=now())
    with pytest.raises(ZeroDivisionError), writing():
        put()
        raise ZeroDivisionError
    assert Message.select().count() == Event.select().count() == 0


def test_a_text_that_cannot_be_written_is_not_put(database):
    with pytest.raises(LookupError, match="until"), writing():
        Message.put("offer", "mail", "kim@example.org", key="k", number="R-1", link=LINK)
    with pytest.raises(LookupError), writing():
        Message.put("nonsense", "mail", "kim@example.org", key="k")


@pytest.mark.parametrize(("channel", "put_at", "goes_at"), [
    ("mail", (2026, 11, 24, 10, 30), (2026, 11, 24, 10, 30)),
    ("mail", (2026, 11, 24, 17, 59), (2026, 11, 24, 17, 59)),
    ("mail", (2026, 11, 24, 18, 0), (2026, 11, 25, 9, 0)),
    ("mail", (2026, 11, 24, 3, 0), (2026, 11, 24, 9, 0)),
    ("mail", (2026, 11, 27, 18, 30), (2026, 11, 30, 9, 0)),  # over a weekend
    ("mail", (2026, 9, 23, 19, 0), (2026, 9, 28, 9, 0)),  # over 추석 and a weekend
    ("text", (2026, 11, 28, 10, 0), (2026, 11, 28, 10, 0)),  # a Saturday
    ("text", (2026, 11, 24, 19, 59), (2026, 11, 24, 19, 59)),
    ("text", (2026, 11, 24, 20, 0), (2026, 11, 25, 9, 0)),
    ("text", (2026, 11, 24, 8, 59), (2026, 11, 24, 9, 0)),
])
def test_it_goes_when_its_channel_is_open(put, channel, put_at, goes_at):
    with at(seoul(*put_at)):
        found = put(channel=channel, urgent=True).next_try_at
    assert timedelta() <= found - seoul(*goes_at) < timedelta(seconds=5)


def test_mail_waits_for_the_end_of_the_offices_extra_days(put):
    with at(datetime(2026, 11, 24, 19, 0, tzinfo=SEOUL)):
        with writing():
            Closure.add("", date(2026, 11, 25), date(2026, 11, 26), "가상 행사", "")
        assert put().next_try_at == datetime(2026, 11, 27, 9, 0, tzinfo=SEOUL)
        assert put(channel="text").next_try_at < datetime(2026, 11, 24, 19, 1, tzinfo=SEOUL), "a text is not held by the office's days"


def test_it_may_wait_for_a_later_moment(put, morning):
    evening = datetime(2026, 11, 26, 20, 30, tzinfo=SEOUL)
    assert put(not_before=evening).next_try_at == datetime(2026, 11, 27, 9, 0, tzinfo=SEOUL)


def test_only_what_failed_can_be_tried_again(put, morning, cast):
    message = put()
    with pytest.raises(Conflict), writing():
        message.retry(cast.coordinator.uid)
    Message.update(state="failed_permanent", attempts=9, next_try_at=None).execute()
    message = Message.get()
    with writing():
        message.retry(cast.coordinator.uid)
    after = Message.get()
    assert (after.state, after.attempts) == ("created", 0) and after.next_try_at
    assert events_of("message.retried") == [{"message": message.uid, "attempts": 9}]


@pytest.mark.parametrize(("address", "shown"), [
    ("kim@example.org", "k***@example.org"), ("01012345678", "010-****-5678"), ("010-1234-5678", "010-****-5678"),
    ("119", "****"), ("@", "***@"), ("", "****")])
def test_an_address_is_shown_masked(address, shown):
    assert masked(address) == shown


def test_every_template_has_a_name():
    assert versions().keys() == TEMPLATES.keys()
