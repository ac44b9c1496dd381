"""권역 zones: the parts of the district that managers walk, made of 행정동 (dongs).

`known_borders` gives the dongs that can be asked where a point lies; `code8` and `in_korea` read what files say of places.
`Area` is what the city publishes as a 상권; `tile_at` numbers the cells of the map, so that what lies near can be counted together.
"""

from fieldapp.zones.area import Area, box_around
from fieldapp.zones.borders import KOREA_LAT, KOREA_LON, Borders, code8, in_korea
from fieldapp.zones.grid import FINEST, Box, coarser, level_for, middle_of, ranges_of, tile_at
from fieldapp.zones.importing import known_borders
from fieldapp.zones.zone import Dong, Zone

MODELS = [Zone, Dong, Area]
__all__ = ["FINEST", "KOREA_LAT", "KOREA_LON", "MODELS", "Area", "Borders", "Box", "Dong", "Zone", "box_around", "coarser", "code8",
           "in_korea", "known_borders", "level_for", "middle_of", "ranges_of", "tile_at"]
