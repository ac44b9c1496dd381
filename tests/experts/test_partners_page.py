import re
from datetime import date, timedelta

import pytest

from fieldapp.database import today, uuid7, writing
from fieldapp.events import Event
from fieldapp.experts import Partner, PartnerInput
from fieldapp.experts.form import form_of

TYPED = {"name": "가상조합", "basis": "entrustment", "mou_first_day": "2026-01-01", "mou_last_day": "", "contact_name": "담당",
         "contact_mail": "a@example.kr", "contact_phone": "02-123-4567", "note": "메모", "active": "on"}


def test_an_institution_is_entered_listed_and_changed(as_, cast):
    client = as_("coordinator")
    assert "아직 협약기관이 없습니다" in client.get("/partners").text
    answer = client.post("/partners/new", data=TYPED)
    found = Partner.get()
    assert (answer.status_code, answer.location) == (303, f"/partners/{found.uid}")
    assert found.entry == PartnerInput("가상조합", "entrustment", date(2026, 1, 1), None, "담당", "a@example.kr", "02-123-4567", "메모")
    assert all(word in as_("supervisor").get("/partners").text for word in ("가상조합", "위탁", "● 협약 중"))
    form = form_of(found.entry) | {"active": ""}
    assert client.post(f"/partners/{found.uid}", data=form).status_code == 303
    assert not Partner.get().active and "× 중지" in client.get("/partners").text
    assert Event.get(Event.kind == "partner.changed").person == cast.coordinator.uid


@pytest.mark.parametrize(("last", "word"), [
    (None, "● 협약 중"), (100, "● 협약 중"), (30, "▲ 30일 뒤 끝남"), (0, "▲ 오늘 끝남"), (-1, "■ 협약 끝남")])
def test_how_an_agreement_stands_is_said_in_word_and_shape(as_, last, word):
    with writing():
        Partner.enter(PartnerInput("가상재단", "provision", date(2020, 1, 1), None if last is None else today() + timedelta(last)), "")
    text = as_("supervisor").get("/partners").text
    assert word in text and text.count('class="badge') == 1


def test_an_institution_shows_its_own_pool_in_pages(as_, enter, partner, monkeypatch, queries):
    monkeypatch.setattr("fieldapp.experts.views.index.ROWS", 2)
    for number in range(3):
        enter(f"가상 세무사 {number}", "tax", partner=partner.uid, active=number != 1)
    enter("가상 노무사")
    client = as_("supervisor")
    assert "2명" in client.get("/partners").text
    text = client.get(f"/partners/{partner.uid}").text
    more = re.search(r'href="(\?after=[^"]+)"', text)
    assert "세무사 0" in text and "세무사 1" in text and "세무사 2" not in text and "노무사" not in text and more
    assert "세무사 2" in client.get(f"/partners/{partner.uid}{more[1]}").text
    assert "<form method=\"post\" action=\"/partners" not in text
    with queries:
        client.get(f"/partners/{partner.uid}")
    assert queries.count <= 8


@pytest.mark.parametrize("where", ["/partners/new", "/partners/{uid}"])
def test_what_is_refused_keeps_what_was_typed(as_, partner, where):
    wrong = TYPED | {"basis": "gift", "mou_first_day": "2026-02-01", "mou_last_day": "2026-01-01"}
    answer = as_("coordinator").post(where.format(uid=partner.uid), data=wrong)
    assert answer.status_code == 422
    for word in ("시작일 뒤의", "목록에 있는 것", 'value="2026-02-01"', 'value="담당"'):
        assert word in answer.text, word
    assert Partner.get().entry == partner.entry and Partner.select().count() == 1


def test_a_name_that_is_taken_is_told_beside_it(as_, partner):
    answer = as_("coordinator").post("/partners/new", data=TYPED | {"name": "가상재단"})
    assert answer.status_code == 422 and "이미 있는 협약기관" in answer.text and 'id="name-error"' in answer.text


def test_who_may_what(as_, partner):
    assert as_("coordinator").get(f"/partners/{uuid7()}").status_code == 404
    assert as_("coordinator").post(f"/partners/{uuid7()}", data=TYPED).status_code == 404
    assert as_("supervisor").post(f"/partners/{partner.uid}", data=TYPED).status_code == 403
    assert as_("supervisor").get("/partners/new").status_code == 403
