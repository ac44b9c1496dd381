"""The peer: a bare Flask app that writes the rows of one visit and checks nothing, and serves a bare form.

It runs under the same gunicorn settings, on the same models with the same durability. It has no log-in, no rights, no
validation and no answer to a record that comes twice.
"""

import json
from pathlib import Path

import brotli
from flask import Flask, Response, jsonify, render_template, request

from fieldapp.assets import Assets
from fieldapp.config import from_environment
from fieldapp.database import next_seq, now, open_database, uuid7, writing
from fieldapp.events import Event
from fieldapp.form import read_instant
from fieldapp.grievances import Category, Grievance
from fieldapp.shops import Shop
from fieldapp.sync import Received
from fieldapp.visits import Visit


def create_app() -> Flask:
    config = from_environment()
    app = Flask(__name__, template_folder=str(Path(__file__).parent), static_folder=None)
    assets = Assets(config.data / "assets")
    open_database(config.database_url)
    categories = {category.code: category.uid for category in Category.select()}
    zones = {shop.uid: shop.zone_id for shop in Shop.select()}
    with app.app_context():
        form = brotli.compress(render_template("form.html", asset=assets.url).encode(), quality=11)

    @app.get("/sync/ping")
    def ping():
        return jsonify(peer=True)

    @app.get("/form")
    def bare_form():
        return Response(form, mimetype="text/html", headers={"Content-Encoding": "br", "Cache-Control": "no-store"})

    @app.post("/sync/commands")
    def commands():
        for sent in request.get_json()["commands"]:
            record = json.loads(sent["record"])
            with writing():
                write(sent, record, record["form"], zones[record["form"]["shop"]], categories)
        return jsonify(answers=[{"id": sent["id"], "answer": "created"} for sent in request.json["commands"]])

    app.wsgi_app = assets.serve(app.wsgi_app)  # type: ignore[method-assign]
    return app


def write(sent: dict, record: dict, form: dict, zone: str, categories: dict) -> None:
    """The rows that `sync.record_visit` leaves behind: five inserts, two change numbers, the shop's status."""
    uid, author, shop, moment, visited_at = sent["id"], record["author"], form["shop"], now(), read_instant(form["visited_at"])
    Received.insert(uid=uid, hash=sent["hash"], kind=record["kind"], version=record["version"], author=author,
                    carrier=author, record=sent["record"]).execute()
    Visit.insert(uid=uid, root=uid, shop=shop, zone=zone, manager=author, outcome=form["outcome"], memo=form["memo"],
                 visited_at=visited_at, place_source=form["place.source"],
                 lat=float(form["place.lat"]), lon=float(form["place.lon"]), accuracy_m=float(form["place.accuracy_m"]),
                 fix_age_s=float(form["place.fix_age_s"]), distance_m=12.5, made_at=moment, timezone=record["timezone"],
                 skew_ms=record["skew_ms"], device=record["device"], device_seq=record["seq"], seq=next_seq(),
                 letters=len(form["memo"]), text_key=sent["hash"][:16]).execute()
    event("visit.recorded", uid, author, visit=uid, shop=shop, carried_by="")
    Shop.update(status="open", seq=next_seq()).where(Shop.uid == shop).execute()
    for code in form["category"]:
        grievance, text, disposition = uuid7(), form[f"grievance.{code}.text"], form[f"grievance.{code}.disposition"]
        Grievance.insert(uid=grievance, visit=uid, shop=shop, category=categories[code], text=text, disposition=disposition,
                         said_at=visited_at).execute()
        event("grievance.raised", grievance, author, visit=uid, category=code, disposition=disposition)


def event(kind: str, subject: str, author: str, **facts) -> None:
    Event.insert(kind=kind, subject=subject, person=author, data=json.dumps(facts)).execute()
