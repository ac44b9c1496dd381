"""What goes down to a manager's phone: the zones' shops as a delta, and the rest whole when it has changed."""

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta

from peewee import fn

from fieldapp.database import SEOUL, Sequence, now
from fieldapp.grievances import PROMISED, Category, Grievance
from fieldapp.owners import CONTACT, Consent
from fieldapp.people import Grant, Person
from fieldapp.programmes import Programme
from fieldapp.referrals import STATES, Referral
from fieldapp.shops import Departure, Shop
from fieldapp.sync.inbox import Received
from fieldapp.sync.tasks import aftercare_lines, deadline_lines
from fieldapp.visits import Visit
from fieldapp.zones import Zone

FORMAT = 3
LOOK_BACK = 5  # visits of a shop that are looked at for what to say of it
MOST_CASES = 50


def pack(person: Person, cursor: str, rest: str, language: str) -> dict:
    """The delta since `cursor` ("epoch.number"). Another epoch (zones, format, a restored backup) means all of it."""
    zones = sorted(Grant.zones_of(person))
    counter = Sequence.get_or_none(Sequence.id == 1)
    last, mark = (counter.last, counter.epoch) if counter else (0, "")
    epoch = hashlib.sha256(json.dumps([FORMAT, mark, zones, person.uid, language]).encode()).hexdigest()[:12]
    since = since_of(cursor, epoch)
    changed = Shop.select().where(Shop.zone.in_(zones))
    if since is not None:
        changed = changed.where(Shop.seq > since)
    others = the_rest(person, zones, language)
    digest = hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()[:12]
    return {
        "cursor": f"{epoch}.{last}", "full": since is None, "rest_hash": digest,
        "rest": None if digest == rest and since is not None else others,
        "shops": shop_lines(list(changed), language),
        "gone": [] if since is None else Departure.since(since, zones),
    }


def since_of(cursor: str, epoch: str) -> int | None:
    before, _dot, number = cursor.partition(".")
    return int(number) if before == epoch and number.isascii() and number.isdigit() and len(number) < 16 else None


def the_rest(person: Person, zones: list[str], language: str) -> dict:
    today = now().astimezone(SEOUL).date()
    held = list(Zone.ordered().where(Zone.uid.in_(zones)))
    return {
        "person": {"uid": person.uid, "name": person.name},
        "zones": [{"uid": zone.uid, "name": zone.name(language), "colour": zone.colour} for zone in held],
        "borders": Zone.as_geojson(held),
        "categories": [{"code": c.code, "name": c.name(language), "field": c.field, "zone": c.zone_id or ""}
                       for c in Category.open_in(zones, today)],
        "programmes": [{"uid": p.uid, "name": p.name, "period": p.period, "link": p.link}
                       for p in Programme.current(today)],
        "returned": [fix_line(visit, visit.why_returned) for visit in Visit.returned_to(person)],
        "drafts": [fix_line(referral.visit, referral.label) for referral in Referral.waiting_for_consent(person)],
        "cases": [case_line(referral) for referral in Referral.of_manager(person).where(Referral.zone.in_(zones)).limit(MOST_CASES)],
        "aftercare": aftercare_lines(person, today),
        "deadlines": deadline_lines(zones, today),
    } | ({"merged": merged} if (merged := Shop.merged_in(zones)) else {})


def fix_line(visit: Visit, why: str) -> dict:
    """A visit to be opened again, with what was typed into it."""
    kept = Received.get_or_none(Received.uid == visit.uid)
    form = json.loads(kept.record)["form"] if kept else {}
    return {"visit": visit.uid, "shop": visit.shop_id, "why": why, "visited_at": visit.visited_at.isoformat(), "form": form}


def case_line(referral: Referral) -> dict:
    """How a case of this manager stands, and since when."""
    return {"number": referral.label, "shop": referral.shop_id, "state": str(STATES[referral.state]),
            "since": referral.changed_at.isoformat()}


def shop_lines(shops: list[Shop], language: str) -> list[dict]:
    """One line a shop, with its last visit and what was promised then; a fixed number of queries for any number of shops."""
    uids = [shop.uid for shop in shops]
    visits = recent_visits(uids)
    promised = Grievance.of([rows[0].uid for rows in visits.values()]) if visits else {}
    agreed = {row.shop_id for row in in_slices(uids, lambda part: Consent.select(Consent.shop).where(
        Consent.shop.in_(part), Consent.kind == CONTACT, Consent.withdrawn_at.is_null()))}
    return [shop_line(shop, visits.get(shop.uid, []), promised, shop.uid in agreed, language) for shop in shops]


def recent_visits(uids: list[str]) -> dict[str, list[Visit]]:
    rank = fn.ROW_NUMBER().over(partition_by=[Visit.shop], order_by=[Visit.visited_at.desc()])

    def latest(part):
        ranked = Visit.select(Visit.uid, Visit.shop, Visit.outcome, Visit.memo, Visit.visited_at, Visit.next_visit_on,
                              rank.alias("rank")).where(Visit.shop.in_(part), Visit.current).alias("ranked")
        return Visit.select(ranked.c.uid, ranked.c.shop_id, ranked.c.outcome, ranked.c.memo, ranked.c.visited_at,
                            ranked.c.next_visit_on).from_(ranked).where(ranked.c.rank <= LOOK_BACK).order_by(ranked.c.visited_at.desc())

    found: dict[str, list[Visit]] = {}
    for visit in in_slices(uids, latest):
        found.setdefault(visit.shop_id, []).append(visit)
    return found


def in_slices(uids: list[str], query, size: int = 10_000) -> Iterable:
    """Run `query` over slices of ids: a statement takes a bounded number of parameters."""
    for start in range(0, len(uids), size):
        yield from query(uids[start:start + size])


def shop_line(shop: Shop, visits: list[Visit], grievances: dict, agreed: bool, language: str) -> dict:
    line = {"uid": shop.uid, "name": shop.title, "industry": shop.industry, "address": shop.place, "lat": shop.lat,
            "lon": shop.lon, "phone": shop.phone,
            "zone": shop.zone_id, "status": shop.status, "mine": shop.manager_id or "", "contact": agreed}
    if visits:
        last = visits[0]
        raised = grievances.get(last.uid, [])
        said = [g.category.name(language) + (f": {g.text}" if g.text else "") for g in raised] or [last.memo]
        line |= {
            "last_at": last.visited_at.isoformat(), "outcome": last.outcome, "said": " · ".join(said)[:120],
            "promised": [[g.category.name(language), g.disposition] for g in raised if g.disposition in PROMISED],
            "due": (last.next_visit_on or revisit_day(last)).isoformat() if last.next_visit_on or revisit_day(last) else "",
            "absent": trailing_absences(visits)}
    return line


def revisit_day(visit: Visit):
    """Who was absent, busy or shut is due again after a week, unless a day was named."""
    again = visit.outcome in ("absent", "busy", "shut_today")
    return (visit.visited_at.astimezone(SEOUL) + timedelta(days=7)).date() if again else None


def trailing_absences(visits: list[Visit]) -> int:
    count = 0
    for visit in visits:
        if visit.outcome != "absent":
            break
        count += 1
    return count
