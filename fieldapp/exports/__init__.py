"""내보내기 exports: lists that leave the house, with what for, which columns, by whom and whose data kept of each.

`LISTS` says what may be taken and who may; `Export` is one that was. CSV and GeoJSON are streamed, a long sheet is made by the worker:
`make_waiting` makes what waits, `tidy` removes what is over.
"""

from fieldapp.exports.export import Export
from fieldapp.exports.lists import LISTS
from fieldapp.exports.making import make_waiting, tidy
from fieldapp.exports.wish import Wish

MODELS = [Export]
__all__ = ["LISTS", "MODELS", "Export", "Wish", "make_waiting", "tidy"]
