"""What makes a walk or the desk worth a look: a programme of which owners were told ends soon, and some shops stand twice."""

import random
from datetime import timedelta

from fieldapp.database import SEOUL, at, now, uuid7
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.shops import PREMISES, SALES, CardInput, Shop, ShopFact, marks

ENDS_IN = timedelta(days=9)
CARDS = 12
TWICE = 3  # shops that a manager did not find in the list, and registered at the door


def let_a_programme_end() -> None:
    programme = Programme.select().order_by(Programme.link).get()
    programme.last_day = now().astimezone(SEOUL).date() + ENDS_IN
    programme.save()


def register_twice(story, manager: Person) -> None:
    """`story` tells a visit as a phone would send it."""
    afternoons = (now().astimezone(SEOUL).replace(hour=14, minute=20) - timedelta(days=days) for days in range(6, 20))
    days = [moment for moment in afternoons if moment.weekday() < 5]
    for number, shop in enumerate(Shop.select().where(Shop.manager == manager).order_by(Shop.source_id).limit(TWICE)):
        moment = days[number]
        form = {"shop": uuid7(), "shop.name": f"{shop.name[:2]} {shop.name[2:]}", "shop.phone": f"02-000-10{number:02}",
                "shop.lat": f"{shop.lat + 0.00005:.6f}", "shop.lon": f"{shop.lon:.6f}", "shop.zone": shop.zone_id,
                "outcome": "met", "visited_at": moment.isoformat(), "memo": "목록에서 찾지 못해 현장에서 등록함"}
        with at(moment + timedelta(minutes=2)):
            story.arrive(manager, form, moment)


def fill_cards(chance: random.Random, manager: Person, another: Person) -> None:
    """What owners said of their business; of one shop two have heard different things."""
    shops = list(Shop.select().where(Shop.manager == manager, Shop.source == "demo").order_by(Shop.source_id).limit(CARDS))
    for number, shop in enumerate(shops):
        told = {"employees": str(chance.randrange(5)), "sales_band": chance.choice(list(SALES)[:4]),
                "premises": chance.choice(list(PREMISES)[:2]), "business_number": "",
                "opened_on": f"{chance.randrange(2004, 2025)}-{chance.randrange(1, 13):02}-01"}
        seen = marks(ShopFact.standing(shop))
        with at(now() - timedelta(days=20 - number)):
            ShopFact.change(shop, CardInput(told, seen, "told"), manager.uid)
    first = shops[0]
    held = {name: fact.value for name, fact in ShopFact.standing(first).items()}
    with at(now() - timedelta(days=2)):
        outdated = marks(ShopFact.standing(first)) | {"employees": seen["employees"]}
        ShopFact.change(first, CardInput(told | held | {"employees": "7"}, outdated, "seen"), another.uid)
