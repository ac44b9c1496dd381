"""The office's list of what a grievance may be about."""

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from peewee import JOIN

from fieldapp.database import today, writing
from fieldapp.errors import REFUSED, Conflict, NotFound, Problem
from fieldapp.experts import FIELDS
from fieldapp.form import Reader
from fieldapp.grievances.catalogue import begin, change, is_over, make, mark, shift, used
from fieldapp.grievances.category import Category
from fieldapp.web import allow, go, page, stored
from fieldapp.zones import Zone

grievances = Blueprint("grievances", __name__)


@grievances.get("/categories")
@allow("category.edit")
def categories():
    return listed()


def listed(problem: Problem | None = None, at: str = "", form: Reader | None = None) -> Response:
    """All of them; after a refusal with what was typed where it was typed (`at`: a uid, or "new")."""
    typed = {name: values[0] for name, values in form.values.items() if values} if form else {}
    rows = list(Category.select(Category, Zone).join(Zone, JOIN.LEFT_OUTER).order_by(Category.position, Category.name_ko))
    return page("grievances/categories.html", status=problem.status if problem else 200, over=[row for row in rows if is_over(row)],
                rows=[row for row in rows if not is_over(row)], used=used(), zones=list(Zone.ordered()), fields=FIELDS, mark=mark,
                today=today(), problem=problem, errors=problem.fields if problem else {}, at=at, typed=typed)


@grievances.post("/categories")
@allow("category.edit")
def add_category():
    form = Reader(request.form.to_dict(flat=False))
    try:
        with stored(), writing():
            made = make(form, g.person.uid)
    except REFUSED as problem:
        return listed(problem, "new", form)
    return go(f"/categories#{made.code}")


@grievances.post("/categories/start")
@allow("category.edit")
def begin_with_the_usual():
    try:
        Reader(request.form.to_dict(flat=False)).finish()
        with stored(), writing():
            begin(g.person.uid)
    except REFUSED as problem:
        return listed(problem)
    return go("/categories")


@grievances.post("/categories/<uid>")
@allow("category.edit")
def change_category(uid: str):
    found, form = known(uid), Reader(request.form.to_dict(flat=False))
    try:
        with stored(), writing():
            change(found.uid, form, g.person.uid)
    except Conflict:
        return listed(Conflict(_("그 사이 다른 사람이 이 분류를 고쳤습니다. 지금 내용을 보고 다시 저장해 주십시오.")), uid, form)
    except REFUSED as problem:
        return listed(problem, uid, form)
    return go(f"/categories#{found.code}")


@grievances.post("/categories/<uid>/move")
@allow("category.edit")
def move_category(uid: str):
    found, form = known(uid), Reader(request.form.to_dict(flat=False))
    try:
        way = form.choice("way", ("up", "down"), required=_("목록에 있는 것을 골라 주십시오."))
        form.finish()
        with stored(), writing():
            shift(found, way == "up", g.person.uid)
    except REFUSED as problem:
        return listed(problem)
    return go(f"/categories#{found.code}")


def known(uid: str) -> Category:
    found = Category.get_or_none(Category.uid == uid)
    if found is None:
        raise NotFound()
    return found
