import pytest

from fieldapp.events import Event
from fieldapp.reports import YearFigure

TABLE = "지표,연도,값,출처\n상담,2022,10,2022년 업무보고\n상담,2023,532,2023년 업무보고\n전문가 컨설팅 신청,2023,60,2023년 업무보고\n"


@pytest.fixture
def run(app, cast, tmp_path):
    def command(text: str | bytes, *more: str):
        file = tmp_path / "figures.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8-sig"))
        done = app.test_cli_runner().invoke(args=["import-figures", str(file), *more])
        assert "Traceback" not in done.output
        return done

    return command


def known() -> dict:
    return {(row.indicator, row.year): (row.value, row.source) for row in YearFigure.everyone()}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-8"])
def test_yearly_figures_come_in_and_the_same_again_changes_nothing(run, encoding):
    for _twice in range(2):
        assert run(TABLE.encode(encoding)).exit_code == 0
    assert known() == {("consultations", 2022): (10, "2022년 업무보고"), ("consultations", 2023): (532, "2023년 업무보고"),
                       ("applications", 2023): (60, "2023년 업무보고")}
    assert Event.select().where(Event.kind == "year_figure.set").count() == 3


def test_a_changed_figure_is_kept_with_what_it_was(run):
    run(TABLE)
    run("indicator,year,value,source\nconsultations,2023,\"1,532\",정정\n")
    assert known()["consultations", 2023] == (1532, "정정")
    last = Event.select().where(Event.kind == "year_figure.set").order_by(Event.created_at.desc(), Event.uid.desc()).first()
    assert last.facts == {"before": {"value": 532, "source": "2023년 업무보고"}, "after": {"value": 1532, "source": "정정"}}


@pytest.mark.parametrize(("row", "word"), [
    ("방문,2023,1,x", "모르는 지표"), ("상담,이천,1,x", "2023처럼"), ("상담,2023,많음,x", "정수를"), ("상담,2023,-1,x", "정수를"),
    ("상담,2023,,x", "값을 적어"), ("상담,2022,11,x", "앞에 또 있습니다"),
    ("상담,2023,1e3,x", "정수를"), ("상담", "2023처럼"),
    ("상담,²,1,x", "2023처럼")])
def test_a_row_that_cannot_be_read_keeps_all_of_the_file_out(run, row, word):
    done = run(TABLE.replace("상담,2023,532,2023년 업무보고", row))
    assert done.exit_code == 1 and (word in done.output or "연도를 적어" in done.output) and "3행 거절" in done.output and known() == {}


@pytest.mark.parametrize(("file", "word"), [
    (b"", "없는 열: 지표"), ("가,나\n1,2\n".encode(), "없는 열: 지표, 연도, 값"), (b"\xff\xfe\x00", "글자를 읽을 수 없습니다"),
    (TABLE.encode() + b"x" * 1_100_000, "1 MB를 넘습니다"), ("지표,연도,값\n상담,2022,\"".encode() + b"9" * 140_000, "표로 읽을 수 없는")])
def test_what_is_no_such_table_is_told_in_words(run, file, word):
    done = run(file)
    assert done.exit_code == 1 and word in done.output and known() == {}


def test_a_dry_run_changes_nothing(run):
    done = run(TABLE, "--dry-run")
    assert done.exit_code == 0 and "미리보기" in done.output and "3줄" in done.output and known() == {}


def test_a_figure_is_set_and_taken_away_on_screen(as_, cast):
    desk = as_("supervisor")
    form = {"indicator": "consultations", "year": "2022", "value": "1,010", "source": "업무보고"}
    assert desk.post("/reports/years", data=form).status_code == 303
    assert "1,010" in as_("coordinator").get("/reports/years").text
    assert as_("coordinator").post("/reports/years", data=form).status_code == 403
    assert desk.post("/reports/years", data=form | {"value": "", "source": ""}).status_code == 303
    assert known() == {}


@pytest.mark.parametrize(("field", "value", "word"), [
    ("indicator", "x", "목록에 있는 것"), ("year", "22", "2023처럼"), ("year", "", "연도를"), ("value", "1.5", "정수를"),
    ("source", "", "어디에서"), ("odd", "1", "")])
def test_what_cannot_be_read_stands_beside_its_field(as_, cast, field, value, word):
    form = {"indicator": "consultations", "year": "2022", "value": "10", "source": "적던 출처"} | {field: value}
    answer = as_("supervisor").post("/reports/years", data=form)
    assert answer.status_code == 422 and word in answer.text and known() == {}
    assert field == "source" or "적던 출처" in answer.text
