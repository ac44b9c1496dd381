"""axe finds nothing on any page in either language, on the phone and at the desk; targets are large enough for a thumb."""

import hashlib
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from fieldapp.database import now, today, uuid7, writing
from fieldapp.experts import Conflict, Expert, ExpertInput, Partner, PartnerInput
from fieldapp.people import Person, Phone
from fieldapp.referrals import Referral
from fieldapp.reports import Asked, Issued, PledgeCard, make
from fieldapp.setup.demo.pledge import CARD
from fieldapp.sync import Received, record_visit
from fieldapp.visits import Origin, Visit
from fieldapp.worktime import Closure
from tests.cases import case_in
from tests.conftest import frozen
from tests.exports.conftest import an_export
from tests.phone_user import PIN
from tests.shops.conftest import an_import
from tests.storm import small_photo

pytestmark = pytest.mark.browser

PHONE_PAGES = ("/today", "/today/shops", "/today/shops/new", "/today/map", "/today/lock", "/outbox", "/visits/new?shop={shop}",
               "/visits/new", "/visits/new?plain=1&shop={shop}")
DESK_PAGES = ("/dashboard", "/dashboard?year=2001", "/dashboard/day", "/dashboard/rows?counted=1", "/dashboard/rows?hour=99", "/targets",
              "/visits", "/visits?outcome=dancing", "/visits/{visit}", "/visits/{returned}", "/referrals",
              "/referrals/{referral}", "/shops", "/shops/{shop}", "/map", "/map?layer=heat&layer=areas", "/map?layer=walks", "/feeds",
              "/refusals", "/nowhere")
COORDINATOR_PAGES = ("/experts", "/experts?field=magic", "/experts/{expert}", "/experts/{expert}/edit", "/experts/new", "/experts/import",
                     "/partners", "/partners/{partner}", "/partners/new", "/experts/fairness", "/referrals", "/referrals?lane=street",
                     "/referrals/{referral}", "/referrals/{matching}", "/referrals/{running}?do=agree", "/referrals/{running}?done=accept")
REPORT_PAGES = ("/reports", "/reports/daily", "/reports/monthly", "/reports/matching", "/reports/review", "/reports/monthly?month=x",
                "/reports/issued/{report}", "/reports/pledge", "/reports/pledge/edit", "/reports/pledge/versions", "/reports/years")
EXPORT_PAGES = ("/exports", "/exports/{export}", "/exports/new?query=outcome%3Dmet", "/exports/new?list=experts")
REVIEW_PAGES = ("/review", "/review?review=answered", "/review?review=dancing", "/visits/{answered}", "/assign", "/assign?manager=x",
                "/assign/{manager}", "/borders")
ALIKE_PAGES = ("/shops/alike", "/shops/{shop}/card", "/shops/{shop}/merge?with={neighbour}", "/shops/{shop}/merge?q=a")
IMPORT_PAGES = ("/shops/stickers", "/shops/stickers?zone={zone}", "/shops/stickers?zone={zone}&street=", "/shops/imports",
                "/shops/imports/{import}", "/shops/imports/{import}?verdict=doubtful", "/shops/imports/{asking}")
ADMIN_PAGES = ("/categories", "/people", "/people/new", "/people/{manager}", "/people/phones", "/account", "/account?set=second", "/access",
               "/welcome")
PUBLIC_PAGES = ("/login",)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = 44  # CSS pixels of height that a thumb can hit
TARGETS = ("button, a.button, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), summary, .chip, .bar a, .line, "
           ".row-item > *, label.check")
TOO_SMALL = """([targets, smallest]) => [...document.querySelectorAll(targets)]
    .filter((one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !one.classList.contains('file'))
    .map((one) => [one.getBoundingClientRect().height, one.outerHTML.slice(0, 90)]).filter(([height]) => height < smallest - 0.5)"""


