from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.database import today, writing
from fieldapp.errors import REFUSED, Conflict, Problem
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.reports import pledge_form
from fieldapp.reports.card import Offered, offered
from fieldapp.reports.pledge import BUDGET, QUARTERS, YEARS, Card, PledgeCard, Result
from fieldapp.reports.views.blueprint import reports
from fieldapp.web import allow, go, page, stored


@reports.get("/reports/pledge/versions")
@allow("report.see")
def versions():
    people = dict(Person.select(Person.uid, Person.name).tuples())
    return page("reports/versions.html", rows=PledgeCard.everyone(), people=people)


@reports.get("/reports/pledge/edit")
@allow("report.issue")
def edit():
    kept = PledgeCard.latest()
    form = pledge_form.form_of(kept.card) if kept else {}
    return edit_page({**form, "version": str(kept.version if kept else 0)})


def edit_page(form: dict, problem: Problem | None = None) -> Response:
    """The form with what was typed; each line of the schedule and of the results has numbered names."""
    return page("reports/edit.html", status=problem.status if problem else 200, form=form, errors=problem.fields if problem else {},
                problem=problem, budget=BUDGET, quarters=QUARTERS, years=YEARS, offers=missing(form),
                tasks=pledge_form.lines(form, ("task", "quarter"), pledge_form.TASKS),
                results=pledge_form.lines(form, ("on", "result"), pledge_form.RESULTS))


def missing(form: dict) -> list[Offered]:
    """What the app knows and the form doesn't say yet."""
    said = {text for name, text in form.items() if name.startswith("result.")}
    return [one for one in offered(today()) if one.result.text not in said]


@reports.post("/reports/pledge/edit")
@allow("report.issue")
def change():
    """A new version. One made against a card that has changed since is told, and what was typed stays."""
    form = Reader(request.form.to_dict(flat=False))
    typed = {name: values if name.startswith("quarter.") or name == "take" else values[0] for name, values in form.values.items() if values}
    try:
        card, taken = pledge_form.read_card(form), form.many("take")
        reason = form.text("reason", limit=pledge_form.LONGEST_REASON, required=_("고친 이유를 적어 주십시오."))
        against = form.number("version", 0, 1_000_000)
        card = with_offers(card, taken)
        if len(card.results) > pledge_form.RESULTS:  # the form would not show them all, and the next saving would lose the rest
            form.refuse(f"result.{pledge_form.RESULTS}", _("%(limit)s개까지 고를 수 있습니다.", limit=pledge_form.RESULTS))
        form.finish()
        with stored(), writing():
            save(card, reason, int(against or 0))
    except REFUSED as problem:
        if isinstance(problem, Conflict) and (last := PledgeCard.latest()):
            typed["version"] = str(last.version)
        return edit_page(typed, problem)
    return go("/reports/pledge")


def save(card: Card, reason: str, against: int) -> None:
    if PledgeCard.put(card, reason, g.person.uid, against) is None:
        last = PledgeCard.latest()
        raise Conflict(_("그 사이 카드가 %(n)s판으로 바뀌었습니다. 아래 적은 내용은 저장되지 않았습니다. "
                         "새 판을 확인한 뒤 다시 저장하면 아래 내용이 그 다음 판이 됩니다.", n=last.version if last else 0))


def with_offers(card: Card, codes: list[str]) -> Card:
    """The card with those lines of the app's own that were chosen."""
    chosen = [one.result for one in offered(today()) if one.code in codes]
    results: tuple[Result, ...] = tuple(sorted({*card.results, *chosen}, key=lambda result: (result.on, result.text)))
    return Card(**{**card.__dict__, "results": results})
