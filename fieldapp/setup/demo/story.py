"""Half a year of work, told day by day: every visit goes through the same function as one from the street."""

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

import pyotp

from fieldapp import events
from fieldapp.consultations import Aftercare
from fieldapp.database import SEOUL, at, now, uuid7, writing
from fieldapp.grievances import USUAL, Category
from fieldapp.owners import TEXTS_VERSION
from fieldapp.people import Grant, Person, SecondFactor
from fieldapp.photos import receive
from fieldapp.programmes import Programme
from fieldapp.referrals import Referral
from fieldapp.setup.demo import places, words
from fieldapp.setup.demo.desk import Desk
from fieldapp.setup.demo.logins import Login
from fieldapp.setup.demo.pictures import shop_front
from fieldapp.setup.demo.pledge import publish_card
from fieldapp.setup.demo.pool import open_pool
from fieldapp.setup.demo.reviewed import look_at_visits
from fieldapp.setup.demo.street import fill_cards, let_a_programme_end, register_twice
from fieldapp.setup.demo.taken import take_lists
from fieldapp.shops import Shop, compare_shops
from fieldapp.sync import Carrier, Received, answer, record_visit
from fieldapp.visits import Origin, Visit, VisitPhoto
from fieldapp.zones import Borders, Dong, Zone, known_borders

SEED = 20261124
WEEKS = 26
SHOPS_PER_DONG = 22
REFERRAL_DAYS = 28
PICTURES = 24
PHOTO_DAYS = 45  # the older the visits, the fewer look at their photos
OUTCOMES = {"met": 50, "absent": 22, "busy": 12, "refused": 5, "shut_today": 8, "closed_down": 0.4, "moved": 0.3}
AGAIN = {"met": (14, 26), "absent": (4, 8), "busy": (4, 8), "shut_today": (5, 8), "refused": (30, 50)}  # days

Progress = Callable[[str, int, int], None]  # what, done, of


def is_demo() -> bool:
    """Whether this office is the made-up one."""
    return events.Event.select().where(events.Event.kind == "demo.made").exists()


def tell(logins: list[Login], progress: Progress = lambda what, done, of: None) -> None:
    """Fill an empty office, up to the present moment. All in one transaction: killed half-way it is as empty as before."""
    chance = random.Random(SEED)
    began = now() - timedelta(weeks=WEEKS)
    with writing():
        with at(began):
            zones = draw_map()
            managers = hire(logins, zones, began)
            open_shops(chance, zones, managers)
            write_lists(zones)
            open_pool(zones, began.astimezone(SEOUL).date())
        story = Story(chance, list(managers.values()), draw_pictures(progress))
        desk = Desk(random.Random(SEED))
        weekdays = [day for day in (began.astimezone(SEOUL).date() + timedelta(days=n) for n in range(WEEKS * 7 + 1)) if day.weekday() < 5]
        for number, day in enumerate(weekdays, 1):
            story.tell_day(day)
            desk.work(day)
            progress("visits", number, len(weekdays))
        leave_work_undone(Person.get(Person.login == "supervisor"))
        look_at_visits(story, Person.get(Person.login == "supervisor"))
        let_a_programme_end()
        register_twice(story, managers["창동권역"])
        fill_cards(random.Random(SEED), managers["창동권역"], Person.get(Person.login == "coordinator"))
        compare_shops()
        publish_card(Person.get(Person.login == "supervisor"))
        take_lists()
        events.record("demo.made", "demo")


def draw_pictures(progress: Progress) -> list[str]:
    """Keep a few photos as if phones had sent them; give their hashes."""
    hashes = []
    for number in range(PICTURES):
        body = shop_front(number)
        hashes.append(hashlib.sha256(body).hexdigest())
        receive(body, hashes[-1])
        progress("pictures", number + 1, PICTURES)
    return hashes


def draw_map() -> dict[str, Zone]:
    rings, zones = places.cells(), {}
    for position, (name, dongs) in enumerate(places.DONGS.items()):
        zones[name] = Zone.create(name_ko=name, name_en=places.ENGLISH[name], position=position,
                                  colour=("violet", "orange", "teal", "blue")[position])
        for code, dong, _middle in dongs:
            Dong.create(code8=code, name_ko=dong, zone=zones[name], geometry=json.dumps(places.polygon(rings[code])))
    return zones


def hire(logins: list[Login], zones: dict[str, Zone], since: datetime) -> dict[str, Person]:
    """Accounts for the cast; the managers by their zone's name, each with a grant."""
    managers = {}
    for login in logins:
        person = Person.create(login=login.login, name=login.name, role=login.role, password_hash=Person.hash(login.password),
                               mail=f"{login.login}@example.org")
        events.record("person.created", person.uid, role=login.role)
        if login.secret:
            SecondFactor.propose(person, login.secret)
            SecondFactor.confirm(person, pyotp.TOTP(login.secret).at(now()))
        if login.zone:
            Grant.create(person=person, zone=zones[login.zone], first_day=since.astimezone(SEOUL).date())
            managers[login.zone] = person
    return managers


