"""A page of visits, the latest first, and how many there are: it costs the same whether there are thousands or a million.

Each way in is read by an index that holds its rows in the order of the list (`Visit`'s lists, a category's grievances), and
left when the page is full.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from operator import add

from peewee import JOIN, SQL, fn

from fieldapp.dashboard.filters import FIRST_DAY, LAST_DAY, NO_INDUSTRY, VisitFilter, begin
from fieldapp.figures import DIMENSIONS, Figure, by, total
from fieldapp.grievances import Category, Grievance
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop
from fieldapp.visits import Visit, VisitPhoto
from fieldapp.zones import Zone

ROWS = 30  # on one page
MOST = 1000  # are counted; what is more is told so
SHOWN = (Visit.uid, Visit.visited_at, Visit.outcome, Visit.review, Visit.shop, Visit.zone, Visit.manager,
         fn.SUBSTR(Visit.memo, 1, 80).alias("memo"), Shop.uid, Shop.name, Shop.branch, Zone.uid, Zone.name_ko, Zone.name_en,
         Zone.colour, Person.uid, Person.name)
Mark = tuple[datetime, str] | None


def page_of(person: Person, asked: VisitFilter, after: Mark) -> tuple[list[Visit], bool]:
    """The rows after a mark with shop, zone and manager, as far as they are shown, and whether there are more."""
    found = keys_of(person, asked, after).order_by(SQL("visited_at").desc(), SQL("uid").desc()).limit(ROWS + 1)
    uids = [uid for uid, _visited_at in found.tuples()]
    rows = (Visit.select(*SHOWN).join(Shop).switch(Visit).join(Person, on=Visit.manager).switch(Visit).join(Zone, on=Visit.zone)
            .where(Visit.uid.in_(uids[:ROWS])).order_by(Visit.visited_at.desc(), Visit.uid.desc()))
    return list(rows), len(uids) > ROWS


def count_of(person: Person, asked: VisitFilter) -> tuple[int, bool]:
    """How many there are, and whether that is all: what no figure knows is counted up to MOST."""
    known = by_figures(person, asked)
    counted = keys_of(person, asked).limit(MOST + 1).count() if known is None else known
    return (counted, True) if known is not None else (min(counted, MOST), counted <= MOST)


def by_figures(person: Person, asked: VisitFilter) -> int | None:
    """What the figures say of a period, a zone, and one kind beside; None where more is asked or not all zones are seen."""
    kinds = asked.parts.keys() - {"zone", "first", "last"}
    if not person.sees_all_zones or len(kinds) > 1 or kinds - set(DIMENSIONS):
        return None
    first, last, zones = asked.first or FIRST_DAY, asked.last or LAST_DAY, [asked.zone] if asked.zone else None
    for kind in kinds:
        key = asked.parts[kind] if asked.parts[kind] != NO_INDUSTRY else ""
        return by(kind, first, last, zones).get(key, Figure()).visits
    return total(first, last, zones).visits


def keys_of(person: Person, asked: VisitFilter, after: Mark = None):
    """Key and time of what is asked for within this person's reach, in no order yet."""
    if asked.category and person.sees_all_zones and not (asked.zone or asked.manager or asked.shop):
        return of_category(asked, after)
    found, parts = Visit.select(Visit.uid.alias("uid"), Visit.visited_at.alias("visited_at")).where(Visit.current), parts_of(person, asked)
    sifted = followers(asked, parts != [()])
    for name in sifted:
        found = found.where(getattr(Visit, name).concat("") == asked.parts[name])  # no index of this one
    rest = replace(asked, **dict.fromkeys(sifted, ""))  # type: ignore[arg-type]
    if asked.street and not asked.shop:
        found = found.where(Visit.shop.in_(Shop.select(Shop.uid).where(Shop.street == asked.street)))  # some dozens lead to their visits
    found = earlier(rest.narrow(found), Visit.visited_at, Visit.uid, after)
    return reduce(add, [found.where(*part) for part in parts])


def followers(asked: VisitFilter, in_zones: bool) -> list[str]:
    """What leads no search of its own where something that fewer visits have in common leads it."""
    placed = in_zones or bool(asked.zone or asked.manager or asked.shop)
    outcome = placed or asked.review not in ("", "confirmed")
    review = placed if asked.review == "received" else asked.review == "confirmed" and (placed or bool(asked.outcome))
    return [name for name, follows in (("outcome", outcome), ("review", review)) if follows and getattr(asked, name)]


def parts_of(person: Person, asked: VisitFilter) -> list[tuple]:
    """What this person may see, in parts that share no visit: each zone held, and one's own visits elsewhere."""
    if person.sees_all_zones:
        return [()]
    held = Grant.zones_of(person)
    zones = [zone for zone in held if asked.zone in ("", zone)]
    return [*((Visit.zone == zone,) for zone in zones), (Visit.manager == person, Visit.zone.not_in(held))]


def of_category(asked: VisitFilter, after: Mark):
    """By what was said, for a category may be in few of very many visits. The bare product keeps SQLite in this order."""
    of_it = Category.select(Category.uid).where(Category.code == asked.category)
    said = (Grievance.select(Grievance.visit.alias("uid"), Grievance.said_at.alias("visited_at")).join(Visit, JOIN.CROSS)
            .where(Visit.uid == Grievance.visit, Visit.current, Grievance.category == of_it))
    if asked.first:
        said = said.where(Grievance.said_at >= begin(asked.first))
    if asked.last:
        said = said.where(Grievance.said_at < begin(asked.last + timedelta(days=1)))
    said = replace(asked, category="", first=None, last=None).narrow(said)
    return earlier(said, Grievance.said_at, Grievance.visit, after)


def earlier(found, moment, uid, after: Mark):
    """What comes after the mark; the first condition is the one by which an index is entered."""
    return found.where(moment <= after[0], (moment < after[0]) | (uid < after[1])) if after else found


def categories_of(uids: list[str]) -> dict[str, list[Category]]:
    """For each visit the kinds of what was said there."""
    found: dict[str, list[Category]] = {}
    for row in (Grievance.select(Grievance.visit, Category.name_ko, Category.name_en).join(Category)
                .where(Grievance.visit.in_(uids)).order_by(Category.position, Grievance.uid)):
        found.setdefault(row.visit_id, []).append(row.category)
    return found


def photos_of(uids: list[str]) -> dict[str, tuple[int, int]]:
    """For each visit how many of its photos have arrived, and how many it names."""
    counted = (VisitPhoto.select(VisitPhoto.visit, fn.COUNT(VisitPhoto.received_at), fn.COUNT(VisitPhoto.id))
               .where(VisitPhoto.visit.in_(uids)).group_by(VisitPhoto.visit))
    return {uid: (here, named) for uid, here, named in counted.tuples()}
