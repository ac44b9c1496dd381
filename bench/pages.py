"""What a manager waits for, in Chromium with the phone's processor slowed four times: the form, the start, saving, searching, a way."""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from bench.phones import percentile
from bench.street import TRADES, Street
from bench.table import Table, at_most, progress
from tests.browser import ARGS, PHONE, chromium_path
from tests.conftest_browser import located
from tests.phone_user import THUMB, PhoneUser
from tests.shops.register import make_register
from tests.wire import SLOW_3G, Wire

HERE = (37.6501, 127.0451)
SHOPS = 5000
AFTERWARDS = 3000  # ms in which all that follows the pack has come
SLOWER = 4  # times, the processor
LINES = {
    "Slow 3G of DevTools: 400 kbit/s, 2000 ms": SLOW_3G,
    "400 kbit/s, 400 ms": SLOW_3G | {"latency": 400},
    "no slower than it is": SLOW_3G | {"downloadThroughput": -1, "uploadThroughput": -1, "latency": 0},
}
TYPED = ("느티나무 세탁소 1", "햇살 카페 49", *TRADES[:2])
STOPS, WAYS = 60, 20
REGISTER = 20_000  # shops of a whole gu, in which the module alone searches
PATIENCE = 120_000  # ms

# What a page of ours shows is drawn in the frame after it stands in the document.
MARKS = """
globalThis.measured = { strokes: [] };
const drawn = (then) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => then(performance.now());
  port2.postMessage(0);
});
const once = (selector, then) => {
  const seen = new MutationObserver(() => { if (document.querySelector(selector)) { seen.disconnect(); then(); } });
  seen.observe(document, { attributes: true, childList: true, subtree: true });
};
const usable = () => Object.assign(measured, { usable: performance.now(), requests: 1 + performance.getEntriesByType("resource").length });
if (location.pathname === "/form") document.addEventListener("DOMContentLoaded", usable); else once("html[data-ready]", usable);
once("dialog#lock[open]", () => drawn((at) => { measured.asked = at; }));
once("#due-rows li", () => drawn((at) => { measured.rows = at; }));
document.addEventListener("pointerdown", ({ target, timeStamp }) => {
  if (target.closest("#save")) once("[data-record]", () => drawn((at) => { measured.saved = at - timeStamp; }));
}, true);
document.addEventListener("input", ({ target, timeStamp }) => {
  if (target.id === "search") drawn((at) => { measured.strokes.push(at - timeStamp); });
}, true);
"""


ORDER = """async (sets) => {
    const { order } = await import(new URL("route.js", document.querySelector("script[type=module]").src).href);
    return sets.map(([from, ...stops]) => {
      const began = performance.now();
      order(stops, from);
      return performance.now() - began;
    }); }"""


SEARCH = """async ({ shops, here, typed }) => {
    const { ready, search } = await import(new URL("search.js", document.querySelector("script[type=module]").src).href);
    await ready();
    search(shops, "", here);
    return typed.map((query) => {
      const began = performance.now();
      search(shops, query, here, 20);
      return performance.now() - began;
    }); }"""


@dataclass(frozen=True)
class Pace:
    loads: int = 5
    starts: int = 5
    saves: int = 10


@dataclass
class Load:
    """Milliseconds until the form can be used, requests by then, and bytes of everything but the zones' shops."""

    ms: float
    requests: int
    bytes: int = 0
    pack: int = 0


@dataclass
class Rounds:
    loads: list[Load] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return median(load.ms for load in self.loads)


def measure(folder: Path, quick: bool = False) -> Iterator[Table]:
    pace = Pace(1, 1, 2) if quick else Pace()
    progress(f"opening {SHOPS} made-up shops")
    street = Street(folder, 1, SHOPS)
    with sync_playwright() as playwright, street.office.server, street.peer:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        yield first_load(street, browser, pace)
        browser.close()
        yield at_work(street, playwright, folder / "phone", pace)


def first_load(street: Street, browser: Browser, pace: Pace) -> Table:
    table = Table(f"The visit form's first load, empty cache, processor {SLOWER} times slower ({pace.loads} alternating rounds; medians)",
                  ["until it can be used", "fieldapp", "bare form", "ratio", "target"])
    for name, line in LINES.items():
        ours, bare = Rounds(), Rounds()
        for number in range(pace.loads):
            progress(f"first load, {name}: {number + 1} of {pace.loads}")
            sides = [(ours, street.office.url + "/visits/new"), (bare, street.peer.url + "/form")]
            for side, url in sides[:: -1 if number % 2 else 1]:
                side.loads.append(load(street, browser, url, line))
        ratio = median(one.ms / two.ms for one, two in zip(ours.loads, bare.loads, strict=True))
        table.add(f"ms, {name}", ours.ms, bare.ms, ratio, at_most(ratio, 1.3) if line is SLOW_3G else "")
    one, two = (load(street, browser, url, line, whole=True) for url in (street.office.url + "/visits/new", street.peer.url + "/form"))
    table.add("requests", one.requests, two.requests, one.requests / two.requests, at_most(one.requests, 6))
    table.add("KB on the wire, with what follows", one.bytes / 1000, two.bytes / 1000, one.bytes / two.bytes, at_most(one.bytes / 1000, 42))
    table.add(f"KB of {SHOPS} shops, once", one.pack / 1000, "", "", "")
    return table


