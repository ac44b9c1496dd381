from dataclasses import dataclass

from flask_babel import gettext as _

from fieldapp.experts import FIELD_CODES, Expert
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
    expert: str = ""  # whom the manager wishes for

    @property
    def said(self) -> dict:
        """What of it a referral keeps beside its field."""
        return {"urgency": self.urgency, "wish": self.wish, "call_when": self.call_when, "wished_expert": self.expert or None}


def read_referral(form: Reader, *, needed: bool) -> ReferralInput | None:
    """The referral that the form asks for, or None. `needed` where a grievance is marked for one."""
    field = form.choice("refer.field", FIELD_CODES)
    urgency = form.choice("refer.urgency", URGENCY_CODES) or "normal"
    wish, call_when = form.text("refer.wish", limit=LONGEST_WISH), form.text("refer.call_when", limit=100)
    expert = form.uid("refer.expert")
    refuse_resident_number(form, "refer.wish", wish)
    if expert and not Expert.select().where(Expert.uid == expert).exists():
        expert = ""  # a wish for someone who is no longer there holds nothing up
    if not field and (needed or wish or call_when):
        form.refuse("refer.field", _("연계할 분야를 골라 주십시오."))
    return ReferralInput(field, urgency, wish, call_when, expert) if field else None
