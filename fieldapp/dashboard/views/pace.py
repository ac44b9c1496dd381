from flask import g, request

from fieldapp.dashboard.cases import TOLD, Cases
from fieldapp.dashboard.chart import HEIGHT, WIDTH, YearChart, path, spread_labels
from fieldapp.dashboard.pace import YearPace
from fieldapp.dashboard.queue_filter import LANES
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.year_filter import YearFilter
from fieldapp.figures import in_force
from fieldapp.web import allow, page
from fieldapp.zones import Zone


@dashboard.get("/dashboard")
@allow("dashboard.see")
def pace():
    """Where the year stands; year and zone in the address. The same questions for any number of visits."""
    asked = YearFilter.read(request.args, g.person)
    year, cases = YearPace(asked), Cases.of(g.person, asked)
    zones = list(Zone.ordered().select(Zone.uid, Zone.name_ko, Zone.name_en).where(Zone.uid.in_(asked.reach)))
    return page(
        "dashboard/pace.html", status=422 if asked.problems else 200, asked=asked, year=year, pace=year.pace, cases=cases, zones=zones,
        zone=next((zone for zone in zones if zone.uid == asked.zone), None), rule=in_force(), lanes={lane: LANES[lane] for lane in TOLD},
        chart=chart_of(year), path=path, spread_labels=spread_labels, width=WIDTH, height=HEIGHT)


def chart_of(year: YearPace) -> YearChart:
    """The year's chart up to today, which is the year's end where that is over, and its beginning where it has not come."""
    today, first, last = year.today, year.asked.first, year.asked.last
    at = 12 if today > last else 0 if today < first else today.month - 1 + today.day / 31
    done = [0, *(month.total for month in year.months if not month.ahead)]
    promised = [0, *(month.promised or 0 for month in year.months)] if year.target else []
    return YearChart(done, promised, year.pace.band, at)
