"""The ground of the map: where visits and shops lie, counted by cells, so that a view costs the same at any number of visits.

`Spot` is where a visit was, `Ground` how many there were in a cell in a month or a year; both follow each visit in its own transaction, as
do the four facts that a shop keeps for the map. `redraw` makes all of it anew from the rows. `View` is what is looked at.
"""

from fieldapp.dashboard.ground.keeping import keep
from fieldapp.dashboard.ground.redrawing import redraw
from fieldapp.dashboard.ground.spot import Ground, Spot
from fieldapp.dashboard.ground.view import LAYERS, View

__all__ = ["LAYERS", "Ground", "Spot", "View", "keep", "redraw"]
