"""Every route, every role and nobody: one table, tested whole. What stands in no row fails the first test."""

import hashlib
import io
from datetime import date

import pytest
from PIL import Image

from fieldapp.database import uuid7, writing
from fieldapp.experts import Expert, ExpertInput, Partner, PartnerInput
from fieldapp.messages import MAIL, Message
from fieldapp.referrals import Referral
from fieldapp.reports import Asked, Issued, make
from fieldapp.sync import Refusal
from fieldapp.visits import Visit
from fieldapp.worktime import Clock
from tests.conftest import Client, frozen
from tests.exports.conftest import an_export
from tests.shops.conftest import an_import

# nobody, manager, coordinator, supervisor, expert, admin
ROLES = ("", "changdong", "coordinator", "supervisor", "expert", "admin")
PUBLIC = (200, 200, 200, 200, 200, 200)
LOGIN = 303  # to the log-in
OF_ALL = ("experts", "partners", "assign", "people", "imports", "categories")  # the whole district's
NO_LINK = (404, 404, 404, 404, 404, 404)  # not signed by us
TABLE = {
    "GET /": (303, 303, 303, 303, 303, 303),
    "GET /login": PUBLIC,
    "POST /login": (422, 422, 422, 422, 422, 422),
    "POST /logout": (LOGIN, 303, 303, 303, 303, 303),
    "POST /language": (303, 303, 303, 303, 303, 303),
    "GET /welcome": (LOGIN, 200, 200, 200, 200, 200),
    "GET /login/second": (303, 303, 303, 303, 303, 303),  # for nobody who has not just shown a password
    "POST /login/second": (303, 303, 303, 303, 303, 303),
    "GET /account": (LOGIN, 200, 200, 200, 200, 200),
    "POST /account/password": (LOGIN, 422, 422, 422, 422, 422),
    "POST /account/second": (LOGIN, 422, 422, 422, 422, 422),
    "POST /account/recovery": (LOGIN, 404, 404, 404, 404, 404),
    "POST /account/sessions/<mark>/end": (LOGIN, 404, 404, 404, 404, 404),
    "GET /people": (LOGIN, 403, 403, 403, 403, 200),
    "GET /people/new": (LOGIN, 403, 403, 403, 403, 200),
    "POST /people/new": (LOGIN, 403, 403, 403, 403, 422),
    "GET /people/phones": (LOGIN, 403, 403, 403, 403, 200),
    "POST /people/phones/<phone>": (LOGIN, 403, 403, 403, 403, 404),
    "GET /people/<uid>": (LOGIN, 403, 403, 403, 403, 200),
    "POST /people/<uid>": (LOGIN, 403, 403, 403, 403, 422),
    "POST /people/<uid>/invite": (LOGIN, 403, 403, 403, 403, 422),
    "GET /people/<uid>/invitation": (LOGIN, 403, 403, 403, 403, 303),
    "POST /people/<uid>/unlock": (LOGIN, 403, 403, 403, 403, 303),
    "POST /people/<uid>/sessions/end": (LOGIN, 403, 403, 403, 403, 303),
    "POST /people/<uid>/second/drop": (LOGIN, 403, 403, 403, 403, 303),
    "POST /people/<uid>/grants": (LOGIN, 403, 403, 403, 403, 422),
    "POST /people/<uid>/grants/<grant>/end": (LOGIN, 403, 403, 403, 403, 404),
    "POST /people/<uid>/deputy": (LOGIN, 403, 403, 403, 403, 422),
    "GET /join/<token>": NO_LINK,
    "POST /join/<token>": NO_LINK,
    "GET /join": NO_LINK,  # no invitation was opened on this device
    "POST /join/password": NO_LINK,
    "POST /join/second": NO_LINK,
    "GET /access": (LOGIN, 403, 403, 403, 403, 200),
    "GET /today/lock": PUBLIC,
    "GET /at/<uid>": (404, 404, 404, 404, 404, 404),  # of no shop's form
    "GET /categories": (LOGIN, 403, 403, 200, 403, 200),
    "POST /categories": (LOGIN, 403, 403, 422, 403, 422),
    "POST /categories/start": (LOGIN, 403, 403, 422, 403, 422),
    "POST /categories/<uid>": (LOGIN, 403, 403, 409, 403, 409),
    "POST /categories/<uid>/move": (LOGIN, 403, 403, 422, 403, 422),
    "GET /shops/alike": (LOGIN, 403, 200, 200, 403, 403),
    "POST /shops/alike/<pair>/different": (LOGIN, 403, 404, 404, 403, 403),
    "GET /shops/<uid>/card": (LOGIN, 200, 200, 200, 403, 403),
    "POST /shops/<uid>/card": (LOGIN, 422, 422, 422, 403, 403),
    "POST /shops/<uid>/card/<fact>/decide": (LOGIN, 404, 404, 404, 403, 403),
    "GET /shops/<uid>/merge": (LOGIN, 403, 200, 200, 403, 403),
    "POST /shops/<uid>/merge": (LOGIN, 403, 422, 422, 403, 403),
    "POST /shops/merges/<uid>/undo": (LOGIN, 403, 404, 404, 403, 403),
    "GET /shops/stickers": (LOGIN, 200, 200, 200, 403, 403),
    "GET /sync/ping": PUBLIC,
    "POST /sync/contact": (422, 422, 422, 422, 422, 422),
    "POST /sync/envelopes": (401, 422, 403, 403, 403, 403),
    "POST /sync/commands": (401, 200, 403, 403, 403, 403),
    "PUT /sync/photos/<sha256>": (401, 404, 403, 403, 403, 403),
    "GET /sync/status": (401, 200, 403, 403, 403, 403),
    "GET /sync/pack": (401, 200, 403, 403, 403, 403),
    "GET /sync/experts": (401, 404, 403, 403, 403, 403),
    "GET /today": (LOGIN, 200, 403, 403, 403, 403),
    "GET /today/shops": (LOGIN, 200, 403, 403, 403, 403),
    "GET /today/shops/new": (LOGIN, 200, 403, 403, 403, 403),
    "GET /today/map": (LOGIN, 200, 403, 403, 403, 403),
    "GET /outbox": (LOGIN, 200, 403, 403, 403, 403),
    "GET /visits/new": (LOGIN, 200, 403, 403, 403, 403),
    "POST /visits/new": (LOGIN, 422, 403, 403, 403, 403),
    "GET /sw.js": PUBLIC,
    "GET /manifest.webmanifest": PUBLIC,
    "GET /dashboard": (LOGIN, 200, 200, 200, 403, 403),
    "GET /dashboard/day": (LOGIN, 200, 200, 200, 403, 403),
    "GET /dashboard/rows": (LOGIN, 200, 200, 200, 403, 403),
    "GET /targets": (LOGIN, 200, 200, 200, 403, 403),
    "POST /targets": (LOGIN, 403, 403, 422, 403, 403),
    "GET /visits": (LOGIN, 200, 200, 200, 403, 403),
    "GET /visits/<uid>": (LOGIN, 200, 200, 200, 403, 403),
    "POST /visits/<uid>/return": (LOGIN, 403, 403, 303, 403, 403),
    "POST /visits/<uid>/confirm": (LOGIN, 403, 403, 409, 403, 403),  # returned by the line above
    "GET /review": (LOGIN, 403, 403, 200, 403, 403),
    "POST /review/confirm": (LOGIN, 403, 403, 422, 403, 403),
    "GET /assign": (LOGIN, 403, 403, 200, 403, 403),
    "POST /assign/preview": (LOGIN, 403, 403, 404, 403, 403),
    "POST /assign": (LOGIN, 403, 403, 404, 403, 403),
    "GET /assign/<uid>": (LOGIN, 403, 403, 200, 403, 403),
    "GET /borders": (LOGIN, 403, 403, 200, 403, 403),
    "POST /borders/preview": (LOGIN, 403, 403, 422, 403, 403),
    "POST /borders": (LOGIN, 403, 403, 422, 403, 403),
    "GET /visits/<uid>/photos/<int:position>/<int:size>": (LOGIN, 200, 200, 200, 403, 403),
    "GET /referrals": (LOGIN, 200, 200, 200, 403, 403),
    "GET /referrals/<uid>": (LOGIN, 200, 200, 200, 403, 403),
    "GET /experts/fairness": (LOGIN, 403, 200, 200, 403, 403),
    "POST /referrals/bulk": (LOGIN, 422, 422, 422, 403, 403),
    "POST /referrals/<uid>/<command>": (LOGIN, 422, 422, 422, 403, 403),
    "GET /shops": (LOGIN, 200, 200, 200, 403, 403),
    "GET /shops/<uid>": (LOGIN, 200, 200, 200, 403, 403),
    "GET /shops/imports": (LOGIN, 403, 403, 200, 403, 200),
    "POST /shops/imports": (LOGIN, 403, 403, 422, 403, 422),
    "GET /shops/imports/<run>": (LOGIN, 403, 403, 200, 403, 200),
    "POST /shops/imports/<run>/columns": (LOGIN, 403, 403, 422, 403, 422),
    "POST /shops/imports/<run>/confirm": (LOGIN, 403, 403, 422, 403, 422),
    "POST /shops/imports/<run>/<act>": (LOGIN, 403, 403, 422, 403, 422),
    "POST /shops/<uid>/consents/<consent>/withdraw": (LOGIN, 404, 404, 403, 403, 403),
    "GET /map": (LOGIN, 200, 200, 200, 403, 403),
    "GET /map/points": (LOGIN, 200, 200, 200, 403, 403),
    "GET /map/borders": (LOGIN, 200, 200, 200, 403, 403),
    "GET /feeds": (LOGIN, 403, 200, 200, 403, 403),
    "POST /feeds": (LOGIN, 403, 422, 422, 403, 403),
    "POST /feeds/<uid>/revoke": (LOGIN, 403, 404, 404, 403, 403),
    "GET /feed/<token>/visits.geojson": NO_LINK,
    "GET /feed/<token>/shops.geojson": NO_LINK,
    "GET /refusals": (LOGIN, 403, 200, 200, 403, 403),
    "GET /inbox": (LOGIN, 403, 403, 403, 200, 403),
    "GET /cases/<offer>": (LOGIN, 403, 403, 403, 404, 403),
    "POST /cases/<offer>/<command>": (LOGIN, 403, 403, 403, 404, 403),
    "GET /cases/<offer>/session.ics": (LOGIN, 403, 403, 403, 404, 403),
    "POST /cases/<offer>/sessions/<consultation>/files": (LOGIN, 403, 403, 403, 404, 403),
    "GET /cases/<offer>/sessions/<consultation>/files/<attachment>": (LOGIN, 403, 403, 403, 404, 403),
    "GET /referrals/<uid>/files/<attachment>": (LOGIN, 404, 404, 404, 403, 403),
    "GET /o/<token>": NO_LINK,
    "POST /o/<token>/<command>": NO_LINK,
    "GET /mine/<token>": NO_LINK,
    "GET /mine/<token>/withdraw": NO_LINK,
    "POST /mine/<token>/withdraw": NO_LINK,
    "POST /mine/<token>/rate": NO_LINK,
    "GET /mine/<token>/consents": NO_LINK,
    "POST /mine/<token>/consents": NO_LINK,
    "GET /messages": (LOGIN, 403, 200, 403, 403, 200),
    "POST /messages/<uid>/retry": (LOGIN, 403, 303, 403, 403, 303),
    "GET /messages/templates": (LOGIN, 403, 200, 403, 403, 200),
    "GET /worktime": (LOGIN, 200, 200, 200, 403, 200),
    "GET /worktime/clocks/<uid>": (LOGIN, 200, 200, 200, 403, 200),
    "POST /worktime/policies/<kind>": (LOGIN, 403, 403, 422, 403, 422),
    "POST /worktime/closures": (LOGIN, 403, 403, 422, 403, 422),
    "POST /worktime/closures/<uid>/remove": (LOGIN, 403, 403, 404, 403, 404),
    "GET /experts": (LOGIN, 403, 200, 200, 403, 403),
    "GET /experts/new": (LOGIN, 403, 200, 403, 403, 403),
    "POST /experts/new": (LOGIN, 403, 422, 403, 403, 403),
    "GET /experts/import": (LOGIN, 403, 200, 403, 403, 403),
    "POST /experts/import": (LOGIN, 403, 422, 403, 403, 403),
    "GET /experts/<uid>": (LOGIN, 403, 200, 200, 403, 403),
    "GET /experts/<uid>/edit": (LOGIN, 403, 200, 403, 403, 403),
    "POST /experts/<uid>/edit": (LOGIN, 403, 422, 403, 403, 403),
    "POST /experts/<uid>/confirm": (LOGIN, 403, 409, 403, 403, 403),
    "POST /experts/<uid>/absences": (LOGIN, 403, 422, 403, 403, 403),
    "POST /experts/<uid>/absences/<absence>/remove": (LOGIN, 403, 404, 403, 403, 403),
    "POST /experts/<uid>/conflicts": (LOGIN, 403, 422, 403, 403, 403),
    "POST /experts/<uid>/conflicts/<conflict>/remove": (LOGIN, 403, 404, 403, 403, 403),
    "GET /reports": (LOGIN, 403, 200, 200, 403, 403),
    "GET /reports/<report>": (LOGIN, 403, 200, 200, 403, 403),
    "GET /reports/<report>/file/<form>": (LOGIN, 403, 200, 200, 403, 403),
    "POST /reports/<report>/issue": (LOGIN, 403, 403, 422, 403, 403),
    "GET /reports/issued/<uid>": (LOGIN, 403, 200, 200, 403, 403),
    "GET /reports/issued/<uid>/<form>": (LOGIN, 403, 404, 404, 403, 403),
    "GET /reports/pledge/versions": (LOGIN, 403, 200, 200, 403, 403),
    "GET /reports/pledge/edit": (LOGIN, 403, 403, 200, 403, 403),
    "POST /reports/pledge/edit": (LOGIN, 403, 403, 422, 403, 403),
    "GET /reports/years": (LOGIN, 403, 200, 200, 403, 403),
    "POST /reports/years": (LOGIN, 403, 403, 422, 403, 403),
    "GET /exports": (LOGIN, 403, 200, 200, 403, 403),
    "GET /exports/new": (LOGIN, 403, 200, 200, 403, 403),
    "POST /exports": (LOGIN, 403, 422, 422, 403, 403),
    "GET /exports/<uid>": (LOGIN, 403, 404, 200, 403, 403),
    "GET /exports/<uid>/file": (LOGIN, 403, 404, 409, 403, 403),
    "GET /partners": (LOGIN, 403, 200, 200, 403, 403),
    "GET /partners/new": (LOGIN, 403, 200, 403, 403, 403),
    "POST /partners/new": (LOGIN, 403, 422, 403, 403, 403),
    "GET /partners/<uid>": (LOGIN, 403, 200, 200, 403, 403),
    "POST /partners/<uid>": (LOGIN, 403, 422, 403, 403, 403),
}


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def filled(as_, cast, visit_form):
    """One row of each kind in 창동권역, with a photo that has arrived."""
    body = photo()
    sha256 = hashlib.sha256(body).hexdigest()
    form = visit_form | {"grievance.rent.disposition": "needs_referral", "refer.field": "legal", "consent.contact": "on",
                         "owner.name": "김가상", "photo": [sha256]}
    manager = as_("changdong")
    assert manager.send(frozen(cast.changdong, form))[0]["answer"] == "created"
    assert manager.put(f"/sync/photos/{sha256}", data=body).status_code == 200
    manager.send(frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "dancing"}))
    assert Refusal.select().count() == 1
    with writing():
        partner = Partner.enter(PartnerInput("가상재단", "provision", date(2026, 1, 1)), "")
        expert = Expert.enter(ExpertInput("가상 노무사", fields=("labor",), partner=partner.uid), "")
    return {"visits": Visit.get().uid, "referrals": Referral.get().uid, "shops": cast.shop.uid, "experts": expert.uid,
            "assign": cast.changdong.uid, "people": cast.ssangmun.uid, "worktime": Clock.get().uid, "messages": failed_message(),
            "exports": an_export(cast.supervisor), "feeds": uuid7(), "partners": partner.uid, "reports": issued_report(cast),
            "imports": an_import(cast.supervisor), "categories": cast.rent.uid}


