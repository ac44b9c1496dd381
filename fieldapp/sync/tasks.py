"""What is to be asked of a shop after its case was closed by a result, in the words that the phone and the plain form show."""

from datetime import date

from flask_babel import gettext as _

from fieldapp.consultations import Aftercare
from fieldapp.experts import FIELDS
from fieldapp.people import Person

MOST_TASKS = 100


def aftercare_lines(person: Person, day: date) -> list[dict]:
    """The tasks that are due for this manager: why one goes there, and what the form asks of it."""
    return [{"uid": task.uid, "shop": task.referral.shop_id, "due": task.due_on.isoformat(), "why": reason(task), "label": question(task)}
            for task in Aftercare.due_for(person, day)[:MOST_TASKS]]


def reason(task: Aftercare) -> str:
    return _("사후관리 +%(months)s개월 · %(number)s %(field)s", months=task.months, number=task.referral.label,
             field=str(FIELDS.get(task.referral.field, "")))


def question(task: Aftercare) -> str:
    return _("사후관리로 기록 (%(number)s, +%(months)s개월)", number=task.referral.label, months=task.months)
