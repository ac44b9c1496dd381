"""The made-up office is whole, looks like half a year of work, and holds nobody's real shop."""

import csv
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from fieldapp.consultations import Aftercare, Consultation, Satisfaction
from fieldapp.database import SEOUL, now
from fieldapp.events import Event
from fieldapp.experts import Expert
from fieldapp.grievances import Category
from fieldapp.messages import Message
from fieldapp.people import Person
from fieldapp.photos import stored_path
from fieldapp.referrals import Offer, Referral
from fieldapp.setup import demo
from fieldapp.setup.demo import places, words
from fieldapp.shops import Shop
from fieldapp.sync import Refusal
from fieldapp.visits import Visit, VisitPhoto
from fieldapp.zones import Borders, Dong, Zone
from fieldapp.zones.borders import Border


@pytest.fixture
def told(app, config):
    seen: list[tuple[str, int, int]] = []
    logins = demo.make_logins(config.data)
    demo.tell(logins, lambda *step: seen.append(step))
    return logins, seen


@pytest.mark.slow
def test_the_demo_is_half_a_year_of_work(told, config):
    logins, progress = told
    assert demo.is_demo()
    assert {person.login for person in Person.select()} == {login.login for login in logins} >= {
        "changdong", "ssangmun", "supervisor", "coordinator", "expert-labor", "expert-tax", "admin"}
    assert all(Person.recognise(login.login, login.password) for login in logins[:2])
    assert [zone.name_ko for zone in Zone.ordered()] == ["창동권역", "쌍문권역", "방학권역", "도봉권역"]
    assert Dong.select().count() == 14 and {dong.code8[:5] for dong in Dong.select()} == {"11320"}
    assert Visit.select().count() >= 3000
    times = [visit.visited_at for visit in Visit.select(Visit.visited_at)]
    assert max(times) <= now() and min(times) < now() - timedelta(days=150) and max(times) > now() - timedelta(days=4)
    assert all(time.astimezone(SEOUL).weekday() < 5 for time in times)
    assert 60 <= Referral.select().count() <= 200
    the_desk_has_worked()
    assert Visit.select().where(Visit.review == "returned", Visit.current).count() == 3
    the_supervisor_has_looked()
    assert {refusal.answer for refusal in Refusal.select()} == {"conflict", "rejected"}
    assert all(event.created_at <= now() for event in Event.select(Event.created_at))
    assert [done for what, done, of in progress if what == "pictures"] == list(range(1, 25)) and progress[-1][1] == progress[-1][2]
    shops_stand_where_their_dong_is()
    photos_can_be_looked_at()


def the_desk_has_worked():
    """Cases stand in many states, each brought there by commands, and some are ours to do now."""
    states = {referral.state for referral in Referral.select()}
    assert states >= {"draft", "matching", "in_progress", "aftercare", "closed"} and len(states) >= 9
    assert all(offer.state != "offered" or offer.referral.state == "offered" for offer in Offer.select())
    assert Consultation.select().where(Consultation.attendance == "held").count() >= 40
    assert Satisfaction.select().count() >= 10 and Aftercare.select().count() >= 60
    assert {person.login for person in Person.select().where(Person.uid.in_([expert.person_id for expert in Expert.select()]))} == {
        "expert-labor", "expert-tax"}
    assert not Message.select().where(Message.next_try_at < now() - timedelta(days=4)).exists()


def the_supervisor_has_looked():
    """At most of it, at one manager's hardly; something is doubtful, and something was answered."""
    states = Counter((visit.manager.login, visit.review) for visit in Visit.select(Visit, Person).join(Person, on=Visit.manager).where(
        Visit.current, Visit.visited_at > now() - timedelta(days=28)))
    assert states["changdong", "confirmed"] and not states["dobong", "confirmed"] and states["banghak", "answered"] == 1
    doubts = " ".join(visit.doubts for visit in Visit.select(Visit.doubts).where(Visit.current, Visit.review == "received"))
    assert {"far", "same_text", "coarse", "old_fix", "short"} <= set(doubts.split())


def shops_stand_where_their_dong_is():
    shops = list(Shop.select())
    assert 280 <= len(shops) <= 330
    assert len({(shop.lat, shop.lon) for shop in shops}) < len(shops), "several shops on one point"
    assert all(shop.manager and shop.zone == shop.dong.zone for shop in Shop.select())
    assert all(37.62 < shop.lat < 37.71 and 127.0 < shop.lon < 127.07 for shop in shops)


def photos_can_be_looked_at():
    rows = list(VisitPhoto.select())
    assert rows and all(row.received_at for row in rows)
    for sha256 in {row.sha256 for row in rows}:
        for size in (1600, 320):
            with Image.open(stored_path(sha256, size)) as picture:
                picture.load()


def test_the_dongs_of_the_made_up_map_meet_without_gaps():
    borders = Borders([Border(code, name, zone, places.polygon(places.cells()[code]))
                       for zone, dongs in places.DONGS.items() for code, name, _middle in dongs])
    for dongs in places.DONGS.values():
        for code, _name, (lon, lat) in dongs:
            assert borders.dong_at(lat, lon) == code
    inside = [(37.640 + step * 0.0007, 127.030 + step % 9 * 0.002) for step in range(60)]
    assert all(borders.dong_at(lat, lon) for lat, lon in inside)


def test_a_kill_half_way_leaves_an_empty_office(app, config, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("fieldapp.setup.demo.story.draw_pictures", killed)
    with pytest.raises(KeyboardInterrupt):
        demo.tell(demo.make_logins(config.data))
    assert not Person.select().exists() and not Category.select().exists() and not demo.is_demo()


def test_passwords_are_made_anew_and_kept_for_their_owner_alone(config):
    first, second = demo.make_logins(config.data), demo.make_logins(config.data)
    assert {login.password for login in first}.isdisjoint(login.password for login in second)
    assert len({login.password for login in second}) == len(second)
    assert (config.data / "demo-logins.json").stat().st_mode & 0o777 == 0o600
    assert demo.kept_logins(config.data) == second
    assert demo.kept_logins(config.data / "elsewhere") == []


def test_no_shop_is_called_like_a_real_one():
    made_up = {first + trade for first in words.FIRST_WORDS for trade, _industry in words.TRADES}
    folder = Path(os.environ.get("FIELDAPP_REAL_DATA") or Path(__file__).parent.parent / "data")
    lists = sorted(folder.glob("*shops*.csv"))
    assert lists
    for file in lists:
        raw = file.read_bytes()
        text = raw.decode("utf-8-sig" if not raw.startswith(b'"') or raw.isascii() else "cp949", errors="replace")
        real = {cell.replace(" ", "") for row in csv.reader(text.splitlines()) for cell in row}
        assert not made_up & real
