"""Which dong lies in which zone, and moving one: what would go with it is shown before anything does."""

from collections import Counter
from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext as _
from peewee import fn

from fieldapp.dashboard.handover import SHOWN, Sum, hanging_on
from fieldapp.dashboard.rezoning import Rezoning
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import SEOUL, in_turn, now, writing
from fieldapp.errors import Conflict, Invalid
from fieldapp.events import accessed
from fieldapp.form import Reader, clean
from fieldapp.grievances import DISPOSITIONS
from fieldapp.people import Grant, Person
from fieldapp.referrals import STATES
from fieldapp.shops import Shop
from fieldapp.web import allow, go, page, query
from fieldapp.zones import Dong, Zone


@dataclass(frozen=True)
class Ground:
    """A zone with its dongs, how many shops of each go with it, and the managers who hold it today."""

    zone: Zone
    dongs: list[tuple[Dong, int]]
    managers: list[Person]


def read(form: Reader) -> Rezoning:
    """Raises Invalid, the problem beside its field."""
    dongs = {dong.code8: dong for dong in Dong.select(Dong, Zone).join(Zone)}
    zones = {zone.uid: zone for zone in Zone.ordered()}
    dong = dongs.get(form.choice("dong", dongs, required=_("옮길 행정동을 골라 주십시오.")))
    zone = zones.get(form.choice("zone", zones, required=_("옮겨 갈 권역을 골라 주십시오.")))
    people = {person.uid: person for person in holders_of(zone)} if zone else {}
    to = form.text("to", limit=36)
    if dong and zone and dong.zone_id == zone.uid:
        form.refuse("zone", _("이미 이 권역의 행정동입니다. 다른 권역을 골라 주십시오."))
    if zone and to and to not in people:
        form.refuse("to", _("옮겨 갈 권역을 맡은 매니저를 골라 주십시오."))
    form.finish(known=("seen",))
    assert dong and zone
    return Rezoning(dong, zone, people.get(to))


def holders_of(zone: Zone) -> list[Person]:
    return [person for person in Grant.holders(zone.uid, now().astimezone(SEOUL).date()) if person.is_manager]


@dashboard.get("/borders")
@allow("shop.assign")
def borders():
    """Zones and their dongs; `moved` in the address names the dong that has just moved."""
    moved = Dong.select(Dong, Zone).join(Zone).where(Dong.code8 == clean(request.args.get("moved", ""))).first()
    return listed(Reader({}), {}, moved)


def listed(typed: Reader, problems: dict[str, str], moved: Dong | None = None):
    """The page; after a refusal with what was chosen."""
    along = Shop.select(Shop.dong, fn.COUNT(Shop.uid)).join(Dong).where(Shop.zone == Dong.zone).group_by(Shop.dong)
    counted = Counter(dict(along.tuples()))
    today, zones = now().astimezone(SEOUL).date(), list(Zone.ordered())
    dongs: dict[str, list[tuple[Dong, int]]] = {zone.uid: [] for zone in zones}
    managers: dict[str, list[Person]] = {zone.uid: [] for zone in zones}
    for dong in Dong.select(Dong.code8, Dong.name_ko, Dong.zone).order_by(Dong.code8):
        dongs[dong.zone_id].append((dong, counted[dong.code8]))
    for grant in Grant.select(Grant, Person).join(Person).where(Grant.valid_on(today), Person.active).order_by(Person.name, Person.uid):
        if grant.person.is_manager and grant.person not in managers[grant.zone_id]:
            managers[grant.zone_id].append(grant.person)
    grounds = [Ground(zone, dongs[zone.uid], managers[zone.uid]) for zone in zones]
    return page("borders/index.html", status=422 if problems else 200, grounds=grounds, problems=problems, moved=moved,
                chosen={name: typed.text(name, limit=36) for name in ("dong", "zone", "to")})


@dashboard.post("/borders/preview")
@allow("shop.assign")
def preview_border():
    """What would move, before it does; nothing is changed."""
    form = Reader(request.form.to_dict(flat=False))
    try:
        return previewed(read(form))
    except Invalid as problem:
        return listed(form, problem.fields)


def previewed(move: Rezoning, status: int = 200, problem: str = ""):
    rows = hanging_on(move.shops)
    shown = [row for row in rows if row.is_open][:SHOWN]
    accessed("borders.preview", [row.shop.uid for row in shown])
    return page("borders/preview.html", status=status, move=move, sum=Sum.of(rows), rows=shown, problem=problem,
                dispositions=DISPOSITIONS, states=STATES)


@dashboard.post("/borders")
@allow("shop.assign")
def move_border():
    """Move what was previewed; if a shop has come, gone or changed hands by now, all is shown anew and nothing moves."""
    form = Reader(request.form.to_dict(flat=False))
    seen = form.text("seen", limit=64)
    try:
        with writing():
            in_turn()
            move = read(form)
            if move.seen != seen:
                raise Conflict(_("그 사이 점포가 바뀌어 옮기지 않았습니다. 지금 내용을 다시 보아 주십시오."))
            move.carry_out(g.person.uid)
    except Invalid as problem:
        return listed(form, problem.fields)
    except Conflict as problem:
        return previewed(move, problem.status, str(problem.message))
    return go(f"/borders?{query({'moved': move.dong.code8})}")
