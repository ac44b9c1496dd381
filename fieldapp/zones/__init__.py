"""권역 zones: the parts of the district that managers walk, made of 행정동 (dongs)."""

from fieldapp.zones.zone import Dong, Zone

MODELS = [Zone, Dong]
__all__ = ["MODELS", "Dong", "Zone"]
