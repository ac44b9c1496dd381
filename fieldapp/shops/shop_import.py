"""가져오기: one register that was brought in, from the file to its rows and back again if need be."""

import json
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

import peewee
from flask import current_app
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Model, Record, now, only_writer, writing
from fieldapp.errors import Conflict, NotFound

STATES = {
    "received": _("읽기를 기다림"), "reading": _("읽는 중"), "asking": _("열을 골라 주십시오"), "shown": _("확인해 주십시오"),
    "confirmed": _("저장을 기다림"), "applying": _("저장하는 중"), "done": _("가져옴"), "undo": _("되돌리기를 기다림"),
    "undoing": _("되돌리는 중"), "undone": _("되돌림"), "refused": _("읽을 수 없는 파일"), "failed": _("멈춤"), "dropped": _("그만둠"),
}
BEGINS = {"received": "reading", "confirmed": "applying", "undo": "undoing"}  # what waits for whoever works, and what it becomes
WAITS = {working: waiting for waiting, working in BEGINS.items()}
WRITES = ("confirmed", "applying", "undo", "undoing")  # of these there is one at a time
OPEN = ("received", "reading", "asking", "shown", *WRITES)
KEPT = timedelta(days=30)  # what became of each row
UNCONFIRMED = timedelta(days=1)  # a file that nobody confirms
SILENT = timedelta(minutes=2)  # after which nobody is at work at what nobody tells of
TRIES = 3
PAUSE = timedelta(seconds=20)  # before what failed for want of the storage is tried again
VERDICTS = {
    "new": _("새로 등록"), "changed": _("바뀜"), "doubtful": _("살펴볼 행"), "vanished": _("확인 필요"), "refused": _("거절"),
    "unchanged": _("그대로"), "duplicate": _("중복 행"), "superseded": _("뒤의 행이 대신함"), "elsewhere": _("다른 구라서 뺌"),
}
KINDS = ("new", "changed", "vanished")  # what happens to a shop; the last to one that no row names
LEFT = {"hangs": _("방문이나 의뢰 같은 기록이 달려 있어 지우지 않았습니다"), "changed": _("그 뒤에 다시 바뀌어 그대로 두었습니다")}


