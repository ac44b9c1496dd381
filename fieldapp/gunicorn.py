"""gunicorn's settings. SQLite means one worker with threads; several workers only on PostgreSQL."""

import contextlib
import ctypes
import os

from fieldapp.config import Config

_on_sqlite = (os.environ.get("DATABASE_URL") or "sqlite").startswith("sqlite")

bind = f"{os.environ.get('HOST') or Config.host}:{os.environ.get('PORT') or Config.port}"
worker_class = "gthread"
workers = 1 if _on_sqlite else int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("THREADS") or 12)
timeout = 60
graceful_timeout = 10
keepalive = 30
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL") or "warning"

# glibc keeps for its threads what they free: 380 MB after log-ins and photos. Blocks over 128 KB now go back at once.
with contextlib.suppress(OSError, AttributeError):  # another libc has no such switch
    ctypes.CDLL(None).mallopt(-3, 128 * 1024)  # M_MMAP_THRESHOLD
