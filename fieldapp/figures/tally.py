"""How the figures follow what happens: a change notes what it touched, and before its transaction ends each of these is counted once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, partial

from fieldapp import events
from fieldapp.consultations import HELD
from fieldapp.database import SEOUL, before_commit, db
from fieldapp.figures.counted import SESSION, VISIT, Row
from fieldapp.figures.rollup import Sums
from fieldapp.figures.rule import Facts, Rule, in_force
from fieldapp.figures.street import street_of
from fieldapp.referrals import COMMANDS

AT_ONCE = 200  # visits or cases in one statement
CASE, SHOP = "case", "shop"
COLUMNS = ", ".join(f'"{name}"' for name in Row._fields)
VISITS = """
    SELECT v."root", v."visited_at", v."zone_id", v."manager_id", v."shop_id", v."outcome", s."industry", s."address_road", c."code",
        EXISTS (SELECT 1 FROM "visit_programme" p WHERE p."visit_id" = v."uid"),
        EXISTS (SELECT 1 FROM "referral" r WHERE r."visit_root" = v."root" AND r."state" <> 'discarded')
    FROM "visit" v JOIN "shop" s ON s."uid" = v."shop_id"
    LEFT JOIN "grievance" g ON g."visit_id" = v."uid" LEFT JOIN "category" c ON c."uid" = g."category_id"
    WHERE v."current" AND """
SESSIONS = f"""
    SELECT c."uid", c."held_at", r."zone_id", r."manager_id", r."shop_id", s."industry", s."address_road"
    FROM "consultation" c JOIN "referral" r ON r."uid" = c."referral_id" JOIN "shop" s ON s."uid" = r."shop_id"
    WHERE c."attendance" IN ({", ".join(f"'{code}'" for code in HELD)}) AND """


def tally(touched: Iterable[tuple[str, str]]) -> None:
    """Count anew what stands in `touched`: ("visit", root), ("case", a referral's uid) or ("shop", uid), in the caller's transaction."""
    roots, cases, shops = ({uid for what, uid in touched if what == kind} for kind in (VISIT, CASE, SHOP))
    if shops:
        roots |= column('SELECT DISTINCT "root" FROM "visit" WHERE "shop_id" IN ({})', shops)
        cases |= column('SELECT "uid" FROM "referral" WHERE "shop_id" IN ({})', shops)
    if cases:
        roots |= column('SELECT "visit_root" FROM "referral" WHERE "uid" IN ({})', cases)
    rule = in_force()
    for part in parts(roots):
        replace(part, visits(f'v."root" IN ({marks(len(part), db.param)})', part, rule))
    for part in parts(cases):
        known = column('SELECT "uid" FROM "consultation" WHERE "referral_id" IN ({})', part)
        replace(sorted(known), sessions(f'c."referral_id" IN ({marks(len(part), db.param)})', part))


def replace(subjects: list[str], rows: list[Row]) -> None:
    """Put these rows in the place of what was counted of these subjects, and move the sums by the difference."""
    now = {row.subject: row for row in rows}
    before = {row.subject: row for row in stored(subjects)}
    sums = Sums()
    gone = [subject for subject, row in before.items() if now.get(subject) != row]
    come = [row for subject, row in now.items() if before.get(subject) != row]
    for subject in gone:
        sums.add(before[subject], -1)
    for row in come:
        sums.add(row)
    if gone:
        db.execute_sql(f'DELETE FROM "counted" WHERE "subject" IN ({marks(len(gone), db.param)})', gone)
    keep(come)
    sums.store()


def stored(subjects: list[str]) -> list[Row]:
    if not subjects:
        return []
    asked = f'SELECT {COLUMNS} FROM "counted" WHERE "subject" IN ({marks(len(subjects), db.param)})'
    return [Row.read(values) for values in db.execute_sql(asked, subjects).fetchall()]


def keep(rows: list[Row]) -> None:
    if rows:
        db.execute_sql(_insertion(len(rows), db.param), [value for row in rows for value in row])


def visits(where: str, values: list, rule: Rule) -> list[Row]:
    """The rows of the visits that this condition of the statement above names."""
    found: dict[str, list] = {}
    codes: dict[str, set[str]] = {}
    for row in db.execute_sql(VISITS + where, values).fetchall():
        found[row[0]] = row
        if row[8]:
            codes.setdefault(row[0], set()).add(row[8])
    return [visit_row(row, codes.get(root, set()), rule) for root, row in found.items()]


def visit_row(row, codes: set[str], rule: Rule) -> Row:
    root, moment, zone, manager, shop, outcome, industry, address, _code, guided, referred = row
    facts = Facts(outcome, bool(codes), bool(guided), bool(referred))
    return Row.of(root, VISIT, seoul(moment), zone=zone, manager=manager, shop=shop, outcome=outcome, industry=industry,
                  street=street_of(address), categories=" ".join(sorted(codes)), counts=rule.visit(facts))


def sessions(where: str, values: list) -> list[Row]:
    """The rows of the sessions that this condition of the statement above names."""
    return [Row.of(uid, SESSION, seoul(moment), zone=zone, manager=manager, shop=shop, outcome=SESSION, industry=industry,
                   street=street_of(address), categories="", counts=True)
            for uid, moment, zone, manager, shop, industry, address in db.execute_sql(SESSIONS + where, values).fetchall()]


def seoul(moment: str | datetime) -> datetime:
    """A stored instant in Seoul's time."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return read.replace(tzinfo=UTC).astimezone(SEOUL)


def column(statement: str, values: Iterable[str]) -> set[str]:
    """What a statement gives in its only column, asked in parts."""
    return {row[0] for part in parts(values) for row in db.execute_sql(statement.format(marks(len(part), db.param)), part).fetchall()}


def parts(values: Iterable[str]) -> Iterable[list[str]]:
    known = sorted(values)
    return (known[start:start + AT_ONCE] for start in range(0, len(known), AT_ONCE))


@cache
def marks(count: int, mark: str) -> str:
    return ", ".join([mark] * count)


@cache
def _insertion(count: int, mark: str) -> str:
    return f'INSERT INTO "counted" ({COLUMNS}) VALUES ' + ", ".join([f"({marks(len(Row._fields), mark)})"] * count)


def note(what: str, event: events.Event) -> None:
    before_commit(tally, (what, event.subject))


def note_joined(event: events.Event) -> None:
    """Two families of revisions turned out to be one: there is no visit of the other name any more."""
    before_commit(tally, (VISIT, event.facts["was"]))
    before_commit(tally, (VISIT, event.subject))


for _kind in ("visit.recorded", "visit.revised", "visit.removed"):
    events.subscribe(_kind, partial(note, VISIT))
for _kind in ("opened", "rezoned", *COMMANDS):
    events.subscribe(f"referral.{_kind}", partial(note, CASE))
events.subscribe("visit.joined", note_joined)
events.subscribe("shop.changed", partial(note, SHOP))
