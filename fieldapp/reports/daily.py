"""일일 방문일지: what each manager did on a day, visit by visit."""

from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp.database import SEOUL
from fieldapp.figures import Counted, by, total
from fieldapp.grievances import Grievance
from fieldapp.people import Person
from fieldapp.reports.asked import Asked
from fieldapp.reports.cases import MOST, cut_short
from fieldapp.reports.days import begin, end
from fieldapp.reports.document import Cell, Table
from fieldapp.reports.progress import manager_names, opened
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES, REVIEWS, Visit

LONGEST_MEMO = 200
AT_ONCE = 500


def diary(asked: Asked) -> tuple[list[Table], list[str]]:
    """The day's sums, and its visits in order; with the shops that it names. The same queries for any number of visits."""
    found = visits_of(asked)
    shown = found[:MOST]
    uids = [visit.uid for visit in shown]
    counts, heard = counted_among([visit.root for visit in shown]), Grievance.of(uids)
    rows = [(f"{visit.visited_at.astimezone(SEOUL):%H:%M}", visit.manager.name, Cell(visit.shop.title, link=f"/visits/{visit.uid}"),
             str(OUTCOMES.get(visit.outcome, visit.outcome)), "●" if visit.root in counts else "",
             ", ".join(one.category.name(str(get_locale())) for one in heard.get(visit.uid, [])), shortened(visit.memo),
             str(REVIEWS.get(visit.review, visit.review))) for visit in shown]
    head = (_("때"), _("매니저"), _("점포"), _("결과"), _("상담"), _("건의·애로"), _("메모"), _("검토"))
    visits = Table.of(_("방문"), head, rows, keys=3, note=cut_short(found))
    return [sums(asked), managers(asked), visits], [visit.shop_id for visit in shown]


def visits_of(asked: Asked) -> list[Visit]:
    found = (Visit.select(Visit, Shop, Person).join(Shop).switch(Visit).join(Person, on=Visit.manager).where(
        Visit.current, Visit.visited_at >= begin(asked.first), Visit.visited_at < end(asked.last)))
    if asked.zone:
        found = found.where(Visit.zone == asked.zone)
    return list(found.order_by(Visit.visited_at, Visit.uid).limit(MOST + 1))


def counted_among(roots: list[str]) -> set[str]:
    """Those of these visits that count as a consultation."""
    return {root for (root,) in Counted.select(Counted.subject).where(Counted.subject.in_(roots), Counted.counts).tuples()}


def shortened(memo: str) -> str:
    line = " ".join(memo.split())
    return line if len(line) <= LONGEST_MEMO else f"{line[:LONGEST_MEMO]}…"


def sums(asked: Asked) -> Table:
    day = (asked.first, asked.cut)
    figure, outcomes = total(*day, asked.zones, shops=True), by("outcome", *day, asked.zones)
    return Table.of(_("총괄"), (_("구분"), _("수"), _("단위")), [
        (_("방문"), opened(asked, day, figure.visits), _("건")), (_("상담"), opened(asked, day, figure.counted, counted="1"), _("건")),
        (_("상담한 점포"), figure.shops, _("곳")),
        *((str(name), opened(asked, day, outcomes[code].visits, outcome=code), _("건"))
          for code, name in OUTCOMES.items() if code in outcomes and outcomes[code].visits)])


def managers(asked: Asked) -> Table:
    day, names = (asked.first, asked.cut), manager_names()
    found = by("manager", *day, asked.zones)
    rows = [(name, opened(asked, day, found[uid].visits, manager=uid), opened(asked, day, found[uid].counted, manager=uid, counted="1"))
            for uid, name in names.items() if uid in found and (found[uid].visits or found[uid].counted)]
    return Table.of(_("매니저별"), (_("매니저"), _("방문"), _("상담")), rows)
