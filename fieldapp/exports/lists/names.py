"""Names of what rows point at, each read once for a whole list, in the reader's language."""

from flask_babel import get_locale

from fieldapp.experts import Expert
from fieldapp.grievances import Category
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.zones import Dong, Zone


def zones() -> dict[str, str]:
    return {zone.uid: zone.name(str(get_locale())) for zone in Zone.select(Zone.uid, Zone.name_ko, Zone.name_en)}


def dongs() -> dict[str, str]:
    return dict(Dong.select(Dong.code8, Dong.name_ko).tuples())


def managers() -> dict[str, str]:
    return dict(Person.select(Person.uid, Person.name).tuples())


def experts() -> dict[str, str]:
    return dict(Expert.select(Expert.uid, Expert.name).tuples())


def categories() -> dict[str, str]:
    return {row.uid: row.name(str(get_locale())) for row in Category.select(Category.uid, Category.name_ko, Category.name_en)}


def categories_by_code() -> dict[str, str]:
    return {row.code: row.name(str(get_locale())) for row in Category.select(Category.code, Category.name_ko, Category.name_en)}


def programmes() -> dict[str, str]:
    return dict(Programme.select(Programme.uid, Programme.name).tuples())


def of_code(code: str):
    """The grievance category of this code, as a query within a query."""
    return Category.select(Category.uid).where(Category.code == code)
