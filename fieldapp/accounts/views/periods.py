from collections.abc import Callable
from datetime import date

from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.accounts.periods import give, stand_in, withdraw
from fieldapp.accounts.views.blueprint import accounts
from fieldapp.accounts.views.index import LAST
from fieldapp.accounts.views.show import Told, person_of, shown
from fieldapp.database import in_turn, today, writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.form import Reader
from fieldapp.people import MANAGER, Grant, Person
from fieldapp.web import allow, go
from fieldapp.zones import Zone


@accounts.post("/people/<uid>/grants")
@allow("account.edit")
def add(uid: str):
    person, form = person_of(uid), Reader(request.form.to_dict(flat=False))
    zones = {zone.uid: zone for zone in Zone.select()}
    chosen = form.choice("zone", zones, required=_("권역을 골라 주십시오."))
    first_day, last_day, reason = period(form, today()), form.day("last_day", today(), LAST), why(form)
    return done(person, "grant", form, lambda: give(person, zones[chosen], first_day, last_day, reason, g.person.uid))


@accounts.post("/people/<uid>/grants/<grant>/end")
@allow("account.edit")
def end(uid: str, grant: str):
    person, form = person_of(uid), Reader(request.form.to_dict(flat=False))
    found = Grant.get_or_none(Grant.uid == grant, Grant.person == person)
    if found is None:
        raise NotFound()
    last_day = form.day("last_day", date(2020, 1, 1), LAST)
    if last_day is None and "last_day" not in form.errors:
        form.refuse("last_day", _("마지막 날을 골라 주십시오."))
    reason = why(form)
    return done(person, f"end-{grant}", form, lambda: withdraw(found, last_day or today(), reason, g.person.uid))


@accounts.post("/people/<uid>/deputy")
@allow("account.edit")
def deputise(uid: str):
    """대직: another manager holds this one's zones for an absence."""
    person, form = person_of(uid), Reader(request.form.to_dict(flat=False))
    managers = {one.uid: one for one in Person.select().where(Person.role == MANAGER, Person.active)}
    chosen = form.choice("deputy", managers, required=_("대직할 매니저를 골라 주십시오."))
    first_day, last_day, reason = period(form, today()), form.day("last_day", today(), LAST), why(form)
    if last_day is None and "last_day" not in form.errors:
        form.refuse("last_day", _("돌아오는 날의 전날을 골라 주십시오."))
    return done(person, "deputy", form, lambda: stand_in(managers[chosen], person, first_day, last_day or LAST, reason, g.person.uid))


def period(form: Reader, earliest: date) -> date:
    return form.day("first_day", earliest, LAST) or today()


def why(form: Reader) -> str:
    return form.text("reason", required=_("까닭을 적어 주십시오. 누가 누구에게 왜 맡겼는지 3년 동안 보관합니다."))


def done(person: Person, name: str, form: Reader, change: Callable[[], object]) -> Response:
    """Make the change; where it can't be, the page with what was typed and what is wrong beside it."""
    try:
        form.finish()
        with writing():
            in_turn()
            change()
    except Invalid as problem:
        return shown(person, Told.of(name, form, problem))
    return go(f"/people/{person.uid}")
