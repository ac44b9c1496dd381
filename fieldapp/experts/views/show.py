from flask import Response, g, request
from flask_babel import lazy_gettext as _

from fieldapp.database import today, writing
from fieldapp.errors import Conflict as Stale
from fieldapp.events import Event
from fieldapp.experts.conflict import Conflict
from fieldapp.experts.expert import Expert
from fieldapp.experts.field import FIELDS
from fieldapp.experts.partner import STANDINGS
from fieldapp.experts.views.blueprint import experts
from fieldapp.experts.words import LANGUAGES
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.web import allow, go, page
from fieldapp.worktime import Closure

HISTORY = 20
KINDS = {
    "expert.created": _("전문가 등록"), "expert.changed": _("내용을 고침"), "expert.confirmed": _("내용을 확인함"),
    "conflict.added": _("이해충돌 추가"), "conflict.removed": _("이해충돌 해제"), "closure.added": _("부재 추가"),
    "closure.removed": _("부재 취소"),
}


@experts.get("/experts/<uid>")
@allow("expert.see")
def show(uid: str):
    return page_about(Expert.get_reachable(g.person, uid))


def page_about(expert: Expert, status: int = 200, form: Reader | None = None, problem="", matches=()) -> Response:
    """The expert's page; `form` is what was typed into one of its small forms, with what is wrong with it."""
    absences = Closure.of(expert.uid)
    happened = list(Event.select().where(Event.subject == expert.uid).order_by(Event.created_at.desc(), Event.uid.desc()).limit(HISTORY))
    people = {expert.person_id, *(event.person for event in happened)} - {None}
    logins = {person.uid: person for person in Person.select().where(Person.uid.in_(people))}
    return page(
        "experts/show.html", status=status, expert=expert, fields=FIELDS, advises_in=Expert.fields_of([expert.uid])[expert.uid],
        zones=Expert.zones_of([expert.uid])[expert.uid], languages=LANGUAGES, standings=STANDINGS, today=today(),
        ahead=[row for row in absences if row.last_day >= today()], past=[row for row in absences if row.last_day < today()],
        conflicts=Conflict.of(expert.uid), happened=happened, kinds=KINDS, people=logins, matches=matches, problem=problem,
        typed={name: texts[0] for name, texts in form.values.items() if texts} if form else {}, problems=form.errors if form else {})


@experts.post("/experts/<uid>/confirm")
@allow("expert.edit")
def confirm(uid: str):
    expert = Expert.get_reachable(g.person, uid)
    version = Reader(request.form.to_dict(flat=False)).number("version", 1, 1e9) or 0
    try:
        with writing():
            expert.confirm(g.person.uid, int(version))
    except Stale as problem:
        return page_about(Expert.get_reachable(g.person, uid), 409, problem=problem.message)
    return go(f"/experts/{uid}")
