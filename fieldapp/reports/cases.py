"""What reports say of referrals: how many shops applied, how many found an expert, and what became of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from peewee import JOIN, fn

from fieldapp.consultations import Consultation, Satisfaction
from fieldapp.experts import FIELDS, Expert
from fieldapp.referrals import SOURCES, STATES, TAKEN, Offer, Referral
from fieldapp.reports.days import begin, end, seoul_day
from fieldapp.reports.document import Cell, Table
from fieldapp.shops import Shop

NOT_APPLIED = ("draft", "discarded", "merged")
APPLIED = tuple(state for state in STATES if state not in NOT_APPLIED)
WORKED_ON = ("accepted", "scheduled", "in_progress", "report_submitted")
DONE = ("completed", "aftercare", "closed")
MOST = 1000  # rows of a list in a report
HELD = ("held", "late")


def submitted(first: date, last: date, zones: list[str] | None = None):
    """What makes a referral one of the period: it was submitted then, and was neither let go nor merged into another."""
    within = Referral.state.in_(APPLIED) & (Referral.submitted_at >= begin(first)) & (Referral.submitted_at < end(last))
    return within & Referral.zone.in_(zones) if zones else within


def taken():
    """The referrals that an expert has accepted, whatever came of it."""
    return Offer.select(Offer.referral).where(Offer.state.in_(TAKEN))


def applied(first: date, last: date) -> int:
    return Referral.select().where(submitted(first, last)).count()


def matched(first: date, last: date) -> int:
    """How many of those that applied in the period have found an expert by now."""
    return Referral.select().where(submitted(first, last), Referral.uid.in_(taken())).count()


@dataclass
class Tally:
    """The cases of a period, counted by state, source or field; `matched` are those of them that an expert accepted."""

    applied: Counter = field(default_factory=Counter)
    matched: Counter = field(default_factory=Counter)
    states: Counter = field(default_factory=Counter)

    def row(self, key: str) -> list:
        applied, matched = self.applied[key], self.matched[key]
        return [applied, matched, Cell(matched * 100 // applied if applied else None, "%" if applied else "")]


def tallies(first: date, last: date, zones: list[str] | None) -> tuple[Tally, Tally]:
    """By source and by field; two queries."""
    by_source, by_field = Tally(), Tally()
    within = Referral.select(Referral.source, Referral.field, Referral.state, fn.COUNT(Referral.uid)).where(submitted(first, last, zones))
    grouped = within.group_by(Referral.source, Referral.field, Referral.state)
    for source, code, state, count in grouped.tuples():
        for tally, key in ((by_source, source), (by_field, code)):
            tally.applied[key] += count
            tally.states[key, stage_of(state)] += count
    for source, code, _state, count in grouped.where(Referral.uid.in_(taken())).tuples():
        by_source.matched[source] += count
        by_field.matched[code] += count
    return by_source, by_field


def stage_of(state: str) -> str:
    return "work" if state in WORKED_ON else "done" if state in DONE else "other"


def summaries(first: date, last: date, zones: list[str] | None) -> list[Table]:
    """Applied and matched, by where they came from and by field."""
    by_source, by_field = tallies(first, last, zones)
    head = (_("신청"), _("매칭"), _("매칭률"), _("진행 중"), _("완료·종결"))
    note = _("신청은 이 기간에 접수된 의뢰이고, 매칭은 그 가운데 지금까지 전문가가 수락한 것입니다. "
             "버리거나 합친 의뢰는 세지 않습니다. 매칭률은 버림입니다.")
    return [Table.of(title, (name, *head), [*rows_of(tally, named), sum_of(tally)], note=note) for title, name, tally, named in (
        (_("경로별 신청과 매칭"), _("경로"), by_source, SOURCES), (_("분야별 신청과 매칭"), _("분야"), by_field, FIELDS))]


def rows_of(tally: Tally, named: dict) -> list[list]:
    return [[str(named.get(key, key)), *tally.row(key), tally.states[key, "work"], tally.states[key, "done"]]
            for key in [*named, *(key for key in sorted(tally.applied) if key not in named)] if tally.applied[key]]


def sum_of(tally: Tally) -> list:
    whole = Tally(Counter({"": tally.applied.total()}), Counter({"": tally.matched.total()}))
    return [_("합계"), *whole.row(""), *(sum(count for (_key, stage), count in tally.states.items() if stage == one)
                                       for one in ("work", "done"))]


def work_of(first: date, last: date, zones: list[str] | None) -> Table:
    """Sessions held and ratings given in the period; two queries."""
    held = Consultation.select(fn.COUNT(Consultation.uid), fn.COUNT(fn.DISTINCT(Consultation.referral))).join(Referral).where(
        Consultation.attendance.in_(HELD), Consultation.held_at >= begin(first), Consultation.held_at < end(last))
    rated = Satisfaction.select(fn.COUNT(Satisfaction.uid), fn.SUM(Satisfaction.score)).join(Referral).where(
        Satisfaction.created_at >= begin(first), Satisfaction.created_at < end(last))
    if zones:
        held, rated = held.where(Referral.zone.in_(zones)), rated.where(Referral.zone.in_(zones))
    (sessions, cases), (ratings, score) = held.tuples().get(), rated.tuples().get()
    return Table.of(_("컨설팅 진행"), (_("항목"), _("수"), _("단위")), [
        (_("진행한 회차"), sessions, _("회")), (_("회차를 진행한 의뢰"), cases, _("건")), (_("만족도 응답"), ratings, _("건")),
        (_("만족도 평균"), tenths(int(score or 0), ratings), _("점(5점 만점)"))])


def tenths(total: int, count: int) -> Decimal | None:
    """A mean to one decimal place, cut."""
    return Decimal(total * 10 // count) / 10 if count else None


def listing(first: date, last: date, zones: list[str] | None) -> tuple[Table, list[str]]:
    """Each case of the period, and the shops that the list names; two queries."""
    found = list(Referral.select(Referral, Shop, Expert).join(Shop).switch(Referral)
                 .join(Expert, JOIN.LEFT_OUTER, on=Referral.expert).where(submitted(first, last, zones))
                 .order_by(Referral.number).limit(MOST + 1))
    shown = found[:MOST]
    when = taken_days([referral.uid for referral in shown])
    table = Table.of(_("의뢰 목록"), (_("번호"), _("접수일"), _("점포"), _("분야"), _("경로"), _("전문가"), _("매칭일"), _("상태")), [
        (Cell(referral.label, link=f"/referrals/{referral.uid}"), seoul_day(referral.submitted_at), referral.shop.title,
         str(FIELDS.get(referral.field, referral.field)), str(SOURCES.get(referral.source, referral.source)),
         referral.expert.name if referral.expert else None, when.get(referral.uid), str(STATES[referral.state])) for referral in shown],
        note=cut_short(found))
    return table, [referral.shop_id for referral in shown]


def taken_days(uids: list[str]) -> dict[str, date | None]:
    """When each case first found an expert."""
    first = fn.MIN(Offer.decided_at).converter(Offer.decided_at.python_value)
    rows = Offer.select(Offer.referral, first).where(Offer.referral.in_(uids), Offer.state.in_(TAKEN)).group_by(Offer.referral).tuples()
    return {uid: seoul_day(moment) for uid, moment in rows if moment}


def cut_short(found: list) -> str:
    return _("처음 %(n)s건만 싣습니다. 모두는 목록에서 내보내십시오.", n=f"{MOST:,}") if len(found) > MOST else ""
