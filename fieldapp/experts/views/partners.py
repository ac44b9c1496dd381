from flask import Response, g, request

from fieldapp.database import today, writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.experts.expert import Expert
from fieldapp.experts.form import PartnerInput, form_of, read_partner
from fieldapp.experts.partner import BASES, STANDINGS, Partner
from fieldapp.experts.views.blueprint import experts
from fieldapp.experts.views.edit import typed
from fieldapp.experts.views.index import facts_of, page_of
from fieldapp.form import Reader
from fieldapp.web import allow, go, page


@experts.get("/partners")
@allow("expert.see")
def partners():
    return page("partners/index.html", rows=list(Partner.ordered()), pools=Expert.pool_sizes(), bases=BASES, standings=STANDINGS,
                today=today())


@experts.get("/partners/new")
@allow("expert.edit")
def new_partner():
    return form_page({"active": "on"})


@experts.post("/partners/new")
@allow("expert.edit")
def create_partner():
    form = Reader(request.form.to_dict(flat=False))
    try:
        entry = read_entry(form)
        with writing():
            partner = Partner.enter(entry, g.person.uid)
    except Invalid as problem:
        return form_page(typed(form), problem.fields)
    return go(f"/partners/{partner.uid}")


@experts.get("/partners/<uid>")
@allow("expert.see")
def partner(uid: str):
    found = existing(uid)
    return page_about(found, form_of(found.entry))


@experts.post("/partners/<uid>")
@allow("expert.edit")
def change_partner(uid: str):
    found = existing(uid)
    form = Reader(request.form.to_dict(flat=False))
    try:
        entry = read_entry(form)
        with writing():
            found.change(entry, g.person.uid)
    except Invalid as problem:
        return page_about(found, typed(form), problem.fields)
    return go(f"/partners/{uid}")


def existing(uid: str) -> Partner:
    found = Partner.get_or_none(Partner.uid == uid)
    if found is None:
        raise NotFound()
    return found


def read_entry(form: Reader) -> PartnerInput:
    entry = read_partner(form)
    form.finish()
    return entry


def form_page(form: dict, errors: dict | None = None) -> Response:
    return page("partners/new.html", status=422 if errors else 200, form=form, errors=errors or {}, bases=BASES)


def page_about(found: Partner, form: dict, errors: dict | None = None) -> Response:
    """The institution with its pool, in pages, and its form for those who may change it."""
    rows, more = page_of(Expert.reachable_by(g.person).where(Expert.partner == found), request.args.get("after", ""))
    return page("partners/show.html", status=422 if errors else 200, partner=found, form=form, errors=errors or {}, bases=BASES, more=more,
                **facts_of(rows))
