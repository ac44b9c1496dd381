import pytest

from fieldapp.zones import Area, Dong


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["import-zones", *map(str, words)])


def test_it_tells_what_came_and_the_second_time_that_nothing_did(run, published):
    count = len(published.features)
    first, second = run(published.dongs), run(published.dongs)
    assert first.exit_code == second.exit_code == 0
    assert f"행정동 새로 {count}개, 바뀜 0개, 그대로 0개" in first.output
    assert "권역 새로 0개" in second.output and f"행정동 새로 0개, 바뀜 0개, 그대로 {count}개" in second.output
    assert Dong.select().count() == count


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"{}", b"[" * 100_000, "상가업소번호,상호명".encode("cp949")])
def test_a_hostile_file_is_refused_in_words(run, tmp_path, content):
    file = tmp_path / "some.geojson"
    file.write_bytes(content)
    answer = run(file)
    assert answer.exit_code == 1 and answer.output.startswith("Error: ") and "Traceback" not in answer.output
    assert isinstance(answer.exception, SystemExit) and Dong.select().count() == 0


@pytest.mark.parametrize("words", [(), ("nowhere.geojson",), (".",)])
def test_without_a_file_it_says_how_it_is_called(run, words):
    answer = run(*words)
    assert answer.exit_code == 2 and "import-zones" in answer.output


def test_areas_are_imported_by_their_own_command(app, published):
    def run():
        return app.test_cli_runner().invoke(args=["import-areas", str(published.areas)])

    first, second = run(), run()
    count = Area.select().count()
    assert first.exit_code == second.exit_code == 0 and count
    assert f"상권 새로 {count}개, 바뀜 0개, 그대로 0개" in first.output and f"그대로 {count}개" in second.output
