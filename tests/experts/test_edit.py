from dataclasses import replace

import pytest

from fieldapp.database import uuid7, writing
from fieldapp.events import Event
from fieldapp.experts import Expert, ExpertInput
from fieldapp.experts.form import form_of

TYPED = {"name": "가상 노무사", "field": ["labor", "tax"], "main_field": "tax", "capacity": "4", "mail": "a@example.kr",
         "note": "<b hx-post=/logout>눌러</b>", "active": "on", "language": "ko"}


def test_someone_is_entered(as_, cast, partner):
    chosen = {"zone": [cast.zone.uid], "partner": partner.uid, "person": cast.expert.uid}
    answer = as_("coordinator").post("/experts/new", data=TYPED | chosen)
    expert = Expert.get()
    assert (answer.status_code, answer.location) == (303, f"/experts/{expert.uid}")
    assert expert.entry() == ExpertInput("가상 노무사", "", ("tax", "labor"), (cast.zone.uid,), partner.uid, cast.expert.uid, 4,
                                         "a@example.kr", note="<b hx-post=/logout>눌러</b>")
    assert Event.get(Event.kind == "expert.created").person == cast.coordinator.uid


@pytest.mark.parametrize("url", ["/experts/new", "/experts/{uid}/edit"])
def test_what_is_refused_stands_beside_its_field_and_keeps_what_was_typed(as_, enter, url):
    expert = enter("가상 노무사")
    wrong = TYPED | {"mail": "메일 아님", "capacity": "많이", "main_field": "it", "version": "1", "phone": "02-123-4567"}
    wrong = wrong if "edit" in url else {name: value for name, value in wrong.items() if name != "version"}
    answer = as_("coordinator").post(url.format(uid=expert.uid), data=wrong)
    assert answer.status_code == 422
    for word in ("메일 주소를 name@example.kr처럼", "0에서 99 사이", "고른 분야 가운데", 'value="메일 아님"', 'value="많이"',
                 'value="02-123-4567"', 'id="mail-error"', "&lt;b hx-post=/logout&gt;", 'value="tax" checked',
                 '<option value="it" selected>'):
        assert word in answer.text, word
    assert Expert.get().version == 1 and Expert.select().count() == 1


def test_another_experts_account_is_not_offered_and_not_taken(as_, enter, cast):
    enter("가상 노무사", person=cast.expert.uid)
    client = as_("coordinator")
    assert cast.expert.uid not in client.get("/experts/new").text
    for person in (cast.expert.uid, cast.admin.uid, uuid7()):
        answer = client.post("/experts/new", data=TYPED | {"person": person})
        assert answer.status_code == 422 and 'id="person-error"' in answer.text


def test_the_form_holds_what_stands_and_saves_it(as_, enter, cast, partner):
    expert = enter("가상 노무사", "labor", zones=(cast.zone.uid,), partner=partner.uid, person=cast.expert.uid, lat=37.65, lon=127.04)
    client = as_("coordinator")
    text = client.get(f"/experts/{expert.uid}/edit").text
    for word in ('value="가상 노무사"', 'value="labor" checked', f'value="{cast.zone.uid}" checked',
                 f'<option value="{partner.uid}" selected>', f'<option value="{cast.expert.uid}" selected>', 'value="37.65"',
                 'name="version" value="1"'):
        assert word in text, word
    form = form_of(expert.entry()) | {"capacity": "7", "version": "1"}
    answer = client.post(f"/experts/{expert.uid}/edit", data=form)
    assert (answer.status_code, answer.location) == (303, f"/experts/{expert.uid}")
    assert Expert.get().entry() == replace(expert.entry(), capacity=7)


def test_of_two_who_edit_the_second_sees_what_was_saved_and_loses_no_typing(as_, enter):
    expert = enter("가상 노무사")
    client, form = as_("coordinator"), form_of(expert.entry()) | {"version": "1"}
    assert client.post(f"/experts/{expert.uid}/edit", data=form | {"capacity": "7"}).status_code == 303
    answer = client.post(f"/experts/{expert.uid}/edit", data=form | {"capacity": "9", "note": "길게 쓴 메모"})
    assert answer.status_code == 409 and Expert.get().capacity == 7
    for word in ("그 사이 다른 사람이", "길게 쓴 메모", 'value="9"', 'name="version" value="2"', '>7</span>', '>9</span>'):
        assert word in answer.text, word
    assert client.post(f"/experts/{expert.uid}/edit", data=form | {"capacity": "9", "version": "2"}).status_code == 303
    assert Expert.get().capacity == 9


@pytest.mark.parametrize("version", ["", "x", "-1", "1e400", "99999999999"])
def test_a_version_that_is_none_changes_nothing(as_, enter, version):
    expert = enter("가상 노무사")
    answer = as_("coordinator").post(f"/experts/{expert.uid}/edit", data=form_of(expert.entry()) | {"capacity": "7", "version": version})
    assert answer.status_code in (409, 422) and Expert.get().capacity == 3


@pytest.mark.parametrize("where", ["", "/edit"])
def test_nobody_is_not_found_and_the_supervisor_may_not(as_, enter, where):
    for uid in (uuid7(), "x", "a" * 5000):
        assert as_("coordinator").get(f"/experts/{uid}{where}").status_code == 404
    expert = enter("가상 노무사")
    assert as_("supervisor").get(f"/experts/{expert.uid}/edit").status_code == 403
    assert as_("supervisor").post(f"/experts/{expert.uid}/edit", data=TYPED).status_code == 403


def test_a_confirmation_says_since_when_and_only_of_what_was_read(as_, enter, cast):
    expert, client = enter("가상 노무사"), as_("coordinator")
    assert "아직 확인하지 않은" in client.get(f"/experts/{expert.uid}").text
    assert client.post(f"/experts/{expert.uid}/confirm", data={"version": "1"}).status_code == 303
    assert "에 확인한 내용입니다" in client.get(f"/experts/{expert.uid}").text and Expert.get().confirmed_on
    with writing():
        expert.change(replace(expert.entry(), capacity=7), "")
    answer = client.post(f"/experts/{expert.uid}/confirm", data={"version": "1"})
    assert answer.status_code == 409 and "다시 읽고 확인" in answer.text
