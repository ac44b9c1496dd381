from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from fieldapp.figures.target import INDICATORS
from fieldapp.form import Reader

FIRST_YEAR, HIGHEST = 2022, 1_000_000  # the programme's first year


@dataclass(frozen=True)
class TargetInput:
    """`version` is the one that the person saw of this year, 0 where there was none."""

    indicator: str
    year: int
    value: int
    reason: str
    approved_by: str
    version: int


def read_target(form: Reader, today: date) -> TargetInput:
    """What the form says; raises Invalid."""
    indicator = form.choice("indicator", INDICATORS, required=_("지표를 골라 주십시오."))
    year, value = whole(form, "year", FIRST_YEAR, today.year + 10), whole(form, "value", 1, HIGHEST)
    reason = form.text("reason", limit=500, required=_("목표를 정하거나 바꾸는 사유를 적어 주십시오."))
    approved_by = form.text("approved_by", limit=100, required=_("누가 승인했는지 적어 주십시오."))
    version, seen = form.number("version", 0, 10_000) or 0, form.number("seen_year", 0, 9999)
    form.finish()
    return TargetInput(indicator, year, value, reason, approved_by, int(version) if seen == year else 0)


def whole(form: Reader, name: str, low: int, high: int) -> int:
    """A whole number within these bounds; what is refused is 0."""
    found = form.number(name, low, high)
    if found is None or found != int(found):
        form.refuse(name, _("%(low)s에서 %(high)s 사이의 수를 적어 주십시오.", low=low, high=high))
        return 0
    return int(found)
