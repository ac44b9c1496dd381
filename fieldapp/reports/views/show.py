from urllib.parse import quote

from flask import Response, g, make_response, request
from werkzeug.datastructures import MultiDict

from fieldapp.database import today
from fieldapp.errors import REFUSED, Invalid, NotFound, Problem
from fieldapp.events import accessed
from fieldapp.form import Reader
from fieldapp.reports.asked import Asked, half_of, read_asked
from fieldapp.reports.document import Document
from fieldapp.reports.hangul import NoHangul
from fieldapp.reports.issued import FORMATS, Issued
from fieldapp.reports.kinds import KINDS, make
from fieldapp.reports.views.blueprint import ROWS, reports
from fieldapp.reports.views.marks import mark_of, read_mark
from fieldapp.web import allow, go, page, stored
from fieldapp.zones import Zone

ASKING = ("day", "month", "half", "first", "last", "until", "zone", "version")  # the names by which a report is asked for


@reports.get("/reports")
@allow("report.see")
def index():
    """What reports there are, and what was issued."""
    found = list(Issued.latest(read_mark(request.args.get("before", ""))).limit(ROWS + 1))
    shown = found[:ROWS]
    return page("reports/index.html", kinds=KINDS, rows=shown,
                more=mark_of(shown[-1].created_at, shown[-1].uid) if len(found) > ROWS else "")


@reports.get("/reports/<report>")
@allow("report.see")
def report(report: str):
    return told(report, request.args)


def told(report: str, args, problem: Problem | None = None) -> Response:
    """The report as things are now, with what is to be said beside it; where it can't be read what is asked, the form alone."""
    if report not in KINDS:
        raise NotFound()
    try:
        asked = read_asked(KINDS[report].period, args)
    except Invalid as refused:
        return form_page(report, args, refused)
    document = make(report, asked)
    note_access(document)
    return page("reports/show.html", status=problem.status if problem else 200, document=document, asked=asked, problem=problem,
                issued=Issued.standing(report, asked), typed={**args.to_dict(), **asked.parts}, errors={}, **choices(report))


def form_page(report: str, args, refused: Invalid) -> Response:
    return page("reports/show.html", status=422, document=None, asked=None, issued=None, problem=None, typed=args.to_dict(),
                errors=refused.fields, **choices(report))


def choices(report: str) -> dict:
    return {"report": report, "kind": KINDS[report], "zones": list(Zone.ordered()), "halves": halves(), "formats": FORMATS}


def halves() -> list[str]:
    """The half-years of the last five years, the latest first."""
    last = half_of(today())
    years = range(today().year, today().year - 5, -1)
    return [half for half in (f"{year}-{number}" for year in years for number in (2, 1)) if half <= last]


def note_access(document: Document) -> None:
    if document.shops:
        accessed("report.view", list(document.shops))


@reports.get("/reports/<report>/file/<form>")
@allow("report.see")
def report_file(report: str, form: str):
    """The report as a file, as things are now; it isn't kept."""
    if report not in KINDS or form not in FORMATS:
        raise NotFound()
    try:
        asked = read_asked(KINDS[report].period, request.args)
        document = make(report, asked)
        write, mimetype = FORMATS[form]
        body = write(document)
    except (Invalid, NoHangul) as problem:
        return told(report, request.args, problem)
    note_access(document)
    return attached(body, mimetype, f"{document.title} {name_of(asked)}.{form}")


def attached(body: bytes, mimetype: str, name: str) -> Response:
    response = make_response(body)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def name_of(asked: Asked) -> str:
    return str(asked.last) if asked.period in ("day", "until") else f"{asked.first}~{asked.last}"


@reports.post("/reports/<report>/issue")
@allow("report.issue")
def issue(report: str):
    """Freeze the report of these days; the same again is what was issued."""
    if report not in KINDS:
        raise NotFound()
    args = MultiDict(request.form)
    try:
        form = Reader(request.form.to_dict(flat=False))
        form.finish(ASKING)
        with stored():
            made = Issued.issue(report, read_asked(KINDS[report].period, args), g.person)
    except Invalid as refused:
        return form_page(report, args, refused)
    except (*REFUSED, NoHangul) as problem:
        return told(report, args, problem)
    return go(f"/reports/issued/{made.uid}")
