from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from fieldapp.database import prepared
from fieldapp.form import Reader
from fieldapp.grievances.category import Category
from fieldapp.owners import refuse_resident_number

DISPOSITION_CODES = ("resolved_on_site", "needs_referral", "guided_to_programme", "needs_committee", "noted")
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class GrievanceInput:
    category: Category
    text: str
    disposition: str

    @property
    def needs_referral(self) -> bool:
        return self.disposition == "needs_referral"


def read_grievances(form: Reader, zone: str, day: date) -> list[GrievanceInput]:
    """The chosen categories of the zone as they stood on the day of the visit, each with its text and what becomes of it."""
    found = []
    codes = form.many("category", limit=30)
    open_ones = {category.code: category for category in _open(zone, day, codes)} if codes else {}
    for code in codes:
        text = form.text(f"grievance.{code}.text", limit=LONGEST_TEXT)
        refuse_resident_number(form, f"grievance.{code}.text", text)
        disposition = form.choice(f"grievance.{code}.disposition", DISPOSITION_CODES) or "noted"
        if code in open_ones:
            found.append(GrievanceInput(open_ones[code], text, disposition))
        else:
            form.refuse("category", _("지금은 쓰지 않는 분류가 있습니다. 다른 것을 골라 주십시오."))
    return found


@prepared
def _open(zone: str, day: date, codes: list[str]):
    return Category.open_in([zone], day).select(Category.uid, Category.code).where(Category.code.in_(codes))
