"""송수신 sync: how a record from the street arrives exactly once, and what goes down to the phone.

`commands` is everything a phone may say; `record_visit` is what the one command does, for the plain form too.
"""

from fieldapp.sync.inbox import Received, Refusal
from fieldapp.sync.record_visit import record_visit

MODELS = [Received, Refusal]
__all__ = ["MODELS", "Received", "Refusal", "record_visit"]
