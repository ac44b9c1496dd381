"""점포 shops: the register of places to visit; each lies in a zone and has one manager in charge.

`Shop` is for everyone; `hand_over` puts a manager in charge, `rezone` moves a shop to another zone; `phone` writes a number with its
hyphens, `find` is the search, `NewShop` what a manager registers on the spot. `ShopImport` is a list that was brought in: the worker does
what waits of them by `bring_waiting`, and `tidy_imports` takes up what stopped.
Owners' names and phones live in owners/, never here.
"""

from fieldapp.shops.charge import charge_of, hand_over, rezone, zone_at
from fieldapp.shops.facts import phone
from fieldapp.shops.finding import find
from fieldapp.shops.newcomer import NewShop
from fieldapp.shops.shop import STATUSES, Departure, Shop
from fieldapp.shops.shop_import import ShopImport, ShopImportChange, ShopImportColumns
from fieldapp.shops.working import bring_waiting, tidy_imports

MODELS = [Shop, Departure, ShopImport, ShopImportChange, ShopImportColumns]
__all__ = ["MODELS", "STATUSES", "Departure", "NewShop", "Shop", "ShopImport", "bring_waiting", "charge_of", "find", "hand_over", "phone",
           "rezone", "tidy_imports", "zone_at"]
