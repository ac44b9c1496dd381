"""의뢰 referrals: a case for the expert pool. Made on the street, it waits as a draft until the owner lets us call.

`Referral.from_visit` makes or revises it; `read_referral` reads its part of the form; `Referral.queue` is the desk's list.
"""

from fieldapp.referrals.form import ReferralInput, read_referral
from fieldapp.referrals.referral import URGENCIES, Referral
from fieldapp.referrals.states import STATES

MODELS = [Referral]
__all__ = ["MODELS", "STATES", "URGENCIES", "Referral", "ReferralInput", "read_referral"]
