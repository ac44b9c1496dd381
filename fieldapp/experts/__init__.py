"""전문가·협약기관 experts: who advises in which of the ten fields, where, and under whose agreement.

`Expert.pool(field)` gives whom to ask, `Partner.in_force` and `Conflict.with_shop` whom not to; what is personal of them
stands in no event. When they are away is `worktime.Closure`, by their uid.
"""

from fieldapp.experts.conflict import Conflict
from fieldapp.experts.expert import Expert, ExpertField, ExpertZone
from fieldapp.experts.field import FIELD_CODES, FIELDS
from fieldapp.experts.filter import ExpertFilter
from fieldapp.experts.form import ExpertInput, PartnerInput
from fieldapp.experts.partner import BASES, Partner

MODELS = [Partner, Expert, ExpertField, ExpertZone, Conflict]
__all__ = ["BASES", "FIELDS", "FIELD_CODES", "MODELS", "Conflict", "Expert", "ExpertField", "ExpertFilter", "ExpertInput", "ExpertZone",
           "Partner", "PartnerInput"]
