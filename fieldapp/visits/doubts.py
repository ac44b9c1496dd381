"""The doubts that lie between visits, put down as visits come, so that the lane of those to look at is one indexed query.

What a visit raises by itself (`plausibility.alone`) is written with its row; here stands what it raises with others, on all of
them. Plain statements, made once: every visit that arrives pays for them.
"""

from datetime import date, datetime, time, timedelta

from fieldapp.database import SEOUL, Instant, db
from fieldapp.visits.plausibility import Stop, among, day_of, kept, weight

_ROWS = 'SELECT "uid", "shop_id", "outcome", "visited_at", "doubts" FROM "visit" WHERE '
_HIS = _ROWS + '"manager_id" = ? AND "current" AND '
_OF_DAY = _HIS + '"visited_at" >= ? AND "visited_at" < ?'
# One bound on either side: with a third, SQLite begins at the day's first visit and reads all up to here.
_LAST_BEFORE = _HIS + '"visited_at" >= ? AND ("visited_at", "uid") < (?, ?) ORDER BY "visited_at" DESC, "uid" DESC LIMIT 1'
_NEXT_AFTER = _HIS + '"visited_at" < ? AND ("visited_at", "uid") > (?, ?) ORDER BY "visited_at", "uid" LIMIT 1'
# By the index on a shop, which has few visits in a day; SQLite would take another.
_FIRST_ALIKE = _ROWS + """"shop_id" = ? AND "visited_at" >= ? AND "visited_at" < ? AND "current"
AND ("outcome" || '') = ? AND ("manager_id" || '') = ? ORDER BY "visited_at", "uid" LIMIT 2"""
_OF_TEXT = 'SELECT "uid", "doubts" FROM "visit" WHERE "text_key" = ? AND "current" AND "root" <> ? LIMIT 2'
_DOUBTS = 'SELECT "doubts" FROM "visit" WHERE "uid" = ?'
_PUT = 'UPDATE "visit" SET "doubts" = ?, "doubt_weight" = ? WHERE "uid" = ?'
_instant = Instant()


def note(visit, before) -> None:
    """Put down what this current visit changes, in the caller's transaction; `before` is the revision that it replaces, or None."""
    if visit.revision == 1:
        _join_day(visit)
    else:
        for day in {day_of(one.visited_at) for one in (visit, before) if one}:
            compare_day(visit.manager_id, day)
    if visit.text_key:
        _mark_twins(visit)
    if before and before.text_key and before.text_key != visit.text_key:
        _release_twin(before.text_key, visit.root)


def _join_day(visit) -> None:
    """What a new visit changes: whoever came just before it, itself, and the first of its kind; however long the day is."""
    begin, end, here = *_bounds(day_of(visit.visited_at)), (_instant.db_value(visit.visited_at), visit.uid)
    before, after = _ask(_LAST_BEFORE, visit.manager_id, begin, *here), _ask(_NEXT_AFTER, visit.manager_id, end, *here)
    alike = _ask(_FIRST_ALIKE, visit.shop_id, begin, end, visit.outcome, visit.manager_id)
    walk = among([*map(_stop, [*before, *after]), Stop(visit.uid, visit.shop_id, visit.outcome, visit.visited_at)])
    for uid, *_others, doubts in before:
        put(uid, doubts, set(doubts.split()) - {"soon"} | walk[uid] & {"soon"})
    again = {"again"} if alike[0][0] != visit.uid else set()
    put(visit.uid, visit.doubts, set(visit.doubts.split()) | walk[visit.uid] & {"soon"} | again)
    for uid, *_others, doubts in alike[1:] if not again else []:
        put(uid, doubts, {*doubts.split(), "again"})


def compare_day(manager: str, day: date) -> None:
    """Put down what a manager's visits of that day raise between them."""
    rows = _ask(_OF_DAY, manager, *_bounds(day))
    found = among(map(_stop, rows))
    for uid, *_others, doubts in rows:
        put(uid, doubts, set(doubts.split()) - {"soon", "again"} | found[uid])


def _bounds(day: date) -> tuple:
    """When it begins and when the next one does, as rows have it."""
    begin = datetime.combine(day, time(), SEOUL)
    return _instant.db_value(begin), _instant.db_value(begin + timedelta(days=1))


def _stop(row: tuple) -> Stop:
    uid, shop, outcome, at, _doubts = row
    return Stop(uid, shop, outcome, _instant.python_value(at))


def put(uid: str, before: str, after: set[str]) -> bool:
    """Write a visit's doubts where they differ from those that its row has; give whether they did."""
    text = kept(after)
    if text != before:
        _ask(_PUT, text, weight(after), uid)
    return text != before


def _mark_twins(visit) -> None:
    """Two others are enough: of those that came earlier all but the first stand marked already."""
    others = _ask(_OF_TEXT, visit.text_key, visit.root)
    for uid, doubts in [*others, *([(visit.uid, _ask(_DOUBTS, visit.uid)[0][0])] if others else [])]:
        put(uid, doubts, {*doubts.split(), "same_text"})


def _release_twin(key: str, root: str) -> None:
    """The last one that says so says it alone."""
    left = _ask(_OF_TEXT, key, root)
    if len(left) == 1:
        uid, doubts = left[0]
        put(uid, doubts, set(doubts.split()) - {"same_text"})


def _ask(sql: str, *values) -> list[tuple]:
    cursor = db.execute_sql(sql.replace("?", db.param), values)
    return cursor.fetchall() if cursor.description else []
