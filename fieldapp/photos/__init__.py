"""사진 photos: bytes that a phone sent, made clean, and kept outside the web root under the hash of what was sent.

`receive` takes the bytes; `stored_path` gives a clean copy. Who may see one is decided by the visit that uses it.
"""

from fieldapp.photos.clean import LARGE, MAX_BYTES, SMALL, Unclean
from fieldapp.photos.photo import REASONS, Photo, read_limited, receive, stored_path

MODELS = [Photo]
__all__ = ["LARGE", "MAX_BYTES", "MODELS", "REASONS", "SMALL", "Photo", "Unclean", "read_limited", "receive", "stored_path"]
