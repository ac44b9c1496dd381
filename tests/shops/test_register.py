import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.shops.columns import NAMES, SEMAS, find_columns, is_semas, missing_columns
from fieldapp.shops.register import DELIMITERS, BadRegister, Register, read_rows
from tests.published import table

HEADER = "source,source_id,name,lat,lon"


@pytest.fixture
def file(tmp_path):
    """Writes a register file, in UTF-8 where it is given as text, and gives its path."""
    def write(content: str | bytes):
        path = tmp_path / "some.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path
    return write


def names(path, source: str = "") -> list[str]:
    return [row.values.get("name", f"!{row.trouble}") for row in read_rows(path, source)]


def refusal(path, source: str = "") -> str:
    with pytest.raises(BadRegister) as told:
        Register(path, source)
    assert (told.value.status, told.value.code) == (422, "bad-register")
    return str(told.value.message)


def test_the_39_columns_are_known_by_their_published_names(published):
    for encoding, path in published.semas.items():
        header = path.read_text(encoding).split("\n")[0].strip().split(",")
        assert tuple(header) == SEMAS and is_semas(header) and missing_columns(header) == []
    assert set(find_columns(list(SEMAS))) == set(NAMES) - {"source", "phone"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_a_semas_file_is_read_in_both_its_encodings(published, encoding):
    register = Register(published.semas[encoding])
    told = table(published.semas[encoding], encoding)
    rows = list(register.rows())
    assert (register.encoding, register.delimiter, register.source) == (encoding, ",", "semas")
    assert register.lines == published.semas[encoding].read_bytes().count(b"\n")
    assert [(row.values["source_id"], row.values["name"], row.values["lat"], row.values["address_road"], row.trouble) for row in rows] == [
        (line["상가업소번호"], line["상호명"], line["위도"], line["도로명주소"], "") for line in told]
    assert [row.line for row in rows] == list(range(2, len(told) + 2))


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_encoding_delimiter_and_line_ending_gives_the_same_rows(published, file, delimiter, encoding, ending):
    told = table(published.semas["utf-8-sig"])
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, SEMAS, delimiter=delimiter, lineterminator=ending)
    writer.writeheader()
    writer.writerows(told)
    register = Register(file(out.getvalue().encode(encoding)))
    assert register.delimiter == delimiter
    assert [row.cells for row in register.rows()] == [list(line.values()) for line in told]


def test_a_file_in_which_every_field_is_quoted_is_read(published):
    register = Register(published.raw, "착한가격업소")
    told = table(published.raw, "cp949")
    assert (register.encoding, register.source) == ("cp949", "착한가격업소")
    assert [(row.values["source_id"], row.values["name"], row.values["phone"], row.values["address_road"]) for row in register.rows()] == [
        (line["업소아이디"], line["업소명"], line["업소 전화번호"], line["업소 주소"]) for line in told]


def test_a_plain_file_is_read_by_the_names_of_its_columns(published):
    told = table(published.shops)
    rows = list(Register(published.shops).rows())
    assert len(rows) == len(told)
    whole = [(row, line) for row, line in zip(rows, told, strict=True) if not row.trouble]
    assert len(whole) >= len(rows) - 1
    for row, line in whole:
        assert [row.values[word] for word in ("source", "source_id", "name", "phone", "lon")] == [
            line[word] for word in ("source_dataset", "source_id", "name", "phone_raw", "lng")]


def test_the_better_name_of_a_column_wins_and_names_are_read_without_regard_to_blanks_and_case():
    assert find_columns(["주소", "업소 주소", "도로명주소"])["address_road"] == 2
    assert find_columns(["  Source_ID ", "NAME", "업소  전화번호"]) == {"source_id": 0, "name": 1, "phone": 2}
    assert find_columns(["name", "name"])["name"] == 0
    assert missing_columns(["상가업소번호", "상호명"]) == ["도로명주소", "시군구코드", "행정동코드", "위도", "경도"]
    assert missing_columns(["주소"]) == ["source_id", "name"]


def test_the_source_is_the_files_the_options_or_the_published_registers(file):
    def sources(content: str, option: str = "") -> list[str]:
        return [row.values["source"] for row in read_rows(file(content), option)]
    assert sources("source,id,name\nA,1,가\n,2,나", "B") == ["A", "B"]
    assert sources("id,name\n1,가", "B") == ["B"]
    assert "source" in refusal(file("id,name\n1,가"))


@pytest.mark.parametrize(("content", "told"), [
    (b"", "빈 파일"), (b" \n\r\n \t", "빈 파일"), (b"\xef\xbb\xbf", "점포 목록이 아닙니다"),
    (b"PK\x03\x04" + b"xl/workbook" * 9, "글자로 된 파일이 아닙니다"),
    (b"\x00\x01\x02", "글자로 된 파일이 아닙니다"), ("상호명,이름\n".encode("utf-16"), "글자로 된 파일이 아닙니다"),
    (b"\xff\xd8\xff\xe0 jpeg", "글자를 읽을 수 없습니다"), (b"\xff" * 500, "글자를 읽을 수 없습니다"),
    (b"%PDF-1.7\n%\xe2\xe3", "점포 목록이 아닙니다"),
    (b"<html><body>404</body></html>", "source_id, name"), (b"\n" * 12 + b"source,source_id,name\n", "점포 목록이 아닙니다"),
    ("상가업소번호,상호명,위도,경도\n", "도로명주소, 시군구코드, 행정동코드"), ('"source,source_id,name\n', "점포 목록이 아닙니다"),
    ("이름,주소\n가,나\n", "source_id, name"), (b"a" * 200_000, "점포 목록이 아닙니다"), (b"," * 200_000, "점포 목록이 아닙니다"),
    (b'"' * 150_001, "점포 목록이 아닙니다"), ("상호".encode("euc-kr") + b",\xff\xff\n", "글자를 읽을 수 없습니다")])
