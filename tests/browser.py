"""Which Chromium the tests drive, and what the phone in them is.

`python -m tests.browser` names it, installing it first where that can be done (root on Debian), else says what to type.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PACKAGES = ("chromium", "fonts-nanum")
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

ARGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    *(["--no-sandbox"] if IS_ROOT else []),  # Chromium refuses its sandbox to root.
]

# A common small phone: 360 × 740 CSS pixels of two device pixels each.
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "ko-KR",
    "timezone_id": "Asia/Seoul",
}


class NoBrowser(Exception):
    """No Chromium is here; the message says what to type."""


@functools.cache
def chromium_path() -> str:
    """The browser's executable: CHROMIUM, the system's, Playwright's, or as root on Debian newly installed.

    Raises NoBrowser. Makes sure of a Korean font on the way, where it may.
    """
    given = os.environ.get("CHROMIUM")
    if given and not runs(given):
        raise NoBrowser(f"CHROMIUM={given} does not start")
    found = given or from_system() or from_playwright()
    if found:
        if not has_korean_font() and can_install():
            install("fonts-nanum")
        return found
    if can_install():
        install(*PACKAGES)
        found = from_system()
    if not found:
        raise NoBrowser("No Chromium found. " + advice())
    return found


def from_system() -> str | None:
    places = [shutil.which(name) for name in NAMES] + [MAC]
    return next((place for place in places if place and runs(place)), None)


def from_playwright() -> str | None:
    """The browser that `playwright install` left earlier; asked in another process, as only one driver fits in one."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def runs(path: str) -> bool:
    """Whether it starts: some systems ship a `chromium-browser` that only says where to get one."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def has_korean_font() -> bool:
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=ko"], capture_output=True).stdout.strip())
    return sys.platform != "linux" or any(Path("/usr/share/fonts").rglob("*anum*"))


def can_install() -> bool:
    return IS_ROOT and sys.platform == "linux" and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    print("Installing", *packages, "...", file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-q", *command], env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if done.returncode != 0 and command != ["update"]:
            raise NoBrowser(f"apt-get could not install {' '.join(packages)}. " + advice())


def advice() -> str:
    if shutil.which("apt-get") and not is_ubuntu():
        return f"Type:  sudo apt-get update && sudo apt-get install -y {' '.join(PACKAGES)}"
    return "Type:  .venv/bin/playwright install --with-deps chromium   (or name yours: CHROMIUM=/path/to/chrome)"


def is_ubuntu() -> bool:
    """Ubuntu's package of that name is a snap, which starts neither in containers nor under a test's profile."""
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text().splitlines()


def kill(profile: Path) -> int:
    """SIGKILL all processes of the browser with this profile folder, like a dead battery; say how many there were."""
    mark = f"--user-data-dir={profile}"
    mains = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
    family = {q for p in mains for q in [p, *children(p)]}
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=10)
    return len(family)


def children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


if __name__ == "__main__":
    try:
        print("Browser:", chromium_path())
    except NoBrowser as problem:
        sys.exit(str(problem))
