import hashlib
import io
import os
from pathlib import Path

import pytest

from fieldapp.config import HOME
from fieldapp.database import db
from fieldapp.errors import Invalid, TooLarge
from fieldapp.photos import MAX_BYTES, REASONS, Photo, read_limited, receive, stored_path
from fieldapp.photos.photo import store
from tests.photos.pictures import BLUE, GREEN, RED, WHITE, coded, colours, decoded, exif, quarters

BODY = coded(quarters(), exif=exif())
SHA256 = hashlib.sha256(BODY).hexdigest()

pytestmark = pytest.mark.usefixtures("database")


def refusal(body: bytes, sha256: str = "") -> str:
    with pytest.raises(Invalid) as told:
        receive(body, sha256 or hashlib.sha256(body).hexdigest())
    assert told.value.message == REASONS[told.value.code] and told.value.status == 422
    return told.value.code


def kept() -> list[str]:
    return sorted(file.name for file in store().folder.rglob("*") if file.is_file())


def test_a_photo_is_kept_clean_under_the_hash_of_what_was_sent():
    receive(BODY, SHA256)
    photo = Photo.get()
    assert (photo.sha256, photo.width, photo.height, photo.bytes_sent) == (SHA256, 64, 48, len(BODY))
    for size in (1600, 320):
        assert colours(decoded(stored_path(SHA256, size).read_bytes())) == [RED, GREEN, BLUE, WHITE]
    assert kept() == [f"{SHA256}.1600.jpg", f"{SHA256}.320.jpg"]


def test_photos_stand_outside_of_what_the_web_serves(app, config):
    receive(BODY, SHA256)
    path = stored_path(SHA256, 1600).resolve()
    assert path.is_relative_to(config.data) and not path.is_relative_to(HOME / "static")
    assert not path.is_relative_to(app.config["ASSETS"].root.resolve())


def test_the_same_bytes_again_change_nothing(monkeypatch):
    receive(BODY, SHA256)
    before = [(stored_path(SHA256, size).stat().st_mtime_ns, stored_path(SHA256, size).stat().st_ino) for size in (1600, 320)]
    row = Photo.select().dicts().get()
    monkeypatch.setattr(os, "replace", None)
    receive(BODY, SHA256)
    assert [(stored_path(SHA256, size).stat().st_mtime_ns, stored_path(SHA256, size).stat().st_ino) for size in (1600, 320)] == before
    assert list(Photo.select().dicts()) == [row]


def test_a_row_whose_files_were_lost_gets_them_again():
    receive(BODY, SHA256)
    stored_path(SHA256, 320).unlink()
    with pytest.raises(FileNotFoundError):
        stored_path(SHA256, 320)
    receive(BODY, SHA256)
    assert stored_path(SHA256, 320).exists() and Photo.select().count() == 1


def test_files_are_durable_before_the_row_and_the_row_before_the_answer(monkeypatch):
    steps: list[str] = []
    fsync, replace, execute = os.fsync, os.replace, db.obj.execute_sql

    def noted_fsync(number: int) -> None:
        steps.append("folder" if Path(os.readlink(f"/proc/self/fd/{number}")).is_dir() else "file")
        fsync(number)

    def noted_replace(*names) -> None:
        steps.append("name")
        replace(*names)

    def noted_execute(sql, *more, **options):
        if "photo" in sql and sql.startswith("INSERT"):
            steps.append("row")
        return execute(sql, *more, **options)

    def noted_commit(self) -> None:
        steps.append("commit")
        commit(self)

    commit = type(db.obj).commit
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    monkeypatch.setattr(db.obj, "execute_sql", noted_execute)
    monkeypatch.setattr(type(db.obj), "commit", noted_commit)
    receive(BODY, SHA256)
    steps.append("answer")
    assert steps == ["folder", "folder", "file", "name", "file", "name", "folder", "row", "commit", "answer"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_where_the_disk_fails_there_is_no_row_and_the_next_try_succeeds(monkeypatch, step):
    with monkeypatch.context() as patched:
        patched.setattr(os, step, lambda *_words: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError):
            receive(BODY, SHA256)
    assert Photo.select().count() == 0 and kept() == []
    receive(BODY, SHA256)
    assert Photo.select().count() == 1 and len(kept()) == 2


def test_where_the_row_fails_the_files_wait_for_it(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Photo, "insert", lambda **_row: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError):
            receive(BODY, SHA256)
    assert Photo.select().count() == 0 and len(kept()) == 2
    receive(BODY, SHA256)
    assert Photo.select().count() == 1 and len(kept()) == 2


@pytest.mark.parametrize(("body", "sha256", "code"), [
    (b"", SHA256, "photo-empty"), (BODY, "0" * 64, "photo-hash"), (BODY[:-1], SHA256, "photo-hash"), (b"<html>", "", "photo-format"),
    (coded(quarters(), "GIF"), "", "photo-format"), (coded(quarters(640, 480))[:-200], "", "photo-truncated")])
def test_what_is_refused_leaves_nothing(body, sha256, code):
    assert refusal(body, sha256) == code
    assert Photo.select().count() == 0 and not store().folder.exists()


def test_every_code_has_its_words():
    assert set(REASONS) == {"photo-empty", "photo-too-large", "photo-too-many-pixels", "photo-truncated", "photo-format",
                            "photo-unreadable", "photo-cut", "photo-hash"}


class Stream(io.BytesIO):
    """Counts the bytes that were asked of it."""

    asked = 0

    def read(self, size=-1):
        self.asked += size
        return super().read(size)


def test_a_body_is_read_up_to_the_limit_and_not_further():
    assert read_limited(io.BytesIO(BODY), len(BODY)) == read_limited(io.BytesIO(BODY), None) == BODY
    assert len(read_limited(io.BytesIO(b"\0" * MAX_BYTES), MAX_BYTES)) == MAX_BYTES
    endless = Stream(b"\0" * (MAX_BYTES + 100))
    with pytest.raises(TooLarge) as told:
        read_limited(endless, None)
    assert (told.value.code, told.value.status, endless.asked) == ("photo-too-large", 413, MAX_BYTES + 1)


def test_a_body_that_says_it_is_too_large_is_not_read():
    stream = Stream(BODY)
    with pytest.raises(TooLarge):
        read_limited(stream, MAX_BYTES + 1)
    assert stream.asked == 0


def test_a_body_that_was_cut_off_on_the_way_says_so():
    with pytest.raises(Invalid) as told:
        read_limited(io.BytesIO(BODY[:100]), len(BODY))
    assert told.value.code == "photo-cut"
