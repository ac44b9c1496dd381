"""gunicorn's settings. SQLite means one worker with threads; several workers only on PostgreSQL."""

import os

from fieldapp.config import Config

_on_sqlite = os.environ.get("DATABASE_URL", "sqlite").startswith("sqlite")

bind = f"{os.environ.get('HOST', Config.host)}:{os.environ.get('PORT', Config.port)}"
worker_class = "gthread"
workers = 1 if _on_sqlite else int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("THREADS", "12"))
timeout = 60
graceful_timeout = 10
keepalive = 30
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "warning")
