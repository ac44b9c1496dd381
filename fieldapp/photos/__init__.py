"""사진 photos: bytes that a phone sent, made clean, and kept outside the web root under the hash of what was sent.

`receive` takes the bytes; `stored_path` gives a clean copy. Who may see one is decided by the visit that uses it.
"""

from fieldapp.photos.clean import MAX_BYTES, Unclean
from fieldapp.photos.photo import REASONS, Photo, read_limited, receive, stored_path

MODELS = [Photo]
__all__ = ["MAX_BYTES", "MODELS", "REASONS", "Photo", "Unclean", "read_limited", "receive", "stored_path"]