def open_shops(chance: random.Random, zones: dict[str, Zone], managers: dict[str, Person]) -> None:
    names = [(f"{first}{trade}", industry) for first in words.FIRST_WORDS for trade, industry in words.TRADES]
    chance.shuffle(names)
    borders = known_borders()
    for zone_name, dongs in places.DONGS.items():
        for code, _dong, middle in dongs:
            for number, (lon, lat, floor) in enumerate(spots(chance, code, middle, borders)):
                name, industry = names.pop()
                Shop.create(source="demo", source_id=f"{code}-{number:02}", name=name, industry=industry, dong=code,
                            zone=zones[zone_name], manager=managers[zone_name], lat=lat, lon=lon, floor=floor,
                            address_road=f"서울특별시 도봉구 {words.ROADS[number % 5]} {1 + number * 3}")


def spots(chance: random.Random, code: str, middle: places.Point, borders: Borders) -> Iterator[tuple[float, float, str]]:
    """Points within a dong, around its middle; now and then several floors of one building."""
    left = SHOPS_PER_DONG
    while left > 0:
        lon, lat = round(chance.gauss(middle[0], 0.0018), 6), round(chance.gauss(middle[1], 0.0014), 6)
        if borders.dong_at(lat, lon) != code:
            continue
        floors = min(left, chance.choices((1, 2, 3, 5), (70, 15, 10, 5))[0])
        for floor in range(1, floors + 1):
            yield lon, lat, str(floor) if floors > 1 else ""
        left -= floors


def write_lists(zones: dict[str, Zone]) -> None:
    everywhere = [(*row, None) for row in USUAL]
    for position, (code, korean, english, field, zone) in enumerate([*everywhere, *words.OF_ONE_ZONE]):
        Category.create(code=code, name_ko=korean, name_en=english, field=field, position=position, zone=zones[zone] if zone else None)
    for number, (name, agency, period) in enumerate(words.PROGRAMMES, 1):
        Programme.create(name=name, agency=agency, period=period, link=f"https://example.org/programme/{number}")


