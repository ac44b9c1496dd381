from flask import g, jsonify, request

from fieldapp.dashboard.filters import VisitFilter, choices_of
from fieldapp.dashboard.views.blueprint import ROWS, dashboard
from fieldapp.dashboard.views.visits import with_names
from fieldapp.events import accessed
from fieldapp.people import Grant
from fieldapp.shops import STATUSES, Shop
from fieldapp.visits import OUTCOMES, REVIEWS, Visit
from fieldapp.web import allow, page
from fieldapp.zones import Zone

MOST_VISITS = 2000  # points of visits on one map, the latest ones


def visits_of(asked: VisitFilter):
    return asked.narrow(Visit.reachable_by(g.person).where(Visit.current))


@dashboard.get("/map")
@allow("map.see")
def map_():
    """Zones, shops and visits; beside it the visits as a list. Without tiles, borders and points still draw."""
    asked = VisitFilter.read(request.args)
    rows = list(with_names(visits_of(asked)).order_by(Visit.visited_at.desc(), Visit.uid.desc()).limit(ROWS))
    if rows:
        accessed("map.list", [visit.shop_id for visit in rows])
    return page("dashboard/map.html", status=422 if asked.problems else 200, asked=asked, rows=rows, count=visits_of(asked).count(),
                outcomes=OUTCOMES, reviews=REVIEWS, most=MOST_VISITS, **choices_of(g.person))


@dashboard.get("/map/points")
@allow("map.see")
def points():
    """What the map draws: borders as GeoJSON, shops and visits as short rows of latitude, longitude, words and address."""
    asked = VisitFilter.read(request.args)
    reach = [zone for zone in Grant.zones_of(g.person) if not asked.zone or zone == asked.zone]
    zones = list(Zone.ordered().where(Zone.uid.in_(reach)))
    shops = Shop.select(Shop.lat, Shop.lon, Shop.name, Shop.branch, Shop.uid, Shop.status).where(
        Shop.zone.in_(reach), Shop.lat.is_null(False))
    visits = list(with_names(visits_of(asked).where(Visit.lat.is_null(False))).order_by(Visit.visited_at.desc()).limit(MOST_VISITS))
    if visits:
        accessed("map.points", [visit.shop_id for visit in visits])
    return jsonify(
        borders=Zone.as_geojson(zones), outcomes={code: str(text) for code, text in OUTCOMES.items()},
        statuses={code: str(text) for code, text in STATUSES.items()},
        shops=[[shop.lat, shop.lon, shop.title, shop.uid, shop.status] for shop in shops],
        visits=[[visit.lat, visit.lon, visit.shop.title, visit.uid, visit.outcome] for visit in visits])