@pytest.fixture
def filled(office):
    """One of everything that a page can show."""
    cast = office.cast
    form = {"shop": cast.shop.uid, "outcome": "met", "memo": "점심 뒤에 다시", "category": ["rent"], "grievance.rent.text": "재계약 인상",
            "grievance.rent.disposition": "needs_referral", "refer.field": "legal", "consent.contact": "on", "owner.name": "김가상",
            "photo": [hashlib.sha256(small_photo(1)).hexdigest()], "programme": [cast.programme.uid]}
    with writing():
        first, second = (record(cast.changdong, form | {"shop": shop.uid}) for shop in (cast.shop, cast.neighbour))
        second.send_back("사진이 흐립니다", cast.supervisor)
        third = record(cast.changdong, form | {"shop": cast.neighbour.uid, "memo": "월세가 오름"})
        third.send_back("얼마인지", cast.supervisor, "text_short")
        answered = record(cast.changdong, form | {"shop": cast.neighbour.uid, "memo": "월세가 20만원 오름", "replaces": third.uid})
        partner = Partner.enter(PartnerInput("가상재단", "provision", date(2026, 1, 1), today() + timedelta(9)), "")
        expert = Expert.enter(ExpertInput("가상 노무사", fields=("labor", "tax"), partner=partner.uid, note="오전만"), "")
        Closure.add(expert.uid, today(), today(), "휴가", "")
        Conflict.add(expert, cast.shop, "가족", "")
    return {"expert": expert.uid, "partner": partner.uid, "shop": cast.shop.uid, "neighbour": cast.neighbour.uid, "visit": first.uid,
            "returned": second.uid,
            "answered": answered.uid, "zone": cast.zone.uid, "manager": cast.changdong.uid,
            "referral": Referral.get().uid, "matching": case_in(cast, "matching", field="labor").uid,
            "running": case_in(cast, "in_progress", field="tax").uid, "report": issued(cast),
            "phone": a_phone(cast), "export": an_export(cast.supervisor), "import": an_import(cast.supervisor),
            "asking": an_import(cast.supervisor, "가게,일련\n가상빵집,1\n")}


def a_phone(cast) -> str:
    """One that is to be emptied and has been silent with unsent visits."""
    with writing():
        return Phone.create(device="a-lost-phone", person=cast.changdong, name="Android · Chrome", unsent=3, photos=5, order="wipe",
                            oldest_at=now(), seen_at=now() - timedelta(days=9)).uid


def issued(cast) -> str:
    """A report whose figures have changed since, and a pledge card."""
    asked = Asked("month", today().replace(day=1), today())
    with writing():
        PledgeCard.put(CARD, "처음 적음", cast.supervisor.uid, 0)
        report = Issued.keep("monthly", asked, make("monthly", asked), {}, cast.supervisor)
    case_in(cast, "submitted", field="finance")
    return report.uid


def record(author: Person, form: dict) -> Visit:
    sent = frozen(author, form)
    record_visit(form, author, Origin(sent["id"], made_at=now()), author)
    Received.create(uid=sent["id"], hash=sent["hash"], kind="visit.record", version=1, author=author.uid, carrier=author.uid,
                    record=sent["record"])
    return Visit.get_by_id(sent["id"])


