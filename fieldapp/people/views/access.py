from flask import request

from fieldapp.events import AccessLog
from fieldapp.form import read_instant
from fieldapp.people.person import Person
from fieldapp.people.views.blueprint import people
from fieldapp.web import allow, page


@people.get("/access")
@allow("log.see")
def access():
    """접속기록, the latest first, in pages by the last row's time."""
    before = read_instant(request.args.get("before", ""))
    rows = AccessLog.select().order_by(AccessLog.created_at.desc()).limit(51)
    rows = list(rows.where(AccessLog.created_at < before) if before else rows)
    names = {person.uid: person.name for person in Person.select(Person.uid, Person.name)}
    return page("people/access.html", rows=rows[:50], more=rows[49].created_at if len(rows) > 50 else None, names=names)
