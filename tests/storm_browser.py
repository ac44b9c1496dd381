"""A phone whose browser is killed again and again around the tap on save, without a network; then it gets one."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page

from fieldapp.database import uuid7
from fieldapp.visits import Visit, VisitPhoto
from tests import browser
from tests.office import Office, ready
from tests.storm import small_photo

LONGEST = 150  # seconds: a request may be given up after 60, and what it carried goes again after up to 30 more

WATCH = """new MutationObserver(() => {
    const card = document.querySelector("[data-record]");
    if (card && !card.dataset.told) { card.dataset.told = "1"; saidSaved(card.dataset.record); }
}).observe(document, {childList: true, subtree: true});"""


@dataclass
class BrowserCount:
    """What a storm on the browser came to. `lost`, `twice` and `halves` must be empty."""

    kills: int = 0
    said_saved: set[str] = field(default_factory=set)
    arrived: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    halves: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.kills} kills of the browser, {len(self.said_saved)} said to be saved, {self.arrived} arrived, "
                f"{len(self.lost)} lost, {len(self.twice)} twice, {len(self.halves)} halves")


def browser_storm(office: Office, switch_on: Callable[..., BrowserContext], profile: Path, kills: int, seed: int = 1,
                  tell: Callable[[str], None] = lambda text: None, within: float = 250) -> BrowserCount:
    """Kill the browser `within` so many milliseconds of the tap; at the end let everything arrive, and count."""
    chance, count = random.Random(seed), BrowserCount()
    context = switch_on(profile, office.url)
    office.log_in(context)
    page = context.new_page()
    page.goto("/today")
    page.wait_for_selector("#due-rows li")
    until(page, "() => !!navigator.serviceWorker.controller")
    office.server.kill()
    for number in range(kills):
        page = context.new_page()
        page.expose_function("saidSaved", lambda uid: count.said_saved.add(uid))
        page.add_init_script(WATCH)
        record(page, office, number)
        page.evaluate("() => { setTimeout(() => document.getElementById('save').click(), 20); }")
        page.wait_for_timeout(chance.uniform(0, within))
        browser.kill(profile)
        count.kills += 1
        context = again(switch_on, profile, office.url)
        if count.kills % 10 == 0:
            tell(str(count))
    office.server.start()
    office.log_in(context)  # a cookie that was not yet on the disk died with the browser
    finish(context)
    return settle(count)


def record(page: Page, office: Office, number: int) -> None:
    ready(page, f"/visits/new?shop={office.cast.shop.uid}")
    page.locator("label", has_text="만남").first.click()
    page.locator("#memo").fill(f"{uuid7()}")
    page.locator("#album").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": small_photo(number)})
    page.wait_for_selector("#thumbs li")


def again(switch_on: Callable[..., BrowserContext], profile: Path, url: str, tries: int = 5) -> BrowserContext:
    """Start the browser from the folder that the dead one left, lock files and all."""
    for left in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
        (profile / left).unlink(missing_ok=True)
    for _ in range(tries - 1):
        try:
            return switch_on(profile, url)
        except Error:
            time.sleep(0.5)
    return switch_on(profile, url)


def finish(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/outbox")
    page.locator("#send").click()
    until(page, """async () => {
        const store = await import(document.querySelector("script[type=module]").src.replace("outbox-page.js", "outbox/store.js"));
        return (await store.all("records")).every((record) => record.state === "done");
    }""", LONGEST)


def until(page: Page, script: str, seconds: float = 30) -> None:
    """Wait for it from outside: the page's policy lets no text be evaluated inside."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(script):
        assert time.monotonic() < deadline, page.inner_text("main")
        page.wait_for_timeout(50)


def settle(count: BrowserCount) -> BrowserCount:
    visits = [visit.uid for visit in Visit.select(Visit.uid, Visit.memo)]
    memos = [visit.memo for visit in Visit.select(Visit.memo)]
    count.arrived = len(visits)
    count.lost = sorted(count.said_saved - set(visits))
    count.twice = sorted({memo for memo in memos if memos.count(memo) > 1})
    whole = {row.visit_id for row in VisitPhoto.select().where(VisitPhoto.received_at.is_null(False))}
    count.halves = sorted(set(visits) - whole)
    return count

