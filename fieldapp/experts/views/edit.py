from flask import Response, g, request

from fieldapp.database import writing
from fieldapp.errors import Conflict, Invalid, Problem
from fieldapp.experts.expert import Expert
from fieldapp.experts.field import FIELDS
from fieldapp.experts.form import Choices, ExpertInput, differences, form_of, read_expert
from fieldapp.experts.views.blueprint import experts
from fieldapp.experts.words import LANGUAGES, Names
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.web import allow, go, page


@experts.get("/experts/new")
@allow("expert.edit")
def new():
    return form_page(None, Names(), form_of(ExpertInput(name="")))


@experts.post("/experts/new")
@allow("expert.edit")
def create():
    names, form = Names(), Reader(request.form.to_dict(flat=False))
    try:
        entry = read_expert(form, choices(None, names))
        form.finish()
        with writing():
            expert = Expert.enter(entry, g.person.uid)
    except Invalid as problem:
        return form_page(None, names, typed(form), problem)
    return go(f"/experts/{expert.uid}")


@experts.get("/experts/<uid>/edit")
@allow("expert.edit")
def edit(uid: str):
    expert = Expert.get_reachable(g.person, uid)
    return form_page(expert, Names(), form_of(expert.entry()))


@experts.post("/experts/<uid>/edit")
@allow("expert.edit")
def change(uid: str):
    """Take over what was typed; what someone else has saved meanwhile is told beside it."""
    expert, names = Expert.get_reachable(g.person, uid), Names()
    form = Reader(request.form.to_dict(flat=False))
    try:
        version = int(form.number("version", 1, 1e9) or 0)
        entry = read_expert(form, choices(expert, names))
        form.finish()
        with writing():
            expert.change(entry, g.person.uid, version)
    except Conflict as problem:
        now = Expert.get_reachable(g.person, uid)
        return form_page(now, names, typed(form), problem, names.told(differences(now.entry(), entry)))
    except Invalid as problem:
        return form_page(expert, names, typed(form), problem)
    return go(f"/experts/{uid}")


def choices(expert: Expert | None, names: Names) -> Choices:
    return Choices({partner.uid for partner in names.partners}, {zone.uid for zone in names.zones},
                   {person.uid for person in accounts(expert)})


def accounts(expert: Expert | None) -> list[Person]:
    """The experts' accounts that are nobody's yet, and this one's own."""
    taken = Expert.select(Expert.person).where(Expert.person.is_null(False), Expert.uid != (expert.uid if expert else ""))
    return list(Person.select().where(Person.role == "expert", Person.active, Person.uid.not_in(taken)).order_by(Person.login))


def typed(form: Reader) -> dict:
    """What stood in the form, as it was typed."""
    return {name: texts if name in ("field", "zone") else "".join(texts[:1]) for name, texts in form.values.items()}


def form_page(expert: Expert | None, names: Names, form: dict, problem: Problem | None = None, differs=()) -> Response:
    people = [(one.uid, f"{one.name} ({one.login})") for one in accounts(expert)]
    return page("experts/form.html", status=problem.status if problem else 200, expert=expert, form=form, fields=FIELDS,
                languages=LANGUAGES, zones=names.zones, partners=names.partners, account_names=people, differs=differs,
                errors=problem.fields if problem else {}, told=problem.message if problem and not problem.fields else "")
