import json

import peewee

from fieldapp.database import Instant, Model, Record, now


class Received(Model):
    """A record that was taken, as the bytes that came. Its id is unique: that is what makes it exactly once."""

    uid = peewee.CharField(36, primary_key=True)
    hash = peewee.CharField(64)
    kind = peewee.CharField(40)
    version = peewee.IntegerField()
    author = peewee.CharField(36, index=True)
    carrier = peewee.CharField(36)
    record = peewee.TextField()
    received_at = Instant(default=now)


class Refusal(Record):
    """A record that was not taken, whole: a conflict with what was taken before it, or one that can't be accepted."""

    command = peewee.CharField(36, index=True)
    hash = peewee.CharField(64)
    answer = peewee.CharField(20)
    code = peewee.CharField(40)
    fields = peewee.TextField(default="{}")
    record = peewee.TextField()
    author = peewee.CharField(36, default="")
    carrier = peewee.CharField(36)

    class Meta:
        indexes = ((("command", "hash", "code"), True),)

    @property
    def complaints(self) -> dict[str, str]:
        return json.loads(self.fields)

    @property
    def form(self) -> dict:
        """What was typed, as far as it can be read."""
        try:
            form = json.loads(self.record)["form"]
        except (ValueError, KeyError, TypeError):
            return {}
        return form if isinstance(form, dict) else {}
