"""A session as a calendar entry (RFC 5545). It holds a number and a time, never whom it is about."""

from datetime import UTC, datetime

from fieldapp.consultations.consultation import Consultation
from fieldapp.database import now

LINE = 75  # octets, RFC 5545 section 3.1


def entry(title: str, session: Consultation, uid: str, sequence: int) -> bytes:
    """`uid` stays the same when a session is moved, and `sequence` rises, so that a calendar moves the entry that it has."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fieldapp//Consultations//KO", "METHOD:PUBLISH", "BEGIN:VEVENT", f"UID:{uid}",
             f"DTSTAMP:{stamp(now())}", f"DTSTART:{stamp(session.planned_at)}", f"DURATION:PT{session.minutes}M",
             f"SEQUENCE:{sequence}", f"SUMMARY:{escaped(title)}", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR")
    return "".join(folded(line) for line in lines).encode()


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in parts of at most 75 octets, none of them cut inside a character."""
    parts, room = [""], LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            parts.append("")
            room = LINE - 1  # a part that goes on begins with a blank
        parts[-1] += character
        room -= size
    return "\r\n ".join(parts) + "\r\n"
