"""Visits made without a phone: the function that its records come to, in a transaction of its own."""

from fieldapp.database import uuid7, writing
from fieldapp.people import Person
from fieldapp.sync import record_visit
from fieldapp.visits import Origin, Visit


def recorded(by: Person, form: dict, uid: str = "", **origin) -> Visit:
    """Record this form; raises Invalid as the phone's record would be refused."""
    uid = uid or uuid7()
    with writing():
        record_visit(form, by, Origin(uid, **origin), by)
    return Visit.get_by_id(uid)


def revised(visit: Visit, form: dict, **origin) -> Visit:
    """Record this form as the next revision of a visit, by the same manager."""
    return recorded(visit.manager, form | {"replaces": visit.uid}, **origin)
