"""What is typed about an expert or an institution, from a form or from a row of a sheet."""

import re
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _

from fieldapp.experts.field import FIELD_CODES
from fieldapp.form import Reader
from fieldapp.owners import refuse_resident_number
from fieldapp.shops import phone as hyphenated

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LANGUAGES = ("ko", "en")
BASIS_CODES = ("provision", "entrustment")
KOREA = {"lat": (33.0, 39.0), "lon": (124.0, 132.0)}
MOST_AT_ONCE = 99
LONGEST_NOTE = 2000
MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


@dataclass(frozen=True)
class PartnerInput:
    name: str
    basis: str
    mou_first_day: date
    mou_last_day: date | None = None
    contact_name: str = ""
    contact_mail: str = ""
    contact_phone: str = ""
    note: str = ""
    active: bool = True


@dataclass(frozen=True)
class ExpertInput:
    """`fields` has the main one first; no `zones` means all; `person`, `partner` and `zones` are uids."""

    name: str
    qualification: str = ""
    fields: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    partner: str | None = None
    person: str | None = None
    capacity: int = 3
    mail: str = ""
    phone: str = ""
    language: str = "ko"
    active: bool = True
    lat: float | None = None
    lon: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Choices:
    """What may be chosen for an expert: uids of institutions, zones and accounts."""

    partners: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)


def read_expert(form: Reader, choices: Choices) -> ExpertInput:
    """Read what was typed; what is refused stands in the form's errors."""
    note, qualification = form.text("note", limit=LONGEST_NOTE), line(form, "qualification", 120)
    refuse_resident_number(form, "note", note)
    refuse_resident_number(form, "qualification", qualification)
    lat, lon = form.number("lat", *KOREA["lat"]), form.number("lon", *KOREA["lon"])
    if (lat is None) != (lon is None) and not {"lat", "lon"} & form.errors.keys():
        form.refuse("lon" if lon is None else "lat", _("위도와 경도를 함께 적어 주십시오."))
    return ExpertInput(
        name=line(form, "name", 60, _("성명을 적어 주십시오.")), qualification=qualification, fields=read_fields(form),
        zones=read_zones(form, choices.zones), partner=form.choice("partner", choices.partners) or None,
        person=form.choice("person", choices.people) or None, capacity=read_capacity(form), mail=mail(form, "mail"),
        phone=phone(form, "phone"), language=form.choice("language", LANGUAGES) or "ko", active=form.flag("active"),
        lat=lat, lon=lon, note=note)


def read_fields(form: Reader) -> tuple[str, ...]:
    """The chosen fields, the main one first; of a single one it need not be said."""
    chosen, main = form.many("field"), form.choice("main_field", FIELD_CODES)
    if not chosen:
        form.refuse("field", _("분야를 하나 이상 골라 주십시오."))
    elif not set(chosen) <= set(FIELD_CODES):
        form.refuse("field", _("목록에 있는 것을 골라 주십시오."))
    elif main not in chosen and (main or len(chosen) > 1):
        form.refuse("main_field", _("고른 분야 가운데 주 분야를 골라 주십시오."))
    main = main or "".join(chosen[:1])
    return (main, *(code for code in FIELD_CODES if code in chosen and code != main))


def read_zones(form: Reader, known: set[str]) -> tuple[str, ...]:
    chosen = form.many("zone")
    if not set(chosen) <= known:
        form.refuse("zone", _("목록에 있는 것을 골라 주십시오."))
    return tuple(sorted(chosen))


def read_capacity(form: Reader) -> int:
    value = form.number("capacity", 0, MOST_AT_ONCE)
    if value is None:
        form.refuse("capacity", _("한 번에 맡을 수 있는 건수를 적어 주십시오."))
    elif value != int(value):
        form.refuse("capacity", _("%(low)s에서 %(high)s 사이의 수를 적어 주십시오.", low=0, high=MOST_AT_ONCE))
    return int(value or 0)


def read_partner(form: Reader) -> PartnerInput:
    """Read what was typed; what is refused stands in the form's errors."""
    first, last = form.day("mou_first_day", FIRST_DAY, LAST_DAY), form.day("mou_last_day", FIRST_DAY, LAST_DAY)
    form.text("mou_first_day", required=_("협약이 시작된 날을 적어 주십시오."))
    if first and last and last < first:
        form.refuse("mou_last_day", _("시작일 뒤의 날짜를 적어 주십시오."))
    note = form.text("note", limit=LONGEST_NOTE)
    refuse_resident_number(form, "note", note)
    return PartnerInput(
        name=line(form, "name", 120, _("기관 이름을 적어 주십시오.")),
        basis=form.choice("basis", BASIS_CODES, required=_("제공인지 위탁인지 골라 주십시오.")), mou_first_day=first or FIRST_DAY,
        mou_last_day=last, contact_name=line(form, "contact_name", 60), contact_mail=mail(form, "contact_mail"),
        contact_phone=phone(form, "contact_phone"), note=note, active=form.flag("active"))


def line(form: Reader, name: str, limit: int, required: str = "") -> str:
    """One line of text: line breaks and runs of blanks become one blank."""
    return " ".join(form.text(name, limit=limit, required=required).split())


def mail(form: Reader, name: str) -> str:
    found = form.text(name, limit=120)
    if found and not MAIL.fullmatch(found):
        form.refuse(name, _("메일 주소를 name@example.kr처럼 적어 주십시오."))
    return found


def phone(form: Reader, name: str) -> str:
    return phone_of(form.text(name, limit=40))


def phone_of(text: str) -> str:
    """A number with its hyphens; a sheet's number column has lost the nought that mobile numbers begin with."""
    found = " ".join(text.split())
    return hyphenated(f"0{found}" if re.fullmatch(r"10\d{8}", found) else found)


def form_of(entry: PartnerInput | ExpertInput) -> dict[str, Any]:
    """The form in which this would be typed."""
    told = {name: "" if value is None else value for name, value in asdict(entry).items()}
    if isinstance(entry, ExpertInput):
        told |= {"field": list(entry.fields), "main_field": entry.fields[0] if entry.fields else "", "zone": list(entry.zones)}
        del told["fields"], told["zones"]
    shown = {name: value if isinstance(value, list) else str(value) for name, value in told.items()}
    return shown | {"active": "on" if entry.active else ""}


def columns_of(entry: PartnerInput | ExpertInput) -> dict[str, Any]:
    """What stands in the row itself; fields and zones have tables of their own."""
    return {one.name: getattr(entry, one.name) for one in fields(entry) if one.name not in ("fields", "zones")}


def differences(before, after) -> dict[str, tuple]:
    """Which parts differ: name to what was and what is."""
    pairs = {one.name: (getattr(before, one.name), getattr(after, one.name)) for one in fields(before)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def public_part(told: dict[str, tuple], personal: set[str]) -> dict[str, list]:
    """The differences as an event may keep them for ever: without what is personal."""
    return {name: [value.isoformat() if isinstance(value, date) else value for value in pair]
            for name, pair in told.items() if name not in personal}
