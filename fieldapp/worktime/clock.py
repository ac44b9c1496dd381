import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

import peewee

from fieldapp import events
from fieldapp.database import Instant, Model, Record, in_turn, now, writing
from fieldapp.errors import Busy, NotFound, storage_problem
from fieldapp.people import Person
from fieldapp.worktime.calendar import DAY, NONE, Calendar, Line, closing
from fieldapp.worktime.closure import calendar_of, calendars_of
from fieldapp.worktime.policy import GIVEN, Policy

log = logging.getLogger("fieldapp.worktime")
STAGES = ("clock.amber", "clock.due", "clock.escalated")  # what happens when stage 0, 1, 2 is over
_readers: list[Callable] = []


class Clock(Record):
    """By when one thing about one subject is due. It runs until it ends, and stands still while it is paused.

    `next_at` is when something happens next: none once it has ended, escalated or while it is paused.
    """

    subject = peewee.CharField(36, index=True)
    kind = peewee.CharField(30)
    whose = peewee.CharField(36, default="")
    started_at = Instant(default=now)
    ended_at = Instant(null=True)
    given_day = peewee.DateField(null=True)
    amount = peewee.IntegerField(default=0)
    unit = peewee.CharField(10, default="days")
    amber_at = Instant(null=True)
    due_at = Instant(null=True)
    escalate_at = Instant(null=True)
    stage = peewee.IntegerField(default=0)
    next_at = Instant(null=True, index=True)

    class Meta:
        indexes = ((("ended_at", "kind", "started_at", "subject"), False),)

    @classmethod
    def start(cls, subject: str, kind: str, whose: str = "", day: date | None = None, since: datetime | None = None) -> "Clock":
        """Begin to count, now or `since` another moment; one of the same kind that still runs ends. `day` is the end where it
        is given and not ruled.

        Raises KeyError where there is no such kind, ValueError where only one of the kind and the day asks for the other.
        """
        if (kind == GIVEN) != (day is not None):
            raise ValueError(f"{kind} with the day {day}")
        cls.end(subject, kind)
        clock = cls(subject=subject, kind=kind, whose=whose, given_day=day, started_at=since or now())
        clock._retime(Policy.named(kind), calendar_of(whose), [])
        clock.save(force_insert=True)
        return clock

    @classmethod
    def end(cls, subject: str, kind: str | None = None) -> int:
        """Stop counting for good; gives how many ended."""
        ending, moment = cls._open(subject), now()
        if kind:
            ending &= cls.kind == kind
        Pause.close(cls.select(cls.uid).where(ending), moment)
        return cls.update(ended_at=moment, next_at=None).where(ending).execute()

    @classmethod
    def pause(cls, subject: str, reason: str = "") -> None:
        """Let what runs for this subject stand still: nothing of it is due until it is resumed."""
        running = cls._open(subject) & cls.due_at.is_null(False)
        moment = now()
        for clock in cls._held(running):
            Pause.create(clock=clock, began_at=moment, reason=reason)
        cls.update(amber_at=None, due_at=None, escalate_at=None, next_at=None).where(running).execute()

    @classmethod
    def resume(cls, subject: str) -> None:
        """Let it run on: what is due moves by the working time of the pause."""
        paused = cls._held(cls._open(subject) & cls.due_at.is_null())
        if paused:
            Pause.close([clock.uid for clock in paused], now())
            cls._recount(paused)

    @classmethod
    def of(cls, subject: str) -> list["Clock"]:
        return list(cls.select().where(cls.subject == subject).order_by(cls.started_at, cls.uid))

    @classmethod
    def open_of(cls, subject: str) -> list["Clock"]:
        return list(cls.select().where(cls._open(subject)).order_by(cls.started_at, cls.uid))

    @classmethod
    def nearest(cls, subject: str) -> tuple[datetime | None, datetime | None]:
        """When what is due first turns amber and is due; nothing while all is paused or ended."""
        clock = (cls.select(cls.amber_at, cls.due_at).where(cls._open(subject), cls.due_at.is_null(False))
                 .order_by(cls.due_at, cls.uid).first())
        return (clock.amber_at, clock.due_at) if clock else (None, None)

    @classmethod
    def tick(cls, at: datetime | None = None, limit: int = 200) -> int:
        """Take every stage that has come, of at most `limit` clocks; gives how many were taken.

        Each is taken once, by whoever changes its row, and told in that transaction. Where telling one fails, it waits for
        the next turn and the others go on; where the database takes nothing, the error is raised.
        """
        moment, taken = at or now(), 0
        for clock in list(cls.select().where(cls.next_at <= moment).order_by(cls.next_at, cls.uid).limit(limit)):
            try:
                taken += clock._advance(moment)
            except Exception as error:
                if isinstance(error, Busy) or storage_problem(error):
                    raise
                log.exception("clock %s at stage %s", clock.uid, clock.stage)
        return taken

    @classmethod
    def recompute_open(cls, by: str = "") -> None:
        """Count anew what runs, after a change of the calendar or of a policy; for each that moved an event."""
        in_turn()
        for clock, before in cls._recount(cls._held(cls.ended_at.is_null())):
            events.record("clock.moved", clock.subject, by=by, clock=clock.uid, kind=clock.kind, before=told(before),
                          after=told(clock.due_at))

    @classmethod
    def subjects(cls, reader: Callable) -> None:
        """A later room says which subjects a person reaches: `reader(person)` gives a query of their uids."""
        _readers.append(reader)

    @classmethod
    def reachable_by(cls, person: Person):
        """Every clock for whom no zone is closed, else those of the subjects within reach."""
        if not person.is_manager:
            return cls.select()
        return cls.select().where(reduce(or_, (cls.subject.in_(read(person)) for read in _readers), cls.uid.is_null()))

    @classmethod
    def get_reachable(cls, person: Person, uid: str) -> "Clock":
        clock = cls.reachable_by(person).where(cls.uid == uid).first()
        if clock is None:
            raise NotFound()
        return clock

    @property
    def is_paused(self) -> bool:
        return self.ended_at is None and self.due_at is None

    @classmethod
    def _open(cls, subject: str):
        return (cls.subject == subject) & cls.ended_at.is_null()

    @classmethod
    def _held(cls, which) -> list["Clock"]:
        """These clocks, theirs alone until the transaction ends: no stage of them is taken meanwhile."""
        cls.update(stage=cls.stage).where(which).execute()
        return list(cls.select().where(which).order_by(cls.uid))

    @classmethod
    def _recount(cls, clocks: list["Clock"]) -> list[tuple["Clock", datetime | None]]:
        """Set their moments anew; gives those that moved, each with what was due before."""
        policies = {policy.kind: policy for policy in Policy.everyone()} if clocks else {}
        calendars = calendars_of({clock.whose for clock in clocks}) if clocks else {}
        pauses, moved = Pause.of(clocks), []
        for clock in clocks:
            before: dict = dict(clock.__data__)
            clock._retime(policies[clock.kind], calendars[clock.whose], pauses.get(clock.uid, []))
            changed = {name: value for name, value in clock.__data__.items() if value != before[name]}
            if changed:
                cls.update(changed).where(cls.uid == clock.uid).execute()
            if changed.keys() & {"amber_at", "due_at"}:
                moved.append((clock, before["due_at"]))
        return moved

    def _retime(self, policy: Policy, calendar: Calendar, pauses: list["Pause"]) -> None:
        """Set the moments from all that they hang on. What then lies ahead again will be told again."""
        self.amount, self.unit = policy.amount, policy.unit
        if any(pause.ended_at is None for pause in pauses):
            self.amber_at = self.due_at = self.escalate_at = self.next_at = None  # type: ignore[assignment]
            return
        due = self.base(calendar)
        amber = calendar.after(self.started_at, calendar.between(self.started_at, due) * policy.amber_percent // 100)
        escalate = calendar.after(due, policy.escalate_days * DAY)
        self.amber_at, self.due_at, self.escalate_at = (  # type: ignore[assignment]
            held_up(moment, pauses, calendar)[-1] for moment in (min(amber, due), due, escalate))
        self.stage = min(self.stage, sum(moment <= now() for moment in self.moments))
        self.next_at = self._next  # type: ignore[assignment]

    def base(self, calendar: Calendar) -> datetime:
        """When it is due but for its pauses."""
        return closing(self.given_day) if self.given_day else calendar.due(self.started_at, self.amount, self.unit)

    @property
    def moments(self) -> tuple[datetime, datetime, datetime]:
        return self.amber_at, self.due_at, self.escalate_at

    @property
    def _next(self) -> datetime | None:
        return self.moments[self.stage] if self.stage < len(STAGES) else None

    def _advance(self, moment: datetime) -> int:
        taken = 0
        while self.next_at and self.next_at <= moment and self._take_stage():
            taken += 1
        return taken

    def _take_stage(self) -> bool:
        """Go one stage on and tell it, unless another was quicker or the clock ended, stopped or moved meanwhile."""
        stage, came = self.stage, self.next_at
        same = (Clock.uid == self.uid) & (Clock.stage == stage) & (Clock.next_at == came) & Clock.ended_at.is_null()
        self.stage = stage + 1
        self.next_at = self._next  # type: ignore[assignment]
        with writing():
            in_turn()
            if not Clock.update(stage=self.stage, next_at=self.next_at).where(same).execute():
                return False
            events.record(STAGES[stage], self.subject, clock=self.uid, kind=self.kind, whose=self.whose, due_at=told(self.due_at))
        return True


class Pause(Model):
    """A span in which a clock stood still; open while `ended_at` is none."""

    clock = peewee.ForeignKeyField(Clock, backref="pauses", on_delete="CASCADE")
    began_at = Instant()
    ended_at = Instant(null=True)
    reason = peewee.CharField(200, default="")

    @classmethod
    def close(cls, clocks, moment: datetime) -> None:
        """End what is open of these clocks (their uids, or a query of them)."""
        cls.update(ended_at=moment).where(cls.clock.in_(clocks), cls.ended_at.is_null()).execute()

    @classmethod
    def of(cls, clocks: Iterable[Clock]) -> dict[str, list["Pause"]]:
        """The pauses of each open clock among these, in order, by one query however many they are."""
        uids = [clock.uid for clock in clocks]
        which = cls.clock.in_(uids) if len(uids) < 500 else Clock.ended_at.is_null()
        found: dict[str, list[Pause]] = {}
        for pause in (cls.select().join(Clock).where(which).order_by(cls.began_at, cls.id) if uids else ()):
            found.setdefault(pause.clock_id, []).append(pause)
        return found


@dataclass(frozen=True)
class Held:
    """What a pause did: the working minutes that it held, and the due time after it; neither while it lasts."""

    pause: Pause
    minutes: int | None = None
    due: datetime | None = None


@dataclass(frozen=True)
class Explanation:
    """How a due time came about: the days up to `base`, and what each pause made of it. `due` is none while paused."""

    lines: list[Line]
    base: datetime
    pauses: list["Held"]
    due: datetime | None


def explain(clock: Clock, language: str = "ko") -> Explanation:
    calendar, pauses = calendar_of(clock.whose), Pause.of([clock]).get(clock.uid, [])
    closed = [pause for pause in pauses if pause.ended_at]
    base = clock.base(calendar)
    lines = [] if clock.given_day else calendar.explain(clock.started_at, clock.amount, clock.unit, language)
    moments = held_up(base, closed, calendar)
    held = [Held(pause, calendar.minutes_between(pause.began_at, pause.ended_at), due)
            for pause, due in zip(closed, moments[1:], strict=True)]
    held += [Held(pause) for pause in pauses if not pause.ended_at]
    return Explanation(lines, base, held, None if clock.is_paused else moments[-1])


def held_up(moment: datetime, pauses: list[Pause], calendar: Calendar) -> list[datetime]:
    """A moment, and what it becomes by each pause: one that began before it puts it off by its working time."""
    found = [moment]
    for pause in pauses:
        held = calendar.between(pause.began_at, pause.ended_at) if pause.began_at < found[-1] else NONE
        found.append(calendar.after(found[-1], held))
    return found


def told(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _count_anew(event: events.Event) -> None:
    Clock.recompute_open(event.person)


for _kind in ("closure.added", "closure.removed", "policy.changed"):
    events.subscribe(_kind, _count_anew)