def test_what_is_no_register_is_refused_in_words(file, content, told):
    assert told in refusal(file(content))


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path, name):
    assert str(tmp_path) in refusal(tmp_path / name)


def test_empty_rows_are_none_and_short_or_long_ones_are_in_trouble(file):
    path = file(f"{HEADER}\n\n,,,,\nA,1,가,,\n　,　\nA,2,나\nA,3,다,,,,\nA,4,라,,,더\n")
    assert [(row.line, row.values.get("name", ""), row.trouble) for row in read_rows(path)] == [
        (4, "가", ""), (6, "", "columns"), (7, "다", ""), (8, "", "columns")]


def test_quotes_commas_and_line_breaks_within_fields(file):
    path = file(f'{HEADER}\nA,1,"쉼표, ""따옴표""",,\nA,2,"두\n줄",,\nA,3,"세\r\n\r\n줄",,\nA,4,라,,\n')
    assert [(row.line, row.values["name"]) for row in read_rows(path)] == [
        (2, '쉼표, "따옴표"'), (3, "두\n줄"), (5, "세\r\n\r\n줄"), (8, "라")]


@pytest.mark.parametrize(("stray", "name"), [
    ('A,9,"열린 따옴표,,', '"열린 따옴표'), ('A,9,따"옴"표,,', '따"옴"표'), ('A,9,"반쪽" 따옴표,,', "반쪽 따옴표"), ('A,"9,가,,', "가"),
    ('"A,9,가,,', "가"), ('A,9,가,,"', "가"), ('A,9,"""가,,', '"""가'), ('A,9,"가"",,', '"가""')])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_stray_quotation_mark_is_a_letter_of_its_own_row(file, stray, name, place):
    rows, told = [f"A,{number},가게{number},," for number in range(3)], ["가게0", "가게1", "가게2"]
    rows.insert(place, stray)
    told.insert(place, name)
    found = list(read_rows(file("\n".join([HEADER, *rows]))))
    assert [row.line for row in found] == [2, 3, 4, 5] and [row.values["name"] for row in found] == told


def test_a_mark_that_nothing_closes_in_a_long_file_costs_its_own_row(file):
    rows = [f"A,{number},가게{number},," for number in range(20_000)]
    rows[7] = 'A,7,"가게,,'
    found = list(read_rows(file("\n".join([HEADER, *rows]))))
    assert len(found) == 20_000 and [row.values["source_id"] for row in found if not row.trouble][8:10] == ["8", "9"]


def test_a_row_that_cannot_be_decoded_is_in_trouble_and_the_others_are_not(file):
    lines = [HEADER.encode(), "A,1,가,,".encode(), b"A,2,\xc3\x28\xff,,", "A,3,다,,".encode()]
    assert names(file(b"\n".join(lines))) == ["가", "!undecodable", "다"]
    lines = ["상호명,출처,업소아이디".encode("cp949"), "가,A,1".encode("cp949"), b"\xff\xff,A,2", "다,A,3".encode("cp949")]
    assert names(file(b"\n".join(lines))) == ["가", "!undecodable", "다"]


def test_a_nul_deep_in_the_file_breaks_nothing(file):
    rows = "".join(f"A,{number},가게{number},,\n" for number in range(6000))
    found = names(file(f"{HEADER}\n{rows}A,x,가\0나,,\nA,y,다,,\n"))
    assert len(found) == 6002 and found[-1] == "다"


@settings(max_examples=150)
@given(st.lists(st.text(alphabet='가A1,"\n\r\t|;\0 　\ufeff', max_size=30), max_size=8))
def test_any_lines_below_a_header_are_given_and_none_twice(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes("\n".join([HEADER, *lines]).encode())
    try:
        rows = list(read_rows(path))
    except BadRegister:
        assert any("\0" in line for line in lines)
        return
    assert [row.line for row in rows] == sorted({row.line for row in rows}), "in order, each line once"
    assert all(row.trouble in ("", "columns", "undecodable", "cut") for row in rows)
    assert all(row.trouble or len(row.values) == 5 for row in rows)


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_below_a_header_are_given_as_rows_or_refused_in_words(tmp_path_factory, body):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(HEADER.encode() + b"\n" + body)
    try:
        for row in read_rows(path):
            assert row.trouble or "".join(row.cells).encode() is not None
    except BadRegister as told:
        assert str(told.message)


@given(st.binary(max_size=100))
def test_any_bytes_at_all_are_no_register(tmp_path_factory, body):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(body)
    with pytest.raises(BadRegister):
        Register(path)