class Story:
    """What the managers do, one day after the other: who is due is visited, and what comes of it decides when again."""

    def __init__(self, chance: random.Random, managers: list[Person], pictures: list[str]):
        self.chance, self.managers, self.pictures = chance, managers, pictures
        self.today = now().astimezone(SEOUL).date()
        self.due: dict[str, dict[str, date]] = {}
        self.categories = {person.uid: [c.code for c in Category.open_in([zone], self.today)]
                           for person in managers for zone in Grant.zones_of(person)}
        self.fields = {category.code: category.field for category in Category.select()}
        self.programmes = [programme.uid for programme in Programme.select(Programme.uid)]
        self.referrals = 0
        for person in managers:
            shops = [shop.uid for shop in person.shops]
            self.chance.shuffle(shops)
            self.due[person.uid] = {uid: self.today - timedelta(weeks=WEEKS) + timedelta(days=number // 2)
                                    for number, uid in enumerate(shops)}

    def tell_day(self, day: date) -> None:
        for person in self.managers:
            moment = datetime.combine(day, time(9, 40), SEOUL) + timedelta(minutes=self.chance.randint(0, 25))
            due = sorted((when, uid) for uid, when in self.due[person.uid].items() if when <= day + timedelta(days=5))
            for _when, shop in islice(due, self.chance.randint(6, 8)):
                moment += timedelta(minutes=self.chance.randint(25, 55))
                if moment < now():
                    self.visit(person, shop, moment)

    def visit(self, person: Person, shop: str, moment: datetime) -> None:
        outcome = self.chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        form: dict = {"shop": shop, "outcome": outcome, "visited_at": moment.isoformat(), "consent.version": TEXTS_VERSION}
        if outcome == "met":
            form |= self.said(person, moment) | self.seen(moment) | {"aftercare": due_at(shop, moment.date())}
        if outcome in AGAIN:
            again = moment.date() + timedelta(days=self.chance.randint(*AGAIN[outcome]))
            self.due[person.uid][shop] = again
            if outcome == "met" and self.chance.random() < 0.5:
                form["next_visit_on"] = again.isoformat()
        else:
            del self.due[person.uid][shop]
        point = Shop.get_by_id(shop)
        form |= {"place.source": "gps", "place.lat": f"{point.lat + self.chance.gauss(0, 8e-5):.6f}",
                 "place.lon": f"{point.lon + self.chance.gauss(0, 8e-5):.6f}", "place.accuracy_m": f"{self.chance.uniform(5, 25):.0f}"}
        arrival = moment + timedelta(minutes=self.chance.choice((1, 1, 2, 3, 30, 120)))  # some only when there is a network again
        with at(min(arrival, now())):
            self.arrive(person, {name: value for name, value in form.items() if value not in ("", [])}, moment)

    def said(self, person: Person, moment: datetime) -> dict:
        """What the owner spoke of, what becomes of it, and perhaps a referral."""
        codes = self.chance.sample(self.categories[person.uid], self.chance.choices((0, 1, 2, 3), (25, 50, 20, 5))[0])
        form: dict = {"memo": self.chance.choice(words.MEMOS), "met_whom": self.chance.choice(words.WHO), "category": codes}
        for code in codes:
            form[f"grievance.{code}.text"] = self.chance.choice(words.SAID[code])
            form[f"grievance.{code}.disposition"] = self.chance.choices(
                ("noted", "resolved_on_site", "guided_to_programme", "needs_committee"), (45, 30, 20, 5))[0]
        if any(form[f"grievance.{code}.disposition"] == "guided_to_programme" for code in codes):
            form["programme"] = self.chance.sample(self.programmes, 1)
        field = next((self.fields[code] for code in codes if self.fields[code]), "")
        if field and self.chance.random() < self.readiness(moment):
            form |= self.referral(field) | {f"grievance.{codes[0]}.disposition": "needs_referral"}
        return form

    def readiness(self, moment: datetime) -> float:
        """How likely a grievance becomes a referral: the pool has grown known of late."""
        return 0.3 if (self.today - moment.date()).days < REFERRAL_DAYS else 0.05

    def referral(self, field: str) -> dict:
        self.referrals += 1
        form = {"refer.field": field, "refer.urgency": self.chance.choices(("normal", "soon", "urgent"), (70, 20, 10))[0],
                "refer.wish": words.WISHES[field], "refer.call_when": self.chance.choice(words.CALLS)}
        if self.referrals % 7:
            form |= {"consent.contact": "on", "owner.name": f"가상 대표 {self.referrals}", "owner.phone": f"02-000-{self.referrals:04}"}
        return form

    def seen(self, moment: datetime) -> dict:
        """Photos of the last weeks' visits."""
        if (self.today - moment.date()).days > PHOTO_DAYS or self.chance.random() < 0.5:
            return {}
        return {"photo": self.chance.sample(self.pictures, self.chance.randint(1, 3))}

    def arrive(self, person: Person, form: dict, moment: datetime) -> None:
        uid = uuid7()
        text = json.dumps({"id": uid, "kind": "visit.record", "version": 1, "author": person.uid, "form": form}, ensure_ascii=False)
        record_visit(form, person, Origin(uid, made_at=moment, timezone="Asia/Seoul", skew_ms=0), person)
        Received.create(uid=uid, hash=hashlib.sha256(text.encode()).hexdigest(), kind="visit.record", version=1,
                        author=person.uid, carrier=person.uid, record=text, received_at=now())
        if "photo" in form:
            VisitPhoto.arrived(list(VisitPhoto.select().where(VisitPhoto.visit == uid)), by=person.uid)


def due_at(shop: str, day: date) -> list[str]:
    """The aftercare that a visit of this shop answers."""
    tasks = Aftercare.select(Aftercare.uid).join(Referral).where(
        Referral.shop == shop, Referral.state == "aftercare", Aftercare.answered_at.is_null(), Aftercare.due_on <= day)
    return [task.uid for task in tasks]


def leave_work_undone(supervisor: Person) -> None:
    """What waits for someone today: visits sent back, and records that the office could not take."""
    for login, count in (("changdong", 2), ("ssangmun", 1)):
        manager = Person.get(Person.login == login)
        recent = list(Visit.select().where(Visit.manager == manager, Visit.current, Visit.outcome == "met",
                                           Visit.visited_at > now() - timedelta(days=10)).order_by(Visit.visited_at))
        referred = {row.visit_root for row in Referral.select(Referral.visit_root)}
        for visit, reason in zip([v for v in recent if v.root not in referred][:count], words.REASONS, strict=False):
            visit.send_back(reason, supervisor)
        send_what_cannot_be_taken(manager)


def send_what_cannot_be_taken(manager: Person) -> None:
    known = Received.select().where(Received.author == manager.uid).order_by(Received.received_at.desc()).first()
    spoilt = json.loads(known.record)
    spoilt["form"]["memo"] = "같은 기록을 다른 휴대폰에서 고쳐 보냄"
    odd = {"id": uuid7(), "kind": "visit.record", "version": 1, "author": manager.uid,
           "form": {"shop": spoilt["form"]["shop"], "outcome": "met", "category": ["closed-category"], "memo": "없어진 분류를 고른 기록"}}
    for record in (spoilt, odd):
        text = json.dumps(record, ensure_ascii=False)
        answer({"id": record["id"], "hash": hashlib.sha256(text.encode()).hexdigest(), "record": text}, Carrier(manager, ""))
