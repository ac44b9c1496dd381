import os
import pty
import re
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from peewee import sqlite3

from fieldapp.shops import Shop
from fieldapp.shops.facts import REASONS
from fieldapp.zones.importing import import_zones
from tests.published import MADE_UP, table

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["import-shops", *map(str, words)])


def counts(output: str) -> dict[str, int]:
    """The summary's figures by their words."""
    return {word: int(figure.replace(",", "")) for figure, word in re.findall(r"^ *([\d,]+)  (.+)$", output, re.MULTILINE)}


def refusals_of(output: str) -> Path:
    return Path(re.search(r"거절된 행 전체: (.+)$", output, re.MULTILINE)[1].strip())  # type: ignore[index]


def test_it_tells_what_the_file_brought(run, published):
    import_zones(published.dongs)
    answer = run(published.semas["cp949"])
    assert answer.exit_code == 0
    assert counts(answer.output) == {
        "새로 등록": 19, "바뀜": 0, "그대로": 0, "중복 행": 1, "뒤의 행이 대신함": 1, "다른 구라서 뺌": 0, "거절": 0, "구 밖으로 표시": 2,
        "바로잡음": 1, "권역 없음": 1}
    assert "3행 대신 뒤에 나온 22행을 따랐습니다." in answer.output
    assert "18행: 위도와 경도가 바뀌어 있어 바로잡았습니다" in answer.output
    assert "거절된 행 전체" not in answer.output, "nothing was refused"
    again = counts(run(published.semas["utf-8-sig"]).output)
    assert (again["새로 등록"], again["바뀜"], again["그대로"]) == (0, 0, 19)


def test_every_refused_row_is_told_with_its_reason_and_kept_whole_in_a_file(run, config):
    import_zones(MADE_UP / "dongs_twin.geojson")
    answer = run(MADE_UP / "shops_twin.csv")
    told = dict(re.findall(r"^(\d+)행 거절: (.+)$", answer.output, re.MULTILINE))
    assert told == {"8": "좌표가 대한민국 밖입니다 (10.5, 140.2)", "9": "상호가 없습니다", "10": "업소 번호가 없습니다",
                    "11": "좌표가 숫자가 아닙니다 (북위, 동경)", "17": "열의 수가 제목 줄과 다릅니다 (3)"}
    path = refusals_of(answer.output)
    assert path.parent == config.data / "imports" and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "so that a spreadsheet reads it as UTF-8"
    rows = table(path)
    assert [row["line"] for row in rows] == list(told) and all(row["reason"] == str(REASONS[row["code"]]) for row in rows)
    assert (rows[0]["name"], rows[0]["road_address"]) == ("바다 밖 횟집", "먼바다 7")


def test_the_screen_shows_some_and_the_file_has_all(run, tmp_path):
    file = tmp_path / "many.csv"
    file.write_text("source,source_id,name\n" + "".join(f"가상,{number},\n" for number in range(50)))
    answer = run(file)
    assert len(re.findall(r"행 거절: ", answer.output)) == 20 and counts(answer.output)["거절"] == 50
    assert len(table(refusals_of(answer.output))) == 50


