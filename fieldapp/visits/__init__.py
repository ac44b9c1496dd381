"""방문 visits: one shop, one manager, one time. Never overwritten: a correction is a new revision.

`Visit.record` makes one; `read_visit` reads its part of the form; `Visit.reachable_by` is the only way in for a person.
"""

from fieldapp.visits.form import MOST_PHOTOS, VisitInput, read_visit
from fieldapp.visits.visit import OUTCOMES, REVIEWS, Origin, Visit, VisitPhoto, VisitProgramme, sensible

MODELS = [Visit, VisitPhoto, VisitProgramme]
__all__ = ["MODELS", "MOST_PHOTOS", "OUTCOMES", "REVIEWS", "Origin", "Visit", "VisitInput", "VisitPhoto", "VisitProgramme",
           "read_visit", "sensible"]
