from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.errors import Conflict, Invalid
from fieldapp.events import Event
from fieldapp.experts import uploads
from fieldapp.experts.importing import COLUMNS, VERDICTS, Plan, apply_import, plan_import
from fieldapp.experts.sheet import LARGEST, MOST_ROWS
from fieldapp.experts.views.blueprint import experts
from fieldapp.experts.words import Names
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.web import allow, go, page


@experts.get("/experts/import")
@allow("expert.edit")
def choose_file():
    return upload_page()


@experts.post("/experts/import")
@allow("expert.edit")
def take_file():
    """A file is shown row by row; what was shown is done once it is confirmed."""
    form = Reader(request.form.to_dict(flat=False))
    token = form.text("kept", limit=40)
    try:
        if not token:
            return preview(sent_file())
        content = uploads.kept(token, g.person)
        apply_import(content, g.person.uid, form.text("shown", limit=64))
    except Conflict as problem:
        return preview(content, 409, problem.message)
    except Invalid as problem:
        return upload_page(422, problem.message)
    uploads.let_go(token, g.person)
    return go("/experts/import")


def sent_file() -> bytes:
    """The bytes of the file that was chosen, and no more than it takes to see that it is too large. Raises Invalid."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("가져올 파일을 골라 주십시오."))
    return file.stream.read(LARGEST + 1)


def preview(content: bytes, status: int = 200, problem="") -> Response:
    plan: Plan = plan_import(content)
    token = uploads.keep(content, g.person) if plan.changes else ""
    return page("experts/preview.html", status=status, plan=plan, token=token, verdicts=VERDICTS, names=Names(), problem=problem)


def upload_page(status: int = 200, problem="") -> Response:
    last = Event.select().where(Event.kind == "experts.imported").order_by(Event.created_at.desc()).first()
    who = Person.get_or_none(Person.uid == last.person) if last else None
    return page("experts/import.html", status=status, problem=problem, columns=COLUMNS, most=MOST_ROWS, last=last, who=who)
