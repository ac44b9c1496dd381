"""When a message may go out: mail in the hours of a working day, texts between nine and eight; nothing is that urgent."""

from datetime import datetime, time, timedelta

from fieldapp.database import SEOUL
from fieldapp.worktime import Calendar

MAIL, TEXT = "mail", "text"
HOURS = {MAIL: (time(9), time(18)), TEXT: (time(9), time(20))}


def opening(channel: str, moment: datetime, calendar: Calendar) -> datetime:
    """The first moment from `moment` on at which this channel is open."""
    first, last = HOURS[channel]
    local = moment.astimezone(SEOUL)
    day = local.date() + timedelta(days=local.time() >= last)
    while channel == MAIL and not calendar.is_working(day):
        day += timedelta(days=1)
    return max(moment, datetime.combine(day, first, SEOUL))
