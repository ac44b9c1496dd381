"""Everything counted anew from the rows, in one transaction: before it ends, all see what was; stopped half-way, nothing has changed."""

from collections.abc import Callable

from fieldapp.database import db, in_turn, writing
from fieldapp.figures.rollup import Sums, put
from fieldapp.figures.rule import RuleChoice, in_force
from fieldapp.figures.tally import keep, sessions, visits

AT_ONCE = 1000
Progress = Callable[[int, int], None]  # done, of


def recount(progress: Progress | None = None, rule: str = "", by: str = "") -> int:
    """Make every row and sum anew, by another rule where one is named; gives how many rows there are."""
    with writing():
        in_turn()
        if rule:
            RuleChoice.choose(rule, by)
        db.execute_sql('DELETE FROM "counted"')
        db.execute_sql('DELETE FROM "rollup"')
        total = db.execute_sql('SELECT COUNT(*) FROM "visit"').fetchone()[0] + db.execute_sql(
            'SELECT COUNT(*) FROM "consultation"').fetchone()[0]
        sums, done, counted = Sums(), 0, 0
        for rows, seen in _all_rows():
            keep(rows)
            for row in rows:
                sums.add(row)
            done, counted = done + seen, counted + len(rows)
            if progress:
                progress(done, total)
        put(sums.rows())
    return counted


def make_up() -> int:
    """Count what came before anything was counted, once: an office that was brought up to date from a version without figures."""
    if db.execute_sql('SELECT 1 FROM "counted" LIMIT 1').fetchone() or not db.execute_sql('SELECT 1 FROM "visit" LIMIT 1').fetchone():
        return 0
    return recount()


def _all_rows():
    """All rows there should be, some at a time, with how many records were looked at for them."""
    rule = in_force()
    for first, last, seen in _spans("visit"):
        yield visits(f'v."uid" BETWEEN {db.param} AND {db.param}', [first, last], rule), seen
    for first, last, seen in _spans("consultation"):
        yield sessions(f'c."uid" BETWEEN {db.param} AND {db.param}', [first, last]), seen


def _spans(table: str):
    """Ranges of a table's keys, each with how many rows it holds."""
    after, asked = "", f'SELECT "uid" FROM "{table}" WHERE "uid" > {db.param} ORDER BY "uid" LIMIT {AT_ONCE}'
    while keys := db.execute_sql(asked, [after]).fetchall():
        after = keys[-1][0]
        yield keys[0][0], after, len(keys)
