"""One page a file; all under one blueprint."""

from fieldapp.experts.views import absences, conflicts, edit, index, partners, show, upload
from fieldapp.experts.views.blueprint import experts

__all__ = ["absences", "conflicts", "edit", "experts", "index", "partners", "show", "upload"]
