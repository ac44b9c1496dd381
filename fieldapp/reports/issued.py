"""What was issued: a report frozen with its files, by which rule and when it was counted; it is served again byte for byte."""

import hashlib
import json
from datetime import date, datetime

import peewee
from flask_babel import force_locale

from fieldapp import events
from fieldapp.database import Instant, Record, in_turn, writing
from fieldapp.errors import Broken
from fieldapp.people import Person
from fieldapp.reports.asked import Asked
from fieldapp.reports.document import Difference, Document, differences
from fieldapp.reports.hangul import hangul
from fieldapp.reports.kinds import make
from fieldapp.reports.workbook import workbook

FORMATS = {"xlsx": (workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
           "hwpx": (hangul, "application/hwp+zip")}


class Issued(Record):
    """발행: one report as it was given. `content` is the document's JSON, `sha256` the hash of that; `asked` is what it was made of."""

    kind = peewee.CharField(20)
    title = peewee.CharField(200)
    first_day = peewee.DateField()
    last_day = peewee.DateField()
    asked = peewee.TextField()
    content = peewee.TextField()
    sha256 = peewee.CharField(64)
    rule = peewee.CharField(20)
    cut_off = Instant()
    by = peewee.ForeignKeyField(Person, null=True, on_delete="SET NULL")

    class Meta:
        indexes = ((("created_at", "uid"), False),)

    @property
    def document(self) -> Document:
        """As it was issued. Raises Broken where the row no longer holds what was hashed."""
        if digest(self.content.encode()) != self.sha256:
            raise Broken()
        return Document.from_json(self.content)

    @property
    def wish(self) -> Asked:
        raw = json.loads(self.asked)
        return Asked(raw["period"], date.fromisoformat(raw["first"]), date.fromisoformat(raw["last"]), raw["zone"], raw["version"])

    @classmethod
    def issue(cls, kind: str, asked: Asked, by: Person) -> "Issued":
        """Freeze the report as things are now, in Korean; what was issued already and is still the same is that one.

        The files are made before anything is written: where one fails (NoHangul), nothing is issued.
        """
        with force_locale("ko"):
            document = undisturbed(kind, asked)
            if same := cls.same_as(document, asked):
                return same
            files = {name: write(document) for name, (write, _mimetype) in FORMATS.items()}
        with writing():
            in_turn()  # of two who issue at once the second gets what the first has issued
            return cls.same_as(document, asked) or cls.keep(kind, asked, document, files, by)

    @classmethod
    def keep(cls, kind: str, asked: Asked, document: Document, files: dict[str, bytes], by: Person) -> "Issued":
        """Store the report with its files and an event, inside the caller's transaction."""
        content = document.as_json()
        made = cls.create(kind=kind, title=document.title, first_day=asked.first, last_day=asked.last, asked=packed(asked), content=content,
                          sha256=digest(content.encode()), rule=document.rule, cut_off=datetime.fromisoformat(document.cut_off), by=by)
        for name, body in files.items():
            IssuedFile.create(issued=made, format=name, sha256=digest(body), size=len(body), body=body)
        events.record("report.issued", made.uid, by=by.uid, report=kind, asked=json.loads(made.asked), sha256=made.sha256,
                      files={name: digest(body) for name, body in files.items()})
        return made

    @classmethod
    def same_as(cls, document: Document, asked: Asked) -> "Issued | None":
        """The last one issued of the same days and zone, where it says what this document says."""
        last = cls.standing(document.kind, asked)
        return last if last and not differences(cls.get_by_id(last.uid).document, document) else None

    @classmethod
    def standing(cls, kind: str, asked: Asked) -> "Issued | None":
        """The last one issued of the same days and zone, without its content."""
        return cls.latest().where(cls.kind == kind, cls.asked == packed(asked)).first()

    @classmethod
    def latest(cls, before: tuple | None = None):
        """All of them without their content, the last first, those of one page after a mark."""
        rows = cls.select(cls.uid, cls.kind, cls.title, cls.first_day, cls.last_day, cls.sha256, cls.rule, cls.cut_off, cls.created_at,
                          Person.uid, Person.name).join(Person, peewee.JOIN.LEFT_OUTER)
        if before:
            moment, uid = before
            rows = rows.where((cls.created_at < moment) | ((cls.created_at == moment) & (cls.uid < uid)))
        return rows.order_by(cls.created_at.desc(), cls.uid.desc())

    def compared(self) -> list[Difference]:
        """What stands otherwise in the report if it is made of the same days now."""
        with force_locale("ko"):
            return differences(self.document, make(self.kind, self.wish))


class IssuedFile(Record):
    """A file of a report that was issued: its bytes, and their hash."""

    issued = peewee.ForeignKeyField(Issued, backref="files", on_delete="CASCADE")
    format = peewee.CharField(10)
    sha256 = peewee.CharField(64)
    size = peewee.IntegerField()
    body = peewee.BlobField()

    class Meta:
        indexes = ((("issued", "format"), True),)

    @classmethod
    def of(cls, issued: Issued) -> "list[IssuedFile]":
        """Its files without their bytes."""
        return list(cls.select(cls.uid, cls.format, cls.sha256, cls.size).where(cls.issued == issued).order_by(cls.format))

    @property
    def content(self) -> bytes:
        """The bytes that were issued. Raises Broken where these are others."""
        body = bytes(self.body)
        if digest(body) != self.sha256:
            raise Broken()
        return body


def undisturbed(kind: str, asked: Asked) -> Document:
    """The report of one moment: nothing changes between its first figure and its last."""
    with writing():
        in_turn()
        return make(kind, asked)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def packed(asked: Asked) -> str:
    return json.dumps({"period": asked.period, "first": str(asked.first), "last": str(asked.last), "zone": asked.zone,
                       "version": asked.version}, sort_keys=True)