class ShopImport(Record):
    """One file: who brought it, how far it is, and how many rows it has of each verdict.

    `counts` are by VERDICTS as they were shown; `written` by what was then done. `position` is how far that has got in the rows that were
    read, and `position_gone` in the shops that vanished, in bytes: whoever takes it up goes on from there. `hand` is the process at work.
    """

    person = peewee.CharField(36, default="", index=True)  # empty: `flask import-shops`
    file = peewee.CharField(200)
    sha256 = peewee.CharField(64, index=True)
    size = peewee.BigIntegerField(default=0)
    source = peewee.CharField(60, default="")
    version = peewee.CharField(40, default="")  # of the codes of industries: the quarter of the file, else the mark of its titles
    only_own = peewee.BooleanField(default=False)
    doubtful = peewee.BooleanField(default=True)  # whether doubtful rows are taken too
    header = peewee.TextField(default="[]")
    sample = peewee.TextField(default="[]")
    language = peewee.CharField(5, default="ko")
    state = peewee.CharField(10)
    rows = peewee.IntegerField(default=0)  # as many steps as the present work has
    done = peewee.IntegerField(default=0)
    counts = peewee.TextField(default="{}")
    written = peewee.TextField(default="{}")
    note = peewee.CharField(20, default="")  # key of plan.NOTES: why nothing is marked as vanished
    position = peewee.BigIntegerField(default=0)
    position_gone = peewee.BigIntegerField(default=0)
    problem = peewee.CharField(300, default="")
    stage = peewee.CharField(10, default="")  # the state to which it goes back, where it failed
    tries = peewee.IntegerField(default=0)
    hand = peewee.CharField(80, default="")
    shown_at = Instant(null=True)
    done_at = Instant(null=True)
    changed_at = Instant(default=now)

    class Meta:
        indexes = ((("state", "changed_at"), False),)

    @classmethod
    def receive(cls, **facts) -> "ShopImport":
        """Note a file that is to be read; raise SameFile where it is already here and not done with."""
        with writing():
            only_writer(cls)
            same = cls.select().where(cls.sha256 == facts["sha256"], cls.state.in_(OPEN)).order_by(cls.uid.desc()).first()
            if same and not same.is_dead:
                raise SameFile(same.uid)
            made = cls.create(state="received", **facts)
            if made.person:  # a command tells what it did at its end, and nothing where it did nothing
                events.record("shops.import_received", made.uid, by=made.person, file=made.file, size=made.size)
        return made

    @classmethod
    def get_known(cls, uid: str) -> "ShopImport":
        found = cls.get_or_none(cls.uid == uid)
        if found is None:
            raise NotFound()
        return found

    @classmethod
    def claim(cls, uid: str = "") -> "ShopImport | None":
        """This one, or the one that has waited longest, from now on in the caller's hands; of two that ask at once one gets it."""
        rested = (cls.tries == 0) | (cls.changed_at < now() - PAUSE)
        which = cls.uid == uid if uid else rested
        for row in cls.select(cls.uid, cls.state).where(cls.state.in_(list(BEGINS)), which).order_by(cls.changed_at).limit(10):
            with writing():
                mine = cls.update(state=BEGINS[row.state], tries=cls.tries + 1, hand=this_process(), changed_at=now()).where(
                    cls.uid == row.uid, cls.state == row.state).execute()
            if mine:
                return cls.get_by_id(row.uid)
        return None

    @property
    def folder(self) -> Path:
        return folder() / self.uid

    @property
    def counted(self) -> dict[str, int]:
        return json.loads(self.counts)

    @property
    def was_written(self) -> dict[str, int]:
        return json.loads(self.written)

    @property
    def titles(self) -> list[str]:
        return json.loads(self.header)

    @property
    def first_rows(self) -> list[list[str]]:
        return json.loads(self.sample)

    @property
    def changes(self) -> int:
        """How many shops would change."""
        counts = self.counted
        return sum(counts.get(verdict, 0) for verdict in KINDS) + counts.get("doubtful", 0) * self.doubtful

    @property
    def steps(self) -> int:
        """How many readable rows and shops there are to go through when it is written."""
        counts = self.counted
        return counts.get("rows", 0) + counts.get("vanished", 0) - sum(counts.get(one, 0) for one in ("refused", "duplicate", "elsewhere"))

    @property
    def is_under_way(self) -> bool:
        return self.state in BEGINS or self.state in WAITS

    @property
    def waits_long(self) -> bool:
        return self.state in BEGINS and self.changed_at < now() - SILENT

    @property
    def is_dead(self) -> bool:
        """Whether it stands as being worked at, and nobody is."""
        return self.state in WAITS and (self.changed_at < now() - SILENT or not lives(self.hand))

    def may_undo(self) -> bool:
        """Whether it did something that can be taken back; what stopped half-way can, too."""
        return self.state in ("done", "failed") and self.stage != "undo" and any(self.was_written.get(kind) for kind in KINDS)

    def confirm(self, by: str, doubtful: bool = True) -> None:
        """Let what was shown be done. Of two that confirm at once one does; raises Conflict for the other, and while another writes."""
        with writing():
            self._refuse_beside(since=self.shown_at)
            if not self.put(state="confirmed", doubtful=doubtful, tries=0, done=0, rows=self.steps, written="{}", position=0,
                            position_gone=0):
                raise Conflict(_("이미 저장하고 있거나 끝난 가져오기입니다."))
            if by:
                events.record("shops.import_confirmed", self.uid, by=by, doubtful=doubtful)

    def go_on(self, by: str) -> None:
        """Take up what failed where it stopped."""
        with writing():
            self._refuse_beside()
            if self.state != "failed" or not self.put(state=self.stage, tries=0, problem=""):
                raise Conflict(_("이미 저장하고 있거나 끝난 가져오기입니다."))
            events.record("shops.import_resumed", self.uid, by=by)

    def take_back(self, by: str) -> None:
        """Let what it did be undone."""
        with writing():
            self._refuse_beside()
            if not self.put(state="undo", tries=0, done=0, rows=sum(self.was_written.get(kind, 0) for kind in KINDS)):
                raise Conflict(_("이미 되돌리고 있거나 되돌린 가져오기입니다."))
            events.record("shops.import_undo", self.uid, by=by)

    def drop(self, by: str = "") -> None:
        with writing():
            if not self.put(state="dropped"):
                raise Conflict(_("이미 저장하고 있거나 끝난 가져오기입니다."))
            events.record("shops.import_dropped", self.uid, by=by)

    def _refuse_beside(self, since: datetime | None = None) -> None:
        """Raise Conflict while another writes; and where another has written since this one was shown."""
        only_writer(ShopImport)
        others = ShopImport.select().where(ShopImport.uid != self.uid)
        for other in others.where(ShopImport.state.in_(WRITES)):
            if not other.is_dead:
                raise Conflict(_("다른 점포 가져오기를 저장하는 중입니다. 끝난 뒤에 다시 눌러 주십시오."))
            other.turn("failed", problem="broken", stage=WAITS[other.state])
        if since and others.where(ShopImport.done_at > since).exists():
            raise Stale(_("미리보기 뒤에 다른 가져오기가 저장되었습니다. 새 결과를 확인하고 저장해 주십시오."))

    def turn(self, state: str, **facts) -> bool:
        """Put it into a state, with an event; what another has taken over is left alone."""
        with writing():
            mine = bool(self.put(state=state, **facts))
            if mine and state in ("refused", "failed", "undone"):
                events.record(f"shops.import_{state}", self.uid, by=self.person, **self.was_written)
        return mine

    def put(self, **changes) -> int:
        """Change the row where it still is as it was read; it takes the new values either way."""
        was = (ShopImport.uid == self.uid) & (ShopImport.state == self.state) & (ShopImport.tries == self.tries)
        for name, value in (changes | {"changed_at": now()}).items():
            setattr(self, name, value)
        return ShopImport.update(changed_at=self.changed_at, **changes).where(was).execute()


