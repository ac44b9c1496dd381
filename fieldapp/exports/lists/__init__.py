"""The lists that may be taken, by their code."""

from fieldapp.exports.lists.counted import COUNTED
from fieldapp.exports.lists.experts import EXPERTS
from fieldapp.exports.lists.grievances import GRIEVANCES
from fieldapp.exports.lists.referrals import REFERRALS
from fieldapp.exports.lists.shops import SHOPS
from fieldapp.exports.lists.visits import VISITS

LISTS = {of.code: of for of in (VISITS, GRIEVANCES, SHOPS, REFERRALS, EXPERTS, COUNTED)}
__all__ = ["LISTS"]
