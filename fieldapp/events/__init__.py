"""이력 events: what happened, and who looked. Both are only ever added to.

`record` writes an event in the transaction of the change and calls its subscribers there; `accessed` notes that
someone saw personal data (`seen_by` where no request says who). People are named by uid and not by foreign key:
history outlives accounts.
"""

from fieldapp.events.access import AccessLog, accessed, seen_by
from fieldapp.events.event import Event, record, subscribe

MODELS = [Event, AccessLog]
__all__ = ["MODELS", "AccessLog", "Event", "accessed", "record", "seen_by", "subscribe"]
