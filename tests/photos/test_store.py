import os
import stat
import time
from pathlib import Path

import pytest

from fieldapp.photos.clean import LARGE, SMALL, CleanPhoto
from fieldapp.photos.store import STALE, Store

NAME = "ab" + "0" * 62
OTHER = "cd" + "0" * 62
PHOTO = CleanPhoto(b"large", b"small", 64, 48)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "photos")


@pytest.fixture
def steps(monkeypatch) -> list[tuple[str, str]]:
    """What is asked of the disk, in order: (fsync, name of the file or folder) and (replace, the name it gets)."""
    done: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(number: int) -> None:
        name = Path(os.readlink(f"/proc/self/fd/{number}")).name
        done.append(("fsync", "new file" if name.startswith(".new-") else name))
        fsync(number)

    def noted_replace(source, target) -> None:
        done.append(("replace", Path(target).name))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    return done


def files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_both_copies_are_kept_under_the_hash(store):
    assert not store.has(NAME)
    store.put(NAME, PHOTO)
    assert store.has(NAME) and not store.has(OTHER)
    assert (store.path(NAME, LARGE).read_bytes(), store.path(NAME, SMALL).read_bytes()) == (b"large", b"small")
    assert files(store.folder) == [f"ab/{NAME}.1600.jpg", f"ab/{NAME}.320.jpg"]


def test_files_and_folders_are_for_their_owner_alone(store):
    before = os.umask(0)
    try:
        store.put(NAME, PHOTO)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(file.stat().st_mode) for file in store.folder.rglob("*") if file.is_file()} == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (store.folder, store.folder / "ab")} == {0o700}


def test_a_file_is_on_the_disk_before_its_name_and_its_name_before_the_answer(store, steps, tmp_path):
    store.put(NAME, PHOTO)
    copies = [("fsync", "new file"), ("replace", f"{NAME}.1600.jpg"), ("fsync", "new file"), ("replace", f"{NAME}.320.jpg"),
              ("fsync", "ab")]
    assert steps == [("fsync", tmp_path.name), ("fsync", "photos"), *copies], "new folders stand in folders that are synced"
    steps.clear()
    store.put(NAME, PHOTO)
    assert steps == copies


def test_a_folder_that_an_earlier_process_made_and_perhaps_never_synced_is_synced(store, steps, tmp_path):
    (store.folder / "ab").mkdir(parents=True)
    store.put(NAME, PHOTO)
    assert steps[:2] == [("fsync", tmp_path.name), ("fsync", "photos")]


def test_a_folder_that_was_taken_away_is_made_again(store):
    store.put(NAME, PHOTO)
    for file in (store.folder / "ab").iterdir():
        file.unlink()
    (store.folder / "ab").rmdir()
    store.put(NAME, PHOTO)
    assert store.has(NAME)


@pytest.mark.parametrize("call", range(1, 8))
def test_what_breaks_leaves_no_half_file_and_works_when_it_is_tried_again(store, monkeypatch, call):
    """Each of the seven steps of the first photo fails once: two folders, two files with their names, the folder."""
    count = [0]

    def failing(real):
        def step(*words):
            count[0] += 1
            if count[0] == call:
                raise OSError(28, "No space left on device")
            return real(*words)
        return step

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing(os.fsync))
        patched.setattr(os, "replace", failing(os.replace))
        with pytest.raises(OSError):
            store.put(NAME, PHOTO)
    assert count[0] == call
    assert not [name for name in files(store.folder) if ".new-" in name]
    assert all((store.folder / name).read_bytes() in (b"large", b"small") for name in files(store.folder)), "whole or not at all"
    store.put(NAME, PHOTO)
    assert store.has(NAME)


def test_a_write_that_stops_in_the_middle_leaves_nothing(store, monkeypatch):
    class Full:
        """A disk that takes two bytes."""

        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, body):
            self.file.write(body[:2])
            raise OSError(28, "No space left on device")

    real = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *words: Full(real(*words)))
    with pytest.raises(OSError):
        store.put(NAME, PHOTO)
    assert files(store.folder) == []


def test_what_a_killed_process_left_is_swept_once_it_is_nobodys(store):
    store.put(NAME, PHOTO)
    left, busy = store.folder / "ab" / ".new-left", store.folder / "ab" / ".new-busy"
    for file, age in ((left, STALE + 60), (busy, STALE - 60)):
        file.write_bytes(b"half")
        os.utime(file, (time.time() - age, time.time() - age))
    old = time.time() - 10 * STALE
    os.utime(store.path(NAME, LARGE), (old, old))
    assert store.sweep() == 1
    assert not left.exists() and busy.exists() and store.has(NAME)
    assert store.sweep() == 0


def test_the_first_photo_of_a_process_sweeps(store):
    left = store.folder / "cd" / ".new-left"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    store.put(NAME, PHOTO)
    assert not left.exists()


def test_there_is_nothing_to_sweep_where_there_are_no_photos(store):
    assert store.sweep() == 0


@pytest.mark.parametrize("name", [
    "", "ab", "../" * 20 + "etc/passwd", NAME.upper(), NAME + "\n", NAME + "0", "ａｂ" + "0" * 62, f"/{NAME[1:]}", NAME[:-1] + "\0"])
def test_what_is_no_hash_names_no_file(store, name):
    for ask in (lambda: store.path(name, LARGE), lambda: store.has(name), lambda: store.put(name, PHOTO)):
        with pytest.raises(ValueError):
            ask()
    assert not store.folder.exists()


def test_there_are_two_sizes_and_what_was_not_put_is_not_found(store):
    store.put(NAME, PHOTO)
    with pytest.raises(ValueError):
        store.path(NAME, 640)
    with pytest.raises(FileNotFoundError):
        store.path(OTHER, LARGE)
    store.path(NAME, SMALL).unlink()
    assert not store.has(NAME)
