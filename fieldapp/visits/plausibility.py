"""How plausible a visit is, told as words and never as a mark: each doubt is a code, found by a rule with a fixed threshold.

A doubt refuses nothing and proves nothing; it puts a visit higher in the lane of those to look at. The thresholds are this
product's own: a phone's fix between houses is 5 to 50 m wide, and a conversation takes minutes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fieldapp.database import SEOUL

FAR_M = 100  # from the shop's point, what the fix itself leaves open taken off
COARSE_M = 100  # the fix's own accuracy
OLD_FIX_S = 300  # the fix's age when the record was made
SHORT_STAY = timedelta(minutes=3)  # from one shop where someone was met to the next one
PHOTO_AWAY = timedelta(hours=1)  # a photo's own time from the visit's
SHORT_TEXT = 10  # letters of all that was written of a conversation
SAME_TEXT = 20  # letters from which two equal texts are no accident
CLOCK_OFF_MS = 300_000  # the phone's clock from the office's

DOUBTS = {  # the gravest first
    "far": _("점포에서 멂"), "same_text": _("다른 방문과 같은 글"), "soon": _("머문 시간이 짧음"), "again": _("같은 날 같은 점포"),
    "photo_time": _("사진 시각이 다름"), "short": _("글이 짧음"), "old_fix": _("오래된 위치"), "coarse": _("위치가 부정확함"),
    "unmeasured": _("위치를 재지 않음"), "clock": _("휴대폰 시계가 다름"),
}
_WEIGHTS = {"far": 5, "same_text": 5, "soon": 4, "again": 4, "photo_time": 3, "short": 2, "old_fix": 2}
BETWEEN = {"soon", "again", "same_text"}  # those that lie between a visit and others


class Facts(Protocol):
    """What the rules ask of one visit; `letters` counts memo and grievances together."""

    outcome: str
    visited_at: datetime
    place_source: str
    distance_m: float | None
    accuracy_m: float | None
    fix_age_s: float | None
    skew_ms: int | None
    letters: int


@dataclass(frozen=True)
class Stop:
    """A manager's visit as one of a day's walk."""

    uid: str
    shop: str
    outcome: str
    visited_at: datetime


def alone(visit: Facts, photo_times: Iterable[datetime | None] = ()) -> set[str]:
    """The doubts that a visit raises by itself."""
    measured = visit.place_source not in ("none", "shop")
    beyond = (visit.distance_m or 0) - (visit.accuracy_m or 0)
    away = (abs(taken - visit.visited_at) for taken in photo_times if taken)
    found = {
        "unmeasured": not measured,
        "far": measured and beyond > FAR_M,
        "coarse": measured and (visit.accuracy_m or 0) > COARSE_M,
        "old_fix": measured and (visit.fix_age_s or 0) > OLD_FIX_S,
        "photo_time": any(distance > PHOTO_AWAY for distance in away),
        "short": visit.outcome == "met" and visit.letters < SHORT_TEXT,
        "clock": abs(visit.skew_ms or 0) > CLOCK_OFF_MS,
    }
    return {code for code, holds in found.items() if holds}


def among(stops: Iterable[Stop]) -> dict[str, set[str]]:
    """The doubts that one manager's visits of one day raise between them, whatever order they came in.

    `soon`: someone was met, and the next shop was begun within SHORT_STAY. `again`: a shop has the same outcome a second time.
    """
    walk = sorted(stops, key=lambda stop: (stop.visited_at, stop.uid))
    found: dict[str, set[str]] = {stop.uid: set() for stop in walk}
    for here, there in pairwise(walk):
        if here.outcome == "met" and here.shop != there.shop and there.visited_at - here.visited_at < SHORT_STAY:
            found[here.uid].add("soon")
    seen = set()
    for stop in walk:
        if (stop.shop, stop.outcome) in seen:
            found[stop.uid].add("again")
        seen.add((stop.shop, stop.outcome))
    return found


def text_key(memo: str) -> str | None:
    """What equal texts have in common, blanks and capitals aside; None for one too short to say anything."""
    letters = "".join(memo.split()).casefold()
    return hashlib.blake2s(letters.encode(), digest_size=8).hexdigest() if len(letters) >= SAME_TEXT else None


def day_of(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()


def kept(doubts: Iterable[str]) -> str:
    """Doubts as a row keeps them: codes, the gravest first."""
    found = set(doubts)
    return " ".join(code for code in DOUBTS if code in found)


def weight(doubts: Iterable[str]) -> int:
    """How far up the lane: for the order alone, never shown."""
    return sum(_WEIGHTS.get(code, 1) for code in set(doubts))


def told(visit) -> list[str]:
    """A visit's doubts in words, the gravest first, with metres, minutes and hours where the row has them."""
    return [_measured(code, visit) or str(DOUBTS[code]) for code in visit.doubts.split() if code in DOUBTS]


def _measured(code: str, visit) -> str:
    if code == "far":
        return gettext("점포에서 멂: %(m)s m", m=round(visit.distance_m or 0))
    if code == "coarse":
        return gettext("위치가 부정확함: ±%(m)s m", m=round(visit.accuracy_m or 0))
    if code == "old_fix":
        return gettext("오래된 위치: %(n)s분 전", n=round((visit.fix_age_s or 0) / 60))
    if code == "clock":
        return gettext("휴대폰 시계가 다름: %(n)s분", n=round(abs(visit.skew_ms or 0) / 60_000))
    if code == "short":
        return gettext("글이 짧음: %(n)s자", n=visit.letters)
    return ""
