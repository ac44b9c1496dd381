from flask import Response, current_app, g, request, stream_with_context

from fieldapp.dashboard import geojson
from fieldapp.dashboard.feed import LONGEST_NAME, Feed
from fieldapp.dashboard.filters import VisitFilter, choices_of, read_period
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import writing
from fieldapp.errors import Invalid
from fieldapp.events import seen_by
from fieldapp.form import Reader
from fieldapp.people import limit_sending
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.web import allow, go, page, public

MOST_READS, MOST_GUESSES = 60, 20  # in five minutes: of one address, and of addresses that are none from one place


@dashboard.get("/feeds")
@allow("feed.make")
def feeds():
    """One's own addresses for map programs."""
    return feeds_page()


@dashboard.post("/feeds")
@allow("feed.make")
def make_feed():
    """Make one; its address is shown this once."""
    form = Reader(request.form.to_dict(flat=False))
    try:
        feed, token = Feed.make(form, g.person)
    except Invalid as problem:
        return feeds_page(422, problems=problem.fields, name=form.values.get("name", [""])[0][:LONGEST_NAME * 4])
    return feeds_page(made=feed, address=f"{current_app.config['SETTINGS'].public_url}/feed/{token}")


@dashboard.post("/feeds/<uid>/revoke")
@allow("feed.make")
def revoke_feed(uid: str):
    Feed.revoke(uid, g.person)
    return go("/feeds")


def feeds_page(status: int = 200, **more) -> Response:
    return page("feeds/index.html", status, rows=list(Feed.of(g.person)), longest=LONGEST_NAME, zones=choices_of(g.person)["zones"],
                **{"problems": {}, "name": "", "made": None, "address": "", **more})


@dashboard.get("/feed/<token>/visits.geojson")
@public
def visits_feed(token: str):
    """Visits, for a map program: what the maker of the address may see now. `first`, `last` and `zone` narrow it."""
    feed, asked = opened(token), read_asked()
    reached = asked.narrow(Visit.reachable_by(feed.person).where(Visit.current))
    return told(feed, "visits", geojson.visits(feed.person, asked), [uid for (uid,) in reached.select(Visit.shop).distinct().tuples()])


@dashboard.get("/feed/<token>/shops.geojson")
@public
def shops_feed(token: str):
    feed, asked = opened(token), read_asked()
    reached = Shop.reachable_by(feed.person).select(Shop.uid)
    reached = reached.where(Shop.zone == asked.zone) if asked.zone else reached
    return told(feed, "shops", geojson.shops(feed.person, asked.zone), [uid for (uid,) in reached.tuples()])


def opened(token: str) -> Feed:
    """The feed of a token. One answer for all that is none; who guesses is soon told to wait."""
    guesses = f"feed:{request.remote_addr}"
    try:
        feed = Feed.opened_by(token)
    except Exception:
        limit_sending(guesses, MOST_GUESSES)
        raise
    limit_sending(f"feed:{feed.uid}", MOST_READS)
    return feed


def read_asked() -> VisitFilter:
    """What the address is narrowed to. Raises Invalid: nobody reads a map of something else than was asked for."""
    form = Reader(request.args.to_dict(flat=False))
    first, last = read_period(form)
    asked = VisitFilter(zone=form.uid("zone"), first=first, last=last)
    form.finish()
    return asked


def told(feed: Feed, name: str, features, shops: list[str]) -> Response:
    """The answer, a piece at a time. The log holds which feed was read and whose shops stood in it, and never the token."""
    query = request.query_string.decode(errors="replace")
    seen_by(feed.person_id, f"feed.{name}", shops, f"/feed/{feed.uid}/{name}.geojson?{query}".rstrip("?"), request.remote_addr or "")
    with writing():
        feed.was_read()
    return Response(stream_with_context(geojson.collection(name, features)), mimetype="application/geo+json")
