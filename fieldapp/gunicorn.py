"""gunicorn's settings. SQLite means one worker with threads; several workers only on PostgreSQL."""

import contextlib
import ctypes
import os
import runpy
from pathlib import Path

# Read as a file: the package would bring the whole application into gunicorn's master, which only watches; that is 10 MB.
Config = runpy.run_path(str(Path(__file__).with_name("config.py")))["Config"]
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

# glibc keeps for each thread what it has freed: 380 MB after log-ins and photos. One store for all threads keeps 16 MB,
# so that the next photo finds its memory there; what is over 12 MB, as a log-in takes, goes back to the system at once.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX, MB = -1, -3, -8, 1024 * 1024
for option, value in ((M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, 12 * MB), (M_TRIM_THRESHOLD, 16 * MB)):
    with contextlib.suppress(OSError, AttributeError):  # another libc has no such switch
        ctypes.CDLL(None).mallopt(option, value)
