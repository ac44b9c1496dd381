import io
from datetime import date

import pytest
from openpyxl import Workbook

from fieldapp.database import writing
from fieldapp.experts import Expert, ExpertInput, Partner, PartnerInput


@pytest.fixture
def enter(database):
    """`enter("가상 노무사", "labor", zones=(…,))` keeps an expert and gives the row."""
    def make(name: str, *fields: str, **more) -> Expert:
        with writing():
            return Expert.enter(ExpertInput(name, fields=fields or ("labor",), **more), by="")

    return make


@pytest.fixture
def partner(database) -> Partner:
    with writing():
        return Partner.enter(PartnerInput("가상재단", "provision", date(2025, 1, 1), date(2099, 12, 31)), by="")


def csv_of(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def xlsx_of(*rows: list) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
