"""송수신 sync: how a record from the street arrives exactly once, and what goes down to the phone.

`commands` is everything a phone may say and `answer` takes one record; `record_visit` is what the one command does,
for the plain form too.
"""

from fieldapp.sync.commands import Carrier, answer
from fieldapp.sync.inbox import ANSWERS, CODES, Received, Refusal
from fieldapp.sync.pack import recent_visits, revisit_day
from fieldapp.sync.record_visit import record_visit
from fieldapp.sync.tasks import aftercare_lines

MODELS = [Received, Refusal]
__all__ = ["ANSWERS", "CODES", "MODELS", "Carrier", "Received", "Refusal", "aftercare_lines", "answer", "recent_visits",
           "record_visit", "revisit_day"]
