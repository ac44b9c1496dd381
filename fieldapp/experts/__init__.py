"""전문가·협약기관 experts: who advises in which of the ten fields, where, and under whose agreement."""

from fieldapp.experts.field import FIELD_CODES, FIELDS

__all__ = ["FIELDS", "FIELD_CODES"]
