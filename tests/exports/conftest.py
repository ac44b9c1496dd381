import csv
import io

import openpyxl
import pytest

from fieldapp.dashboard import ShopFilter
from fieldapp.exports import LISTS, Wish
from fieldapp.exports.export import Export
from fieldapp.people import Person
from tests.recording import recorded

ASK = {"list": "visits", "query": "", "format": "csv", "purpose": "business", "why": "월간 실적보고 붙임"}
OWNED = {"consent.personal": "on", "owner.name": "김가상", "owner.phone": "010-1234-5678"}


@pytest.fixture
def taken(as_):
    """`taken(format="xlsx", …)` takes a list as the supervisor, or as `login`, and gives the answer."""
    def take(login: str = "supervisor", **more):
        return as_(login).post("/exports", data=ASK | more, buffered=True)

    return take


@pytest.fixture
def visit(cast):
    """A visit of 창동권역 in which everything was said, with a consent that opens its owner."""
    return recorded(cast.changdong, {
        "shop": cast.shop.uid, "outcome": "met", "memo": "가상 메모 02-123-4567", "met_whom": "대표자", "category": ["rent"],
        "grievance.rent.text": "재계약 인상", "grievance.rent.disposition": "noted", "programme": [cast.programme.uid],
        "place.lat": "37.650123", "place.lon": "127.045678", "place.source": "gps", "place.accuracy_m": "12"} | OWNED)


@pytest.fixture
def elsewhere(cast):
    """A visit of 쌍문권역."""
    return recorded(cast.ssangmun, {"shop": cast.other_shop.uid, "outcome": "absent"})


def table_of(answer) -> list[list[str]]:
    """A CSV's rows, its head among them."""
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sheet_of(body: bytes):
    return openpyxl.load_workbook(io.BytesIO(body)).active


def last() -> Export:
    return Export.select().order_by(Export.uid.desc()).get()


def an_export(by: Person) -> str:
    """A long sheet of this person's that waits for the worker."""
    return Export.ask(Wish(LISTS["shops"], ShopFilter(), "xlsx", "business", "가상 보고 자료"), 3, by, "waiting", "ko", "").uid
