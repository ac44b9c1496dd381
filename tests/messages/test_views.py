import re

import pytest

from fieldapp.database import uuid7
from fieldapp.events import AccessLog, Event
from fieldapp.messages import Message
from fieldapp.messages.message import FAILED
from fieldapp.messages.text import versions

ROW = re.compile(r'id="message-([0-9a-f-]{36})"')


def listed(client, url: str = "/messages") -> list[str]:
    return ROW.findall(client.get(url).text)


def test_the_list_shows_what_waits_and_what_failed(as_, cast, put):
    put(subject=uuid7())
    put("received", "text", language="en")
    Message.update(state="failed_permanent", error="<b>550</b> no", attempts=3, next_try_at=None).where(Message.channel == "text").execute()
    text = as_("coordinator").get("/messages").text
    for word in ("상담 제안", "k***@example.org", "010-****-5678", "R-0231", "× 실패", "○ 대기", "3번", "&lt;b&gt;550", "다시 보내기"):
        assert word in text, word
    assert "kim@example.org" not in text and "1234" not in text
    assert AccessLog.get(AccessLog.person == cast.coordinator.uid).verb == "message.list"


def test_the_number_leads_to_the_case_for_whoever_may_see_it(as_, put):
    case = uuid7()
    put(subject=case)
    assert f'href="/referrals/{case}"' in as_("coordinator").get("/messages").text
    assert f'href="/referrals/{case}"' not in as_("admin").get("/messages").text


def test_a_missing_gateway_is_said(as_, mailbox):
    text = as_("admin").get("/messages").text
    assert "TEXT_WEBHOOK_URL" in text and "SMTP_URL" not in text


def test_an_empty_list_says_what_will_be_there_and_notes_no_look(as_):
    assert "아직 알림이 없습니다" in as_("coordinator").get("/messages").text
    assert "이 상태의 알림이 없습니다" in as_("coordinator").get("/messages?state=sending").text
    assert AccessLog.select().count() == 0


def test_the_list_is_narrowed_by_state(as_, put):
    waiting, failed = put().uid, put().uid
    Message.update(state="failed_permanent").where(Message.uid == failed).execute()
    assert listed(as_("coordinator"), "/messages?state=failed_permanent") == [failed]
    assert listed(as_("coordinator"), "/messages?state=created") == [waiting]
    answer = as_("coordinator").get("/messages?state=dancing")
    assert answer.status_code == 422 and "목록에 있는 것을" in answer.text


def test_pages_follow_each_other_without_gap_or_overlap(as_, put, monkeypatch):
    monkeypatch.setattr("fieldapp.messages.views.ROWS", 3)
    made = [put().uid for _ in range(8)]
    client, seen, url = as_("coordinator"), [], "/messages?state=created"
    while url:
        text = client.get(url).text
        seen += ROW.findall(text)
        more = re.search(r'href="(/messages\?[^"]*before=[^"]+)"', text)
        url = more[1].replace("&amp;", "&") if more else ""
    assert seen == made[::-1]
    assert len(listed(client, "/messages?before=nonsense")) == 3


def test_the_list_takes_the_same_queries_for_any_number(as_, put, queries):
    put()
    client = as_("coordinator")
    client.get("/messages")
    with queries:
        client.get("/messages")
    few = queries.count
    for _ in range(9):
        put("received", "text")
    with queries:
        client.get("/messages")
    assert queries.count == few <= 6


@pytest.mark.parametrize("state", FAILED)
def test_what_failed_is_sent_again_by_hand(as_, put, morning, cast, state):
    assert as_("coordinator").post(f"/messages/{uuid7()}/retry").status_code == 404
    message = put(subject="case")
    assert as_("supervisor").post(f"/messages/{message.uid}/retry").status_code == 403
    Message.update(state=state, attempts=9, next_try_at=None).execute()
    answer = as_("coordinator").post(f"/messages/{message.uid}/retry")
    assert answer.status_code == 303 and answer.location.endswith(f"/messages#message-{message.uid}")
    assert (Message.get().state, Message.get().attempts) == ("created", 0)
    event = Event.get(Event.kind == "message.retried")
    assert (event.person, event.subject) == (cast.coordinator.uid, "case")


def test_what_has_not_failed_is_not_sent_again(as_, put):
    message = put()
    for state in ("created", "sending", "delivered"):
        Message.update(state=state).execute()
        answer = as_("admin").post(f"/messages/{message.uid}/retry")
        assert answer.status_code == 409 and "실패한 알림만" in answer.text
        assert Message.get().state == state


def test_the_texts_of_all_versions_can_be_read_in_both_languages(as_):
    text = as_("coordinator").get("/messages/templates").text
    assert all(f'id="text-{template}"' in text for template in versions())
    assert "{{ number }}" in text and text.count('<div lang="en">') == sum(map(len, versions().values()))


def test_english_pages(as_, put):
    client = as_("coordinator")
    put()
    client.http.set_cookie("lang", "en")
    assert client.get("/messages").status_code == client.get("/messages/templates").status_code == 200
