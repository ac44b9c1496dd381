"""The reports that the office gives, each made by one function from what is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from fieldapp.database import now
from fieldapp.dates import moment
from fieldapp.figures import in_force, total
from fieldapp.reports import cases, ledger, meeting, progress
from fieldapp.reports.asked import Asked
from fieldapp.reports.card import card_tables
from fieldapp.reports.daily import diary
from fieldapp.reports.document import Document, Table
from fieldapp.zones import Zone

Made = tuple[list[Table], list[str]]  # the tables, and the uids of the shops that they name


@dataclass(frozen=True)
class Kind:
    """`period` is a key of asked.PERIODS; `make` gives tables and the shops that they name."""

    title: Any
    about: Any
    period: str
    make: Callable[[Asked], Made]


def make_progress(asked: Asked) -> Made:
    return [progress.summary(asked), *progress.breakdowns(asked)], []


def make_matching(asked: Asked) -> Made:
    span = (asked.first, asked.cut, asked.zones)
    table, shops = cases.listing(*span)
    return [*cases.summaries(*span), cases.work_of(*span), table], shops


def make_ledger(asked: Asked) -> Made:
    table, shops = ledger.listing(asked)
    return [ledger.summary(asked.first, asked.cut, asked.zones), table], shops


KINDS = {
    "daily": Kind(_("일일 방문일지"), _("하루의 방문을 매니저와 시각 차례로"), "day", diary),
    "weekly": Kind(_("주간 실적보고"), _("금주, 누계, 목표, 전년 같은 날짜"), "week", make_progress),
    "monthly": Kind(_("월간 실적보고"), _("당월, 누계, 목표, 달성률, 전년 동기"), "month", make_progress),
    "matching": Kind(_("컨설팅 매칭 현황"), _("신청과 매칭, 진행, 의뢰 목록"), "range", make_matching),
    "grievances": Kind(_("건의 처리대장"), _("들은 건의·애로와 처리"), "days", make_ledger),
    "review": Kind(_("반기 평가회 자료"), _("목표와 실적, 월별·권역별·매니저별, 매칭과 사후관리"), "half",
                   lambda asked: (meeting.tables(asked), [])),
    "pledge": Kind(_("공약 관리카드"), _("이행단계, 일정, 예산, 확인지표, 추진실적"), "until", lambda asked: (card_tables(asked), [])),
}


def make(kind: str, asked: Asked) -> Document:
    """The report as things are now, in the reader's language."""
    made, (tables, shops) = now(), KINDS[kind].make(asked)
    rule = in_force()
    facts = [(gettext("기간"), f"{asked.first} ~ {asked.last}")] if asked.period != "until" else [(gettext("마감일"), str(asked.last))]
    if asked.zone:
        facts.append((gettext("권역"), zone_name(asked.zone)))
    facts += [(gettext("센 때"), moment(made)), (gettext("집계 규칙"), f"{rule.version}. {rule.title}")]
    if asked.last > asked.cut:
        facts.append((gettext("마감일"), str(asked.cut)))
    if nothing_in(kind, asked, shops):
        facts.append((gettext("알림"), gettext("이 기간에는 기록이 없습니다.")))
    return Document(kind, str(KINDS[kind].title), tuple(facts), tuple(tables), made.isoformat(), rule.version, tuple(sorted(set(shops))))


def zone_name(uid: str) -> str:
    zone = Zone.get_or_none(Zone.uid == uid)
    return zone.name(str(get_locale())) if zone else gettext("없어진 권역")


def nothing_in(kind: str, asked: Asked, shops: list[str]) -> bool:
    """Whether nothing at all happened in the period."""
    if kind == "matching":
        return not shops
    found = total(asked.first, asked.cut, asked.zones)
    return kind != "pledge" and not found.visits and not found.counted
