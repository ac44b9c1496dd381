from datetime import date

from flask_babel import gettext as _

from fieldapp.form import Reader
from fieldapp.worktime.calendar import UNITS
from fieldapp.worktime.policy import GIVEN

LONGEST_AMOUNT, LONGEST_ESCALATION = 200, 30
FIRST_DAY = date(2022, 1, 1)  # before it the office had no managers whose days could be counted


def read_policy(form: Reader, kind: str) -> dict:
    """What a policy's form says, as `Policy.change` takes it; raises Invalid. Where the day is given there is no amount."""
    given = kind == GIVEN
    entry = {"amount": 0 if given else whole(form, "amount", 1, LONGEST_AMOUNT),
             "unit": "days" if given else form.choice("unit", UNITS, required=_("시간인지 일인지 골라 주십시오.")),
             "amber_percent": whole(form, "amber_percent", 1, 100), "escalate_days": whole(form, "escalate_days", 0, LONGEST_ESCALATION)}
    form.finish()
    return entry


def read_closure(form: Reader, today: date) -> dict:
    """The first and the last day, which is the first where none is written, and why; raises Invalid."""
    latest = date(today.year + 3, 12, 31)
    first, last = form.day("first_day", FIRST_DAY, latest), form.day("last_day", FIRST_DAY, latest)
    reason = form.text("reason", limit=200, required=_("휴무 사유를 적어 주십시오."))
    if first is None:
        form.refuse("first_day", _("쉬는 날을 적어 주십시오."))
    form.finish()
    return {"first": first, "last": last or first, "reason": reason}


def whole(form: Reader, name: str, low: int, high: int) -> int:
    """A whole number within these bounds; what is refused is 0."""
    found = form.number(name, low, high)
    if found is None or found != int(found):
        form.refuse(name, _("%(low)s에서 %(high)s 사이의 수를 적어 주십시오.", low=low, high=high))
        return 0
    return int(found)
