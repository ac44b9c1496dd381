from flask import Blueprint, Response, g, request, send_file
from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp import events
from fieldapp.database import writing
from fieldapp.errors import REFUSED, Conflict, NotFound, Problem
from fieldapp.exports.export import STATES, Export
from fieldapp.exports.formats import FORMATS, GEOJSON, MIMETYPES, STREAMED, XLSX
from fieldapp.exports.lists import LISTS
from fieldapp.exports.making import make, place_of
from fieldapp.exports.purposes import OPEN_TO, PURPOSES, SAID_OF
from fieldapp.exports.sending import file_name, streamed
from fieldapp.exports.wish import Wish, narrowing
from fieldapp.form import UUID
from fieldapp.people import Person, may
from fieldapp.web import allow, go, page, stored, wants_part

exports = Blueprint("exports", __name__)

ROWS = 50  # on one page of the list
AT_ONCE = 2000  # rows of a sheet that is made while one waits; a longer one is the worker's


@exports.get("/exports")
@allow("list.export")
def index():
    """What was taken, by whom, what for and how much of it: one's own, and for a supervisor everyone's."""
    rows = Export.reachable_by(g.person).order_by(Export.uid.desc()).limit(ROWS + 1)
    before = request.args.get("before", "")
    found = list(rows.where(Export.uid < before) if UUID.fullmatch(before) else rows)
    return page("exports/index.html", rows=found[:ROWS], more=found[ROWS - 1].uid if len(found) > ROWS else "", lists=LISTS, states=STATES,
                formats=FORMATS, purposes=PURPOSES,
                names=dict(Person.select(Person.uid, Person.name).where(Person.uid.in_({row.person for row in found})).tuples()))


@exports.get("/exports/new")
@allow("list.export")
def new():
    """Asks what for, before anything is taken."""
    return form(request.args)


def form(typed, problem: Problem | None = None) -> Response:
    """The form with what was typed; without a format and a purpose it offers the first."""
    of = LISTS.get(typed.get("list") or "visits")
    if of is None:
        raise NotFound()
    query = typed.get("query", "")[:2000]
    asked = narrowing(of, query)
    rows = of.count(g.person, asked) if may(g.person, of.verb) else 0
    return page(
        "exports/new.html", status=problem.status if problem else 200, of=of, address=query, asked=asked, rows=rows, typed=typed,
        problems=problem.fields if problem else {}, problem=problem.message if problem else "",
        lists=[one for one in LISTS.values() if one.page == of.page],
        formats={code: word for code, word in FORMATS.items() if code != GEOJSON or of.place}, open_to=OPEN_TO,
        purposes=[(code, PURPOSES[code], SAID_OF[code], of.columns_for(code)) for code in of.purposes])


@exports.post("/exports")
@allow("list.export")
def take():
    """CSV, GeoJSON and a short sheet come at once; a long sheet is made beside, and its page says how far it is."""
    try:
        wish = Wish.read(request.form)
        rows = wish.measured_for(g.person)
        at_once = wish.format in STREAMED or rows <= AT_ONCE
        state = "sending" if wish.format in STREAMED else "making" if at_once else "waiting"
        with stored():
            export = Export.ask(wish, rows, g.person, state, str(get_locale()), request.remote_addr or "")
    except REFUSED as problem:
        return form(request.form, problem)
    if wish.format in STREAMED:
        return streamed(export, wish, g.person)
    if at_once:
        make(export)
    return served(export) if export.state == "ready" else go(f"/exports/{export.uid}")


@exports.get("/exports/<uid>")
@allow("list.export")
def show(uid: str):
    """One export, and how far it is; a part of the page asks for itself again while it is under way."""
    export = Export.get_reachable(g.person, uid)
    own = export.person == g.person.uid
    person = Person.get_or_none(Person.uid == export.person)
    of = LISTS[export.what]
    return page(
        "exports/_progress.html" if wants_part() else "exports/show.html", export=export, own=own, of=of, states=STATES,
        formats=FORMATS, purposes=PURPOSES, name=person.name if person else export.person,
        columns=[column.title for column in of.columns if column.name in export.columns.split(",")])


@exports.get("/exports/<uid>/file")
@allow("list.export")
def file(uid: str):
    """The sheet that was made, for who asked for it and no one else."""
    export = Export.get_reachable(g.person, uid)
    if export.person != g.person.uid or export.format != XLSX:
        raise NotFound()
    if export.state != "ready":
        raise Conflict(_("받을 파일이 없습니다. 아직 만드는 중이거나 24시간이 지나 지웠습니다. 내보낸 기록을 보십시오."))
    return served(export)


def served(export: Export) -> Response:
    place = place_of(export)
    if not place.is_file():
        raise NotFound()
    with writing():
        events.record("export.taken", export.uid, by=g.person.uid)
    answer = send_file(place, mimetype=MIMETYPES[XLSX], as_attachment=True, download_name=file_name(export), etag=export.sha256)
    answer.headers["Cache-Control"] = "no-store"
    return answer
