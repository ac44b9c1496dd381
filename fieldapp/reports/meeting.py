"""반기 평가회 자료: the half-year before the target, month by month, by zone, manager and outcome, and what came of the cases."""

from datetime import date

from flask_babel import gettext as _
from peewee import fn

from fieldapp.consultations import Aftercare
from fieldapp.figures import SESSION, Figure, by, by_month, total
from fieldapp.referrals import Referral
from fieldapp.reports import cases, ledger
from fieldapp.reports.asked import Asked, month_end
from fieldapp.reports.document import Table
from fieldapp.reports.progress import breakdown, opened, summary
from fieldapp.visits import OUTCOMES

TOP = 10


def tables(asked: Asked) -> list[Table]:
    span = (asked.first, asked.cut)
    return [summary(asked), months(asked), breakdown(asked, "zone"), breakdown(asked, "manager"), outcomes(asked),
            breakdown(asked, "industry"), ledger.summary(*span, asked.zones, TOP), *cases.summaries(*span, asked.zones),
            cases.work_of(*span, asked.zones), aftercare(asked)]


def months(asked: Asked) -> Table:
    found = by_month(asked.first.year, asked.zones, asked.cut)
    rows = []
    for month in range(asked.first.month, asked.cut.month + 1):
        first = date(asked.first.year, month, 1)
        span, figure = (first, min(month_end(first), asked.cut)), found.get(month, Figure())
        rows.append((_("%(n)s월", n=month), opened(asked, span, figure.visits), opened(asked, span, figure.counted, counted="1")))
    whole = total(asked.first, asked.cut, asked.zones)
    return Table.of(_("월별"), (_("월"), _("방문"), _("상담")), [*rows, (_("합계"), whole.visits, whole.counted)])


def outcomes(asked: Asked) -> Table:
    found, span = by("outcome", asked.first, asked.cut, asked.zones), (asked.first, asked.cut)
    rows: list[tuple] = [(str(name), opened(asked, span, found[code].visits, outcome=code), found[code].counted)
                         for code, name in OUTCOMES.items() if code in found]
    if SESSION in found:
        rows.append((_("컨설팅 회차"), None, found[SESSION].counted))
    return Table.of(_("결과별"), (_("결과"), _("방문"), _("상담")), rows)


def aftercare(asked: Asked) -> Table:
    """What of the period's aftercare was answered by a visit."""
    due = Aftercare.select(fn.COUNT(Aftercare.uid), fn.COUNT(Aftercare.answered_at)).join(Referral).where(
        Aftercare.due_on >= asked.first, Aftercare.due_on <= asked.cut)
    if asked.zone:
        due = due.where(Referral.zone == asked.zone)
    wanted, answered = due.tuples().get()
    return Table.of(_("사후관리"), (_("항목"), _("건")), [(_("이 기간에 할 일"), wanted), (_("방문으로 한 일"), answered)])
