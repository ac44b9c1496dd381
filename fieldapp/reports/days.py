"""Days of the district and the moments between which they lie."""

from datetime import UTC, date, datetime, time, timedelta

from fieldapp.database import SEOUL


def begin(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time(), SEOUL)


def end(day: date) -> datetime:
    """The moment at which a day is over."""
    return begin(day + timedelta(days=1))


def seoul_day(moment: datetime | None) -> date | None:
    """The day of a moment; one without a zone is in UTC, as the database keeps it."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SEOUL).date()
