"""Whatever happens while a sheet is made, the folder holds whole files or none."""

import errno
import os
from datetime import timedelta

import peewee
import pytest

from fieldapp.database import now
from fieldapp.exports import making
from fieldapp.exports.export import PAUSE, SILENT, TRIES, Export
from fieldapp.exports.making import folder, make_waiting, tidy
from fieldapp.exports.progress import Progress
from tests.exports.conftest import last


@pytest.fixture
def waiting(taken, visit, monkeypatch) -> Export:
    monkeypatch.setattr("fieldapp.exports.views.AT_ONCE", 0)
    assert taken(format="xlsx").status_code == 303
    return last()


def claimed() -> Export:
    found = Export.claim()
    assert found
    return found


def left() -> list[str]:
    return sorted(os.listdir(folder())) if folder().is_dir() else []


def break_with(monkeypatch, error: BaseException) -> None:
    def follow(self, batches):
        next(batches)
        raise error
        yield

    monkeypatch.setattr(Progress, "follow", follow)


@pytest.mark.parametrize(("error", "problem", "word"), [
    (OSError(errno.ENOSPC, "full"), "full", "저장 공간"), (ZeroDivisionError(), "broken", "문제가 생겨")])
def test_what_fails_says_why_and_leaves_nothing(as_, waiting, monkeypatch, error, problem, word):
    break_with(monkeypatch, error)
    make_waiting()
    export = last()
    assert (export.state, export.problem, left()) == ("failed", problem, [])
    assert word in as_("supervisor").get(f"/exports/{export.uid}").text


def test_a_storage_that_is_busy_is_asked_again_a_few_times(waiting, monkeypatch):
    break_with(monkeypatch, peewee.OperationalError("database is locked"))
    for turn in range(1, TRIES + 1):
        assert make_waiting() == 1 and make_waiting() == 0
        assert (last().state, left()) == ("waiting" if turn < TRIES else "failed", [])
        Export.update(changed_at=now() - PAUSE - timedelta(seconds=1)).execute()


def test_a_worker_that_is_stopped_leaves_it_for_the_next(waiting):
    turns = iter([False, True])
    make_waiting(lambda: next(turns, True))
    assert (last().state, last().tries, left()) == ("waiting", 0, [])
    make_waiting()
    assert last().state == "ready" and left() == [f"{waiting.uid}.xlsx"]


def test_of_two_workers_one_gets_it(waiting):
    assert [Export.claim() is not None for _ in range(2)] == [True, False]


def test_what_a_killed_worker_left_goes_and_its_work_is_begun_again(waiting):
    export = claimed()
    folder().mkdir()
    (folder() / f".new-{export.uid}-x").mkdir()
    (folder() / f".new-{export.uid}-x" / "tmp1").write_text("half")
    tidy()
    assert left() == [f".new-{export.uid}-x"]  # it may be at work still
    Export.update(changed_at=now() - SILENT - timedelta(seconds=1)).execute()
    tidy()
    assert last().state == "waiting" and left() == []
    Export.update(changed_at=now() - PAUSE - timedelta(seconds=1)).execute()
    assert make_waiting() == 1 and last().state == "ready"


def test_who_was_silent_too_long_and_comes_back_does_not_overwrite_what_another_made(waiting):
    slow = claimed()
    Export.update(changed_at=now() - SILENT - timedelta(seconds=1)).execute()
    tidy()
    Export.update(changed_at=now() - PAUSE - timedelta(seconds=1)).execute()
    make_waiting()
    done = last()
    slow.turn("failed", problem="broken")
    assert last().state == "ready" and last().sha256 == done.sha256


def test_a_stream_that_nobody_tells_of_any_more_was_cut_off(taken, visit):
    taken()
    Export.update(state="sending", changed_at=now() - SILENT - timedelta(seconds=1)).execute()
    tidy()
    assert last().state == "cut"


def test_files_of_no_export_go(waiting):
    make_waiting()
    (folder() / "strange.xlsx").write_text("x")
    tidy()
    assert left() == [f"{waiting.uid}.xlsx"]


def test_a_folder_is_for_its_owner_alone(waiting):
    make_waiting()
    assert folder().stat().st_mode & 0o777 == 0o700


def test_how_far_it_is_is_noted_on_the_way(waiting, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.progress.EVERY", 0)
    seen = []
    note = Progress.note

    def noted(self) -> None:
        note(self)
        seen.append(last().done)

    monkeypatch.setattr(Progress, "note", noted)
    make_waiting()
    assert seen == [1] and making.place_of(last()).is_file()
