"""Visits and shops as GeoJSON (RFC 7946), a feature at a time: without memos, and without anything of the owners."""

import json
from collections.abc import Iterator

from fieldapp.dashboard.filters import VisitFilter
from fieldapp.database import SEOUL
from fieldapp.grievances import Category, Grievance
from fieldapp.people import Person
from fieldapp.shops import STATUSES, Shop
from fieldapp.visits import OUTCOMES, Visit
from fieldapp.zones import Zone

AT_ONCE = 500  # rows in one question
OF_VISIT = (Visit.uid, Visit.root, Visit.visited_at, Visit.outcome, Visit.review, Visit.place_source, Visit.lat, Visit.lon,
            Visit.accuracy_m, Visit.distance_m, Visit.shop, Visit.zone, Visit.manager)
OF_SHOP = (Shop.uid, Shop.name, Shop.branch, Shop.industry, Shop.address_road, Shop.floor, Shop.unit, Shop.address_lot, Shop.lat, Shop.lon)


def collection(name: str, features: Iterator[dict]) -> Iterator[str]:
    """The text of a FeatureCollection, in pieces."""
    yield f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":['
    for number, feature in enumerate(features):
        yield (",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
    yield "\n]}\n"


def visits(person: Person, asked: VisitFilter) -> Iterator[dict]:
    """Every current visit within this person's reach that is asked for; each stands at its own place, or at its shop's."""
    zones, people, labels = names(Zone, Zone.name_ko), names(Person, Person.name), {code: str(word) for code, word in OUTCOMES.items()}
    found = asked.narrow(Visit.reachable_by(person).where(Visit.current))
    for rows in pages(found, Visit, (*OF_VISIT, *OF_SHOP), joined=Shop):
        said = categories([visit.uid for visit in rows])
        for visit in rows:
            lat, lon = (visit.lat, visit.lon) if visit.lat is not None else (visit.shop.lat, visit.shop.lon)
            yield feature(visit.root, lat, lon, {
                "shop": visit.shop.title, "address": visit.shop.place, "industry": visit.shop.industry,
                "zone": zones.get(visit.zone_id, ""), "manager": people.get(visit.manager_id, ""),
                "visited_at": visit.visited_at.astimezone(SEOUL).isoformat(timespec="seconds"),
                "outcome": visit.outcome, "outcome_ko": labels[visit.outcome], "categories": ", ".join(said.get(visit.uid, ())),
                "review": visit.review, "place": visit.place_source if visit.lat is not None else "shop" if lat is not None else "none",
                "accuracy_m": rounded(visit.accuracy_m), "distance_m": rounded(visit.distance_m)})


def shops(person: Person, zone: str = "") -> Iterator[dict]:
    """Every shop within this person's reach, with when it was last visited."""
    zones = names(Zone, Zone.name_ko)
    found = Shop.reachable_by(person)
    for rows in pages(found.where(Shop.zone == zone) if zone else found, Shop, (*OF_SHOP, Shop.zone, Shop.status, Shop.last_at,
                                                                               Shop.last_outcome, Shop.open_grievances)):
        for shop in rows:
            yield feature(shop.uid, shop.lat, shop.lon, {
                "name": shop.title, "address": shop.place, "industry": shop.industry, "zone": zones.get(shop.zone_id, ""),
                "status": shop.status, "status_ko": str(STATUSES.get(shop.status, shop.status)),
                "last_visit": shop.last_at.astimezone(SEOUL).isoformat(timespec="seconds") if shop.last_at else None,
                "last_outcome": shop.last_outcome, "open_grievances": shop.open_grievances})


def feature(uid: str, lat: float | None, lon: float | None, told: dict) -> dict:
    point = {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]} if lat is not None and lon is not None else None
    return {"type": "Feature", "id": uid, "geometry": point, "properties": told}


def pages(query, model, columns, joined=None) -> Iterator[list]:
    """All rows in the order of their keys, some at a time, so that no more than those are held."""
    after = ""
    query = query.select(*columns)
    query = query.join(joined) if joined else query
    while rows := list(query.where(model.uid > after).order_by(model.uid).limit(AT_ONCE)):
        yield rows
        after = rows[-1].uid


def categories(visits: list[str]) -> dict[str, list[str]]:
    """The names of what was spoken of in each visit."""
    found: dict[str, list[str]] = {}
    for row in (Grievance.select(Grievance.visit, Category.name_ko).join(Category).where(Grievance.visit.in_(visits))
                .order_by(Category.position, Category.name_ko)):
        found.setdefault(row.visit_id, []).append(row.category.name_ko)
    return found


def names(model, column) -> dict[str, str]:
    return dict(model.select(model.uid, column).tuples())


def rounded(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 1)
