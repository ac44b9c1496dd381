import hashlib
import json
from functools import cache

import brotli
from flask import Blueprint, Response, current_app, g, jsonify, redirect, render_template, request
from flask_babel import gettext as _

from fieldapp.assets import BUILD_HEADER
from fieldapp.database import SEOUL, now, uuid7, writing
from fieldapp.errors import Invalid, NotFound
from fieldapp.events import accessed
from fieldapp.experts import FIELDS
from fieldapp.form import UUID
from fieldapp.grievances import DISPOSITIONS, Category
from fieldapp.owners import TEXTS, TEXTS_VERSION
from fieldapp.people import Grant
from fieldapp.phone.words import SKIPS, words
from fieldapp.photos import MAX_BYTES, receive
from fieldapp.programmes import Programme
from fieldapp.referrals import URGENCIES
from fieldapp.shops import Shop
from fieldapp.sync import Received, aftercare_lines, record_visit
from fieldapp.visits import MOST_PHOTOS, OUTCOMES, Origin, VisitPhoto
from fieldapp.web import allow, language, page, public

phone = Blueprint("phone", __name__)

SHELLS = ("/today", "/visits/new", "/today/shops", "/today/shops/new", "/today/map", "/today/lock", "/outbox")
NOT_CACHED = ("vendor/leaflet@1.9.4/images", "desk.css", "case.css", "LICENSE")
CHOICES = {"form": {}, "errors": {}, "outcomes": OUTCOMES, "dispositions": DISPOSITIONS, "fields": FIELDS, "urgencies": URGENCIES,
           "words": words, "skips": SKIPS, "texts": TEXTS, "texts_version": TEXTS_VERSION, "most_photos": MOST_PHOTOS}


def shell(template: str, **more) -> Response:
    """A page that is the same for everyone who speaks the language: made once, compressed as well as can be."""
    plain, packed = made(template, language(), tuple(more.items()))
    response = Response(plain, mimetype="text/html", headers={
        "Cache-Control": "no-store", "Vary": "Accept-Encoding", BUILD_HEADER: current_app.config["BUILD"]})
    if "br" in request.accept_encodings:
        response.data = packed
        response.headers["Content-Encoding"] = "br"
    return response


@cache
def made(template: str, spoken: str, more: tuple) -> tuple[bytes, bytes]:
    nobody = {"person": None, "may": None, "home": None}  # what a shell must never hold
    text = render_template(template, **CHOICES, **dict(more), **nobody).encode()
    return text, brotli.compress(text, quality=11)


@phone.get("/today")
@allow("phone.use")
def today():
    return shell("phone/today.html")


@phone.get("/today/shops")
@allow("phone.use")
def shops():
    return shell("phone/shops.html")


@phone.get("/today/shops/new")
@allow("visit.record")
def new_shop():
    return shell("phone/new_shop.html")


@phone.get("/today/map")
@allow("phone.use")
def map_():
    return shell("phone/map.html")


@phone.get("/at/<uid>")
@public
def at_the_door(uid: str):
    """What a shop's sticker says: its visit form. It tells nobody whether there is such a shop."""
    if not UUID.fullmatch(uid):
        raise NotFound()
    return redirect(f"/visits/new?shop={uid}", 303)


@phone.get("/today/lock")
@public
def lock():
    """What asks for the PIN; the other pages take it from here."""
    return shell("phone/lock.html")


@phone.get("/outbox")
@allow("phone.use")
def outbox():
    return shell("phone/outbox.html")


@phone.get("/visits/new")
@allow("visit.record")
def new_visit():
    """The form. Empty, for a module to fill; or filled here (`plain=1`) where no script runs."""
    if request.args.get("plain"):
        return plain_form({"shop": request.args.get("shop", ""), "id": uuid7()}, {})
    return shell("phone/visit.html", plain=False, record_id="")


