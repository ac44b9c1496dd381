import pytest

from fieldapp.config import HOME

ADDRESS = "http://street.test"


@pytest.fixture(scope="module")
def ask(chromium):
    """`ask(body, arg)` runs JavaScript with the shipped modules on a page of its own; `route` is that of the walking order."""
    page = chromium.new_page()

    def answer(route) -> None:
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path == "/":
            route.fulfill(body="<!doctype html><title>street</title>", content_type="text/html")
        else:
            route.fulfill(body=(HOME / f"static{path}").read_text(), content_type="text/javascript")

    page.route(f"{ADDRESS}/**", answer)
    page.goto(ADDRESS + "/")
    yield lambda body, arg: page.evaluate(f"async (arg) => {{ const route = await import('/js/route.js'); {body} }}", arg)
    page.close()
