"""How the map follows what happens: a change notes what it touched, and before its transaction ends each of these is looked at once."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from fieldapp import events
from fieldapp.dashboard.ground.spot import Row, Sums
from fieldapp.database import SEOUL, before_commit, db
from fieldapp.figures import street_of
from fieldapp.grievances import PROMISED
from fieldapp.referrals import COMMANDS, ENDS
from fieldapp.zones import tile_at

AT_ONCE = 200  # in one statement
VISIT, CASE, SHOP = "visit", "case", "shop"
SPOTS = """
    SELECT v."root", v."visited_at", v."zone_id", v."outcome", COALESCE(v."lat", s."lat"), COALESCE(v."lon", s."lon")
    FROM "visit" v JOIN "shop" s ON s."uid" = v."shop_id" WHERE v."current" AND """
_last = 'SELECT v."{}" FROM "visit" v WHERE v."shop_id" = s."uid" AND v."current" ORDER BY v."visited_at" DESC, v."uid" DESC LIMIT 1'
# Something is open while it was promised, and, where a case was made of it, while that case goes on.
SHOPS = f"""
    SELECT s."uid", s."address_road", s."street", s."last_at", s."last_outcome", s."open_grievances",
        ({_last.format("visited_at")}), ({_last.format("outcome")}),
        (SELECT COUNT(*) FROM "grievance" g JOIN "visit" v ON v."uid" = g."visit_id"
         WHERE g."shop_id" = s."uid" AND v."current" AND g."disposition" IN ({", ".join(f"'{code}'" for code in PROMISED)})
         AND (g."disposition" <> 'needs_referral' OR COALESCE((
            SELECT MAX(CASE WHEN r."state" IN ({", ".join(f"'{code}'" for code in ENDS)}) THEN 0 ELSE 1 END)
            FROM "referral" r WHERE r."visit_root" = v."root"), 1) = 1))
    FROM "shop" s WHERE s."uid" IN ({{}})"""


def keep(touched: Iterable[tuple[str, str]]) -> None:
    """Look again at what stands in `touched`: ("visit", root), ("case", a referral's uid) or ("shop", uid), in the caller's transaction."""
    roots, cases, shops = ({uid for what, uid in touched if what == kind} for kind in (VISIT, CASE, SHOP))
    shops |= column('SELECT DISTINCT "shop_id" FROM "visit" WHERE "root" IN ({})', roots)
    shops |= column('SELECT "shop_id" FROM "referral" WHERE "uid" IN ({})', cases)
    in_parts(roots, keep_spots)
    in_parts(shops, keep_shops)


def keep_spots(roots: list[str]) -> None:
    """Put each visit where it is now, and move the sums by the difference."""
    before = {row[0]: Row(*row) for row in db.execute_sql(
        f'SELECT "root", "tile", "day", "zone", "outcome" FROM "spot" WHERE "root" IN ({marks(roots)})', roots).fetchall()}
    now = {row.root: row for row in spots(f'v."root" IN ({marks(roots)})', roots)}
    sums = Sums()
    gone = [row for root, row in before.items() if now.get(root) != row]
    come = [row for root, row in now.items() if before.get(root) != row]
    for rows, sign in ((gone, -1), (come, 1)):
        for row in rows:
            sums.add(row, sign)
    if gone:
        db.execute_sql(f'DELETE FROM "spot" WHERE "root" IN ({marks(gone)})', [row.root for row in gone])
    put(come)
    sums.store()


def keep_shops(uids: list[str]) -> None:
    """Put down at each shop what the map tells of it."""
    for uid, address, *told in db.execute_sql(SHOPS.format(marks(uids)), uids).fetchall():
        before, now = told[:4], [street_of(address), told[4], told[5] or "", told[6]]
        if before != now:
            told_now = ", ".join(f'"{name}" = {db.param}' for name in ("street", "last_at", "last_outcome", "open_grievances"))
            db.execute_sql(f'UPDATE "shop" SET {told_now} WHERE "uid" = {db.param}', [*now, uid])


def spots(where: str, values: list[str]) -> list[Row]:
    """The rows of the visits that this condition of the statement above names; a visit at no known place has none."""
    found = []
    for root, moment, zone, outcome, lat, lon in db.execute_sql(SPOTS + where, values).fetchall():
        tile = tile_at(lat, lon)
        if tile is not None:
            found.append(Row(root, tile, day_number(moment), zone, outcome))
    return found


def put(rows: list[Row]) -> None:
    if rows:
        one = f"({marks(Row._fields)})"
        db.execute_sql(f'INSERT INTO "spot" ("root", "tile", "day", "zone", "outcome") VALUES {", ".join([one] * len(rows))}',
                       [value for row in rows for value in row])


def day_number(moment: str | datetime) -> int:
    """The day in Seoul of a stored instant, as 20261124."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    day = read.replace(tzinfo=UTC).astimezone(SEOUL)
    return day.year * 10_000 + day.month * 100 + day.day


def column(statement: str, values: Iterable[str]) -> set[str]:
    found: set[str] = set()
    in_parts(values, lambda part: found.update(row[0] for row in db.execute_sql(statement.format(marks(part)), part).fetchall()))
    return found


def in_parts(values: Iterable[str], work: Callable[[list[str]], None]) -> None:
    known = sorted(values)
    for start in range(0, len(known), AT_ONCE):
        work(known[start:start + AT_ONCE])


def marks(values) -> str:
    return ", ".join([db.param] * len(values))


def note(what: str, event: events.Event) -> None:
    before_commit(keep, (what, event.subject))
    if event.facts.get("shop"):  # that of a visit which is no more is found nowhere else
        before_commit(keep, (SHOP, event.facts["shop"]))


def note_joined(event: events.Event) -> None:
    """Two families of revisions turned out to be one: there is no visit of the other name any more."""
    before_commit(keep, (VISIT, event.facts["was"]))
    before_commit(keep, (VISIT, event.subject))


def note_moved(event: events.Event) -> None:
    """Visits have another shop now, whose place is theirs where they have none of their own."""
    for root in column('SELECT DISTINCT "root" FROM "visit" WHERE "shop_id" IN ({})', (event.subject, event.facts["gone"])):
        before_commit(keep, (VISIT, root))


for _kind in ("visit.recorded", "visit.revised", "visit.removed"):
    events.subscribe(_kind, partial(note, VISIT))
for _kind in ("opened", *COMMANDS):
    events.subscribe(f"referral.{_kind}", partial(note, CASE))
events.subscribe("visit.joined", note_joined)
events.subscribe("shop.changed", partial(note, SHOP))
for _kind in ("shop.merged", "shop.parted"):
    events.subscribe(_kind, note_moved)
