from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.database import writing
from fieldapp.errors import REFUSED, Problem
from fieldapp.form import Reader
from fieldapp.reports.figure import INDICATORS, YearFigure, read_value, read_year
from fieldapp.reports.views.blueprint import reports
from fieldapp.web import allow, go, page, stored


@reports.get("/reports/years")
@allow("report.see")
def years():
    return years_page({})


def years_page(form: dict, problem: Problem | None = None) -> Response:
    return page("reports/years.html", status=problem.status if problem else 200, rows=YearFigure.everyone(), indicators=INDICATORS,
                form=form, problem=problem, errors=problem.fields if problem else {})


@reports.post("/reports/years")
@allow("report.issue")
def put_year():
    """Set a year's figure, or take it away where no value is given."""
    form = Reader(request.form.to_dict(flat=False))
    try:
        indicator = form.choice("indicator", INDICATORS, required=_("지표를 골라 주십시오."))
        year, value, source = read_year(form), read_value(form), form.text("source", limit=200)
        if value is not None and not source:
            form.refuse("source", _("어디에서 나온 수인지 적어 주십시오."))
        form.finish()
        assert year
        with stored(), writing():
            YearFigure.put(indicator, year, value, source, g.person.uid)
    except REFUSED as problem:
        return years_page(request.form.to_dict(), problem)
    return go("/reports/years")
