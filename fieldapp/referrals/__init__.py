"""의뢰 referrals: a case for the expert pool, from the street until the shop has its answer.

`Referral` is the case, `Offer` what experts were asked; states.py is the table, `carry_out` the one way to give a command.
"""

import fieldapp.referrals.notices
import fieldapp.referrals.taken_back  # noqa: F401
from fieldapp.referrals.actor import SHOP, TIME, Actor
from fieldapp.referrals.commands import look_again
from fieldapp.referrals.form import read_referral
from fieldapp.referrals.matching import WHY_NOT, Candidate, Pool, candidates_for, may_know_owner, ranked
from fieldapp.referrals.offer import OFFER_STATES, REFUSALS, TAKEN, Offer, loads
from fieldapp.referrals.orders import OWN, Given, Order, acts, afterwards, carry_out
from fieldapp.referrals.problems import Refused, Stale
from fieldapp.referrals.reasons import AGREED_HOW, DECLINES, HOLDS
from fieldapp.referrals.referral import SOURCES, URGENCIES, Referral
from fieldapp.referrals.states import COMMANDS, ENDS, LIVE, NEXT, QUEUED, RUNNING, STATES, commands_for

MODELS = [Referral, Offer, Given]
__all__ = ["AGREED_HOW", "COMMANDS", "DECLINES", "ENDS", "HOLDS", "LIVE", "MODELS", "NEXT", "OFFER_STATES", "OWN", "QUEUED", "REFUSALS",
           "RUNNING", "SHOP", "SOURCES", "STATES", "TAKEN", "TIME", "URGENCIES", "WHY_NOT", "Actor", "Candidate", "Given", "Offer",
           "Order", "Pool", "Referral", "Refused", "Stale", "acts", "afterwards", "candidates_for", "carry_out", "commands_for", "loads",
           "look_again", "may_know_owner", "ranked", "read_referral"]
