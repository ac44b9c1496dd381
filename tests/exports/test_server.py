"""Over a real server: who gets a list that was cut off, is told so by HTTP itself."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlencode

import openpyxl
import pytest

from fieldapp.config import HOME
from fieldapp.database import now
from fieldapp.exports import Export, tidy
from fieldapp.exports.export import PAUSE, SILENT
from fieldapp.exports.making import folder
from tests.exports.conftest import ASK, last
from tests.exports.test_volume import many
from tests.recording import recorded

PATIENCE = 120.0  # seconds
ROWS = 15_000  # of a sheet that takes a few seconds


def asked(office, **more) -> tuple[http.client.HTTPResponse, bytes, bool]:
    """The answer, what came of it, and whether that is all."""
    cookies = "; ".join(f"{name}={value}" for name, value in office.cookies("supervisor").items())
    with closing(http.client.HTTPConnection("127.0.0.1", office.server.port, timeout=20)) as connection:
        connection.request("POST", "/exports", urlencode(ASK | more), {
            "Cookie": cookies, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        try:
            return answer, answer.read(), True
        except http.client.IncompleteRead as cut:
            return answer, cut.partial, False


@pytest.mark.slow
def test_a_list_that_breaks_on_the_way_ends_without_its_last_chunk(office):
    for number in range(5):
        recorded(office.cast.changdong, {"shop": office.cast.shop.uid, "outcome": "busy", "memo": str(number)})
    answer, body, whole = asked(office)
    assert answer.status == 200 and answer.headers["Transfer-Encoding"] == "chunked" and whole and body.count(b"\r\n") == 6
    office.server.kill()
    office.server.start("tests.exports.breaking:app()")
    answer, body, whole = asked(office)
    assert answer.status == 200 and not whole and body.count(b"\r\n") == 3 and b"Traceback" not in body
    assert (last().state, last().rows) == ("cut", 5)


@contextmanager
def worker(office) -> Iterator[subprocess.Popen]:
    env = os.environ | {"FIELDAPP_DATA": str(office.config.data), "SECRET_KEY": office.config.secret_key}
    with subprocess.Popen([sys.executable, "-m", "flask", "--app", "fieldapp", "work"], cwd=HOME, env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_worker_killed_half_way_leaves_no_half_file_and_the_next_one_makes_it_whole(office):
    cast = office.cast
    recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "busy"})
    many(ROWS - 1)
    answer, _body, _whole = asked(office, format="xlsx")
    assert (answer.status, answer.headers["Location"]) == (303, f"/exports/{last().uid}")
    with worker(office) as killed:
        until(lambda: last().done)
        killed.kill()
    assert last().state == "making" and not list(folder().glob("*.xlsx")) and list(folder().glob(".new-*"))
    Export.update(changed_at=now() - SILENT * 2).execute()
    tidy()
    assert last().state == "waiting" and not list(folder().iterdir())
    Export.update(changed_at=now() - PAUSE * 2).execute()
    with worker(office):
        until(lambda: last().state == "ready")
    [made] = folder().iterdir()
    sheet = openpyxl.load_workbook(made, read_only=True).active
    assert sum(1 for _row in sheet.iter_rows()) == ROWS + 1 and last().done == ROWS
    sheet.parent.close()
