"""The pledge card as tables: what is written on it, beside the targets and what was reached."""

from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _

from fieldapp.errors import NotFound
from fieldapp.figures import Target
from fieldapp.reports.asked import Asked
from fieldapp.reports.document import Cell, Table
from fieldapp.reports.figure import actuals
from fieldapp.reports.pledge import BUDGET, QUARTERS, YEARS, Card, PledgeCard, Result


def card_tables(asked: Asked) -> list[Table]:
    """Raises NotFound where there is no such version."""
    kept = PledgeCard.named(asked.version)
    if kept is None and asked.version:
        raise NotFound()
    card = kept.card if kept else Card()
    return [
        Table.of(_("공약"), (_("항목"), _("내용")), [
            (_("공약"), card.title), (_("이행단계"), card.stage), (_("사업기간"), card.span), (_("예산구분"), card.budget_kind),
            (_("주관부서"), card.department)]),
        Table.lines(_("현황"), card.state), Table.lines(_("사업목표"), card.goal), Table.lines(_("사업개요"), card.outline),
        schedule(card), budget(card), indicator(asked.cut),
        Table.of(_("추진실적"), (_("날짜"), _("내용")), [(result.on, result.text) for result in card.results], keys=2),
        Table.lines(_("향후계획"), card.plans)]


def schedule(card: Card) -> Table:
    rows = [(task.name, *("●" if quarter in task.quarters else "" for quarter in QUARTERS)) for task in card.schedule]
    return Table.of(_("추진일정"), (_("과제"), *(quarter[2:] for quarter in QUARTERS)), rows, note=_("22.1은 2022년 1분기입니다."))


def budget(card: Card) -> Table:
    """The sum is reckoned, never typed."""
    head = (_("구분"), _("총계"), _("기투자"), *(str(year) for year in YEARS), _("장기"))
    row = (_("소요예산"), card.budget_total if card.budget else None, *(card.budget.get(part) for part in BUDGET))
    return Table.of(_("소요예산"), head, [row], note=_("단위: 백만원. 2022년부터 2026년까지가 임기내입니다."))


def indicator(until: date) -> Table:
    """Targets, what was reached up to that day, and the rate of both sums, cut."""
    targets = {year: (found.value if (found := Target.standing("consultations", year)) else None) for year in YEARS}
    reached = actuals("consultations", YEARS, until)
    wanted, got = sum(value or 0 for value in targets.values()), sum(value or 0 for value in reached.values())
    rate = Cell(got * 100 // wanted, "%") if wanted else Cell(None)
    name, unit = _("소상공인 상담 건수"), _("건")
    return Table.of(_("확인지표"), (_("지표"), _("단위"), _("구분"), _("총계"), *(str(year) for year in YEARS), _("이행률")), [
        (name, unit, _("목표"), wanted or None, *targets.values(), None),
        (name, unit, _("실적"), got, *reached.values(), rate)], keys=3,
        note=_("이행률은 버림입니다. 실적은 들여온 연도별 실적에 앱에서 센 상담을 더한 것입니다."))


@dataclass(frozen=True)
class Offered:
    """A line that the app knows from its own figures; `code` names it in the form."""

    code: str
    result: Result


def offered(until: date) -> list[Offered]:
    """What could stand among the results and doesn't need to be typed, in Korean as the card is, the years in order."""
    counts = {name: actuals(name, YEARS, until) for name in ("consultations", "applications", "matches")}
    found = []
    with force_locale("ko"):
        for year in YEARS:
            day = min(date(year, 12, 31), until)
            if counts["consultations"][year]:
                text = _("소상공인 상담 %(n)s건", n=f"{counts['consultations'][year]:,}")
                found.append(Offered(f"{year}.consultations", Result(day, text)))
            if counts["applications"][year] or counts["matches"][year]:
                text = _("전문가 컨설팅 신청 %(applied)s건, 매칭 %(matched)s건", applied=f"{counts['applications'][year] or 0:,}",
                         matched=f"{counts['matches'][year] or 0:,}")
                found.append(Offered(f"{year}.cases", Result(day, text)))
    return found
