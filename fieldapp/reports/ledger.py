"""건의 처리대장: what owners said, and what became of each."""

from collections import Counter
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from peewee import fn

from fieldapp.grievances import DISPOSITIONS, Category, Grievance
from fieldapp.people import Person
from fieldapp.referrals import STATES, Referral
from fieldapp.reports.asked import Asked
from fieldapp.reports.cases import MOST, cut_short
from fieldapp.reports.days import begin, end, seoul_day
from fieldapp.reports.document import Cell, Table
from fieldapp.shops import Shop
from fieldapp.visits import Visit

LONGEST_TEXT = 300


def said_in(first: date, last: date, zones: list[str] | None):
    """What was raised in the visits of the period as they stand now."""
    within = Visit.current & (Visit.visited_at >= begin(first)) & (Visit.visited_at < end(last))
    return within & Visit.zone.in_(zones) if zones else within


def summary(first: date, last: date, zones: list[str] | None, most: int = 0) -> Table:
    """How often each category was raised, by what was to become of it; the most frequent first, at most so many."""
    counts: Counter = Counter()
    rows = (Grievance.select(Grievance.category, Grievance.disposition, fn.COUNT(Grievance.uid)).join(Visit).where(
        said_in(first, last, zones)).group_by(Grievance.category, Grievance.disposition).tuples())
    for category, disposition, count in rows:
        counts[category, disposition] += count
    names = {row.uid: row.name(str(get_locale())) for row in Category.select()}
    sums = Counter({category: sum(count for (one, _what), count in counts.items() if one == category) for category, _what in counts})
    told = [(names[category], *(counts[category, code] for code in DISPOSITIONS), count)
            for category, count in sorted(sums.items(), key=lambda pair: (-pair[1], names[pair[0]]))]
    whole = (_("합계"), *(sum(count for (_one, what), count in counts.items() if what == code) for code in DISPOSITIONS), sums.total())
    head = (_("분류"), *map(str, DISPOSITIONS.values()), _("합계"))
    return Table.of(_("분류별 건의·애로"), head, [*(told[:most] if most else told), whole])


def listing(asked: Asked) -> tuple[Table, list[str]]:
    """Each of them with the case that took it on; and the shops that the list names. Two queries."""
    found = list(Grievance.select(Grievance, Category, Visit, Shop, Person).join(Category).switch(Grievance).join(Visit)
                 .join(Person, on=Visit.manager).switch(Grievance).join(Shop, on=Grievance.shop)
                 .where(said_in(asked.first, asked.last, asked.zones))
                 .order_by(Visit.visited_at, Grievance.uid).limit(MOST + 1))
    shown = found[:MOST]
    cases = cases_of([one.visit.root for one in shown if one.disposition == "needs_referral"])
    rows = [(seoul_day(one.visit.visited_at), Cell(one.shop.title, link=f"/visits/{one.visit.uid}"), one.category.name(str(get_locale())),
             one.text[:LONGEST_TEXT], str(DISPOSITIONS.get(one.disposition, one.disposition)),
             cases.get((one.visit.root, one.category.field)) or cases.get((one.visit.root, ""), ""), one.visit.manager.name)
            for one in shown]
    table = Table.of(_("대장"), (_("날짜"), _("점포"), _("분류"), _("내용"), _("처리"), _("의뢰와 상태"), _("매니저")), rows, keys=3,
                     note=cut_short(found))
    return table, [one.shop_id for one in shown]


def cases_of(roots: list[str]) -> dict[tuple[str, str], str]:
    """Of each visit its case by field, and under no field any of its cases, with the state."""
    found: dict[tuple[str, str], str] = {}
    for referral in Referral.select().where(Referral.visit_root.in_(roots), Referral.state != "discarded").order_by(Referral.number):
        told = f"{referral.label} {STATES[referral.state]}"
        found[referral.visit_root, referral.field] = found[referral.visit_root, ""] = told
    return found
