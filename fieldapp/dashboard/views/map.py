import json

from flask import Response, g, make_response, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fieldapp.dashboard.filters import VisitFilter, choices_of
from fieldapp.dashboard.ground import LAYERS, View
from fieldapp.dashboard.ground.borders import borders
from fieldapp.dashboard.ground.counts import shop_cells, visit_cells
from fieldapp.dashboard.ground.pins import MOST, day_walked, extent, heat, shop_pins, streets, visit_pin, visits_in, walks
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.visit_list import count_of, page_of
from fieldapp.dates import day
from fieldapp.events import accessed
from fieldapp.visits import OUTCOMES, REVIEWS, Visit
from fieldapp.web import allow, page

ONE_SPOT = 20  # the zoom from which on the shops of one spot are listed by floor, however many they are
AGES = {"fresh": _("30일 안에 방문"), "aging": _("90일 안에 방문"), "old": _("90일 넘음"), "never": _("방문 없음"), "gone": _("폐업·이전")}


@dashboard.get("/map")
@allow("map.see")
def map_():
    """Zones, shops, visits, what is open and a day's walks; beside it the same as lists, which need no script."""
    asked, view = VisitFilter.read(request.args), View.read(request.args)
    problems = asked.problems | view.problems
    (rows, more), (count, all_of_it) = page_of(g.person, asked, None), count_of(g.person, asked)
    walked = walks(asked_visits(asked), asked, View()) if "walks" in view.layers else []
    seen = [*rows, *(visit for walk in walked for visit in walk.visits)]
    if seen:
        accessed("map.list", [visit.shop_id for visit in seen])
    return page(
        "dashboard/map.html", status=422 if problems else 200, asked=asked, view=view, problems=problems, rows=rows, more=more,
        count=count, all_of_it=all_of_it, walks=walked, extent=extent(g.person, asked), day=day_walked(asked),
        streets=streets(g.person, asked), layers=LAYERS, ages=AGES, outcomes=OUTCOMES, reviews=REVIEWS,
        words={"outcomes": said(OUTCOMES), "ages": said(AGES)},
        **choices_of(g.person))


def said(words: dict) -> dict[str, str]:
    """Words in the reader's language, for what the script writes."""
    return {code: str(word) for code, word in words.items()}


@dashboard.get("/map/points")
@allow("map.see")
def points():
    """What a view draws: cells with their counts, or pins where it holds few. `box`, `zoom` and `layer` beside what the pages ask."""
    asked, view = VisitFilter.read(request.args), View.read(request.args)
    if asked.problems or view.problems:
        return refused(asked.problems | view.problems)
    drawn = {name: draw(asked, view) for name, draw in (("shops", draw_shops), ("visits", draw_visits), ("heat", draw_heat),
                                                        ("walks", draw_walks)) if name in view.layers}
    return compact({"level": view.level, **drawn})


@dashboard.get("/map/borders")
@allow("map.see")
def map_borders():
    """The borders of a view as GeoJSON, no finer than its zoom shows."""
    view = View.read(request.args)
    if view.problems:
        return refused(view.problems)
    return compact({"type": "FeatureCollection", "features": borders(g.person, view)})


def draw_shops(asked: VisitFilter, view: View) -> dict:
    cells = shop_cells(g.person, asked, view)
    if cells.total > MOST and view.zoom < ONE_SPOT:
        return {"cells": cells.placed}
    pins = shop_pins(g.person, asked, view)
    if pins:
        accessed("map.shops", [uid for _lat, _lon, _name, uid, *_more in pins])
    return {"pins": pins, "more": max(0, cells.total - len(pins)) if len(pins) == MOST else 0}


def draw_visits(asked: VisitFilter, view: View) -> dict:
    cells = visit_cells(g.person, asked, view)
    found = visits_in(g.person, asked, view, cells)
    if found is None:
        note = gettext("이 조건으로는 %(day)s부터의 방문만 그렸습니다.", day=day(cells.since)) if cells.since else ""
        return {"cells": cells.placed, "note": note}
    if found:
        accessed("map.points", [visit.shop_id for visit in found])
    return {"pins": [visit_pin(visit) for visit in found]}


def draw_heat(asked: VisitFilter, view: View) -> list[list]:
    return heat(g.person, asked, view)


def draw_walks(asked: VisitFilter, view: View) -> list[dict]:
    found = walks(asked_visits(asked), asked, view)
    if found:
        accessed("map.walks", [visit.shop_id for walk in found for visit in walk.visits])
    return [{"manager": walk.manager, "stops": walk.stops} for walk in found]


def asked_visits(asked: VisitFilter):
    return asked.narrow(Visit.reachable_by(g.person).where(Visit.current))


def refused(problems: dict[str, str]) -> Response:
    """422 in words, for what reads JSON."""
    return compact({"code": "invalid", "message": gettext("확인할 곳이 있습니다."), "fields": problems}, 422)


def compact(content: dict, status: int = 200) -> Response:
    """JSON in which Korean stands as it is: half as long."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    return make_response(text, status, {"Content-Type": "application/json"})
