"""What is measured: the office and its peer side by side, shops to visit, and managers with phones."""

import shutil
from datetime import date
from pathlib import Path

from bench.phones import Person
from fieldapp.database import db, writing
from fieldapp.people import Grant
from fieldapp.people import Person as Account
from tests.conftest import make_shop, password_hash
from tests.office import Office
from tests.server import Server


class Peer(Server):
    def start(self, app: str = "bench.peer:create_app()") -> None:
        super().start(app)


class Street:
    """Both servers have the same rows at first; `people` and `shops` belong to one zone."""

    def __init__(self, folder: Path, people: int, shops: int) -> None:
        self.folder = folder
        self.office = Office(folder / "office", SYNC_LIMIT="1000000000")
        with writing():
            self.people = [self.hire(f"phone{number}") for number in range(people)]
            self.shops = [self.open_shop(number, self.people[0].uid) for number in range(shops)]
        db.close()
        shutil.copytree(folder / "office", folder / "peer")
        self.peer = Peer(folder / "peer")
        self.photos = folder / "office" / "photos"
        for number in range(256):
            (self.photos / f"{number:02x}").mkdir(parents=True, mode=0o700)

    def open_shop(self, number: int, manager: str) -> str:
        name, lat, lon = f"{WORDS[number % 7]}{TRADES[number % 11]} {number}호점", 37.64 + number % 71 * 3e-4, 127.03 + number % 73 * 3e-4
        return make_shop(name, self.office.cast.zone, manager, lat, lon, industry=TRADES[number % 11]).uid

    def hire(self, login: str) -> Person:
        person = Account.create(login=login, name="가상 매니저", role="manager", password_hash=password_hash())
        Grant.create(person=person, zone=self.office.cast.zone, first_day=date(2020, 1, 1))
        setattr(self.office.cast, login, person)
        cookies = self.office.cookies(login, f"the phone of {login}")
        return Person(person.uid, login, "; ".join(f"{name}={value}" for name, value in cookies.items()))

    def forget_photos(self) -> None:
        """Remove the files that so many rounds leave behind; their folders stay, as in an office that has been open for a week."""
        for file in self.photos.glob("??/*"):
            file.unlink()


WORDS = ("가상", "도깨비", "느티나무", "햇살", "모퉁이", "두레", "새봄")
TRADES = ("분식", "세탁소", "카페", "미용실", "철물점", "약국", "문구점", "정육점", "꽃집", "서점", "빵집")
