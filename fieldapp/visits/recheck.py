"""Judging every visit anew: after a threshold has changed, or after visits came by another way than `Visit.record`."""

from collections.abc import Callable, Iterator

from peewee import fn

from fieldapp.database import writing
from fieldapp.visits.doubts import compare_day, put
from fieldapp.visits.plausibility import alone, day_of, text_key
from fieldapp.visits.visit import Visit, VisitPhoto

AT_ONCE = 500  # rows in one transaction: others write in between


def recheck(progress: Callable[[int], None] = lambda done: None) -> int:
    """Judge all current visits by the rules as they are; give how many there are. `progress` hears how many are done."""
    for visits in _slices(Visit.select(Visit.uid, Visit.memo, Visit.text_key)):
        _key(visits)
    done = 0
    for visits in _slices(Visit.select().where(Visit.current)):
        _judge(visits)
        done += len(visits)
        progress(done)
    return done


def _slices(query) -> Iterator[list[Visit]]:
    last = ""
    while rows := list(query.where(Visit.uid > last).order_by(Visit.uid).limit(AT_ONCE)):
        yield rows
        last = rows[-1].uid


def _key(visits: list[Visit]) -> None:
    with writing():
        for visit in visits:
            if visit.text_key != (key := text_key(visit.memo)):
                Visit.update(text_key=key).where(Visit.uid == visit.uid).execute()


def _judge(visits: list[Visit]) -> None:
    taken = _photo_times([visit.uid for visit in visits])
    with writing():
        twins = _said_twice({visit.text_key for visit in visits if visit.text_key})
        for visit in visits:
            between = set(visit.doubts.split()) & {"soon", "again"} | ({"same_text"} if visit.text_key in twins else set())
            put(visit.uid, visit.doubts, alone(visit, taken.get(visit.uid, ())) | between)
        for manager, day in sorted({(visit.manager_id, day_of(visit.visited_at)) for visit in visits}):
            compare_day(manager, day)


def _photo_times(uids: list[str]) -> dict[str, list]:
    found: dict[str, list] = {}
    for uid, taken in VisitPhoto.select(VisitPhoto.visit, VisitPhoto.taken_at).where(VisitPhoto.visit.in_(uids)).tuples():
        found.setdefault(uid, []).append(taken)
    return found


def _said_twice(keys: set[str]) -> set[str]:
    """Those of these texts that stand in more than one visit."""
    rows = (Visit.select(Visit.text_key).where(Visit.text_key.in_(sorted(keys)), Visit.current)
            .group_by(Visit.text_key).having(fn.COUNT(Visit.uid) > 1))
    return {key for (key,) in rows.tuples()}
