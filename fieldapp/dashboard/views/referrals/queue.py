from flask import Response, g, request

from fieldapp.dashboard import bulk
from fieldapp.dashboard.queue import AT_ONCE, queue_of
from fieldapp.dashboard.queue_filter import AGES, LANES, QueueFilter
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import prepared
from fieldapp.events import accessed
from fieldapp.experts import FIELDS, Expert, Partner
from fieldapp.people import Grant
from fieldapp.referrals import COMMANDS, SOURCES, STATES, URGENCIES
from fieldapp.web import allow, page
from fieldapp.zones import Zone


@dashboard.get("/referrals")
@allow("referral.see")
def referrals():
    return show()


def show(problem: str = "") -> Response:
    """The queue as the address asks for it, with what is wrong with what was asked of it."""
    asked = QueueFilter.read(request.args)
    queue = queue_of(g.person, asked, request.args.get("after", ""))
    if queue.rows:
        accessed("referral.list", [row.referral.shop_id for row in queue.rows])
    return page(
        "referrals/index.html", status=422 if asked.problems or problem else 200, queue=queue, asked=asked, problem=problem, lanes=LANES,
        fields=said(FIELDS), urgencies=said(URGENCIES), sources=SOURCES, states=said(STATES), commands=said(COMMANDS),
        ages=AGES, at_once=AT_ONCE,
        zones=_zones(Grant.zones_of(g.person)), experts=_experts(),
        partners=list(Partner.ordered()),
        bulk=[command for command in bulk.AT_ONCE if any(command in row.can for row in queue.rows)])


@prepared
def _zones(uids: list[str]):
    return Zone.ordered().where(Zone.uid.in_(uids))


@prepared
def _experts():
    return Expert.select(Expert.uid, Expert.name).order_by(Expert.name, Expert.uid)


def said(words: dict) -> dict[str, str]:
    """Words in the reader's language, looked up once and not for each row."""
    return {code: str(word) for code, word in words.items()}
