from flask import request

from fieldapp.dashboard.fairness import Period, shares_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.experts import FIELDS
from fieldapp.web import allow, page


@dashboard.get("/experts/fairness")
@allow("expert.see")
def fairness():
    """How offers are shared out; the period and the field stand in the address."""
    asked = Period.read(request.args)
    shares = shares_of(asked)
    return page("experts/fairness.html", status=422 if asked.problems else 200, asked=asked, shares=shares, fields=FIELDS,
                most=max((share.offers for share in shares), default=0), offers=sum(share.offers for share in shares),
                accepted=sum(share.accepted for share in shares))
