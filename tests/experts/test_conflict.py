import pytest

from fieldapp.database import writing
from fieldapp.errors import Invalid
from fieldapp.events import Event
from fieldapp.experts import Conflict


def test_a_conflict_keeps_an_expert_from_a_shop(enter, cast, queries):
    expert, other = enter("가상 노무사"), enter("가상 세무사")
    with writing():
        row = Conflict.add(expert, cast.shop, "가족의 가게", cast.coordinator.uid)
    assert Conflict.with_shop(cast.shop.uid) == {expert.uid: "가족의 가게"} and Conflict.with_shop(cast.neighbour.uid) == {}
    with queries:
        assert [found.shop.name for found in Conflict.of(expert.uid)] == ["가상분식"]
    assert queries.count == 1 and Conflict.of(other.uid) == []
    with writing():
        row.remove(cast.coordinator.uid)
    assert Conflict.select().count() == 0
    told = [(event.kind, event.subject, event.facts) for event in Event.select().where(Event.kind.startswith("conflict."))
            .order_by(Event.created_at, Event.uid)]
    assert {kind for kind, _subject, _facts in told} == {"conflict.added", "conflict.removed"}
    assert all((subject, facts) == (expert.uid, {"shop": cast.shop.uid, "reason": "가족의 가게"}) for _kind, subject, facts in told)


def test_the_same_conflict_stands_once(enter, cast):
    expert = enter("가상 노무사")
    with writing():
        Conflict.add(expert, cast.shop, "가족", "")
    with pytest.raises(Invalid) as told, writing():
        Conflict.add(expert, cast.shop, "또", "")
    assert list(told.value.fields) == ["shop"] and Conflict.get().reason == "가족"
    assert Event.select().where(Event.kind == "conflict.added").count() == 1
