import peewee
import pytest

from fieldapp.errors import Busy


@pytest.mark.parametrize(("error", "word"), [
    (peewee.OperationalError("database or disk is full"), "저장 공간이 부족"),
    (peewee.OperationalError("database is locked"), "지금은 저장할 수 없습니다"), (Busy(), "지금은 저장할 수 없습니다"),
    (OSError(28, "No space left on device"), "저장 공간이 부족")])
def test_a_command_that_cannot_write_says_so_in_words(app, monkeypatch, error, word):
    def stop():
        raise error

    monkeypatch.setattr("fieldapp.cli.database.migrate", stop)
    done = app.test_cli_runner().invoke(args=["migrate"])
    assert done.exit_code == 1 and word in done.output and "Traceback" not in done.output


def test_a_mistake_of_ours_is_not_hidden(app, monkeypatch):
    monkeypatch.setattr("fieldapp.cli.database.migrate", lambda: 1 / 0)
    assert isinstance(app.test_cli_runner().invoke(args=["migrate"]).exception, ZeroDivisionError)
