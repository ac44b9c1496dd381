import hashlib
import re
from pathlib import Path

import peewee
from flask import current_app
from flask_babel import lazy_gettext as _

from fieldapp import durable, events
from fieldapp.consultations import sniff
from fieldapp.consultations.consultation import Consultation
from fieldapp.database import Record, writing
from fieldapp.errors import Invalid
from fieldapp.form import SHA256, clean
from fieldapp.photos import LARGE, receive, stored_path

MOST = 10  # to a session
MAX_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 120
TOO_MANY = _("한 회차에 10개까지 올릴 수 있습니다.")
TOO_LARGE = _("파일이 10 MB를 넘습니다. 줄여서 다시 올려 주십시오.")
EMPTY = _("올릴 파일을 골라 주십시오.")
STRANGE = _("사진이나 PDF, HWP, HWPX, DOCX, XLSX, TXT 파일만 올릴 수 있습니다. 이름의 끝과 내용이 맞는지 확인해 주십시오.")


class Attachment(Record):
    """첨부: a photo or a file that belongs to a session; `sha256` names the bytes that were sent."""

    consultation = peewee.ForeignKeyField(Consultation, backref="attachments", on_delete="CASCADE")
    kind = peewee.CharField(10)  # photo | file
    name = peewee.CharField(200)
    sha256 = peewee.CharField(64)
    size = peewee.IntegerField()
    by = peewee.CharField(36)

    @classmethod
    def of(cls, sessions: list[Consultation]) -> dict[str, list["Attachment"]]:
        """The files of each of these sessions, in the order in which they came, by one query."""
        found: dict[str, list[Attachment]] = {session.uid: [] for session in sessions}
        for row in cls.select().where(cls.consultation.in_(list(found))).order_by(cls.uid) if found else ():
            found[row.consultation_id].append(row)
        return found

    @classmethod
    def receive(cls, session: Consultation, name: str, body: bytes, by: str) -> "Attachment":
        """Keep what was sent: its bytes durably first, then the row. The same file again is the one that is there.

        Raises Invalid where it is none that we take, or one too many. A photo is kept only as its clean copies.
        """
        name, sha256 = plain_name(name), hashlib.sha256(body).hexdigest()
        refuse_strange(name, body)
        cls.there(session, name, sha256)  # asked before any bytes are kept: what is refused leaves none
        kind = "photo" if sniff.ending(name) in sniff.PHOTOS else "file"
        if kind == "photo":
            receive(body, sha256)
        else:
            keep(sha256, body)
        with writing():
            Consultation.update(number=Consultation.number).where(Consultation.uid == session.uid).execute()  # one after another
            return cls.there(session, name, sha256) or cls.add(session, kind=kind, name=name, sha256=sha256, size=len(body), by=by)

    @classmethod
    def there(cls, session: Consultation, name: str, sha256: str) -> "Attachment | None":
        """The same file, where the session has it. Raises Invalid where it has no room for another."""
        known = list(cls.select().where(cls.consultation == session))
        same = next((one for one in known if (one.sha256, one.name) == (sha256, name)), None)
        if same is None and len(known) >= MOST:
            raise Invalid(fields={"file": TOO_MANY})
        return same

    @classmethod
    def add(cls, session: Consultation, **values) -> "Attachment":
        made = cls.create(consultation=session, **values)
        events.record("attachment.added", session.referral_id, by=made.by, session=session.uid, attachment=made.uid, of=made.kind)
        return made

    @property
    def path(self) -> Path:
        """The file, or a photo's clean copy; raises FileNotFoundError."""
        return stored_path(self.sha256, LARGE) if self.kind == "photo" else file_path(self.sha256)


def plain_name(name: str) -> str:
    """What stands behind the last stroke, without what no name has; its ending is kept however long it is."""
    last = re.split(r"[/\\]", clean(name).replace("\n", " ").replace("\t", " "))[-1].strip(" .")
    stem, dot, end = last.rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{end[:10]}" if stem else last[:LONGEST_NAME]


def refuse_strange(name: str, body: bytes) -> None:
    if not name or not body:
        raise Invalid(fields={"file": EMPTY})
    if len(body) > MAX_BYTES:
        raise Invalid(fields={"file": TOO_LARGE})
    if sniff.ending(name) not in sniff.PHOTOS and not sniff.is_what_it_says(name, body):
        raise Invalid(fields={"file": STRANGE})


def keep(sha256: str, body: bytes) -> None:
    """Keep a file's bytes, so that they survive a power cut. Twice is the same as once."""
    place = place_of(sha256)
    if not place.is_file():
        for folder in (place.parent.parent, place.parent):
            durable.make_folder(folder)
        durable.write(place, body)
        durable.sync_folder(place.parent)


def file_path(sha256: str) -> Path:
    """Where a file stands; raises FileNotFoundError."""
    place = place_of(sha256)
    if not place.is_file():
        raise FileNotFoundError(place)
    return place


def place_of(sha256: str) -> Path:
    """Among the photos, so that who copies that folder has everything that was sent."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"no file is named {sha256[:80]!r}")
    return Path(current_app.config["DATA"]) / "photos" / sha256[:2] / f"{sha256}.file"
