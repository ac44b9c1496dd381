"""권역 zones: the parts of the district that managers walk, made of 행정동 (dongs).

`known_borders` gives the dongs that can be asked where a point lies; `code8` and `in_korea` read what files say of places.
"""

from fieldapp.zones.borders import Borders, code8, in_korea
from fieldapp.zones.importing import known_borders
from fieldapp.zones.zone import Dong, Zone

MODELS = [Zone, Dong]
__all__ = ["MODELS", "Borders", "Dong", "Zone", "code8", "in_korea", "known_borders"]
