import peewee
from flask_babel import lazy_gettext as _

from fieldapp.database import Instant, Record, now
from fieldapp.experts import Expert
from fieldapp.people import Person
from fieldapp.referrals.referral import Referral
from fieldapp.referrals.states import RUNNING

OFFER_STATES = {"offered": _("수락대기"), "accepted": _("수락"), "declined": _("거절"), "expired": _("기한 지남"), "recalled": _("거둠"),
                "released": _("수락 뒤 종료")}
TAKEN = ("accepted", "released")  # what an expert accepted, whatever came of it
REFUSALS = {"busy": _("일정이 맞지 않음"), "field": _("분야가 다름"), "conflict": _("이해관계가 있음"), "far": _("너무 멂"),
            "other": _("그 밖")}


class Offer(Record):
    """제안: a referral offered to one expert. Of one referral at most one is open, and at most one accepted."""

    referral = peewee.ForeignKeyField(Referral, backref="offers", on_delete="CASCADE")
    expert = peewee.ForeignKeyField(Expert, backref="offers", on_delete="RESTRICT")
    state = peewee.CharField(20, default="offered")
    offered_by = peewee.ForeignKeyField(Person, null=True, on_delete="SET NULL")
    code = peewee.CharField(20, default="")
    note = peewee.TextField(default="")  # the coordinator's word to the expert
    answer = peewee.TextField(default="")  # the expert's, or why it was taken back
    decided_at = Instant(null=True)

    class Meta:
        indexes = ((("expert", "state"), False), (("referral", "state"), False), (("expert", "created_at"), False))

    @classmethod
    def open_of(cls, referral: Referral) -> "Offer | None":
        return cls.get_or_none(cls.referral == referral, cls.state == "offered")

    @classmethod
    def accepted_of(cls, referral: Referral) -> "Offer | None":
        return cls.get_or_none(cls.referral == referral, cls.state == "accepted")

    @classmethod
    def of_expert(cls, expert: Expert | None):
        """What this expert was ever offered, with the case."""
        return cls.select(cls, Referral).join(Referral).where(cls.expert == expert)

    @classmethod
    def story(cls, referral: Referral) -> list["Offer"]:
        """All offers of a referral with their experts, oldest first."""
        return list(cls.select(cls, Expert).join(Expert).where(cls.referral == referral).order_by(cls.created_at, cls.uid))

    def decide(self, state: str, code: str = "", answer: str = "") -> None:
        self.state, self.code, self.answer, self.decided_at = state, code, answer, now()  # type: ignore[assignment]
        self.save()

    @classmethod
    def withdraw_open(cls, referral: Referral, code: str) -> "Offer | None":
        """Recall what is open, or release who has accepted, because the case takes another way."""
        if offer := cls.open_of(referral):
            offer.decide("recalled", code)
        elif offer := cls.accepted_of(referral):
            offer.state, offer.code = "released", code  # when it was accepted stays
            offer.save()
        return offer


def loads() -> dict[str, int]:
    """For each expert how many offers are open and cases run, those on hold among them, in two queries."""
    found: dict[str, int] = {}
    for rows in (Offer.select(Offer.expert, peewee.fn.COUNT(Offer.uid)).where(Offer.state == "offered").group_by(Offer.expert),
                 Referral.select(Referral.expert, peewee.fn.COUNT(Referral.uid)).where(
                     Referral.state.in_((*RUNNING, "on_hold")), Referral.expert.is_null(False)).group_by(Referral.expert)):
        for expert, count in rows.tuples():
            found[expert] = found.get(expert, 0) + count
    return found
