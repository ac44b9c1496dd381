import peewee
from flask_babel import gettext as _

from fieldapp import events
from fieldapp.database import Record
from fieldapp.errors import Conflict
from fieldapp.experts import Expert
from fieldapp.referrals import SHOP, Referral

RATED = ("completed", "aftercare", "closed")  # states in which a case may be rated
ENOUGH = 5  # an expert reads no fewer ratings than so many, so that none can be traced to a shop


class Satisfaction(Record):
    """만족도: what an owner thought of a case, once. The expert never reads it by name."""

    referral = peewee.ForeignKeyField(Referral, unique=True, backref="ratings", on_delete="CASCADE")
    score = peewee.IntegerField()
    text = peewee.TextField(default="")

    @classmethod
    def rate(cls, referral: Referral, score: int, text: str) -> "Satisfaction":
        """Keep the owner's answer, inside the caller's transaction. Raises Conflict where one is there or the case isn't over."""
        if referral.state not in RATED or referral.expert_id is None:
            raise Conflict(_("상담이 끝난 뒤에 답하실 수 있습니다."))
        rating = cls(referral=referral, score=score, text=text)
        if not cls.insert(rating.__data__).on_conflict_ignore().as_rowcount().execute():
            raise Conflict(_("이미 답해 주셨습니다. 고맙습니다."))
        events.record("referral.rated", referral.uid, by=SHOP.uid, score=score)
        return rating

    @classmethod
    def of_expert(cls, expert: Expert) -> tuple[int, float | None]:
        """How many ratings this expert's cases have, and their mean; none while they are too few."""
        count, mean = (cls.select(peewee.fn.COUNT(cls.uid), peewee.fn.AVG(cls.score)).join(Referral)
                       .where(Referral.expert == expert).tuples().get())
        return count, float(mean) if count >= ENOUGH else None
