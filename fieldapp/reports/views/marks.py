"""Where the page of a list before this one ended: the last row's time and uid."""

from datetime import datetime

from fieldapp.form import UUID, read_instant


def read_mark(text: str) -> tuple[datetime, str] | None:
    """The mark in an address; None where it is none of ours."""
    moment, _tilde, uid = text.partition("~")
    read = read_instant(moment)
    return (read, uid) if read and UUID.fullmatch(uid) else None


def mark_of(moment: datetime, uid: str) -> str:
    return f"{moment.isoformat()}~{uid}"
