from typing import Any

from flask import Response

from fieldapp.errors import NotFound
from fieldapp.reports.issued import FORMATS, Issued, IssuedFile
from fieldapp.reports.kinds import KINDS
from fieldapp.reports.views.blueprint import reports
from fieldapp.reports.views.show import attached, name_of, note_access
from fieldapp.web import allow, page


@reports.get("/reports/issued/<uid>")
@allow("report.see")
def issued(uid: str):
    """The report as it was issued, and what stands otherwise if it is made anew."""
    found = get(uid)
    document = found.document
    note_access(document)
    changes = found.compared()
    return page("reports/issued.html", issued=found, document=document, files=IssuedFile.of(found), changes=changes[:MOST],
                more_changes=max(len(changes) - MOST, 0), kinds=KINDS)


MOST = 200  # differences on the page


@reports.get("/reports/issued/<uid>/<form>")
@allow("report.see")
def issued_file(uid: str, form: str) -> Response:
    """The file byte for byte as it was issued, with its hash."""
    found = get(uid)
    file: Any = IssuedFile.get_or_none(IssuedFile.issued == found, IssuedFile.format == form)
    if file is None:
        raise NotFound()
    body = file.content
    note_access(found.document)
    response = attached(body, FORMATS[form][1], f"{found.title} {name_of(found.wish)} {file.sha256[:8]}.{form}")
    response.headers["X-Content-SHA256"] = file.sha256
    response.headers["ETag"] = f'"{file.sha256}"'
    return response


def get(uid: str) -> Issued:
    found = Issued.get_or_none(Issued.uid == uid)
    if found is None:
        raise NotFound()
    return found
