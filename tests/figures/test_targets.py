import pytest

from fieldapp.database import writing
from fieldapp.events import Event
from fieldapp.figures import Target

FORM = {"indicator": "consultations", "year": "2026", "value": "400", "reason": "공약 관리카드", "approved_by": "가상 과장", "version": "0",
        "seen_year": "2026"}


def put(client, **changes):
    return client.post("/targets", data=FORM | changes)


def test_only_the_supervisor_sets_one(as_):
    for login in ("changdong", "coordinator", "expert"):
        assert put(as_(login)).status_code == 403
    assert 'action="/targets"' not in as_("coordinator").get("/targets").text
    assert Target.select().count() == 0


@pytest.mark.parametrize(("changes", "word"), [
    ({"value": ""}, "사이의 수"), ({"value": "0"}, "사이의 수"), ({"value": "12.5"}, "사이의 수"), ({"value": "많이"}, "사이의 수"),
    ({"value": "9" * 30}, "사이의 수"), ({"year": "1999"}, "사이의 수"), ({"year": "²"}, "사이의 수"), ({"reason": " "}, "사유를 적어"),
    ({"approved_by": ""}, "누가 승인했는지"), ({"indicator": "songs"}, "목록에 있는 것"), ({"extra": "x"}, "알 수 없는 항목"),
    ({"reason": "가" * 501}, "500자까지"), ({"year": "9" * 5000}, "40자까지")])
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(as_, changes, word):
    answer = put(as_("supervisor"), **changes)
    assert answer.status_code == 422 and word in answer.text
    for name, value in (FORM | changes).items():
        assert name in ("indicator", "version", "seen_year", "year", "extra") or f"{value.strip()[:500]}" in answer.text
    assert Target.select().count() == 0


def test_a_change_is_a_new_version_with_its_reason(as_, cast):
    supervisor = as_("supervisor")
    assert put(supervisor).status_code == 303
    assert put(supervisor, value="420", reason="추경", version="1").location.endswith("/targets#year-2026")
    standing = Target.standing("consultations", 2026)
    assert standing and (standing.value, standing.version, standing.by) == (420, 2, cast.supervisor.uid)
    text = as_("changdong").get("/targets").text
    assert all(word in text for word in ("420건", "400건", "추경", "공약 관리카드", "가상 과장", "지금 목표"))
    assert [event.facts["before"] for event in Event.select().where(Event.kind == "target.set").order_by(Event.uid)] == [None, 400]
    assert Target.standing("consultations", 2025) is None


def test_of_two_who_set_it_at_once_the_second_is_told(as_):
    supervisor = as_("supervisor")
    put(supervisor)
    answer = put(supervisor, value="500", reason="나중에 쓴 사유")
    assert answer.status_code == 409 and "400건으로 정해졌습니다" in answer.text and "나중에 쓴 사유" in answer.text
    assert 'name="version" value="1"' in answer.text
    assert Target.select().count() == 1


def test_another_year_than_the_one_that_was_shown_can_be_set(as_):
    supervisor = as_("supervisor")
    put(supervisor)
    assert put(supervisor, year="2027", version="1").status_code == 303
    standing = Target.standing("consultations", 2027)
    assert standing and standing.version == 1


def test_what_was_typed_as_a_reason_stays_text(as_):
    put(as_("supervisor"), reason="<b hx-post=/logout>눌러</b>")
    assert "<b hx-post" not in as_("supervisor").get("/targets").text


def test_history_is_kept_in_the_model(cast):
    with writing():
        for value in (30, 200):
            Target.put("consultations", 2022, value, "가상", cast.supervisor.uid)
    assert [target.value for target in Target.of("consultations", 2022)] == [200, 30]
