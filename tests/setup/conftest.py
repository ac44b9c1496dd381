import contextlib
import hashlib
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conftest import frozen
from tests.storm import small_photo


@pytest.fixture
def flask(app) -> Callable:
    """`flask("backup", "--keep", 2)`; of another office with `office=`. Gives what it said and its exit code."""
    def run(*arguments, office=app) -> SimpleNamespace:
        with office.app_context():
            done = office.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        return SimpleNamespace(code=done.exit_code, said=done.output)
    return run


@pytest.fixture
def visit_with_photo(as_, cast) -> Callable[[int], str]:
    """Send a visit with one photo as 창동 매니저 does; gives its uid."""
    def send(seed: int) -> str:
        client, photo = as_("changdong"), small_photo(seed)
        digest = hashlib.sha256(photo).hexdigest()
        entry = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "met", "memo": f"기억할 것 {seed}", "photo": [digest]})
        assert client.send(entry)[0]["answer"] == "created"
        assert client.put(f"/sync/photos/{digest}", data=photo).status_code == 200
        return entry["id"]
    return send


def content_of(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}  # type: ignore[union-attr]


def manifest_of(file: Path) -> dict:
    return json.loads(content_of(file)["manifest.json"])


def only(folder: Path) -> Path:
    [file] = folder.glob("*.tar")
    return file


def size_of(pattern: str, folder: Path) -> int:
    """Bytes in the files below `folder` whose path fits, while another process writes and removes them."""
    found = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found += Path(place, name).stat().st_size if Path(place, name).match(pattern) else 0
    return found
