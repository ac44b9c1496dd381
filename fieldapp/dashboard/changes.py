"""What was done to a case since someone looked at it."""

from fieldapp.dashboard.stories import Step, told
from fieldapp.events import Event
from fieldapp.referrals import COMMANDS, Referral

MOST_TOLD = 5


def since(referral: Referral, version: int) -> list[Step]:
    """The changes since it had this version, the latest first: each change of a case is a command's event."""
    changes = min(referral.version - version, MOST_TOLD)
    happened = (Event.select().where(Event.subject == referral.uid, Event.kind.in_([f"referral.{command}" for command in COMMANDS]))
                .order_by(Event.created_at.desc(), Event.uid.desc()).limit(max(changes, 0)))
    return told(happened)