def issued_report(cast) -> str:
    """One without files."""
    with writing():
        asked = Asked("month", date(2026, 1, 1), date(2026, 1, 31))
        return Issued.keep("monthly", asked, make("monthly", asked), {}, cast.supervisor).uid


def failed_message() -> str:
    with writing():
        message = Message.put("offer_recalled", MAIL, "kim@example.org", key="a message", number="R-0001")
        assert message
        Message.update(state="failed_permanent", next_try_at=None).where(Message.uid == message.uid).execute()
    return message.uid


def address(rule: str, rows: dict[str, str]) -> str:
    noun = rule.split("/")[1]
    return (rule.replace("<uid>", rows.get(noun, "")).replace("<sha256>", "0" * 64)
            .replace("<int:position>", "1").replace("<int:size>", "320")
            .replace("<report>", "monthly").replace("<form>", "xlsx")
            .replace("<run>", rows.get("imports", "")).replace("<act>", "drop")
            .replace("<command>", "note").replace("<kind>", "receipt").replace("<absence>", "none").replace("<conflict>", "none"))


def test_the_table_names_every_route_and_nothing_else(app):
    routes = {f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert routes == TABLE.keys()


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_each_role_as_the_table_says(app, as_, filled, role):
    wrong = {}
    for route, expected in TABLE.items():
        method, rule = route.split()
        client = Client(app, role) if "logout" in rule else as_(role)
        answer = ask(client, method, address(rule, filled))
        if answer.status_code != expected[ROLES.index(role)]:
            wrong[route] = answer.status_code
        if not role and answer.status_code == LOGIN and rule not in ("/", "/language"):
            assert answer.location.startswith("/login"), route
    assert not wrong


def ask(client, method: str, url: str):
    if method == "GET":
        return client.get(url)
    if method == "PUT":
        return client.put(url, data=b"x")
    if url.startswith("/sync/"):
        return client.post(url, json={"commands": []}, headers={"X-Fieldapp": "1"})
    return client.post(url, data={"reason": "사진이 흐립니다"})


def test_another_zones_rows_are_not_there(as_, filled, cast):
    """404 as for what does not exist, by address and by ids within bodies; lists and the map don't hold them either."""
    stranger = as_("ssangmun")
    for rule in (route.split()[1] for route in TABLE if "<uid>" in route and route.startswith("GET") and TABLE[route][1] not in (403, 404)):
        nobody = dict.fromkeys(filled, uuid7())
        theirs, nobodys = (stranger.get(address(rule, rows)) for rows in (filled, nobody))
        assert theirs.status_code == nobodys.status_code == 404, rule
        noun = rule.split("/")[1]
        assert theirs.text.replace(filled[noun], "") == nobodys.text.replace(nobody[noun], "")
    for listed in ("/visits", "/referrals", "/shops", "/map", "/map/points", f"/visits?shop={filled['shops']}",
                   f"/visits?zone={cast.zone.uid}", "/dashboard/rows", f"/dashboard/rows?zone={cast.zone.uid}",
                   f"/map/points?zone={cast.zone.uid}", "/visits/new?plain=1"):
        text = stranger.get(listed).get_data(as_text=True)
        for echo in (f'value="{filled["shops"]}"', f"shop={filled['shops']}"):  # what was asked comes back in the filter
            text = text.replace(echo, "")
        of_a_zone = [uid for noun, uid in filled.items() if noun not in OF_ALL]
        assert not [uid for uid in of_a_zone if uid in text], listed
    assert filled["shops"] not in stranger.get("/sync/pack").get_data(as_text=True)
    assert stranger.get(f"/sync/status?ids={filled['visits']}").json["records"][0]["answer"] == "unknown"
    taken = stranger.send(frozen(cast.ssangmun, {"shop": filled["shops"], "outcome": "met"}),
                          frozen(cast.ssangmun, {"shop": cast.other_shop.uid, "outcome": "met", "replaces": filled["visits"]}))
    assert [(one["answer"], list(one["fields"])) for one in taken] == [("rejected", ["shop"]), ("rejected", ["replaces"])]
    plain = stranger.post("/visits/new", data={"id": uuid7(), "shop": filled["shops"], "outcome": "met"})
    assert plain.status_code == 422
    assert Visit.select().count() == 1


def test_a_photo_goes_by_its_visit_and_not_by_its_hash(as_, filled):
    sha256, stranger = hashlib.sha256(photo()).hexdigest(), as_("ssangmun")
    known, unknown = stranger.put(f"/sync/photos/{sha256}", data=photo()), stranger.put(f"/sync/photos/{'1' * 64}", data=photo())
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data) == (404, unknown.data)
    assert stranger.get(f"/visits/{filled['visits']}/photos/1/320").status_code == 404
    clean = as_("supervisor").get(f"/visits/{filled['visits']}/photos/1/1600")
    assert clean.status_code == 200 and clean.data != photo() and clean.mimetype == "image/jpeg"
    for wrong in ("2/320", "1/640", "1/0", "0/320", "9223372036854775808/320", f"1/{10**30}"):
        assert as_("supervisor").get(f"/visits/{filled['visits']}/photos/{wrong}").status_code == 404


@pytest.mark.parametrize("url", ["/visits/x", "/visits/%00", "/referrals/1%27--", "/shops/" + "a" * 5000, "/visits/../people", "/nowhere"])
def test_odd_addresses_are_not_found(as_, url):
    for role in ("supervisor", "changdong"):
        assert as_(role).get(url).status_code in (404, 403)
