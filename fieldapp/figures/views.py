from flask import Blueprint, Response, g, request
from flask_babel import gettext as _

from fieldapp.database import SEOUL, in_turn, now, writing
from fieldapp.errors import REFUSED, Conflict
from fieldapp.figures.form import FIRST_YEAR, TargetInput, read_target
from fieldapp.figures.rule import RULES, in_force
from fieldapp.figures.target import INDICATORS, Target
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.web import allow, go, page, stored

figures = Blueprint("figures", __name__)


@figures.get("/targets")
@allow("dashboard.see")
def targets():
    form = Reader(request.args.to_dict(flat=False))
    return show(200, {"year": form.text("year", limit=4)}, {})


def show(status: int, typed: dict[str, str], errors: dict[str, str]) -> Response:
    """Every year's target with what it was before, and the form with what was typed."""
    today = now().astimezone(SEOUL).date()
    told = list(Target.select().order_by(Target.year.desc(), Target.indicator, Target.version.desc()))
    years: dict[int, list[Target]] = {}
    for target in told:
        years.setdefault(target.year, []).append(target)
    people = dict(Person.select(Person.uid, Person.name).where(Person.uid.in_([target.by for target in told])).tuples())
    told_year = typed.get("year", "")
    year = int(told_year) if told_year.isdecimal() and len(told_year) <= 4 else today.year
    typed = {"indicator": "consultations", **typed, "year": str(year), "version": str(years[year][0].version if year in years else 0)}
    return page("figures/targets.html", status=status, years=years, people=people, typed=typed, errors=errors, indicators=INDICATORS,
                first_year=FIRST_YEAR, last_year=today.year + 10, rules=RULES, rule=in_force())


@figures.post("/targets")
@allow("target.set")
def set_target():
    form = Reader(request.form.to_dict(flat=False))
    typed = {name: values[0] for name, values in form.values.items() if values}
    try:
        with stored(), writing():
            put(read_target(form, now().astimezone(SEOUL).date()))
    except REFUSED as problem:
        return show(problem.status, typed, problem.fields or {"notice": str(problem.message)})
    return go(f"/targets#year-{typed['year']}")


def put(entry: TargetInput) -> None:
    """Set it, unless someone else did since this person looked."""
    in_turn()
    before = Target.standing(entry.indicator, entry.year)
    if (before.version if before else 0) != entry.version:
        raise Conflict(_("그 사이 %(year)s년 목표가 %(value)s건으로 정해졌습니다. 확인한 뒤 다시 저장해 주십시오.",
                         year=entry.year, value=before.value if before else 0))
    Target.put(entry.indicator, entry.year, entry.value, entry.reason, g.person.uid, entry.approved_by)
