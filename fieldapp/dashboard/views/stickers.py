from flask import g, request

from fieldapp.dashboard.filters import choices_of
from fieldapp.dashboard.stickers import MOST, shops_along, streets_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.form import Reader
from fieldapp.people import qr
from fieldapp.web import allow, page


@dashboard.get("/shops/stickers")
@allow("shop.see")
def stickers():
    """A zone, then its streets, then the sheets of one of them."""
    form = Reader(request.args.to_dict(flat=False))
    zone, street, part = form.uid("zone"), form.text("street", limit=60), int(form.number("part", 1, 999) or 1)
    chosen = "street" in request.args and bool(zone)
    shops = shops_along(g.person, zone, street) if chosen else []
    shown = shops[(part - 1) * MOST:part * MOST]
    streets = streets_of(g.person, zone) if zone and not chosen else []
    root = request.url_root.rstrip("/")
    return page("shops/stickers.html", status=422 if form.errors else 200, zones=choices_of(g.person)["zones"], zone=zone, street=street,
                chosen=chosen, streets=streets, count=len(shops), part=part, parts=-(-len(shops) // MOST),
                stickers=[(shop, qr(f"{root}/at/{shop.uid}")) for shop in shown])
