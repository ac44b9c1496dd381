"""The instruments of the other tests measure what they say."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import psycopg
import pytest

from tests import browser
from tests.postgres import database
from tests.server import Server
from tests.wire import SLOW_3G, Wire

HEAD = (
    b"<!doctype html><title>t</title><meta name=viewport content='width=device-width'>"
    b"<link rel=icon href=data:,><link rel=stylesheet href=/style.css>"
)
BODY = HEAD + b"<p>x</p>" + b"<!-- a -->" * 3000
PACKED = gzip.compress(BODY)


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/moved":
            return self.answer(303, b"", Location="/page")
        if self.path == "/page":
            return self.answer(200, PACKED, **{"Content-Type": "text/html", "Content-Encoding": "gzip"})
        return self.answer(200, b"p{}", **{"Content-Type": "text/css", "Cache-Control": "max-age=999"})

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.browser
def test_korean_letters_are_drawn_and_not_boxes(phone):
    """Two syllables without a glyph would be the same empty box."""
    page = phone().new_page()
    page.goto("data:text/html;charset=utf-8,<style>p{font:40px sans-serif;width:50px}</style><p>가</p><p>힣</p>")
    first, second = (page.locator("p").nth(n).screenshot() for n in range(2))
    assert first != second


@pytest.mark.browser
def test_the_phone_is_a_small_korean_one_that_knows_its_place(phone, site):
    page = phone(site, place=(37.6688, 127.0471)).new_page()
    page.goto("/page")
    assert page.evaluate("[innerWidth, devicePixelRatio, navigator.language, navigator.maxTouchPoints > 0]") == [
        page.viewport_size["width"], 2, "ko-KR", True]
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Seoul"
    fix = "new Promise(r => navigator.geolocation.getCurrentPosition(p => r(p.coords.latitude), e => r(e.message)))"
    assert page.evaluate(fix) == 37.6688


@pytest.mark.browser
def test_the_wire_counts_compressed_bytes_redirects_and_no_cache(phone, site):
    page = phone(site).new_page()
    wire = Wire(page)
    page.goto("/moved", wait_until="networkidle")
    assert [request.url.removeprefix(site) for request in wire.requests] == ["/moved", "/page", "/style.css"]
    assert len(PACKED) < wire.bytes < len(PACKED) + 1500, wire.table()
    again = Wire(page)
    page.goto("/page", wait_until="networkidle")
    assert [request.url.removeprefix(site) for request in again.requests] == ["/page"]


@pytest.mark.browser
def test_the_slow_wire_is_slow(phone, site):
    page = phone(site).new_page()
    Wire(page).slow(SLOW_3G, cpu=4)
    page.goto("/page")
    waited = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    assert waited >= SLOW_3G["latency"] * 0.95


@pytest.mark.browser
def test_a_killed_phone_is_switched_on_again_with_its_storage(phone_at, site, tmp_path: Path):
    page = phone_at(tmp_path, site).new_page()
    page.goto("/page")
    page.evaluate("""new Promise((done, fail) => {
        const opening = indexedDB.open('kept', 1)
        opening.onupgradeneeded = () => opening.result.createObjectStore('all')
        opening.onsuccess = () => {
            const saving = opening.result.transaction('all', 'readwrite', {durability: 'strict'})
            saving.objectStore('all').put('백운세탁소', 1)
            saving.oncomplete = done
            saving.onerror = fail
        }
    })""")
    assert browser.kill(tmp_path) > 1
    page = phone_at(tmp_path, site).new_page()
    page.goto("/page")
    assert page.evaluate("""new Promise(done => {
        const opening = indexedDB.open('kept', 1)
        opening.onsuccess = () => {
            const reading = opening.result.transaction('all').objectStore('all').get(1)
            reading.onsuccess = () => done(reading.result)
        }
    })""") == "백운세탁소"


@pytest.mark.postgres
def test_each_database_is_new_and_speaks_korean(postgres):
    with database(postgres) as one, database(postgres) as other:
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE shop (name text)")
            connection.execute("INSERT INTO shop VALUES ('백운세탁소')")
            assert connection.execute("SELECT name, length(name) FROM shop").fetchone() == ("백운세탁소", 5)
        with psycopg.connect(other) as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM shop")


def is_alive(process: psutil.Process) -> bool:
    """A killed worker whose new parent hasn't asked after it yet is still listed, but holds nothing any more."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_the_server_is_killed_whole_and_starts_again_on_its_port(tmp_path: Path):
    with Server(tmp_path) as server:
        family = server.processes()
        assert len([process for process in family if is_alive(process)]) >= 2, "a master and its worker"
        server.kill()
        assert not any(is_alive(process) for process in family)
        assert not server.answers()
        url = server.url
        server.start()
        assert server.answers() and server.url == url
    assert not server.answers()


def test_a_server_that_cannot_start_says_why(tmp_path: Path):
    with pytest.raises(RuntimeError, match="TRUSTED_PROXIES must be"), Server(tmp_path, TRUSTED_PROXIES="many"):
        pass


def test_a_browser_that_is_named_and_does_not_start_is_refused(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(browser.NoBrowser, match="/nowhere/chromium"):
        browser.chromium_path.__wrapped__()
