"""How days and moments read on screen: `11월 23일 (월) 14:02`, in the district's time."""

from datetime import date, datetime

from flask import Flask
from flask_babel import get_locale

from fieldapp.database import SEOUL, now

WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(SEOUL).date()
    year = f"{value.year}년 " if value.year != now().astimezone(SEOUL).year else ""
    if str(get_locale()) == "en":
        return f"{WEEKDAYS['en'][value.weekday()]} {value.day} {MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")
    return f"{year}{value.month}월 {value.day}일 ({WEEKDAYS['ko'][value.weekday()]})"


def moment(value: datetime | None) -> str:
    return f"{day(value)} {value.astimezone(SEOUL):%H:%M}" if value else ""


def install(app: Flask) -> None:
    app.jinja_env.filters.update(day=day, moment=moment)
    app.jinja_env.globals.update(moment_now=lambda: moment(now()))
