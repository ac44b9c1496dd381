"""`flask start` as a person types it: in a process of its own, from nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from fieldapp.config import HOME
from tests.server import free_port


def starting(data, **env) -> subprocess.Popen:
    keep = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY", "HOST", "DEMO")}
    return subprocess.Popen([sys.executable, "-m", "flask", "--app", "fieldapp", "start"], cwd=HOME, text=True,
                            env={**keep, "FIELDAPP_DATA": str(data), **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)


def refused(data, **env) -> str:
    process = starting(data, **env)
    text = process.communicate(timeout=60)[0]
    assert process.returncode == 1 and "Traceback" not in text
    return text


def served(data, port: int, **env) -> str:
    """Wait until it serves, stop it as Ctrl-C does, and give what it printed."""
    process = starting(data, PORT=str(port), **env)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as page:
                    assert page.status == 200
                    break
            except OSError:
                assert process.poll() is None, process.communicate()[0]
                assert time.monotonic() < deadline, "not serving within 60 s"
                time.sleep(0.2)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        text = process.communicate(timeout=30)[0]
    assert "Traceback" not in text
    return text


@pytest.mark.slow
def test_it_serves_the_demo_and_started_again_prints_the_same_log_ins(tmp_path):
    port = free_port()
    first = served(tmp_path / "data", port, DEMO="1")
    second = served(tmp_path / "data", port, DEMO="1")
    told = [re.findall(r"^  (\S+) +([a-z2-9]{12}) ", text, re.M) for text in (first, second)]
    assert told[0] == told[1] and len(told[0]) == 10
    assert f"http://127.0.0.1:{port}" in first and f"adb reverse tcp:{port}" in first
    assert "방문 visits" in first and "방문 visits" not in second
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert "DEMO_PUBLIC=1" in refused(tmp_path / "data", HOST="0.0.0.0", PORT=str(port)), "even where DEMO isn't asked for again"


def test_an_empty_office_says_how_to_make_the_first_account(tmp_path):
    text = served(tmp_path, free_port(), DEMO="0")
    assert "create-admin" in text and "changdong" not in text


def test_the_demo_is_not_served_to_others(tmp_path):
    assert "DEMO_PUBLIC=1" in refused(tmp_path, DEMO="1", HOST="0.0.0.0", PORT=str(free_port()))


def test_a_port_that_is_taken_is_said_plainly(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"make run PORT={port + 1}" in refused(tmp_path, PORT=str(port), DEMO="0")


def test_settings_that_cannot_be_read_are_named(tmp_path):
    process = starting(tmp_path, PORT="eight")
    assert "PORT must be a whole number" in process.communicate(timeout=60)[0]
