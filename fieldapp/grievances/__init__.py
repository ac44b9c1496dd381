"""건의·애로 grievances: what an owner suffers from or asks for, each a record of its own under a category of the zone.

`Category.open_in` gives the chips, of what the office keeps in /categories, which may begin with `USUAL`;
`read_grievances` reads them from the form; `Grievance.raise_` keeps them.
"""

from fieldapp.grievances.catalogue import USUAL
from fieldapp.grievances.category import Category
from fieldapp.grievances.form import DISPOSITION_CODES, GrievanceInput, read_grievances
from fieldapp.grievances.grievance import DISPOSITIONS, PROMISED, Grievance

MODELS = [Category, Grievance]
__all__ = ["DISPOSITIONS", "DISPOSITION_CODES", "MODELS", "PROMISED", "USUAL", "Category", "Grievance", "GrievanceInput", "read_grievances"]
