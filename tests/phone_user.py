"""A manager with a phone: fills the form as a thumb would, waits, and looks at what the phone keeps.

`once_at_the_desk` looks at the other end, in the office's database.
"""

import base64
import io
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import BrowserContext, Error, FilePayload, Page, TimeoutError

from fieldapp.grievances import Grievance
from fieldapp.photos import Photo, stored_path
from fieldapp.sync import Received
from fieldapp.visits import Visit, VisitPhoto

PATIENCE = 45  # seconds: the machine may be busy with other tests
JS = "const js = (name) => import(new URL(name, document.querySelector('script[type=module]').src).href);"
UNTIL = f"""async ([arg, patience]) => {{ {JS}
    const look = async () => {{ BODY }}, end = performance.now() + patience;
    for (;;) {{
      const seen = await look();
      if (seen || performance.now() > end) return seen;
      await new Promise((next) => setTimeout(next, 50));
    }} }}"""
RECORDS = """const { all } = await js("outbox/store.js");
    return (await all("records")).map(({ text, form, ...rest }) => ({ ...rest, memo: form?.memo ?? "" }))"""


def jpeg(number: int, size: tuple[int, int] = (640, 480)) -> FilePayload:
    """A photo that differs from those of other numbers, as `set_input_files` takes it."""
    out = io.BytesIO()
    Image.effect_noise(size, 40 + number % 60).point(lambda level: (level + number * 7) % 256).save(out, "JPEG", quality=80)
    return {"name": f"photo-{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


PIN = "271828"
# Whoever holds the phone types its PIN wherever it is asked for.
THUMB = """document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
    for (const form of document.querySelectorAll("dialog#lock[open] form:not([hidden])")) {
      if (form.dataset.typed || self.forgetful) continue;
      form.dataset.typed = "1";
      for (const input of form.querySelectorAll("input")) {
        input.value = "PIN";
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (form.dataset.part === "choose") form.requestSubmit();
    }
  }).observe(document, { attributes: true, childList: true, subtree: true }));""".replace("PIN", PIN)
# The long way from a PIN to its key is cut short, but where a test wants it whole (`self.unhurried`); how long it was to be stays known.
SHORTCUT = """{ const derive = SubtleCrypto.prototype.deriveKey;
  SubtleCrypto.prototype.deriveKey = function (how, ...rest) {
    if (how.name !== "PBKDF2") return derive.call(this, how, ...rest);
    self.rounds = how.iterations;
    return derive.call(this, self.unhurried ? how : { ...how, iterations: 1000 }, ...rest);
  }; }"""


class PhoneUser:
    """`patience` is in seconds; what doesn't come true within it is an AssertionError."""

    def __init__(self, context: BrowserContext, patience: float = PATIENCE) -> None:
        self.context, self.patience = context, patience
        context.add_init_script(THUMB)
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        self.page = self.context.new_page()
        self.page.set_default_timeout(self.patience * 1000)
        self.page.on("pageerror", lambda error: print("error on the page:", error))
        return self.page

    def install(self, pin: bool = True) -> "PhoneUser":
        """Open the app once with a network: the shell is kept, the zones' shops are here, and behind a PIN unless that is put off."""
        if not pin:
            self.page.add_init_script("self.forgetful = true")
        self.page.goto("/today")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.until("return !!navigator.serviceWorker.controller && !!(await (await js('outbox/store.js')).read('meta', 'pack'))",
                   "the app is installed")
        if pin:
            self.until("return !!(await (await js('outbox/vault.js')).kept())?.box && !document.getElementById('lock')", "its PIN is set")
        return self

    def open_form(self, shop: str = "", query: str = "") -> None:
        """A shop is named by its uid, or chosen from the list by its name."""
        self.page.goto(f"/visits/new?{query or f'shop={shop}'}")
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def fill(self, memo: str = "", outcome: str = "만남", category: str = "", text: str = "",
             photos: list[FilePayload] | None = None) -> None:
        page = self.page
        page.locator("label.chip", has_text=outcome).first.click()
        if category:
            page.locator("#categories label", has_text=category).click()
            page.locator(".grievance:not([hidden]) textarea").fill(text)
        page.locator("#memo").fill(memo)
        if photos:
            before = page.locator("#thumbs li").count()
            page.locator("#album").set_input_files(photos)
            page.locator("#thumbs li").nth(before + len(photos) - 1).wait_for()

    def draft_kept(self) -> None:
        """Wait until what was typed last stands in a draft."""
        self.until("""const memo = document.getElementById("memo").value;
            return (await (await js("outbox/store.js")).all("drafts")).some((draft) => draft.form.memo === memo)""", "the draft is kept")

    def save(self) -> str:
        """Tap save, and give the record's id once the card says that the phone has it."""
        self.page.locator("#save").click()
        self.page.wait_for_selector("[data-record]")
        return self.page.locator("[data-record]").get_attribute("data-record") or ""

    def visit(self, shop: str, memo: str, photos: list[FilePayload] | None = None, **more) -> str:
        self.open_form(shop)
        self.fill(memo, photos=photos, **more)
        return self.save()

    def send(self) -> None:
        """Tap 지금 보내기 in 보낼함."""
        self.page.goto("/outbox")
        self.page.locator("#send").click()

    def kick(self) -> None:
        """What the clock does every thirty seconds: whatever is due goes."""
        self.run("const { run } = await js('outbox/sender.js'); await run();")

    def press(self) -> None:
        """What the button does, on whatever page: it asks for no wait."""
        self.run("const { run } = await js('outbox/sender.js'); await run({ force: true });")

    def log_in(self, login: str, password: str) -> None:
        self.page.goto("/login?next=/outbox")
        self.page.locator("#login").fill(login)
        self.page.locator("#password").fill(password)
        self.page.get_by_role("button", name="로그인").click()
        self.page.wait_for_url("**/outbox")

    def run(self, body: str, arg=None):
        """Run JavaScript on the page; `js(name)` gives the shipped module that the page itself uses."""
        return self.page.evaluate(f"async (arg) => {{ {JS} {body} }}", arg)

    def until(self, body: str, what: str, arg=None):
        """Wait until this JavaScript gives something true, and give that."""
        seen = self.settled(lambda: self.page.evaluate(UNTIL.replace("BODY", body), [arg, self.patience * 1000]))
        if seen is None or seen is False:
            raise AssertionError(f"not within {self.patience} s: {what}; the phone holds {self.records()}")
        return seen

    def settled(self, look: Callable):
        """What `look` gives, asked anew where the page has begun anew meanwhile."""
        for _time in range(5):
            try:
                return look()
            except Error as error:
                if "Execution context was destroyed" not in str(error):
                    raise
                self.page.wait_for_load_state()
        return look()

    def wait(self, **states: int) -> list[dict]:
        """Wait until the phone's records stand exactly so: `wait(done=3)`, `wait(queued=1, rejected=1)`; give them as they stood."""
        found = self.until(f"""const records = await (async () => {{ {RECORDS} }})(), count = {{}};
            for (const {{ state }} of records) count[state] = (count[state] ?? 0) + 1;
            return Object.keys({{ ...count, ...arg }}).every((state) => (count[state] ?? 0) === (arg[state] ?? 0)) && records""",
                           f"{states}", states)
        return in_order(found)

    def records(self) -> list[dict]:
        return in_order(self.run(RECORDS))

    def states(self) -> Counter:
        return Counter(record["state"] for record in self.records())

    def drafts(self) -> list[dict]:
        return self.run("return (await js('outbox/store.js')).all('drafts')")

    def photos(self) -> int:
        """How many photos' bytes the phone holds."""
        return len(self.run("""const { ask, transact } = await js("outbox/store.js");
            return transact("readonly", ["photos"], (store) => ask(store("photos").getAllKeys()))"""))

    def line(self, shape: str, says: str = "") -> str:
        """Wait until the line at the top has this shape and says so, and give its words."""
        try:
            self.page.locator(f"#line[data-shape={shape}]", has_text=says).wait_for()
        except (TimeoutError, Error):
            found = self.page.locator("#line")
            raise AssertionError(f"the line says {found.get_attribute('data-shape')}, {found.inner_text()!r}, not {shape} {says}") from None
        return self.page.locator("#line-text").inner_text()

    def save_many(self, forms: list[dict], photos: list[list[bytes]] | None = None) -> list[str]:
        """Save through the shipped modules what would take a thumb all day. Gives their ids."""
        given = [[base64.b64encode(body).decode() for body in bodies] for bodies in photos] if photos else [[] for _ in forms]
        return self.run(SAVE_MANY, [forms, given])

    @contextmanager
    def patient(self, seconds: float):
        """For a moment, another patience: what must not happen is not waited for long."""
        before, self.patience = self.patience, seconds
        self.page.set_default_timeout(seconds * 1000)
        try:
            yield self
        finally:
            self.patience = before
            self.page.set_default_timeout(before * 1000)


def in_order(records: list[dict]) -> list[dict]:
    return sorted(records, key=lambda record: record["seq"])


SAVE_MANY = """
    const { author, newDraft, save, sha256, write } = await js("outbox/store.js");
    const [forms, photos] = arg, me = await author(), ids = [];
    for (const [index, { shop, ...form }] of forms.entries()) {
      const draft = await newDraft(me, shop);
      draft.form = { visited_at: new Date().toISOString(), ...form };
      for (const text of photos[index]) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer, sha = await sha256(bytes);
        await write("photos", { record: draft.id, sha256: sha, bytes });
        draft.photos.push(sha);
      }
      ids.push((await save(draft)).id);
    }
    return ids;"""


def once_at_the_desk(expected: dict[str, int], photos: int | None = None) -> None:
    """Assert that exactly these visits stand at the desk, memo to number of photos, each once and whole.

    `photos` is how many different photos there are, where visits share some.
    """
    current = list(Visit.select().where(Visit.current).order_by(Visit.memo))
    assert [visit.memo for visit in current] == sorted(expected)
    assert Received.select().count() == Visit.select().count(), "each visit comes from one record, each record makes one"
    for visit in current:
        manifest = list(VisitPhoto.select().where(VisitPhoto.visit == visit))
        assert len(manifest) == expected[visit.memo], visit.memo
        for row in manifest:
            assert row.received_at and not row.refused, f"{visit.memo}: a photo has not arrived, {row.refused or 'and is awaited'}"
        grievances = [row.category_id for row in Grievance.select().where(Grievance.visit == visit)]
        assert len(grievances) == len(set(grievances)), f"{visit.memo}: a grievance is there twice"
        for row in manifest:
            for size in (1600, 320):
                with Image.open(stored_path(row.sha256, size)) as image:
                    image.load()
    wanted = sum(expected.values()) if photos is None else photos
    named = {row.sha256 for row in VisitPhoto.select()}
    assert Photo.select().count() == len(named)
    assert len({row.sha256 for row in VisitPhoto.select().where(VisitPhoto.visit.in_(current))}) == wanted