@phone.post("/visits/new")
@allow("visit.record")
def save_visit():
    """The plain form's way: the same function that the phone's records come to, with the same id twice the same visit."""
    raw = {name: values if len(values) > 1 or name in MANY else values[0]
           for name, values in request.form.to_dict(flat=False).items()}
    uid = str(raw.pop("id", ""))
    uid = uid if UUID.fullmatch(uid) else uuid7()
    raw = {name: value for name, value in raw.items() if value != ""}
    try:
        photos = uploaded()
        outcome = keep_plain(uid, raw | {"photo": list(photos)}, photos)
    except Invalid as invalid:
        return plain_form(request.form | {"id": uid}, invalid.fields or {"photo": invalid.message}, status=422)
    return page("phone/plain_saved.html", outcome=outcome)


MANY = ("category", "programme", "photo", "aftercare")


def uploaded() -> dict[str, bytes]:
    """The photos of a plain form, by hash."""
    files = [file for file in request.files.getlist("photo_file") if file.filename][:MOST_PHOTOS]
    bodies = [file.stream.read(MAX_BYTES + 1) for file in files]
    return {hashlib.sha256(body).hexdigest(): body for body in bodies}


def keep_plain(uid: str, raw: dict, photos: dict[str, bytes]) -> dict:
    for sha256, body in photos.items():
        receive(body, sha256)
    text = json.dumps({"id": uid, "kind": "visit.record", "version": 1, "author": g.person.uid, "form": raw},
                      ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with writing():
        known = Received.get_or_none(Received.uid == uid)
        if known:
            if known.hash != digest:
                raise Invalid(fields={"shop": _("이 방문은 이미 다른 내용으로 저장되었습니다. 방문 목록을 확인해 주십시오.")})
            return {}
        outcome = record_visit(raw, g.person, Origin(uid, made_at=now(), timezone="Asia/Seoul"), g.person)
        Received.create(uid=uid, hash=digest, kind="visit.record", version=1, author=g.person.uid,
                        carrier=g.person.uid, record=text)
        VisitPhoto.arrived(list(VisitPhoto.select().where(VisitPhoto.visit == uid)), by=g.person.uid)
    return outcome


def plain_form(form, errors: dict, status: int = 200) -> Response:
    zones = Grant.zones_of(g.person)
    offered = list(Shop.reachable_by(g.person).where(Shop.status == "open").order_by(Shop.name).limit(500))
    accessed("visit.form", [shop.uid for shop in offered])
    day = now().astimezone(SEOUL).date()
    chosen = set(form.getlist("category")) if hasattr(form, "getlist") else set()
    told = set(form.getlist("programme")) if hasattr(form, "getlist") else set()
    tasks = [line for line in aftercare_lines(g.person, day) if line["shop"] == form.get("shop")]
    asked = CHOICES | {"form": form, "errors": errors, "record_id": form.get("id", ""), "chosen": chosen, "told": told, "tasks": tasks}
    return page("phone/visit.html", status=status, plain=True, shops=offered, programmes=list(Programme.current(day)),
                categories=list(Category.open_in(zones, day)), **asked)


@phone.get("/sw.js")
@public
def service_worker():
    """The shell's keeper, named by the build's hash and the language, so that either one's change renews it."""
    assets = current_app.config["ASSETS"]
    files = [assets.url(file) for file in assets.files if not file.startswith(NOT_CACHED) and not file.endswith("LICENSE")]
    text = render_template("phone/sw.js", build=assets.build, language=language(), files=files, shells=SHELLS,
                           prefix="/assets/", build_header=BUILD_HEADER)
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@phone.get("/manifest.webmanifest")
@public
def manifest():
    assets = current_app.config["ASSETS"]
    response = jsonify(
        name=_("소상공인 현장"), short_name=_("소상공인 현장"), lang=language(), id="/today", start_url="/today", scope="/",
        display="standalone", orientation="portrait", background_color="#ffffff", theme_color="#0b50d0",
        icons=[{"src": assets.url(f"icons/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png",
                "purpose": purpose} for size in (192, 512) for purpose in ("any", "maskable")])
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response
