"""휴대폰: how each phone stands, and what is ordered of it."""

from datetime import timedelta

from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.accounts.views.blueprint import accounts
from fieldapp.database import now, writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.events import Event
from fieldapp.form import Reader
from fieldapp.people import ORDERS, QUIET, Person, Phone
from fieldapp.web import allow, go, page

LIFT = "lift"


@accounts.get("/people/phones")
@allow("account.see")
def phones():
    return listed()


def listed(status: int = 200, asked: str = "", typed: str = "", problem: str = "") -> Response:
    """Those that wait to be locked or emptied first, then those with unsent visits that have been silent longest."""
    rows = list(Phone.select(Phone, Person).join(Person).order_by(Phone.order == "", Phone.unsent == 0, Phone.seen_at))
    of_these = Event.subject.in_([row.uid for row in rows])
    happened = Event.select().where(Event.kind.startswith("phone."), of_these).order_by(Event.created_at)
    return page("accounts/phones.html", status=status, phones=rows, orders=ORDERS, asked=asked, typed=typed, problem=problem,
                silent_since=now() - timedelta(days=QUIET), last={event.subject: event for event in happened})


@accounts.post("/people/phones/<phone>")
@allow("account.edit")
def order(phone: str):
    """Lock it, empty it, give it another name, or take an order back; an order needs its reason."""
    found = Phone.get_or_none(Phone.uid == phone)
    if found is None:
        raise NotFound()
    form = Reader(request.form.to_dict(flat=False))
    what = form.choice("order", (*ORDERS, LIFT), required=_("무엇을 할지 골라 주십시오."))
    reason = form.text("reason", required=_("까닭을 적어 주십시오. 3년 동안 보관합니다."))
    try:
        form.finish()
        with writing():
            found.lift(reason, g.person.uid) if what == LIFT else found.give(what, reason, g.person.uid)
    except (Invalid, Conflict) as problem:
        told = next(iter(problem.fields.values()), "") or str(problem.message)
        return listed(problem.status, phone, form.text("reason"), told)
    return go(f"/people/phones#phone-{phone}")
