"""주간·월간 실적보고: this period, the year so far, the target, and the same days a year before; by zone, manager, category and trade."""

from dataclasses import dataclass
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp.figures import Figure, Target, by, total
from fieldapp.grievances import Category
from fieldapp.people import Person
from fieldapp.reports.asked import Asked, year_before
from fieldapp.reports.document import Cell, Table
from fieldapp.reports.figure import INDICATORS, YearFigure
from fieldapp.web import query
from fieldapp.zones import Zone

MOST_KEYS = 20  # of trades and categories; what is less frequent stands in one row
NAMELESS = "-"  # in an address: shops whose trade nobody knows
NONE = Figure()


@dataclass(frozen=True)
class Spans:
    """The days that a report compares, both ends included."""

    now: tuple[date, date]
    before: tuple[date, date]
    year: tuple[date, date]
    year_before: tuple[date, date]

    @classmethod
    def of(cls, asked: Asked) -> "Spans":
        first, last = asked.first, asked.cut
        year = (last.replace(month=1, day=1), last)
        return cls((first, last), (year_before(first), year_before(last)), year, (year_before(year[0]), year_before(last)))


def summary(asked: Asked) -> Table:
    """Visits, consultations and shops; the target is the whole district's and stands beside the consultations alone."""
    spans = Spans.of(asked)
    now, before, year, year_past = (total(*span, asked.zones, shops=True)
                                    for span in (spans.now, spans.before, spans.year, spans.year_before))
    given = {} if asked.zone else YearFigure.of("consultations")
    earlier, past = (given.get(spans.year[0].year - ago, 0) for ago in (0, 1))
    target = None if asked.zone else Target.standing("consultations", spans.year[0].year)
    reached = year.counted + earlier
    rows = [
        (INDICATORS["consultations"], opened(asked, spans.now, now.counted, counted="1"), before.counted,
         reached if earlier else opened(asked, spans.year, reached, counted="1"), year_past.counted, target and target.value,
         rate(reached, target.value if target else 0)),
        (_("방문"), opened(asked, spans.now, now.visits), before.visits, opened(asked, spans.year, year.visits), year_past.visits,
         None, None),
        (_("상담한 점포(곳)"), now.shops, before.shops, year.shops, year_past.shops, None, None),
    ]
    note = _("달성률은 버림입니다. 전년 동기는 한 해 앞선 같은 날짜까지입니다.")
    if earlier:
        note += " " + _("누계에는 따로 들여온 올해 실적 %(n)s건이 들어 있습니다.", n=f"{earlier:,}")
    if past:
        note += " " + _("지난해 따로 들여온 실적 %(n)s건은 날짜가 없어 전년 동기에 들어 있지 않습니다.", n=f"{past:,}")
    return Table.of(_("총괄"), (_("구분"), *period_names(asked), _("올해 목표"), _("달성률")), rows, note=note)


def period_names(asked: Asked) -> tuple[str, ...]:
    names = {"month": (_("당월"), _("전년 당월")), "week": (_("금주"), _("전년 같은 날짜"))}
    return (*names.get(asked.period, (_("이 기간"), _("전년 같은 기간"))), _("누계"), _("전년 동기 누계"))


def rate(reached: int, target: int) -> Cell:
    """Percent of the target, cut and not rounded."""
    return Cell(reached * 100 // target, "%") if target else Cell(None)


def opened(asked: Asked, span: tuple[date, date], value: int, **more) -> Cell:
    """A figure that leads to its rows: visits, or with `counted` visits and sessions that count."""
    page = "/dashboard/rows" if "counted" in more else "/visits"
    return Cell(value, link=f"{page}?{query({'zone': asked.zone, 'first': span[0], 'last': span[1]}, **more)}")


def breakdowns(asked: Asked) -> list[Table]:
    """By zone, manager, category and trade: this period, the year so far, and the same a year before."""
    return [breakdown(asked, dimension) for dimension in ("zone", "manager", "category", "industry")]


def breakdown(asked: Asked, dimension: str) -> Table:
    spans, names = Spans.of(asked), NAMES[dimension]()
    now, year, past = (by(dimension, *span, asked.zones) for span in (spans.now, spans.year, spans.year_before))
    known = [key for key in names if key in now or key in year or key in past]
    rest = sorted((now.keys() | year.keys() | past.keys()) - set(known), key=lambda key: (-year.get(key, NONE).visits, key))
    keys = (known + rest)[:MOST_KEYS] if dimension in ("category", "industry") else known + rest
    rows = [row_of(asked, spans, dimension, key, names.get(key, key) or _("없음"), *(part.get(key, NONE) for part in (now, year, past)))
            for key in keys]
    left = [key for key in known + rest if key not in keys]
    if left:
        rows.append((_("그 밖"), *figures_of(*(added(part, left) for part in (now, year, past)))))
    if dimension in ("zone", "manager"):
        rows.append((_("합계"), *figures_of(*(added(part, list(part)) for part in (now, year, past)))))
    this, _last, so_far, past_year = period_names(asked)
    head = [f"{period} {what}" for period, what in (
        (this, _("방문")), (this, _("상담")), (so_far, _("방문")), (so_far, _("상담")), (past_year, _("상담")))]
    notes = {"category": _("한 방문에 여러 분류가 있으면 분류마다 셉니다."), "industry": _("업종은 점포의 지금 업종입니다.")}
    return Table.of(*titled(dimension, head), rows, note=notes.get(dimension, ""))


def titled(dimension: str, head: list[str]) -> tuple[str, list[str]]:
    title, name = {"zone": (_("권역별"), _("권역")), "manager": (_("매니저별"), _("매니저")),
                   "category": (_("건의·애로 분류별"), _("분류")), "industry": (_("업종별"), _("업종"))}[dimension]
    return title, [name, *head]


def row_of(asked: Asked, spans: Spans, dimension: str, key: str, name: str, now: Figure, year: Figure, past: Figure) -> tuple:
    def link(span: tuple[date, date], value: int, **more) -> Cell:
        return opened(asked, span, value, **{dimension: key or NAMELESS}, **more)

    return (name, link(spans.now, now.visits), link(spans.now, now.counted, counted="1"), link(spans.year, year.visits),
            link(spans.year, year.counted, counted="1"), past.counted)


def figures_of(now: Figure, year: Figure, past: Figure) -> tuple[int, ...]:
    return now.visits, now.counted, year.visits, year.counted, past.counted


def added(part: dict[str, Figure], keys: list[str]) -> Figure:
    found = [part[key] for key in keys if key in part]
    return Figure(sum(one.visits for one in found), sum(one.counted for one in found))


def zone_names() -> dict[str, str]:
    return {zone.uid: zone.name(str(get_locale())) for zone in Zone.ordered()}


def manager_names() -> dict[str, str]:
    return dict(Person.select(Person.uid, Person.name).order_by(Person.name).tuples())


def category_names() -> dict[str, str]:
    return {row.code: row.name(str(get_locale())) for row in Category.select().order_by(Category.position, Category.name_ko)}


NAMES = {"zone": zone_names, "manager": manager_names, "category": category_names, "industry": dict}
