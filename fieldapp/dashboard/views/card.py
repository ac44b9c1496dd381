"""A shop's card: what is known of the business, changed by whoever was there, and decided where two said different things."""

from flask import g, request

from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.views.shops import shop_of
from fieldapp.database import writing
from fieldapp.errors import REFUSED, NotFound, Problem
from fieldapp.events import accessed
from fieldapp.form import Reader
from fieldapp.shops import FACTS, PREMISES, SALES, SOURCES, CardInput, Shop, ShopFact, marks
from fieldapp.web import allow, go, page, stored


@dashboard.get("/shops/<uid>/card")
@allow("shop.edit")
def shop_card(uid: str):
    return shown_card(shop_of(uid))


def shown_card(shop: Shop, problem: Problem | None = None, form: Reader | None = None):
    """The form; after a refusal with what was typed, and with the marks of when it was opened."""
    standing = ShopFact.standing(shop)
    typed = {name: values[0] for name, values in form.values.items() if values} if form else {}
    accessed("shop.card", [shop.uid])
    return page("shops/card.html", status=problem.status if problem else 200, shop=shop, standing=standing, facts=FACTS, sales=SALES,
                premises=PREMISES, sources=SOURCES, marks=marks(standing), problem=problem,
                errors=problem.fields if problem else {}, typed=typed, is_typed=form is not None)


@dashboard.post("/shops/<uid>/card")
@allow("shop.edit")
def change_card(uid: str):
    """What nobody else has changed meanwhile stands at once; where somebody has, both are shown to be decided."""
    shop, form = shop_of(uid), Reader(request.form.to_dict(flat=False))
    try:
        given = CardInput.read(form)
        with stored(), writing():
            ShopFact.change(shop, given, g.person.uid)
    except REFUSED as problem:
        return shown_card(shop, problem, form)
    return go(f"/shops/{uid}#card")


@dashboard.post("/shops/<uid>/card/<fact>/decide")
@allow("shop.edit")
def decide_fact(uid: str, fact: str):
    shop = shop_of(uid)
    found = ShopFact.get_or_none(ShopFact.uid == fact, ShopFact.shop == shop)
    if found is None:
        raise NotFound()
    Reader(request.form.to_dict(flat=False)).finish()
    with stored(), writing():
        found.decide(g.person.uid)
    return go(f"/shops/{uid}#card")
