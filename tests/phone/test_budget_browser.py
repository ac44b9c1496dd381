"""What the visit form costs on the wire: every byte of its first load with an empty cache."""

import pytest

from tests.office import ready
from tests.wire import Wire

pytestmark = pytest.mark.browser

BUDGET = 42_000  # bytes, headers and bodies as sent
REQUESTS_UNTIL_READY = 6


def test_the_forms_first_load_stays_within_its_budget(office, phone):
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    page = context.new_page()
    wire = Wire(page)
    until_ready = []
    page.expose_function("formIsReady", lambda: until_ready.append(len(wire.requests)))
    page.add_init_script("""new MutationObserver((_, seen) => {
        if (document.documentElement?.dataset.ready) { seen.disconnect(); formIsReady(); }
    }).observe(document, {attributes: true, subtree: true})""")
    ready(page, "/visits/new")
    page.wait_for_selector("#line[data-shape=sent]")
    page.wait_for_load_state("networkidle")
    assert wire.bytes <= BUDGET, wire.table()
    before = [r for r in wire.requests if "/assets/" in r.url or "/visits/new" in r.url][:until_ready[0]]
    print(wire.table())
    assert until_ready[0] <= REQUESTS_UNTIL_READY, wire.table()
    assert before
