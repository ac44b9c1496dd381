import json

import peewee
from flask_babel import lazy_gettext as _

from fieldapp.database import Instant, Model, Record, now, prepared
from fieldapp.form import UUID

ANSWERS = {"conflict": _("충돌"), "rejected": _("거절"), "held": _("보류")}
CODES = {
    "other-content": _("같은 번호로 다른 내용이 왔습니다. 먼저 온 것이 방문 목록에 있습니다."),
    "invalid": _("고칠 곳이 있어 휴대폰에서 다시 열립니다."),
    "other-person": _("다른 사람의 기록입니다. 쓴 사람이 로그인했던 휴대폰에서만 받습니다."),
    "version": _("이 서버가 모르는 양식입니다. 휴대폰에 그대로 남아 있습니다."),
    "hash": _("오는 길에 내용이 달라졌습니다."),
    "too-large": _("기록이 너무 깁니다."),
    "bad-shape": _("기록의 형식이 아닙니다."),
}


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

    @classmethod
    def known(cls, uid: str) -> "Received | None":
        """The hash and the author of what was taken under this id, and no more of it: every record asks."""
        return next(iter(_known(uid)), None)


@prepared
def _known(uid: str):
    return Received.select(Received.hash, Received.author).where(Received.uid == uid)


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
            form = json.loads(json.dumps(form, ensure_ascii=False).encode("utf-8", "replace"))  # half characters can't be shown
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return form if isinstance(form, dict) else {}

    @property
    def shop(self) -> str:
        """The uid of the shop that it names, or nothing."""
        named = self.form.get("shop")
        return named if isinstance(named, str) and UUID.fullmatch(named) else ""
