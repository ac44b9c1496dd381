"""What is to be asked of a shop, in words: after its case was closed by a result, and before a programme ends that it was told of."""

from datetime import date, timedelta

from flask_babel import gettext as _

from fieldapp import dates
from fieldapp.consultations import Aftercare
from fieldapp.database import now
from fieldapp.experts import FIELDS
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.shops import Shop
from fieldapp.visits import Visit, VisitProgramme

MOST_TASKS = 100
ENDING = timedelta(days=14)  # so long before its last day a programme is spoken of again
TOLD = timedelta(days=180)  # who was told longer ago is not reminded
LATELY = timedelta(days=7)  # nor is who was met within a week


def aftercare_lines(person: Person, day: date) -> list[dict]:
    """The tasks that are due for this manager: why one goes there, and what the form asks of it."""
    return [{"uid": task.uid, "shop": task.referral.shop_id, "due": task.due_on.isoformat(), "why": reason(task), "label": question(task)}
            for task in Aftercare.due_for(person, day)[:MOST_TASKS]]


def reason(task: Aftercare) -> str:
    return _("사후관리 +%(months)s개월 · %(number)s %(field)s", months=task.months, number=task.referral.label,
             field=str(FIELDS.get(task.referral.field, "")))


def question(task: Aftercare) -> str:
    return _("사후관리로 기록 (%(number)s, +%(months)s개월)", number=task.referral.label, months=task.months)


def deadline_lines(zones: list[str], day: date) -> list[dict]:
    """Open shops of these zones that were told of a programme whose period ends soon, unless someone was met there lately."""
    met = {visit.shop_id for visit in since(zones, LATELY) if visit.outcome == "met"}
    rows = [row for row in told_of_ending(zones, day) if row[0] not in met]
    return [{"shop": shop, "last_day": last.isoformat(), "why": _("%(name)s 안내함 · %(day)s 마감", name=name, day=dates.day(last))}
            for shop, name, last in rows[:MOST_TASKS]]


def since(zones: list[str], ago: timedelta):
    """These zones' visits of so long ago until now."""
    return Visit.select(Visit.shop, Visit.outcome).where(Visit.zone.in_(zones), Visit.current, Visit.visited_at >= now() - ago)


def told_of_ending(zones: list[str], day: date):
    """Shop, programme's name and last day, each once; the first to end first."""
    return (since(zones, TOLD).select(Visit.shop, Programme.name, Programme.last_day).distinct()
            .join(Shop).switch(Visit).join(VisitProgramme).join(Programme)
            .where(Shop.zone.in_(zones), Shop.status == "open", Programme.last_day.between(day, day + ENDING))
            .order_by(Programme.last_day, Programme.name, Visit.shop).tuples())
