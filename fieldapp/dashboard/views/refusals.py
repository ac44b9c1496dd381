from flask import request

from fieldapp.dashboard.filters import mark_of, read_mark
from fieldapp.dashboard.views.blueprint import ROWS, dashboard
from fieldapp.events import accessed
from fieldapp.people import Person
from fieldapp.shops import Shop
from fieldapp.sync import ANSWERS, CODES, Refusal
from fieldapp.web import allow, page


@dashboard.get("/refusals")
@allow("refusal.see")
def refusals():
    """What phones sent and the office could not take, whole, the latest first."""
    rows = Refusal.select().order_by(Refusal.created_at.desc(), Refusal.uid.desc()).limit(ROWS + 1)
    before = read_mark(request.args.get("before", ""))
    if before:
        moment, uid = before
        rows = rows.where((Refusal.created_at < moment) | ((Refusal.created_at == moment) & (Refusal.uid < uid)))
    found = list(rows)
    shown, last = found[:ROWS], found[ROWS - 1] if len(found) > ROWS else None
    named = {shop.uid: shop for shop in Shop.select().where(Shop.uid.in_([row.shop for row in shown if row.shop]))}
    if named:
        accessed("refusal.list", list(named))
    return page("refusals/index.html", rows=shown, shops=named, answers=ANSWERS, codes=CODES,
                names={person.uid: person.name for person in Person.select(Person.uid, Person.name)},
                more=mark_of(last.created_at, last.uid) if last else "")
