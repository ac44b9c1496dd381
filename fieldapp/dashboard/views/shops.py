import re
from collections.abc import Sequence

from flask import g, request
from flask_babel import gettext as _
from peewee import JOIN

from fieldapp.dashboard.filters import choices_of
from fieldapp.dashboard.shop_filter import ShopFilter
from fieldapp.dashboard.views.blueprint import ROWS, dashboard
from fieldapp.dashboard.views.visits import with_names
from fieldapp.database import writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.events import accessed
from fieldapp.experts import FIELDS
from fieldapp.form import UUID, Reader, clean
from fieldapp.grievances import Grievance
from fieldapp.owners import TEXTS, Consent, Owner, refuse_resident_number
from fieldapp.people import Person, may
from fieldapp.referrals import AGREED_HOW, STATES, Referral
from fieldapp.shops import FACTS, SOURCES, STATUSES, Shop, ShopFact, ShopMerge, ShopPair
from fieldapp.visits import OUTCOMES, REVIEWS, Visit
from fieldapp.web import allow, go, page
from fieldapp.zones import Zone

NEIGHBOURS = 10
SHOWN = (Shop.uid, Shop.name, Shop.branch, Shop.industry, Shop.address_road, Shop.address_lot, Shop.floor, Shop.unit, Shop.status,
         Shop.outside, Shop.to_check, Zone.uid, Zone.name_ko, Zone.name_en, Zone.colour, Person.uid, Person.name)
HISTORY = 30  # visits of a shop that are told at once


@dashboard.get("/shops")
@allow("shop.see")
def shops():
    asked = ShopFilter.read(request.args)
    if asked.q:
        return searched(asked)
    found = asked.narrow(Shop.reachable_by(g.person))
    name, _tilde, uid = clean(request.args.get("after", "")).rpartition("~")
    rows = found if not UUID.fullmatch(uid) else found.where((Shop.name > name) | ((Shop.name == name) & (Shop.uid > uid)))
    rows = list(with_zone_and_manager(rows, SHOWN).order_by(Shop.name, Shop.uid).limit(ROWS + 1))
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    return listed(asked, rows[:ROWS], found.count(), f"{last.name}~{last.uid}" if last else "")


def searched(asked: ShopFilter):
    """What fits best first, however many fit less."""
    found = asked.found(g.person)
    start = int(request.args["after"]) if re.fullmatch(r"\d{1,6}", request.args.get("after", "")) else 0
    part = found[start:start + ROWS]
    rows = {shop.uid: shop for shop in with_zone_and_manager(Shop.reachable_by(g.person).where(Shop.uid.in_(part)), SHOWN)}
    return listed(asked, [rows[uid] for uid in part if uid in rows], len(found), str(start + ROWS) if len(found) > start + ROWS else "")


def with_zone_and_manager(shops, columns: tuple = (Shop, Zone, Person)):
    return shops.select(*columns).join(Zone, JOIN.LEFT_OUTER).switch(Shop).join(Person, JOIN.LEFT_OUTER)


def listed(asked: ShopFilter, rows: list[Shop], count: int, more: str):
    return page("shops/index.html", status=422 if asked.problems else 200, asked=asked, rows=rows, count=count, statuses=STATUSES,
                more=more, zones=choices_of(g.person)["zones"], doubles=ShopPair.open().count() if may(g.person, "shop.merge") else 0)


@dashboard.get("/shops/<uid>")
@allow("shop.see")
def shop(uid: str):
    """An entry that was merged leads to the shop that stands."""
    other = stands_for(uid)
    return go(f"/shops/{shop_of(other).uid}") if other else shown(shop_of(uid))


def shop_of(uid: str) -> Shop:
    found = with_zone_and_manager(Shop.reachable_by(g.person)).where(Shop.uid == uid).first()
    if found is None:
        raise NotFound()
    return found


def stands_for(uid: str) -> str:
    """The uid of the shop that this one was merged into, where it was."""
    named = Shop.standing(uid)
    return named.uid if named and named.uid != uid else ""


def shown(found: Shop, status: int = 200, problems: dict[str, str] | None = None, typed: dict[str, str] | None = None):
    """A shop's page; after a refusal with what was typed beside the consent that was to be withdrawn."""
    history = with_names(Visit.reachable_by(g.person).where(Visit.shop == found, Visit.current))
    history = list(history.order_by(Visit.visited_at.desc()).limit(HISTORY))
    near = Shop.nearest(Shop.reachable_by(g.person).where(Shop.uid != found.uid), found.lat, found.lon, NEIGHBOURS) if found.lat else []
    consents = list(Consent.select().where(Consent.shop == found.uid).order_by(Consent.given_at.desc()))
    opened = any(consent.opens_owner for consent in consents)
    accessed("shop.view", [found.uid])
    return page(
        "shops/show.html", status=status, problems=problems or {}, typed=typed or {}, hows=AGREED_HOW, shop=found,
        visits=history, near=near, owner=Owner.get_or_none(Owner.shop == found.uid) if opened else None,
        consents=consents, texts=TEXTS,
        referrals=list(Referral.reachable_by(g.person).where(Referral.shop == found.uid).order_by(Referral.number.desc())),
        grievances=Grievance.of([visit.uid for visit in history]), outcomes=OUTCOMES, reviews=REVIEWS, states=STATES, fields=FIELDS,
        statuses=STATUSES, **card_of(found), merges=(merges := ShopMerge.of(found)), names=names_of(merges), doubles=doubles_of(found))


def card_of(found: Shop) -> dict:
    standing, rivals = ShopFact.standing(found), ShopFact.rivals(found)
    return {"standing": standing, "rivals": rivals, "facts": FACTS, "sources": SOURCES, "people": names_of([*standing.values(), *rivals])}


def names_of(rows: Sequence[ShopFact | ShopMerge]) -> dict[str, str]:
    """Who said so, by uid."""
    return dict(Person.select(Person.uid, Person.name).where(Person.uid.in_({row.by for row in rows})).tuples()) if rows else {}


def doubles_of(found: Shop) -> int:
    """How many entries may be this one, for who may say so."""
    pairs = ShopPair.open().where((ShopPair.one == found) | (ShopPair.other == found))
    return pairs.count() if may(g.person, "shop.merge") else 0


@dashboard.post("/shops/<uid>/consents/<consent>/withdraw")
@allow("consent.withdraw")
def withdraw_consent(uid: str, consent: str):
    """As the owner said so, by telephone, on paper or at the door; what rested on it stops in the same transaction."""
    found, form = shop_of(uid), Reader(request.form.to_dict(flat=False))
    row = Consent.get_or_none(Consent.uid == consent, Consent.shop == found)
    if row is None:
        raise NotFound()
    how = form.choice("how", AGREED_HOW, required=_("어떻게 확인했는지 골라 주십시오."))
    reason = form.text("reason", limit=300)
    refuse_resident_number(form, "reason", reason)
    try:
        form.finish()
        with writing():
            Owner.take_back(found, row.kind, row.party, how, reason, g.person.uid)
    except (Invalid, Conflict) as problem:
        told = problem.fields or {"notice": str(problem.message)}
        return shown(found, problem.status, told | {consent: " ".join(map(str, told.values()))}, {"how": how, "reason": reason})
    return go(f"/shops/{uid}")