def test_two_imports_in_one_second_keep_two_files(run, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("source,source_id,name\n가상,1,\n")
    assert refusals_of(run(file).output) != refusals_of(run(file).output)


def test_refused_bytes_that_are_no_text_stand_in_the_file_as_escapes(run, tmp_path):
    file = tmp_path / "broken.csv"
    file.write_bytes("source,source_id,name\n가상,1,".encode() + b"\xff\xfe\n")
    answer = run(file)
    assert answer.exit_code == 0 and "2행 거절: 글자가 깨져 읽을 수 없습니다" in answer.output
    row, = table(refusals_of(answer.output))
    assert (row["code"], row["name"]) == ("undecodable", "\\udcff\\udcfe")


def test_what_a_spreadsheet_would_run_is_kept_as_text(run, tmp_path):
    """A cell that begins like a formula is what someone wrote, and is not to be worked out by whoever opens the file."""
    file = tmp_path / "formula.csv"
    file.write_text('source,source_id,name,memo\n가상,1,,"=HYPERLINK(""http://x"")"\n가상,2,,@SUM(1)\n가상,3,,-1\n')
    cells = [row["memo"] for row in table(refusals_of(run(file).output))]
    assert cells == ["'=HYPERLINK(\"http://x\")", "'@SUM(1)", "'-1"]


def test_a_source_can_be_named_and_another_gu_left_out(run, published):
    import_zones(published.dongs)
    assert run(published.raw).exit_code == 1
    assert counts(run(published.raw, "--source", "착한가격업소").output)["새로 등록"] == len(table(published.raw, "cp949"))
    told = counts(run(published.semas["cp949"], "--only-own").output)
    assert (told["새로 등록"], told["다른 구라서 뺌"]) == (18, 1)


@pytest.mark.parametrize("content", [
    b"", b"\x00\x01\x02", b"\xff" * 5000, b"PK\x03\x04", b"{}", b"name\n", "상호명,이름\n".encode("utf-16"), b'"' * 150_001, b"\n" * 9])
def test_a_hostile_file_is_refused_in_words(run, tmp_path, content):
    file = tmp_path / "some.csv"
    file.write_bytes(content)
    answer = run(file)
    assert answer.exit_code == 1 and "Error: " in answer.output and "Traceback" not in answer.output
    assert isinstance(answer.exception, SystemExit) and Shop.select().count() == 0


@pytest.mark.parametrize("words", [(), ("nowhere.csv",), (".",)])
def test_without_a_file_it_says_how_it_is_called(run, words):
    answer = run(*words)
    assert answer.exit_code == 2 and "import-shops" in answer.output


@pytest.mark.sqlite
def test_an_import_that_was_killed_is_started_again_and_ends_the_same(tmp_path):
    """SIGKILL in the middle of the writing; the second start does not wait for the first to be given up."""
    rows = "".join(f"가상 목록,{number},가상상점 {number}\n" for number in range(4000))
    (tmp_path / "many.csv").write_text(f"source,source_id,name\n{rows}")
    for name in ("killed", "whole"):
        typed(tmp_path / name, "migrate")
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"FIELDAPP_DATA": str(tmp_path / "killed")}
    command = [sys.executable, "-m", "flask", "--app", "fieldapp", "import-shops", str(tmp_path / "many.csv")]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    with closing(sqlite3.connect(tmp_path / "killed" / "fieldapp.db")) as line:
        while not (before := line.execute("SELECT COUNT(*) FROM shop").fetchone()[0]):
            assert process.poll() is None
        process.kill()
        process.wait(30)
        assert 0 < before < 4000
        typed(tmp_path / "killed", "import-shops", tmp_path / "many.csv")
        typed(tmp_path / "whole", "import-shops", tmp_path / "many.csv")
        with closing(sqlite3.connect(tmp_path / "whole" / "fieldapp.db")) as other:
            asked = "SELECT source, source_id, source_hash, name, search, seq FROM shop ORDER BY source_id"
            assert line.execute(asked).fetchall() == other.execute(asked).fetchall()


@pytest.mark.sqlite
def test_a_terminal_sees_the_zones_and_shops_come_in(tmp_path):
    """The commands as an office types them, one after the other, in an empty folder."""
    for words in (["migrate"], ["import-zones", MADE_UP / "dongs_twin.geojson"], ["import-shops", MADE_UP / "semas_twin_cp949.csv"]):
        shown = typed(tmp_path, *words)
    assert "점포 가져오기" in shown and "100%" in shown and counts(shown.replace("\r", ""))["새로 등록"] == 19
    assert "Traceback" not in shown


def typed(data: Path, *words) -> str:
    """What a terminal shows of a flask command; fails where the command does."""
    ours, its = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"FIELDAPP_DATA": str(data), "TERM": "xterm"}
    process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "fieldapp", *map(str, words)], cwd=ROOT, env=env,
                               stdin=its, stdout=its, stderr=its)
    os.close(its)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:
        pass  # Linux's word for: the other end has hung up.
    finally:
        os.close(ours)
    assert process.wait(60) == 0, shown.decode()
    return shown.decode()
