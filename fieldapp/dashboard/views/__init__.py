"""One page a file; all under one blueprint."""

from fieldapp.dashboard.views import (
    alike,
    assign,
    borders,
    card,
    fairness,
    feeds,
    pace,
    referrals,
    refusals,
    review,
    rows,
    shops,
    stickers,
    today,
    visits,
)
from fieldapp.dashboard.views import map as map_page
from fieldapp.dashboard.views.blueprint import dashboard

__all__ = ["alike", "assign", "borders", "card", "dashboard", "fairness", "feeds", "map_page", "pace", "referrals", "refusals", "review",
           "rows", "shops", "stickers", "today", "visits"]
