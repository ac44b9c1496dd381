from datetime import date, timedelta

from flask import g, request
from flask_babel import gettext as _

from fieldapp.database import today, writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.experts.expert import Expert
from fieldapp.experts.views.blueprint import experts
from fieldapp.experts.views.show import page_about
from fieldapp.form import Reader
from fieldapp.web import allow, go
from fieldapp.worktime import Closure


@experts.post("/experts/<uid>/absences")
@allow("expert.edit")
def add_absence(uid: str):
    expert = Expert.get_reachable(g.person, uid)
    form = Reader(request.form.to_dict(flat=False))
    try:
        first, last, reason = read_absence(form, expert)
        with writing():
            Closure.add(expert.uid, first, last, reason, g.person.uid)
    except Invalid as problem:
        form.errors |= problem.fields
        return page_about(expert, 422, form)
    return go(f"/experts/{uid}")


def read_absence(form: Reader, expert: Expert) -> tuple[date, date, str]:
    """First day, last day (the same where none is typed) and reason. Raises Invalid."""
    bounds = today() - timedelta(days=365), today() + timedelta(days=730)
    form.text("first_day", required=_("부재가 시작되는 날을 적어 주십시오."))
    first = form.day("first_day", *bounds)
    last = form.day("last_day", *bounds) or first
    reason = form.text("absence_reason", limit=200)
    if first and last and any(row.first_day <= first and last <= row.last_day for row in Closure.of(expert.uid)):
        form.refuse("first_day", _("이미 부재로 적힌 날입니다."))
    form.finish()
    return first or today(), last or today(), reason


@experts.post("/experts/<uid>/absences/<absence>/remove")
@allow("expert.edit")
def remove_absence(uid: str, absence: str):
    expert = Expert.get_reachable(g.person, uid)
    if absence not in {row.uid for row in Closure.of(expert.uid)}:
        raise NotFound()
    with writing():
        Closure.remove(absence, g.person.uid)
    return go(f"/experts/{uid}")
