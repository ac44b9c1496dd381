"""One page a file; all under one blueprint."""

from fieldapp.dashboard.views import fairness, referrals, refusals, shops, today, visits
from fieldapp.dashboard.views import map as map_page
from fieldapp.dashboard.views.blueprint import dashboard

__all__ = ["dashboard", "fairness", "map_page", "referrals", "refusals", "shops", "today", "visits"]
