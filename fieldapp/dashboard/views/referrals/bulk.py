from flask import g, request
from flask_babel import gettext as _

from fieldapp.dashboard.bulk import AT_ONCE, Chosen, give_all
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.views.referrals import queue
from fieldapp.events import accessed
from fieldapp.form import Reader
from fieldapp.referrals import COMMANDS
from fieldapp.web import allow, page


@dashboard.post("/referrals/bulk")
@allow("referral.work")
def bulk():
    """One command to all that were chosen in the queue; the page that answers says of each what became of it."""
    form = Reader(request.form.to_dict(flat=False))
    command, chosen = form.choice("command", AT_ONCE), Chosen.read(form)
    if not chosen or not command or form.errors:
        return queue.show(next(iter(form.errors.values()), "") or _("의뢰를 하나 이상 고르고 할 일을 눌러 주십시오."))
    outcomes = give_all(g.person, command, chosen)
    if outcomes:
        accessed("referral.bulk", [one.referral.shop_id for one in outcomes])
    return page("referrals/bulk.html", what=COMMANDS[command], outcomes=outcomes, missing=len(chosen) - len(outcomes),
                back=request.query_string.decode(errors="replace"))
