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
