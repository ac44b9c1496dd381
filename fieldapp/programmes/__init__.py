"""지원사업 programmes: what an owner may be told of. Plain data for now: a name, its period in words, its address."""

from fieldapp.programmes.programme import Programme

MODELS = [Programme]
__all__ = ["MODELS", "Programme"]
