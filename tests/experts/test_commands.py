import pytest

from fieldapp.experts import Expert
from tests.experts.conftest import csv_of, xlsx_of
from tests.experts.test_importing import everything


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["import-experts", *map(str, words)])


def test_a_dry_run_tells_and_changes_nothing_then_the_same_is_done(run, tmp_path, enter):
    enter("가상 노무사", mail="a@example.kr")
    file, before = tmp_path / "명단.xlsx", everything()
    file.write_bytes(xlsx_of(["번호", "성명", "분야", "메일", "정원"], [1, "가상 노무사", "인사·노무", "a@example.kr", 7],
                             [2, "가상 세무사", "세무회계", "b@example.kr", 3], [3, "가상 변리사", "마법", "c@example.kr", 3]))
    dry = run(file, "--dry-run")
    assert dry.exit_code == 0 and everything() == before
    for word in ("       1  새로 등록", "       1  바뀜", "       0  그대로", "       1  거절", "읽지 않았습니다: 번호",
                 "2행 가상 노무사: 정원 3 → 7", "4행 거절: 분야: 모르는 이름입니다: 마법", "아무것도 바꾸지 않았습니다"):
        assert word in dry.output, word
    done = run(file)
    assert done.exit_code == 0 and done.output == dry.output.rsplit("\n", 2)[0] + "\n"
    assert [(row.name, row.capacity) for row in Expert.select().order_by(Expert.name)] == [("가상 노무사", 7), ("가상 세무사", 3)]
    assert "       2  그대로" in run(file).output


@pytest.mark.parametrize("content", [b"", b"\0", b"PK\x03\x04", csv_of("분야", "금융")])
def test_a_hostile_file_is_refused_in_words(run, tmp_path, content):
    file = tmp_path / "some.csv"
    file.write_bytes(content)
    answer = run(file)
    assert answer.exit_code == 1 and "Error: " in answer.output and "Traceback" not in answer.output and Expert.select().count() == 0


@pytest.mark.parametrize("words", [(), ("nowhere.csv",), (".",)])
def test_without_a_file_it_says_how_it_is_called(run, words):
    answer = run(*words)
    assert answer.exit_code == 2 and "import-experts" in answer.output
