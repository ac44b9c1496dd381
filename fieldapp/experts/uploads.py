"""A table that was shown and waits to be confirmed: kept for a day at most, under a random name that is its person's alone."""

import os
import re
import secrets
from pathlib import Path
from time import time

from flask import current_app
from flask_babel import lazy_gettext as _

from fieldapp.experts.sheet import BadSheet
from fieldapp.people import Person

TOKEN = re.compile(r"[0-9a-f]{32}")
A_DAY = 24 * 3600  # seconds


def keep(content: bytes, person: Person) -> str:
    """Keep it in place of what this person left before; gives the token by which it is found again."""
    for old in _folder().glob("experts-*.upload"):
        if old.name.startswith(f"experts-{person.uid}-") or old.stat().st_mtime < time() - A_DAY:
            old.unlink(missing_ok=True)
    token = secrets.token_hex(16)
    with os.fdopen(os.open(_path(token, person), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return token


def kept(token: str, person: Person) -> bytes:
    """What was kept; raises BadSheet where it is gone or another's."""
    try:
        return _path(token, person).read_bytes()
    except FileNotFoundError:
        raise BadSheet(_("올린 파일이 이미 처리되었거나 지워졌습니다. 다시 골라 주십시오.")) from None


def let_go(token: str, person: Person) -> None:
    _path(token, person).unlink(missing_ok=True)


def _path(token: str, person: Person) -> Path:
    name = token if TOKEN.fullmatch(token) else "none"
    return _folder() / f"experts-{person.uid}-{name}.upload"


def _folder() -> Path:
    folder = Path(current_app.config["DATA"]) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