class SameFile(Conflict):
    """The file is here already; `uid` is its import."""

    def __init__(self, uid: str):
        super().__init__(_("같은 파일을 이미 올렸고 아직 끝나지 않았습니다."))
        self.uid = uid


class Stale(Conflict):
    """What was shown is no longer what would be done."""


class ShopImportChange(Model):
    """What an import did to one shop: `before` and `after` hold the columns that it changed; `left` says why it was not undone."""

    run = peewee.ForeignKeyField(ShopImport, on_delete="CASCADE")
    shop = peewee.CharField(36)
    kind = peewee.CharField(10)  # new, changed, vanished
    name = peewee.CharField(300, default="")
    before = peewee.TextField(default="{}")
    after = peewee.TextField(default="{}")
    left = peewee.CharField(10, default="")  # key of LEFT, or 'back'

    class Meta:
        primary_key = peewee.CompositeKey("run", "shop")


class ShopImportColumns(Model):
    """Which column is what in a table whose titles are not ours, by the set of its titles; and of which source it is."""

    titles = peewee.CharField(64, primary_key=True)
    columns = peewee.TextField()  # our word to title
    source = peewee.CharField(60, default="")
    person = peewee.CharField(36, default="")
    changed_at = Instant(default=now)

    @classmethod
    def remembered(cls, titles: str) -> tuple[dict[str, str], str]:
        """What was said of these titles, and the source; both empty where nothing was."""
        found = cls.get_or_none(cls.titles == titles)
        return (json.loads(found.columns), found.source) if found else ({}, "")

    @classmethod
    def remember(cls, titles: str, columns: dict[str, str], source: str, by: str) -> None:
        said = {"columns": json.dumps(columns, ensure_ascii=False), "source": source, "person": by, "changed_at": now()}
        with writing():
            cls.insert(titles=titles, **said).on_conflict(conflict_target=[cls.titles], update=said).execute()
            events.record("shops.columns_named", titles, by=by, columns=columns, source=source)


def folder() -> Path:
    place = Path(current_app.config["DATA"]) / "imports"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def this_process() -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def lives(hand: str) -> bool:
    """Whether that process runs; on another machine nobody can say, and it is taken to."""
    host, _colon, number = hand.rpartition(":")
    if host != socket.gethostname()[:60] or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
