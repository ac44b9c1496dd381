import re
from datetime import UTC, datetime

from hypothesis import given as having
from hypothesis import strategies as st

from fieldapp.consultations import Consultation
from fieldapp.consultations.ical import escaped, folded
from tests.cases import given, slot
from tests.consultations.test_cases import PERSONAL


def read(body: bytes) -> dict[str, str]:
    """The properties of an entry, unfolded as RFC 5545 section 3.1 says; the frame is checked on the way."""
    text = body.decode()
    lines = text.replace("\r\n ", "").split("\r\n")
    assert "\n" not in text.replace("\r\n", "") and lines.pop() == ""
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR") and lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    return dict(line.split(":", 1) for line in lines if not line.startswith(("BEGIN", "END")))


def test_a_session_goes_into_a_calendar_and_moves_there(as_, desk, cast):
    made = desk("accepted")
    assert as_("expert").get(f"{made.url}/session.ics").status_code == 404  # nothing is planned
    made.give("schedule", **slot(3, place="가상 사무실", minutes="90"))
    answer = as_("expert").get(f"{made.url}/session.ics")
    entry, planned = read(answer.data), Consultation.get()
    assert answer.mimetype == "text/calendar" and answer.headers["Content-Disposition"] == 'attachment; filename="R-0001.ics"'
    assert datetime.strptime(entry["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) == planned.planned_at
    assert (entry["VERSION"], entry["DURATION"], entry["SEQUENCE"], entry["SUMMARY"]) == ("2.0", "PT90M", "0", "상담 R-0001")
    assert not [word for word in (*PERSONAL, "가상 사무실") if word in answer.text]
    for sequence in ("1", "2"):
        made.give("reschedule", rescheduled_by="expert", reason="가상 사유")
        made.give("schedule", **slot(4))
        moved = read(as_("expert").get(f"{made.url}/session.ics").data)
        assert (moved["UID"], moved["SEQUENCE"]) == (entry["UID"], sequence) and moved["DTSTART"] != entry["DTSTART"]
    made.give("miss", attendance="absent", code="owner_absent")
    made.give("schedule", **slot(5))
    another = read(as_("expert").get(f"{made.url}/session.ics").data)
    assert another["UID"] != entry["UID"] and another["SEQUENCE"] == "0"


def test_nobody_else_has_it(as_, desk, cast):
    made = desk("scheduled")
    assert as_("second").get(f"{made.url}/session.ics").status_code == 404
    given(cast, made.case, "hold", "coordinator")
    assert as_("expert").get(f"{made.url}/session.ics").status_code == 404


@having(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_lines_fold_within_octets_and_unfold_to_what_they_were(text):
    line = folded(f"SUMMARY:{escaped(text)}")
    parts = line.encode().split(b"\r\n")
    assert parts.pop() == b"" and all(len(part) <= 75 and part.decode() is not None for part in parts)
    unfolded = line.removesuffix("\r\n").replace("\r\n ", "").removeprefix("SUMMARY:")
    assert re.sub(r"\\([\\;,])", r"\1", unfolded) == text
