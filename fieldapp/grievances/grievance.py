import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Record
from fieldapp.grievances.category import Category
from fieldapp.grievances.form import GrievanceInput
from fieldapp.shops import Shop
from fieldapp.visits import Visit

DISPOSITIONS = {
    "resolved_on_site": _("현장 해결"), "needs_referral": _("연계"), "guided_to_programme": _("지원사업"),
    "needs_committee": _("위원회"), "noted": _("기록"),
}
PROMISED = ("needs_referral", "guided_to_programme", "needs_committee")


class Grievance(Record):
    """건의·애로: one thing that one owner said in one visit, and what is to become of it. `said_at` is the visit's time."""

    visit = peewee.ForeignKeyField(Visit, backref="grievances", on_delete="CASCADE", index=False)
    shop = peewee.ForeignKeyField(Shop, backref="grievances", on_delete="CASCADE")
    category = peewee.ForeignKeyField(Category, on_delete="RESTRICT", index=False)
    text = peewee.TextField(default="")
    disposition = peewee.CharField(30)
    said_at = Instant()

    class Meta:
        indexes = ((("category", "said_at", "visit"), False), (("visit", "category"), False))

    @classmethod
    def raise_(cls, visit: Visit, entries: list[GrievanceInput], by: str) -> list["Grievance"]:
        """Keep what was raised in a visit, with an event for each, inside the caller's transaction."""
        raised = [cls.create(visit=visit, shop=visit.shop_id, category=entry.category, text=entry.text,
                             disposition=entry.disposition, said_at=visit.visited_at) for entry in entries]
        for grievance in raised:
            events.record("grievance.raised", grievance.uid, by=by, visit=visit.uid,
                          category=grievance.category.code, disposition=grievance.disposition)
        return raised

    @classmethod
    def of(cls, visits: list[str]) -> dict[str, list["Grievance"]]:
        """The grievances of these visits with their categories, by visit, in one query."""
        found: dict[str, list[Grievance]] = {}
        for row in (cls.select(cls, Category).join(Category).where(cls.visit.in_(visits))
                    .order_by(Category.position, cls.uid)):
            found.setdefault(row.visit_id, []).append(row)
        return found
