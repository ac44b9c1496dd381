"""현황 dashboard: the desk's reading room. Its pages look across all rooms through their doors.

What its pages are narrowed to by their address is for what leaves the house too: `VisitFilter`, `ShopFilter`, and `cases_of` with
`QueueFilter`. `redraw` makes what the map counts by anew from the visits. No room but those of reports and exports imports it.
"""

from fieldapp.dashboard.feed import Feed
from fieldapp.dashboard.filters import VisitFilter
from fieldapp.dashboard.ground import Ground, Spot, redraw
from fieldapp.dashboard.queue import cases_of
from fieldapp.dashboard.queue_filter import QueueFilter
from fieldapp.dashboard.shop_filter import ShopFilter

MODELS = [Spot, Ground, Feed]
__all__ = ["MODELS", "QueueFilter", "ShopFilter", "VisitFilter", "cases_of", "redraw"]
