import io
import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hwpx import HwpxDocument
from openpyxl import load_workbook

from fieldapp.database import writing
from fieldapp.figures import Target
from fieldapp.reports import Card, Document, PledgeCard, Result, Task, YearFigure

TARGETS = {2022: 30, 2023: 200, 2024: 240, 2025: 320, 2026: 400}
BUDGET = {"2022": "3.5", "2023": "151", "2024": "123", "2025": "170", "2026": "180"}


def published(**changes) -> Card:
    """The card as the district publishes it."""
    return Card(**{
        "title": "소상공인 매니저 운영", "stage": "정상추진", "span": "2022년 ~ 2026년", "budget_kind": "구비", "department": "지역경제과",
        "state": "소상공인 매니저 4명 운영\n스마트혁신지원단 10개 분야", "goal": "소상공인의 애로를 현장에서 듣고 푼다.",
        "outline": "권역별 매니저 방문 상담", "plans": "매니저 8명으로 확대",
        "schedule": (Task("매니저 채용과 운영", ("2022.3", "2022.4", "2023.1")), Task("평가회", ("2023.2", "2023.4"))),
        "budget": {year: Decimal(amount) for year, amount in BUDGET.items()},
        "results": (Result(date(2022, 12, 31), "소상공인 상담 10건"),)} | changes)


@pytest.fixture
def pledged(cast) -> PledgeCard:
    """The published card, its targets, and the years of before the app; of 2023 two consultations are left to be counted live."""
    with writing():
        for year, value in TARGETS.items():
            Target.put("consultations", year, value, "공약 확정", cast.supervisor.uid, "구청장")
        for indicator, year, value in (("consultations", 2022, 10), ("consultations", 2023, 530), ("applications", 2023, 60),
                                       ("matches", 2023, 54)):
            YearFigure.put(indicator, year, value, "2023년 업무보고", cast.supervisor.uid)
        card = PledgeCard.put(published(), "처음 적음", cast.supervisor.uid, 0)
    assert card
    return card


def latest() -> PledgeCard:
    card = PledgeCard.latest()
    assert card
    return card


def expected(document: Document) -> list[list[list[str]]]:
    """Each table's rows as one reads them, the head first."""
    return [[list(table.head), *([cell.text for cell in row] for row in table.rows)] for table in document.tables if table.head]


class Tables(HTMLParser):
    """The tables of a page, cell by cell."""

    def __init__(self, text: str):
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data):
        if self.in_cell:
            self.tables[-1][-1][-1] += data


def on_page(text: str) -> list[list[list[str]]]:
    main = re.search(r"<main.*</main>", text, re.S)
    assert main
    return Tables(main[0]).tables


def in_workbook(body: bytes) -> list[list[list[object]]]:
    """Each sheet's rows below its three lines of title, as values."""
    book = load_workbook(io.BytesIO(body))
    return [[[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] for sheet in book.worksheets]


def in_hangul(body: bytes) -> tuple[list[list[list[str]]], str]:
    """The tables of an HWPX, and the text of its paragraphs."""
    document = HwpxDocument.open(io.BytesIO(body))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for paragraph in document.paragraphs for table in paragraph.tables]
    return tables, "\n".join(paragraph.text for paragraph in document.paragraphs)
