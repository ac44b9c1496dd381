import hashlib

from flask import Blueprint, current_app, g, jsonify, request
from flask_babel import gettext as _

from fieldapp.database import now, writing
from fieldapp.errors import Invalid, NotFound, TooLarge
from fieldapp.events import accessed, record
from fieldapp.experts import FIELD_CODES
from fieldapp.form import SHA256, UUID, Reader
from fieldapp.people import Phone, Session, Told, limit_sending, may
from fieldapp.photos import MAX_BYTES, read_limited, receive
from fieldapp.shops import Shop
from fieldapp.sync.commands import MOST_IN_A_BATCH, Carrier, answer_batch
from fieldapp.sync.envelope import MOST, Forged, issue, open_envelope, text
from fieldapp.sync.fits import best_fits
from fieldapp.sync.inbox import Received
from fieldapp.sync.pack import pack
from fieldapp.sync.record_visit import state_of
from fieldapp.visits import Visit, VisitPhoto
from fieldapp.web import allow, language, public

sync = Blueprint("sync", __name__, url_prefix="/sync")
TRANSIENT = {"photo-empty", "photo-hash", "photo-cut"}  # the bytes suffered on the way: the phone sends them again


@sync.get("/ping")
@public
def ping():
    """Says that this is the office, which a captive portal doesn't; to whom the phone is logged in, and what is ordered of it."""
    person = g.person.uid if g.person else None
    return jsonify(fieldapp=True, person=person, order=Phone.order_of(g.device), build=current_app.config["BUILD"], now=now().isoformat())


@sync.post("/contact")
@public
def contact():
    """How this phone stands. It is heard without a log-in too: what was ordered must be done, and that it was done be known."""
    body = request.get_json(silent=True)
    form = Reader(body if isinstance(body, dict) else {})
    told = read_told(form)
    has_key, is_empty = form.flag("has_key"), form.flag("emptied")
    form.finish()
    with writing():
        if is_empty:
            Phone.emptied(g.device)
        if g.person and g.device and may(g.person, "phone.use"):
            Phone.contact(g.device, g.person, request.user_agent.string, told)
    wanted = g.person and may(g.person, "visit.record") and not has_key
    return jsonify(order=Phone.order_of(g.device), idle_minutes=current_app.config["SETTINGS"].idle_minutes,
                   key=issue(g.person) if wanted else None)


def read_told(form: Reader) -> Told:
    unsent, photos, used, room = (int(form.number(name, 0, 10**8) or 0) for name in ("unsent", "photos", "used_mb", "room_mb"))
    return Told(unsent, photos, form.instant("oldest_at"), form.text("build", limit=40), used, room, form.flag("kept"), form.flag("pin"))


@sync.post("/envelopes")
@allow("visit.record")
def envelopes():
    """Open what this person's phone has shut when it was locked away, emptied or logged out; what someone else has made stays shut."""
    limit_sending(g.person.uid, current_app.config["SYNC_LIMIT"])
    body = request.get_json(silent=True)
    asked = body.get("envelopes") if isinstance(body, dict) else None
    if not isinstance(asked, list) or len(asked) > MOST:
        raise Invalid(code="bad-shape")
    keys, forged = {}, []
    for envelope in asked:
        try:
            keys[envelope["id"]] = text(open_envelope(envelope, g.person))
        except Forged:
            forged.append(str(envelope.get("id", ""))[:36] if isinstance(envelope, dict) else "")
    if forged:
        with writing():
            record("envelope.forged", g.person.uid, by=g.person.uid, count=len(forged))
    return jsonify(keys=keys, forged=forged)


@sync.post("/commands")
@allow("visit.record")
def commands():
    limit_sending(g.person.uid, current_app.config["SYNC_LIMIT"])
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    entries = body.get("commands") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise Invalid(code="bad-shape")
    if len(entries) > MOST_IN_A_BATCH:
        raise TooLarge(code="batch-too-large")
    answers, problem = answer_batch(entries, Carrier(g.person, g.device))
    if problem and not answers:
        raise problem
    return jsonify(answers=answers, now=now().isoformat(), retry_after=problem.retry_after if problem else None)


@sync.put("/photos/<sha256>")
@allow("visit.record")
def photo(sha256: str):
    """Take the bytes that a visit of this phone waits for. A hash that nobody here waits for is unknown, stored or not."""
    limit_sending(g.person.uid, current_app.config["SYNC_LIMIT"])
    if not SHA256.fullmatch(sha256):
        raise NotFound()
    request.max_content_length = max(MAX_BYTES, request.content_length or 0) + 1  # read_limited refuses what is more
    named = VisitPhoto.awaited_from(people_here(), sha256)
    try:
        body = read_limited(request.stream, request.content_length)
        rows = list(named)
        if not rows:
            raise NotFound(code="not-awaited")
        awaited = [row for row in rows if row.received_at is None]
        if awaited:
            receive(body, sha256)
            VisitPhoto.arrived(awaited, by=g.person.uid)
        elif hashlib.sha256(body).hexdigest() != sha256:
            raise Invalid(code="photo-hash")
    except (Invalid, TooLarge) as refusal:
        if refusal.code not in TRANSIENT:
            VisitPhoto.refuse(list(named), refusal.code, by=g.person.uid)
        raise
    return jsonify(sha256=sha256, missing=VisitPhoto.missing([row.visit_id for row in rows]))


@sync.get("/status")
@allow("visit.record")
def status():
    """Where records stand whose answers were lost on the way. Someone else's are unknown."""
    uids = [uid for uid in request.args.get("ids", "").split(",") if UUID.fullmatch(uid)][:100]
    here = people_here()
    known = {row.uid: row for row in Received.select().where(Received.uid.in_(uids), Received.author.in_(here))}
    visits = {row.uid: row for row in Visit.select().where(Visit.uid.in_(list(known)))}
    return jsonify(records=[
        {"id": uid, "answer": "unknown"} if uid not in known else
        {"id": uid, "hash": known[uid].hash, "answer": "gone"} if uid not in visits else
        {"id": uid, "hash": known[uid].hash, "answer": "duplicate", **state_of(visits[uid])} for uid in uids])


@sync.get("/pack")
@allow("phone.use")
def get_pack():
    found = pack(g.person, request.args.get("cursor", ""), request.args.get("rest", ""), language())
    rest = found["rest"] or {}
    again = [line["shop"] for part in ("returned", "drafts", "cases", "aftercare", "deadlines") for line in rest.get(part, ())]
    shown = [line["uid"] for line in found["shops"] if "last_at" in line] + again
    if shown:
        accessed("pack", list(dict.fromkeys(shown)))
    return jsonify(found)


@sync.get("/experts")
@allow("visit.record")
def experts():
    """Who fits best for this shop in this field."""
    uid, field = (request.args.get(name, "") for name in ("shop", "field"))
    named = Shop.standing(uid) if UUID.fullmatch(uid) else None
    shop = Shop.reachable_by(g.person).where(Shop.uid == named.uid).first() if named else None
    if shop is None:
        raise NotFound()
    if field not in FIELD_CODES:
        raise Invalid(fields={"field": _("목록에 있는 것을 골라 주십시오.")})
    return jsonify(experts=best_fits(shop, field, language()))


def people_here() -> list[str]:
    """This person, and whoever else has logged in on this device: their records may be carried from it."""
    here = [row.person_id for row in Session.select(Session.person).where(Session.device == g.device).distinct()]
    return [g.person.uid, *here] if g.device else [g.person.uid]
