"""셈의 바탕: the rows behind the figures, visits and sessions, each with whether it counts and by which rule; the latest first."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from peewee import JOIN, fn

from fieldapp.dashboard import VisitFilter
from fieldapp.exports.columns import Column, words_of
from fieldapp.exports.lists import names
from fieldapp.exports.purposes import BUSINESS, NAMED, STATISTICS
from fieldapp.exports.table import List
from fieldapp.figures import SESSION, VISIT, Counted, in_force
from fieldapp.form import Reader
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop
from fieldapp.visits import OUTCOMES

KINDS = {VISIT: _("방문"), SESSION: _("컨설팅 회차")}
COUNTS = {True: _("상담으로 셈"), False: _("세지 않음")}
COLUMNS = (
    Column("day", _("날"), "day"),
    Column("what", _("무엇"), words=words_of(KINDS)),
    Column("shop_name", _("점포"), only=NAMED, wide=24),
    Column("industry", _("업종"), wide=18),
    Column("zone", _("권역"), words=names.zones),
    Column("manager", _("매니저"), only=NAMED, words=names.managers),
    Column("outcome", _("결과"), words=words_of(OUTCOMES)),
    Column("categories", _("건의·애로"), "codes", words=names.categories_by_code, wide=24),
    Column("counts", _("상담"), words=words_of(COUNTS)),
    Column("rule", _("셈 규칙"), needs="rule"),
)
VALUES = {
    "day": Counted.day, "what": Counted.what, "shop_name": fn.TRIM(Shop.name.concat(" ").concat(Shop.branch)),
    "industry": Counted.industry, "zone": Counted.zone, "manager": Counted.manager, "outcome": Counted.outcome, "counts": Counted.counts,
    "categories": Counted.categories,
}


@dataclass(frozen=True)
class CountedFilter:
    """As visits are narrowed, and to one kind of row."""

    visits: VisitFilter
    what: str
    problems: dict[str, str]

    @classmethod
    def read(cls, args) -> "CountedFilter":
        visits, form = VisitFilter.read(args), Reader(args.to_dict(flat=False))
        return cls(visits, form.choice("what", KINDS), visits.problems | form.errors)

    def query(self, **changes) -> str:
        return self.visits.query(what=self.what, **changes)


def rows(person: Person, asked: CountedFilter):
    found = Counted.select() if person.sees_all_zones else Counted.select().where(Counted.zone.in_(Grant.zones_of(person)))
    found = asked.visits.narrow_rows(found)
    return found.where(Counted.what == asked.what) if asked.what else found


def fill_rule(rows: list[dict]) -> None:
    version = in_force().version
    for row in rows:
        row["rule"] = version


COUNTED = List(
    "counted", _("셈의 바탕"), "/dashboard/rows", "dashboard.see", CountedFilter, rows,
    lambda found: found.join(Shop, JOIN.LEFT_OUTER, on=Counted.shop == Shop.uid), VALUES, (Counted.day, Counted.subject), COLUMNS,
    shop=Counted.shop, place=(Shop.lat, Shop.lon), fills={"rule": fill_rule}, purposes=(BUSINESS, STATISTICS))
