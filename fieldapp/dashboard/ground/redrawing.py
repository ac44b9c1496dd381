"""The ground drawn anew from the rows, in one transaction: stopped half-way, nothing has changed."""

from collections.abc import Callable

from fieldapp.dashboard.ground.keeping import in_parts, keep_shops, put, spots
from fieldapp.dashboard.ground.spot import LEVELS
from fieldapp.database import db, in_turn, writing
from fieldapp.visits import OUTCOMES
from fieldapp.zones import FINEST

AT_ONCE = 1000
Progress = Callable[[int, int], None]  # done, of


def redraw(progress: Progress = lambda done, of: None) -> int:
    """Make every spot and sum anew, and what shops keep for the map; gives how many visits stand on it."""
    with writing():
        in_turn()
        db.execute_sql('DELETE FROM "spot"')
        db.execute_sql('DELETE FROM "ground"')
        total, done, drawn = db.execute_sql('SELECT COUNT(*) FROM "visit"').fetchone()[0], 0, 0
        for first, last, seen in _spans():
            rows = spots(f'v."uid" BETWEEN {db.param} AND {db.param}', [first, last])
            put(rows)
            done, drawn = done + seen, drawn + len(rows)
            progress(done, total)
        for level in LEVELS:
            for part in (100, 10_000):
                db.execute_sql(_sums(level, part))
        in_parts((uid for (uid,) in db.execute_sql('SELECT "uid" FROM "shop"').fetchall()), keep_shops)
    return drawn


def _spans():
    """Ranges of the visits' keys, each with how many rows it holds."""
    after = ""
    while keys := db.execute_sql(f'SELECT "uid" FROM "visit" WHERE "uid" > {db.param} ORDER BY "uid" LIMIT {AT_ONCE}', [after]).fetchall():
        after = keys[-1][0]
        yield keys[0][0], after, len(keys)


def _sums(level: int, part: int) -> str:
    counts = ", ".join(f"SUM(CASE WHEN \"outcome\" = '{code}' THEN 1 ELSE 0 END)" for code in OUTCOMES)
    tile = f'"tile" / {4 ** (FINEST - level)}'
    return (f'INSERT INTO "ground" ("level", "span", "tile", "zone", {", ".join(OUTCOMES)}) '
            f'SELECT {level}, "day" / {part}, {tile}, "zone", {counts} FROM "spot" GROUP BY "day" / {part}, {tile}, "zone"')