def load(street: Street, browser: Browser, url: str, line: dict, whole: bool = False) -> Load:
    """Open `url` on a phone that has nothing yet; `whole` waits for what the page asks for after it can be used."""
    context = browser.new_context(**PHONE, **located(HERE))
    street.office.log_in(context, "phone0")
    page = opened(context)
    wire = Wire(page)
    wire.slow(line, SLOWER)
    packed = page.expect_response("**/sync/pack*") if whole and url.startswith(street.office.url) else nullcontext()
    with packed:
        page.goto(url, wait_until="commit")
        found = until(page, "measured.usable && measured")
    if whole:
        page.wait_for_timeout(AFTERWARDS)
    packs = sum(request.bytes for request in wire.requests if "/sync/pack" in request.url)
    context.close()
    return Load(found["usable"], found["requests"], wire.bytes - packs, packs)


def at_work(street: Street, playwright: Playwright, profile: Path, pace: Pace) -> Table:
    """The installed app with every shop of the zone in it; the browser is started anew for each start without a network."""
    table = Table(f"The installed app with {SHOPS} shops, processor {SLOWER} times slower; ms until it is drawn",
                  ["", "times", "median", "p95", "slowest", "target"])
    context = switched_on(playwright, profile, street.office.url)
    street.office.log_in(context, "phone0")
    progress("installing the app")
    PhoneUser(context, patience=PATIENCE / 1000).install()
    page = slowed(context)
    note(table, "search, from a keystroke to the list", typed(page), "p95", 50)
    note(table, f"search in {REGISTER} shops, without drawing", sifted(page), "p95", 50)
    note(table, f"a walking order of {STOPS} stops", ordered(page), "p95", 300)
    note(table, "save, from the tap to the card", saved(page, street, pace.saves), "median", 100)
    context.close()
    street.office.server.stop()
    starts = [started(playwright, profile, street.office.url) for _ in range(pace.starts)]
    note(table, "start without a network, to the PIN", [asked for asked, _rows in starts], "median", 1000)
    note(table, "and to its rows, the PIN typed at once", [rows for _asked, rows in starts], "median", 1000)
    return table


def note(table: Table, name: str, times: list[float], judged: str, target: float) -> None:
    found = {"median": median(times), "p95": percentile([one / 1000 for one in times], 0.95)}
    table.add(name, len(times), found["median"], found["p95"], max(times), f"{judged} {at_most(found[judged], target)}")


def typed(page: Page) -> list[float]:
    """Milliseconds from each input event to the drawn list."""
    page.goto("/today/shops")
    page.wait_for_selector("#found li")
    page.wait_for_load_state("networkidle")
    page.locator("#search").tap()
    for words in TYPED:
        progress(f"searching: {words}")
        page.locator("#search").fill("")
        for letter in words:
            before = page.evaluate("measured.strokes.length")
            page.keyboard.insert_text(letter)
            until(page, f"measured.strokes.length > {before}")
    return page.evaluate("measured.strokes")


def sifted(page: Page) -> list[float]:
    """Milliseconds of each keystroke: words, initials, the end of a number, part of an address, a name with a letter missing."""
    progress(f"searching in {REGISTER} shops")
    shops = [{"uid": shop.uid, "name": shop.title, "industry": shop.industry, "address": shop.place, "phone": shop.phone, "lat": shop.lat,
              "lon": shop.lon} for shop in make_register(REGISTER)]
    asked = ("느티나무 세탁소", "ㅎㅅㅋㅍ", "9231234", "마들로 12", "바람개ㅣ미용실")
    typed = [words[:length] for words in asked for length in range(1, len(words) + 1)]
    return page.evaluate(SEARCH, {"shops": shops, "here": {"lat": HERE[0], "lon": HERE[1]}, "typed": typed})


def ordered(page: Page) -> list[float]:
    """Milliseconds to bring made-up stops into the order in which to walk them."""
    progress("planning ways")
    chance = Random(STOPS)
    around = [{"lat": HERE[0] + chance.gauss(0, 5e-3), "lon": HERE[1] + chance.gauss(0, 5e-3)} for _ in range(WAYS * (STOPS + 1))]
    return page.evaluate(ORDER, [around[number::WAYS] for number in range(WAYS)])


def saved(page: Page, street: Street, times: int) -> list[float]:
    """Milliseconds from the touch to the drawn card, once the page has loaded what it wants: filling in takes longer."""
    found = []
    for number in range(times):
        progress(f"saving: {number + 1} of {times}")
        page.goto(f"/visits/new?shop={street.shops[number]}")
        page.wait_for_selector("html[data-ready]", state="attached")
        page.wait_for_load_state("networkidle")
        page.locator("label.chip", has_text="만남").first.tap()
        page.locator("#memo").fill("점심 뒤에 다시 뵙기로 함")
        page.locator("#save").tap()
        found.append(until(page, "measured.saved"))
    return found


def started(playwright: Playwright, profile: Path, url: str) -> tuple[float, float]:
    """Milliseconds until a browser that was just started asks for the PIN, and until the rows stand there."""
    progress("starting without a network")
    context = switched_on(playwright, profile, url)
    page = slowed(context)
    page.goto("/today", wait_until="commit")
    rows, asked = until(page, "measured.rows"), until(page, "measured.asked")
    context.close()
    return asked, rows


def switched_on(playwright: Playwright, profile: Path, url: str) -> BrowserContext:
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium_path(), args=ARGS, base_url=url, **PHONE, **located(HERE))
    context.add_init_script(THUMB)
    return context


def opened(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(MARKS)
    return page


def slowed(context: BrowserContext) -> Page:
    page = opened(context)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def until(page: Page, expression: str):
    """Ask the page until it says something true, and give that."""
    end = time.monotonic() + PATIENCE / 1000
    while not (found := page.evaluate(expression)):
        if time.monotonic() > end:
            raise TimeoutError(f"{page.url}: never {expression}")
        time.sleep(0.05)
    return found
