"""방문 visits: one shop, one manager, one time. Never overwritten: a correction is a new revision.

`Visit.record` makes one; `read_visit` reads its part of the form; `Visit.reachable_by` is the only way in for a person.
`told` says a visit's doubts in words; `recheck` judges all of them anew.
"""

from fieldapp.visits.form import MOST_PHOTOS, VisitInput, read_visit
from fieldapp.visits.plausibility import DOUBTS, told
from fieldapp.visits.recheck import recheck
from fieldapp.visits.returns import RETURNS
from fieldapp.visits.visit import OPEN, OUTCOMES, REVIEWS, Origin, Visit, VisitPhoto, VisitProgramme, sensible

MODELS = [Visit, VisitPhoto, VisitProgramme]
__all__ = ["DOUBTS", "MODELS", "MOST_PHOTOS", "OPEN", "OUTCOMES", "RETURNS", "REVIEWS", "Origin", "Visit", "VisitInput", "VisitPhoto",
           "VisitProgramme", "read_visit", "recheck", "sensible", "told"]