def look(page, url: str) -> list[str]:
    """What axe has against a page, once its modules have filled it."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=RULES).response["violations"]
    wrong = [f"{url} {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
    wrong += [f"{url} {height:.0f} px high: {html}" for height, html in page.evaluate(TOO_SMALL, [TARGETS, SMALLEST])]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        wrong.append(f"{url} is wider than the screen")
    return wrong


@pytest.mark.parametrize("language", ["ko", "en"])
def test_axe_finds_nothing_on_the_phone(office, phone, filled, language):
    context = phone(office.url, place=(37.6501, 127.0451), bypass_csp=True)  # axe puts itself into the page as a script
    office.log_in(context)
    context.add_cookies([{"name": "lang", "value": language, "url": office.url}])
    page = context.new_page()
    wrong = [problem for url in PHONE_PAGES for problem in look(page, url.format(**filled))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("width", "language"), [(1280, "ko"), (360, "en")])  # each once: the longer words where there is less room
def test_axe_finds_nothing_at_the_desk(office, desk, filled, language, width):
    wrong = []
    for login, pages in (("supervisor", DESK_PAGES + REVIEW_PAGES + REPORT_PAGES + EXPORT_PAGES + IMPORT_PAGES + ALIKE_PAGES),
                         ("coordinator", COORDINATOR_PAGES), ("admin", ADMIN_PAGES), ("", PUBLIC_PAGES)):
        context = desk(office.url, viewport={"width": width, "height": 800}, bypass_csp=True)
        if login:
            office.log_in(context, login, device=uuid7())
        context.add_cookies([{"name": "lang", "value": language, "url": office.url}])
        page = context.new_page()
        wrong += [problem for url in pages for problem in look(page, url.format(**filled))]
    assert not wrong, "\n".join(wrong)


def test_axe_finds_nothing_while_the_form_is_worked_with(office, phone, filled):
    """Everything opened, refused, and saved: the states that a page only has in use."""
    context = phone(office.url, place=(37.6501, 127.0451), bypass_csp=True)
    office.log_in(context)
    page = context.new_page()
    page.goto(f"/visits/new?shop={filled['shop']}")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("#categories label").first.click()
    for summary in page.locator("summary").all():
        summary.click()
    page.locator("#album").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": small_photo(3)})
    page.locator("#thumbs li").wait_for()
    wrong = axe_and_size(page, "opened")
    page.locator("#save").click()
    page.locator("[data-error=outcome]:not([hidden])").wait_for()
    wrong += axe_and_size(page, "refused")
    page.locator("label.chip", has_text="만남").first.click()
    page.locator("#save").click()
    page.wait_for_selector("[data-record][data-state=done]")
    wrong += axe_and_size(page, "saved")
    assert not wrong, "\n".join(wrong)


def axe_and_size(page, state: str) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return ([f"{state} {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
            + [f"{state} {height:.0f} px high: {html}" for height, html in page.evaluate(TOO_SMALL, [TARGETS, SMALLEST])])


@pytest.mark.parametrize("language", ["ko", "en"])
def test_axe_finds_nothing_before_the_pin(office, phone, language):
    """Choosing it, a refused one, being asked for it, a wrong one with what to do about it."""
    context = phone(office.url, bypass_csp=True)
    context.add_init_script("self.forgetful = true")
    context.add_cookies([{"name": "lang", "value": language, "url": office.url}])
    office.log_in(context)
    wrong: list[str] = []
    page = context.new_page()

    def look_at(what: str) -> None:
        found = Axe().run(page, options=RULES).response["violations"]
        wrong.extend(f"{what} {one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"])
        wrong.extend(f"{what} {height:.0f} px high: {html}" for height, html in page.evaluate(TOO_SMALL, [TARGETS, SMALLEST]))

    page.goto("/today")
    page.locator("#lock[open]").wait_for()
    look_at("choose")
    for pin, what in (("1", "refused"), (PIN, "")):
        page.locator("#new-pin").fill(pin)
        page.locator("#same-pin").fill(pin)
        page.locator("[data-part=choose] button").click()
        if what:
            page.locator("[data-when=short]").wait_for()
            look_at(what)
    page.locator("#lock").wait_for(state="detached")
    page.evaluate("""async () => {
        const { src } = document.querySelector("script[type=module]");
        await (await import(src.replace("today.js", "outbox/vault.js"))).forget();
    }""")
    page.goto("/today/shops")
    page.goto("/today")
    page.locator("#pin").wait_for()
    look_at("open")
    page.locator("#pin").fill("000001")
    page.locator("[data-when=wrong]").wait_for()
    page.locator("#lock summary").click()
    look_at("wrong")
    assert wrong == []
