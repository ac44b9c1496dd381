import peewee

from fieldapp.consultations.consultation import Consultation
from fieldapp.database import Record


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
