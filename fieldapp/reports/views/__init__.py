"""One page a file; all under one blueprint."""

from fieldapp.reports.views import issued, pledge, show, years
from fieldapp.reports.views.blueprint import reports

__all__ = ["issued", "pledge", "reports", "show", "years"]
