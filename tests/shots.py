"""`make shots`: pictures of the running application with its demo, for README and docs, into docs/pictures/."""

import io
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from fieldapp import create_app
from fieldapp.config import Config
from fieldapp.database import db, migrate
from fieldapp.setup import demo
from tests.browser import ARGS, PHONE, chromium_path
from tests.server import Server

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
HERE = {"latitude": 37.6455, "longitude": 127.043, "accuracy": 12}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder)
        passwords = made_up_office(data)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        with Server(data, SECRET_KEY="only for pictures") as server:
            for name, page in {**phone_pictures(browser, server, passwords), **desk_pictures(browser, server, passwords)}.items():
                keep(name, page)
        browser.close()


def made_up_office(data: Path) -> dict[str, str]:
    app = create_app(Config(data=data, database_url=f"sqlite:///{data / 'fieldapp.db'}", secret_key="only for pictures"))
    migrate()
    logins = demo.make_logins(data)
    with app.app_context():
        demo.tell(logins, lambda what, done, of: print(f"\r{what} {done}/{of} ", end="", file=sys.stderr))
    db.close()
    return {login.login: login.password for login in logins}


@contextmanager
def logged_in(browser: Browser, server: Server, passwords: dict[str, str], login: str, **more):
    context = browser.new_context(base_url=server.url, **more)
    page = context.new_page()
    page.goto("/login")
    page.locator("#login").fill(login)
    page.locator("#password").fill(passwords[login])
    page.locator("button.primary").click()
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def phone_pictures(browser: Browser, server: Server, passwords: dict[str, str]) -> dict[str, bytes]:
    taken = {}
    with logged_in(browser, server, passwords, "changdong", **PHONE, permissions=["geolocation"], geolocation=HERE) as page:
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_selector("#due-rows li")
        page.wait_for_timeout(1500)
        taken["phone-today"] = page.screenshot()
        page.goto("/today")
        page.locator("#due-rows a").nth(2).click()
        page.wait_for_selector("#categories label")
        page.locator("label.chip", has_text="만남").first.click()
        page.locator("#categories label", has_text="임대료").click()
        page.locator("#text-rent").fill("재계약 때 월세를 10% 올리자고 함")
        page.locator(".grievance:not([hidden]) label", has_text="연계").click()
        page.locator("#text-rent").scroll_into_view_if_needed()
        page.wait_for_timeout(800)
        page.evaluate("scrollTo(0, 0)")
        taken["phone-form"] = page.screenshot()
        page.locator("#memo").fill("계약서 사본을 받아 둠")
        page.locator("#refer-wish").fill("계약서를 같이 보아 주면 좋겠음")
        server.stop()
        page.locator("#save").click()
        page.wait_for_selector("[data-record]")
        page.wait_for_selector("#line[data-shape=offline]")
        taken["phone-saved"] = page.screenshot()
        server.start()
        page.goto("/outbox")
        page.wait_for_selector("[data-state=done], #empty:not([hidden])")
        page.wait_for_timeout(800)
        taken["phone-outbox"] = page.screenshot()
    return taken


def desk_pictures(browser: Browser, server: Server, passwords: dict[str, str]) -> dict[str, bytes]:
    taken = {}
    window = {"viewport": {"width": 1280, "height": 800}, "locale": "ko-KR", "timezone_id": "Asia/Seoul"}
    with logged_in(browser, server, passwords, "supervisor", **window) as page:
        for name, url in {"today": "/dashboard", "visits": "/visits?outcome=met", "map": "/map", "review": "/review",
                          "pledge": "/reports/pledge"}.items():
            page.goto(url)
            settle(page)
            taken[f"desk-{name}"] = page.screenshot()
        page.goto("/feeds")
        page.locator("#name").fill("상권팀 QGIS")
        page.locator("form.entry button").click()
        settle(page)
        taken["desk-feeds"] = page.screenshot()
        page.goto("/visits?outcome=met")
        page.locator("tr", has_text="/").locator("a.main").first.click()
        settle(page)
        taken["desk-visit"] = page.screenshot()
    with logged_in(browser, server, passwords, "coordinator", **window) as page:
        page.goto("/referrals")
        settle(page)
        taken["desk-referrals"] = page.screenshot()
        page.goto("/referrals?lane=matching")
        page.locator("#queue tr:not(:has-text('■')) a.main, #queue a.main").first.click()
        settle(page)
        taken["desk-case"] = page.screenshot()
    with logged_in(browser, server, passwords, "expert-labor", **PHONE) as page:
        taken["expert-inbox"] = page.screenshot()
    return taken


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    if page.locator("#map").count():
        page.wait_for_selector("#map[data-drawn]")
        page.wait_for_timeout(800)


def keep(name: str, picture: bytes) -> None:
    """With as few colours as a page has, so that the project stays light."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if image.width > 1000:
        image = image.resize((1000, round(image.height * 1000 / image.width)), Image.Resampling.LANCZOS)
    image.quantize(128).save(FOLDER / f"{name}.png", optimize=True)
    print(f"{name}.png  {(FOLDER / f'{name}.png').stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
