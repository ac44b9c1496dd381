from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _

from fieldapp.database import SEOUL, now
from fieldapp.form import SHA256, Reader
from fieldapp.owners import refuse_resident_number

OUTCOME_CODES = ("met", "absent", "busy", "refused", "shut_today", "closed_down", "moved")
PLACE_SOURCES = ("gps", "map", "shop", "photo", "none")
MOST_PHOTOS = 10
LONGEST_MEMO = 5000
KOREA = {"lat": (33.0, 39.0), "lon": (124.0, 132.0)}


@dataclass(frozen=True)
class Place:
    """Where the visit was: degrees in WGS84, accuracy in metres, age of the fix in seconds."""

    source: str = "none"
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    fix_age_s: float | None = None


@dataclass(frozen=True)
class PhotoNote:
    """A photo that the visit names: its hash, and what the phone read from it before it was re-encoded."""

    sha256: str
    taken_at: datetime | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class VisitInput:
    shop: str
    outcome: str
    met_whom: str
    memo: str
    place: Place
    visited_at: datetime | None
    next_visit_on: date | None
    programmes: list[str]
    photos: list[PhotoNote] = field(default_factory=list)
    replaces: str = ""


def read_visit(form: Reader) -> VisitInput:
    today = now().astimezone(SEOUL).date()
    memo = form.text("memo", limit=LONGEST_MEMO)
    refuse_resident_number(form, "memo", memo)
    return VisitInput(
        shop=form.uid("shop", required=_("점포를 골라 주십시오.")),
        outcome=form.choice("outcome", OUTCOME_CODES, required=_("방문 결과를 골라 주십시오.")),
        met_whom=form.text("met_whom", limit=60),
        memo=memo,
        place=read_place(form),
        visited_at=form.instant("visited_at"),
        # A record may arrive days after it was made, so that yesterday's "tomorrow" is no error.
        next_visit_on=form.day("next_visit_on", today - timedelta(days=90), today + timedelta(days=730)),
        programmes=form.many("programme", limit=30),
        photos=read_photos(form),
        replaces=form.uid("replaces"),
    )


def read_place(form: Reader) -> Place:
    source = form.choice("place.source", PLACE_SOURCES) or "none"
    lat, lon = form.number("place.lat", *KOREA["lat"]), form.number("place.lon", *KOREA["lon"])
    accuracy, age = form.number("place.accuracy_m", 0, 1e6), form.number("place.fix_age_s", 0, 1e9)
    if lat is None or lon is None:
        return Place()
    return Place(source, lat, lon, accuracy, age)


def read_photos(form: Reader) -> list[PhotoNote]:
    hashes = form.many("photo", limit=MOST_PHOTOS)
    if not all(SHA256.fullmatch(sha256) for sha256 in hashes):
        form.refuse("photo", _("형식이 맞지 않습니다."))
        return []
    return [PhotoNote(sha256, form.instant(f"photo.{sha256}.taken_at"), form.number(f"photo.{sha256}.lat", -90, 90),
                      form.number(f"photo.{sha256}.lon", -180, 180)) for sha256 in hashes]
