from dataclasses import dataclass

from flask_babel import gettext as _

from fieldapp.experts import FIELD_CODES
from fieldapp.form import Reader
from fieldapp.owners import refuse_resident_number

URGENCY_CODES = ("normal", "soon", "urgent")
LONGEST_WISH = 1000


@dataclass(frozen=True)
class ReferralInput:
    field: str
    urgency: str
    wish: str
    call_when: str


def read_referral(form: Reader, *, needed: bool) -> ReferralInput | None:
    """The referral that the form asks for, or None. `needed` where a grievance is marked for one."""
    field = form.choice("refer.field", FIELD_CODES)
    urgency = form.choice("refer.urgency", URGENCY_CODES) or "normal"
    wish, call_when = form.text("refer.wish", limit=LONGEST_WISH), form.text("refer.call_when", limit=100)
    refuse_resident_number(form, "refer.wish", wish)
    if not field and (needed or wish or call_when):
        form.refuse("refer.field", _("연계할 분야를 골라 주십시오."))
    return ReferralInput(field, urgency, wish, call_when) if field else None
