"""An answer beside what was sent back: the same lines of two revisions, and which words went and came."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from flask_babel import get_locale
from flask_babel import gettext as _

from fieldapp.dates import day
from fieldapp.grievances import DISPOSITIONS, Grievance
from fieldapp.programmes import Programme
from fieldapp.visits import OUTCOMES, Visit, VisitPhoto, VisitProgramme

WORDS = re.compile(r"\s+|[^\s]+")
MOST_WORDS = 3000  # beyond that two texts are told apart as wholes: comparing takes the square of it


@dataclass(frozen=True)
class Piece:
    """Some words of a line: `same`, `gone` or `new`."""

    text: str
    kind: str = "same"


@dataclass(frozen=True)
class Line:
    label: str
    old: list[Piece]
    new: list[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.kind != "same" for piece in (*self.old, *self.new))


def compare(old: Visit, new: Visit) -> list[Line]:
    """Line by line, three queries for both; what neither says is left out."""
    uids = [old.uid, new.uid]
    grievances, programmes, photos = Grievance.of(uids), _programmes(uids), _photos(uids)
    told = [_told(visit, grievances.get(visit.uid, []), programmes.get(visit.uid, []), photos.get(visit.uid, []))
            for visit in (old, new)]
    return [Line(label, *pieces(told[0][label], told[1][label])) for label in {**told[0], **told[1]}
            if told[0][label] or told[1][label]]


def _told(visit: Visit, grievances: list[Grievance], programmes: list[str], photos: list[str]) -> dict[str, str]:
    language = str(get_locale())
    raised = [f"{one.category.name(language)} ({DISPOSITIONS[one.disposition]}) {one.text}".strip() for one in grievances]
    return {
        _("결과"): str(OUTCOMES.get(visit.outcome, visit.outcome)), _("만난 사람"): visit.met_whom, _("메모"): visit.memo,
        _("건의·애로"): "\n".join(raised), _("안내한 지원사업"): "\n".join(programmes), _("사진"): " ".join(photos),
        _("위치"): _place(visit), _("다음 방문"): day(visit.next_visit_on),
    }


def _place(visit: Visit) -> str:
    if visit.lat is None:
        return ""
    accuracy = f" ±{visit.accuracy_m:.0f} m" if visit.accuracy_m else ""
    away = _("점포에서 %(m)s m", m=round(visit.distance_m)) if visit.distance_m is not None else ""
    return f"{visit.lat:.5f}, {visit.lon:.5f}{accuracy} {away}".strip()


def _programmes(uids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = VisitProgramme.select(VisitProgramme.visit, Programme.name).join(Programme).where(VisitProgramme.visit.in_(uids))
    for uid, name in rows.order_by(Programme.name).tuples():
        found.setdefault(uid, []).append(name)
    return found


def _photos(uids: list[str]) -> dict[str, list[str]]:
    """Each photo by a number, the same for the same picture in both."""
    found: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    rows = VisitPhoto.select(VisitPhoto.visit, VisitPhoto.sha256).where(VisitPhoto.visit.in_(uids)).order_by(VisitPhoto.position)
    for uid, sha256 in sorted(rows.tuples(), key=lambda row: uids.index(row[0])):
        found.setdefault(uid, []).append(f"#{numbers.setdefault(sha256, len(numbers) + 1)}")
    return found


def pieces(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut where they differ, word by word."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    if len(before) + len(after) > MOST_WORDS:
        same = old == new
        return ([Piece(old, "same" if same else "gone")], [Piece(new, "same" if same else "new")])
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, came = "".join(before[a:b]), "".join(after[c:d])
        first = not left and not right
        same = tag == "equal" and (first or gone.strip() != "")  # a blank between two changes is part of them
        _add(left, gone, "same" if same else "gone")
        _add(right, came, "same" if same else "new")
    return left, right


def _add(side: list[Piece], text: str, kind: str) -> None:
    if side and text and side[-1].kind == kind:
        text = side.pop().text + text
    if text:
        side.append(Piece(text, kind))
