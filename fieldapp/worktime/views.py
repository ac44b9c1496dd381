from datetime import date, timedelta

from flask import Blueprint, Response, g, request
from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp.database import today, writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.form import Reader
from fieldapp.web import allow, go, page
from fieldapp.worktime.calendar import CLOSES, OPENS, UNITS, holidays_of
from fieldapp.worktime.clock import Clock, explain
from fieldapp.worktime.closure import OFFICE, Closure
from fieldapp.worktime.form import read_closure, read_policy
from fieldapp.worktime.policy import GIVEN, KINDS, Policy

worktime = Blueprint("worktime", __name__)
AHEAD = timedelta(days=365)  # how far the page names holidays


@worktime.get("/worktime")
@allow("clock.see")
def calendar():
    return show()


def show(status: int = 200, refused: str = "", form: Reader | None = None, errors: dict | None = None) -> Response:
    """The calendar; where a form was refused (a policy's kind, or "closure"), with what was typed in it."""
    day = today()
    typed = {name: values[0] for name, values in form.values.items() if values} if form else {}
    closures = [row for row in Closure.of(OFFICE) if row.last_day.year >= day.year - 1]
    return page("worktime/index.html", status=status, policies=Policy.everyone(), kinds=KINDS, given=GIVEN, units=units(),
                closures=closures, today=day, holidays=holidays_ahead(day), opens=OPENS, closes=CLOSES,
                refused=refused, typed=typed, errors=errors or {})


@worktime.post("/worktime/policies/<kind>")
@allow("clock.edit")
def change_policy(kind: str):
    if kind not in KINDS:
        raise NotFound()
    form = Reader(request.form.to_dict(flat=False))
    try:
        entry = read_policy(form, kind)
    except Invalid as problem:
        return show(422, kind, form, problem.fields)
    with writing():
        Policy.change(kind, by=g.person.uid, **entry)
    return go(f"/worktime#{kind}")


@worktime.post("/worktime/closures")
@allow("clock.edit")
def close():
    form = Reader(request.form.to_dict(flat=False))
    try:
        with writing():
            Closure.add(OFFICE, by=g.person.uid, **read_closure(form, today()))
    except Invalid as problem:
        return show(422, "closure", form, problem.fields)
    return go("/worktime#closures")


@worktime.post("/worktime/closures/<uid>/remove")
@allow("clock.edit")
def open_again(uid: str):
    with writing():
        if not Closure.select().where(Closure.uid == uid, Closure.whose == OFFICE).exists():
            raise NotFound()
        Closure.remove(uid, by=g.person.uid)
    return go("/worktime#closures")


@worktime.get("/worktime/clocks/<uid>")
@allow("clock.see")
def clock(uid: str):
    """How a due time came about, day by day."""
    found = Clock.get_reachable(g.person, uid)
    return page("worktime/clock.html", clock=found, story=explain(found, str(get_locale())), kinds=KINDS, units=units(), length=length)


def units() -> dict[str, str]:
    return dict(zip(UNITS, (_("시간"), _("일")), strict=True))


def holidays_ahead(day: date) -> list[tuple[date, str]]:
    language = str(get_locale())
    named = {**holidays_of(day.year, language), **holidays_of(day.year + 1, language)}
    return sorted((when, name) for when, name in named.items() if day <= when <= day + AHEAD)


def length(minutes: int) -> str:
    """So much working time in words."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(n)s시간", n=hours)
    return _("%(hours)s시간 %(minutes)s분", hours=hours, minutes=rest) if hours else _("%(n)s분", n=rest)
