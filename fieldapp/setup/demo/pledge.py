"""The pledge card as the district published it: targets, budget and what was reached before the app."""

from datetime import date
from decimal import Decimal

from fieldapp.figures import Target
from fieldapp.people import Person
from fieldapp.reports import Card, PledgeCard, Result, Task, YearFigure

TARGETS = {2022: 30, 2023: 200, 2024: 240, 2025: 320, 2026: 400}
YEARS = (("consultations", 2022, 10), ("consultations", 2023, 532), ("applications", 2023, 60), ("matches", 2023, 54))


def quarters(*numbers: int) -> tuple[str, ...]:
    """These quarters of each year from 2023 on."""
    return tuple(f"{year}.{number}" for year in range(2023, 2027) for number in numbers)


CARD = Card(
    title="소상공인 매니저와 스마트혁신지원단 운영", stage="정상추진", span="2022년 ~ 2026년", budget_kind="구비", department="지역경제과",
    state="소상공인 매니저 4명이 권역별로 점포를 방문\n스마트혁신지원단 10개 분야 전문가 운영",
    goal="소상공인의 애로를 현장에서 듣고 전문가와 지원사업으로 이어 해결",
    outline="권역별 매니저의 방문 상담과 애로 접수\n전문가 컨설팅과 사후관리\n경영애로해소위원회 운영",
    schedule=(Task("매니저 채용과 운영", ("2022.3", "2022.4", *quarters(1, 2, 3, 4))),
              Task("스마트혁신지원단 운영", quarters(1, 2, 3, 4)), Task("반기 평가회", quarters(2, 4))),
    budget={"2022": Decimal("3.5"), "2023": Decimal(151), "2024": Decimal(123), "2025": Decimal(170), "2026": Decimal(180)},
    results=(Result(date(2022, 12, 31), "소상공인 상담 10건"), Result(date(2023, 12, 31), "소상공인 상담 532건"),
             Result(date(2023, 12, 31), "전문가 컨설팅 신청 60건, 매칭 54건")),
    plans="매니저를 8명으로 늘려 권역마다 둘씩 운영")


def publish_card(supervisor: Person) -> None:
    """Targets that nobody has set yet, the years before the app, and the card's first version."""
    for year, value in TARGETS.items():
        if Target.standing("consultations", year) is None:
            Target.put("consultations", year, value, "공약 확정", supervisor.uid, "구청장")
    for indicator, year, value in YEARS:
        YearFigure.put(indicator, year, value, "2023년 공약 이행 보고", supervisor.uid)
    PledgeCard.put(CARD, "2023년 말 기준으로 처음 적음", supervisor.uid, 0)
