import peewee

from fieldapp.consultations.form import Slot
from fieldapp.consultations.words import HELD
from fieldapp.database import Instant, Record, now
from fieldapp.experts import Expert
from fieldapp.referrals import Referral


class Consultation(Record):
    """회차: one session of a case, from its plan until it was held or came to nothing. Of one case at most one is planned.

    `late` is held too, but someone came late. A session that takes the place of another names it in `rescheduled_from`;
    the other then says in `rescheduled_by` who asked.
    """

    referral = peewee.ForeignKeyField(Referral, backref="consultations", on_delete="CASCADE")
    expert = peewee.ForeignKeyField(Expert, backref="consultations", on_delete="RESTRICT")
    number = peewee.IntegerField()
    planned_at = Instant()
    minutes = peewee.IntegerField(default=60)
    how = peewee.CharField(10, default="place")
    place = peewee.CharField(200, default="")
    attendance = peewee.CharField(20, default="planned")
    held_at = Instant(null=True)
    code = peewee.CharField(20, default="")
    reason = peewee.TextField(default="")
    summary = peewee.TextField(default="")
    next_plan = peewee.TextField(default="")
    rescheduled_from = peewee.ForeignKeyField("self", null=True, on_delete="SET NULL")
    rescheduled_by = peewee.CharField(10, default="")

    class Meta:
        indexes = ((("referral", "number"), True), (("expert", "planned_at"), False), (("attendance", "held_at"), False))

    @property
    def is_held(self) -> bool:
        return self.attendance in HELD

    @classmethod
    def of(cls, referral: Referral | str):
        """Every session of a case, in order."""
        return cls.select().where(cls.referral == referral).order_by(cls.number)

    @classmethod
    def planned_of(cls, referral: Referral | str) -> "Consultation | None":
        return cls.get_or_none(cls.referral == referral, cls.attendance == "planned")

    @classmethod
    def last_held(cls, referral: Referral) -> "Consultation | None":
        return cls.of(referral).where(cls.attendance.in_(HELD)).order_by(cls.number.desc()).first()

    @classmethod
    def plan(cls, referral: Referral, slot: Slot) -> "Consultation":
        """Put down the next session of the referral's expert; it takes the place of the last one where that was rescheduled."""
        last = cls.of(referral).order_by(cls.number.desc()).first()
        moved = last if last and last.rescheduled_by and last.expert_id == referral.expert_id else None
        return cls.create(referral=referral, expert=referral.expert_id, number=last.number + 1 if last else 1, planned_at=slot.at,
                          minutes=slot.minutes, how=slot.how, place=slot.place, rescheduled_from=moved)

    def sat(self, attendance: str, summary: str, next_plan: str, minutes: int) -> None:
        """It was held, at the planned time or now where that has not come yet."""
        self._put(attendance=attendance, held_at=min(self.planned_at, now()),  # type: ignore[type-var]
                  summary=summary, next_plan=next_plan, minutes=minutes)

    def missed(self, attendance: str, code: str, reason: str = "", asked_by: str = "") -> None:
        """It came to nothing; `asked_by` where another shall take its place."""
        self._put(attendance=attendance, code=code, reason=reason, rescheduled_by=asked_by)

    def _put(self, **values) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save()

    @staticmethod
    def origin(sessions: list["Consultation"], one: "Consultation") -> tuple[str, int]:
        """Of a session among all of its case: the uid of the first in whose place it stands, and how often it was moved since."""
        known, times = {session.uid: session for session in sessions}, 0
        while one.rescheduled_from_id in known:
            one, times = known[one.rescheduled_from_id], times + 1
        return one.uid, times
