"""계정 accounts: how someone gets in, with which zones, from when until when, and out again.

An `Invitation` brings a phone in: one use, half an hour. `give`, `withdraw` and `stand_in` are a zone's periods; whatever
is given or ends leaves an event with who, whom, what and why.
"""

from fieldapp.accounts.invitation import MAIL, QR, Invitation
from fieldapp.accounts.periods import give, leave, stand_in, withdraw

MODELS = [Invitation]
__all__ = ["MAIL", "MODELS", "QR", "Invitation", "give", "leave", "stand_in", "withdraw"]
