"""점포 shops: the register of places to visit; each lies in a zone and has one manager in charge.

`Shop` is for everyone; `hand_over` puts a manager in charge, `rezone` moves a shop to another zone; `phone` writes a number with its
hyphens, `find` is the search, `NewShop` what a manager registers on the spot. `ShopFact` is one thing said of a
business, and `CardInput` what a form says of it. `ShopPair` are two entries that may be one shop, found by
`compare_shops`; `ShopMerge` makes them one, and two again. `ShopImport` is a list that was brought in: the worker does
what waits of them by `bring_waiting`, and `tidy_imports` takes up what stopped.
Owners' names and phones live in owners/, never here.
"""

from fieldapp.shops.card import FACTS, PREMISES, SALES, SOURCES, CardInput, ShopFact, marks
from fieldapp.shops.charge import charge_of, hand_over, rezone, zone_at
from fieldapp.shops.facts import phone
from fieldapp.shops.finding import find
from fieldapp.shops.likeness import REASONS
from fieldapp.shops.merging import ShopMerge, ShopMergeRow
from fieldapp.shops.newcomer import NewShop
from fieldapp.shops.pair import ShopPair, ShopsCompared, compare_shops
from fieldapp.shops.shop import STATUSES, Departure, Shop
from fieldapp.shops.shop_import import ShopImport, ShopImportChange, ShopImportColumns
from fieldapp.shops.working import bring_waiting, tidy_imports

MODELS = [Shop, Departure, ShopImport, ShopImportChange, ShopImportColumns, ShopPair, ShopsCompared, ShopMerge, ShopMergeRow,
          ShopFact]
__all__ = ["FACTS", "MODELS", "PREMISES", "REASONS", "SALES", "SOURCES", "STATUSES", "CardInput", "Departure", "NewShop", "Shop",
           "ShopFact", "ShopImport", "ShopMerge", "ShopPair", "bring_waiting", "charge_of", "compare_shops", "find", "hand_over",
           "marks", "phone", "rezone", "tidy_imports", "zone_at"]
