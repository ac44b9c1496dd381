"""What of a command's form is read in more than one place."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_babel import gettext as _

from fieldapp.consultations.words import CODES, HOWS
from fieldapp.database import SEOUL, now
from fieldapp.form import Reader
from fieldapp.owners import refuse_resident_number
from fieldapp.referrals import OWN

LONGEST = 4000
LONGEST_PLACE = 200
MINUTES, SHORTEST, MOST = 60, 10, 480


@dataclass(frozen=True)
class Slot:
    """When and how a session shall be."""

    at: datetime
    how: str
    place: str
    minutes: int


def said(form: Reader, name: str, required: str = "", limit: int = LONGEST) -> str:
    """A text that someone typed, without resident numbers."""
    text = form.text(name, limit=limit, required=required)
    refuse_resident_number(form, name, text)
    return text


def read_slot(form: Reader, prefix: str = "") -> Slot | None:
    """The slot that stands under names with this prefix. One without a prefix must be there; None where one is wrong or not wanted."""
    at = read_moment(form, f"{prefix}day", f"{prefix}time", needed=not prefix)
    how = form.choice(f"{prefix}how", HOWS) or "place"
    place = said(form, f"{prefix}place", limit=LONGEST_PLACE)
    minutes = read_minutes(form, f"{prefix}minutes", MINUTES)
    return Slot(at, how, place, minutes) if at else None


def read_moment(form: Reader, day_name: str, time_name: str, needed: bool) -> datetime | None:
    """A day and a time of Seoul, in the future and within a year."""
    today = now().astimezone(SEOUL).date()
    day, clock = form.day(day_name, today, today + timedelta(days=365)), read_time(form, time_name)
    needed = needed or day is not None or clock is not None
    if needed and day is None:
        form.refuse(day_name, _("날짜를 골라 주십시오."))
    if needed and clock is None:
        form.refuse(time_name, _("시각을 골라 주십시오."))
    if day is None or clock is None:
        return None
    at = datetime.combine(day, clock, SEOUL)
    if at <= now():
        form.refuse(time_name, _("지금보다 뒤의 때를 적어 주십시오."))
    return at


def read_time(form: Reader, name: str) -> time | None:
    found = form.text(name, limit=40)
    if found and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:00)?", found):
        form.refuse(name, _("시각을 14:30처럼 적어 주십시오."))
        return None
    return time.fromisoformat(found) if found else None


def read_minutes(form: Reader, name: str, default: int) -> int:
    return int(form.number(name, SHORTEST, MOST) or default)


def read_missed(form: Reader) -> tuple[str, str]:
    """Why a session came to nothing: a coded reason, and words, which `other` can't do without."""
    code = form.choice("code", CODES, required=_("사유를 골라 주십시오."))
    return code, said(form, "reason", _("사유를 적어 주십시오.") if code == "other" else "")


def finish(form: Reader) -> None:
    form.finish(known=OWN)
