import os
import re
import stat

import pytest

from fieldapp.database import writing
from fieldapp.experts import Expert, ExpertInput
from fieldapp.experts.sheet import LARGEST
from fieldapp.experts.uploads import A_DAY
from tests.experts.conftest import csv_of, xlsx_of
from tests.experts.test_importing import everything

CONTENT = csv_of("번호,성명,분야,메일,정원", "1,가상 노무사,인사·노무,a@example.kr,7", "2,가상 세무사,세무회계,b@example.kr,3",
                 "3,<b>이름</b>,마법,c@example.kr,3")


def send(client, content: bytes, name: str = "명단.csv"):
    head = f'--part\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return client.post("/experts/import", data=head.encode() + content + b"\r\n--part--\r\n",
                       content_type="multipart/form-data; boundary=part")


def confirm(client, text: str):
    return client.post("/experts/import", data=dict(re.findall(r'type="hidden" name="(kept|shown)" value="([^"]+)"', text)))


def kept(config) -> list:
    return sorted((config.data / "imports").glob("experts-*"))


@pytest.mark.parametrize("content", [CONTENT, xlsx_of(*[line.split(",") for line in CONTENT.decode().splitlines()])], ids=["csv", "xlsx"])
def test_a_file_is_shown_first_and_done_when_it_is_confirmed(as_, enter, config, cast, content):
    enter("가상 노무사", "labor", mail="a@example.kr")
    client, before = as_("coordinator"), everything()
    shown = send(client, content)
    assert shown.status_code == 200 and everything() == before
    for word in ("새로 등록 1행", "바뀜 1행", "거절 1행", "그대로 0행", "번호", "모르는 이름입니다: 마법", "&lt;b&gt;이름", "2명 저장"):
        assert word in re.sub(r"<[^>]+>", "", shown.text), word
    assert "<b>정원</b>" in shown.text and "<b>이름</b>" not in shown.text
    assert len(kept(config)) == 1 and stat.S_IMODE(kept(config)[0].stat().st_mode) == 0o600 and cast.coordinator.uid in kept(config)[0].name
    answer = confirm(client, shown.text)
    assert (answer.status_code, answer.location) == (303, "/experts/import")
    assert [(row.name, row.capacity) for row in Expert.select().order_by(Expert.name)] == [("가상 노무사", 7), ("가상 세무사", 3)]
    assert kept(config) == [] and "새로 등록 1명, 바뀜 1명 · 가상 coordinator" in client.get("/experts/import").text
    again = send(client, content)
    assert "저장할 것이 없습니다" in again.text and "그대로 2행" in re.sub(r"<[^>]+>", "", again.text) and kept(config) == []


def test_confirmed_twice_it_is_done_once(as_, config):
    client = as_("coordinator")
    shown = send(client, CONTENT).text
    assert confirm(client, shown).status_code == 303
    after = everything()
    answer = confirm(client, shown)
    assert answer.status_code == 422 and "이미 처리되었거나" in answer.text and everything() == after


def test_what_has_changed_meanwhile_is_shown_anew(as_, enter, config):
    client = as_("coordinator")
    shown = send(client, CONTENT).text
    enter("가상 세무사", "it", mail="b@example.kr")
    before = everything()
    answer = confirm(client, shown)
    assert answer.status_code == 409 and "그 사이" in answer.text and "바뀜" in answer.text and everything() == before
    assert confirm(client, answer.text).status_code == 303 and Expert.select().count() == 2


def test_what_was_left_is_its_persons_alone_and_goes(as_, config, cast):
    client = as_("coordinator")
    token = re.search(r'name="kept" value="([^"]+)"', send(client, CONTENT).text)
    other = config.data / "imports" / "experts-someone-else.upload"
    other.write_text("old")
    os.utime(other, (0, other.stat().st_mtime - A_DAY - 9))
    assert token
    for wrong in (token[1][:-1], f"../experts-{cast.coordinator.uid}-{token[1]}", "../../secret_key", "x" * 41, "\0"):
        assert client.post("/experts/import", data={"kept": wrong, "shown": "x"}).status_code == 422
    send(client, CONTENT + b"\n")
    assert len(kept(config)) == 1 and token[1] not in kept(config)[0].name
    assert Expert.select().count() == 0


@pytest.mark.parametrize(("content", "word"), [
    (b"", "빈 파일"), (b"\0\1", "표로 읽을 수 없는"), ("이름 없음,분야\n가,나".encode(), "없는 열: 성명"),
    (b"PK\x03\x04", "엑셀 파일을 읽을 수 없습니다"), (b"\xff" * 9, "UTF-8이나"), (b"a" * (LARGEST + 1), "2 MB를 넘습니다")])
def test_what_is_no_list_is_told_beside_the_file(as_, config, content, word):
    answer = send(as_("coordinator"), content)
    assert answer.status_code == 422 and word in answer.text and 'id="file-error"' in answer.text and kept(config) == []


def test_no_file_far_too_much_and_who_may_not(as_):
    assert "파일을 골라" in as_("coordinator").post("/experts/import", data={}).text
    assert send(as_("coordinator"), b"a" * 5_000_000).status_code == 413
    assert send(as_("supervisor"), CONTENT).status_code == 403
    with writing():
        Expert.enter(ExpertInput("가", fields=("it",)), "")
    assert Expert.select().count() == 1
