"""Fixtures that drive a real Chromium: `chromium`, `phone`, `phone_at`, `desk`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser import ARGS, PHONE, NoBrowser, chromium_path
from tests.phone_user import SHORTCUT, THUMB


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium_executable() -> str:
    """Skips where no browser is to be had, but never in CI, where that is an error."""
    try:
        return chromium_path()
    except NoBrowser as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def chromium(chromium_executable: str, playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_executable, args=ARGS)
    yield browser
    browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make a phone with empty storage: `phone(url, place=(37.65, 127.03))`; without a place, location is refused."""
    opened: list[BrowserContext] = []

    def switch_on(base_url: str | None = None, place: tuple[float, float] | None = None, **more: Any) -> BrowserContext:
        opened.append(chromium.new_context(**PHONE, base_url=base_url, **located(place), **more))
        opened[-1].add_init_script(THUMB + SHORTCUT)
        return opened[-1]

    yield switch_on
    for context in opened:
        context.close()


@pytest.fixture
def phone_at(playwright: Playwright, chromium_executable: str) -> Iterator[Callable[..., BrowserContext]]:
    """Make a phone that keeps its storage in a folder: `phone_at(folder, url)`.

    One that `tests.browser.kill(folder)` has killed is switched on again from the same folder.
    """
    opened: list[BrowserContext] = []

    def switch_on(
        profile: Path, base_url: str | None = None, place: tuple[float, float] | None = None, **more: Any
    ) -> BrowserContext:
        opened.append(
            playwright.chromium.launch_persistent_context(
                profile, executable_path=chromium_executable, args=ARGS, base_url=base_url,
                **{**PHONE, **located(place), **more},
            )
        )
        opened[-1].add_init_script(THUMB + SHORTCUT)
        return opened[-1]

    yield switch_on
    for context in opened:
        context.close()


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make an office computer's window: `desk(url, java_script_enabled=False)`."""
    opened: list[BrowserContext] = []

    def open_window(base_url: str | None = None, **more: Any) -> BrowserContext:
        window: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "ko-KR"}
        opened.append(chromium.new_context(**{**window, "timezone_id": "Asia/Seoul", "base_url": base_url, **more}))
        return opened[-1]

    yield open_window
    for context in opened:
        context.close()


def located(place: tuple[float, float] | None, accuracy: float = 12) -> dict[str, Any]:
    """The context's options for a latitude and longitude in degrees, accurate to so many metres."""
    if place is None:
        return {}
    latitude, longitude = place
    return {
        "permissions": ["geolocation"],
        "geolocation": {"latitude": latitude, "longitude": longitude, "accuracy": accuracy},
    }
