from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext as _
from peewee import JOIN

from fieldapp.dashboard.handover import SHOWN, Charge, Sum, charges_of, hanging_on
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.database import in_turn, writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.events import accessed
from fieldapp.form import UUID, Reader, clean
from fieldapp.grievances import DISPOSITIONS
from fieldapp.people import MANAGER, Grant, Person
from fieldapp.referrals import STATES
from fieldapp.shops import STATUSES, Shop, charge_of, hand_over
from fieldapp.web import allow, go, page, query
from fieldapp.zones import Zone

ROWS = 50
NOBODY = "none"  # in the address: the shops that no one is in charge of


@dataclass(frozen=True)
class Move:
    """Which shops of a zone go to whom: those that were chosen, or all of the one who has them now (`whole`)."""

    zone: Zone
    to: Person
    shops: list[Shop]
    whole: str = ""

    @classmethod
    def read(cls, form: Reader, zone: Zone, charges: list[Charge]) -> "Move":
        """Raises Invalid, the problem beside its field."""
        form.text("zone")
        holders = {one.manager.uid: one.manager for one in charges if one.manager and one.holds}
        to = form.choice("to", holders, required=_("맡을 매니저를 골라 주십시오."))
        whole = form.choice("whole", {one.manager.uid if one.manager else NOBODY for one in charges})
        chosen = form.many("shop", limit=ROWS)
        found = of_zone(zone, whole) if whole else Shop.select().where(Shop.zone == zone, Shop.uid.in_(chosen))
        shops = [shop for shop in with_managers(found) if shop.manager_id != to]
        if not shops:
            form.refuse("shop", _("옮길 점포를 하나 이상 골라 주십시오. 이미 그 매니저의 점포인 것은 옮기지 않습니다."))
        form.finish(known=("seen",))
        return cls(zone, holders[to], shops, whole)


def of_zone(zone: Zone, manager: str):
    """A zone's shops, or those that one manager has, or nobody."""
    found = Shop.select().where(Shop.zone == zone)
    if manager == NOBODY:
        return found.where(Shop.manager.is_null())
    return found.where(Shop.manager == manager) if manager else found


def with_managers(shops):
    return shops.select(Shop, Person).join(Person, JOIN.LEFT_OUTER).order_by(Shop.name, Shop.uid)


def zones_here() -> list[Zone]:
    return list(Zone.ordered().where(Zone.uid.in_(Grant.zones_of(g.person))))


@dashboard.get("/assign")
@allow("shop.assign")
def assign():
    """The shops of a zone by who is in charge; zone and manager stand in the address."""
    form = Reader(request.args.to_dict(flat=False))
    return listed(form.uid("zone"), form.text("manager", limit=36), form.errors)


def listed(asked_zone: str, manager: str, problems: dict[str, str], typed: Reader | None = None):
    """The page of a zone; after a refusal with what was chosen and typed."""
    zones = zones_here()
    zone = next((one for one in zones if one.uid == asked_zone), None)
    if asked_zone and zone is None and not problems:
        raise NotFound()
    zone = zone or (zones[0] if zones else None)
    if zone is None:
        return page("assign/index.html", zone=None, zones=[], charges=[], rows=[], more="", manager="", problems={}, statuses=STATUSES)
    charges = charges_of(zone)
    if manager and manager not in {one.manager.uid if one.manager else NOBODY for one in charges}:
        problems = {"manager": _("목록에 있는 것을 골라 주십시오.")} | problems
        manager = ""
    after = request.args.get("after", "")
    rows = shops_after(of_zone(zone, manager), after)
    if rows:
        accessed("assign.list", [shop.uid for shop in rows[:ROWS]])
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    return page("assign/index.html", status=422 if problems else 200, zone=zone, zones=zones, charges=charges, rows=rows[:ROWS],
                after=after, more=f"{last.name}~{last.uid}" if last else "", manager=manager, problems=problems, statuses=STATUSES,
                chosen=typed.many("shop", limit=ROWS) if typed else [], to=typed.text("to", limit=36) if typed else "")


def shops_after(found, mark: str) -> list[Shop]:
    name, _tilde, uid = clean(mark).rpartition("~")
    if UUID.fullmatch(uid):
        found = found.where((Shop.name > name) | ((Shop.name == name) & (Shop.uid > uid)))
    return list(with_managers(found).limit(ROWS + 1))


@dashboard.post("/assign/preview")
@allow("shop.assign")
def preview():
    """What would move, before it does; nothing is changed."""
    form = Reader(request.form.to_dict(flat=False))
    zone = zone_of(form)
    try:
        return previewed(Move.read(form, zone, charges_of(zone)))
    except Invalid as problem:
        return listed(zone.uid, form.text("manager", limit=36), problem.fields, form)


def zone_of(form: Reader) -> Zone:
    uid = form.uid("zone")
    form.text("manager", limit=36)  # to which the list was narrowed
    found = next((one for one in zones_here() if one.uid == uid), None)
    if found is None:
        raise NotFound()
    return found


def previewed(move: Move, status: int = 200, problem: str = ""):
    rows = hanging_on(move.shops)
    shown = [row for row in rows if row.is_open][:SHOWN]
    accessed("assign.preview", [row.shop.uid for row in shown])
    return page("assign/preview.html", status=status, move=move, sum=Sum.of(rows), rows=shown, seen=charge_of(move.shops), problem=problem,
                dispositions=DISPOSITIONS, states=STATES)


@dashboard.post("/assign")
@allow("shop.assign")
def move_shops():
    """Move what was previewed; if a shop has another manager or zone by now, all is shown anew and nothing moves."""
    form = Reader(request.form.to_dict(flat=False))
    zone, seen = zone_of(form), form.text("seen", limit=64)
    try:
        with writing():
            in_turn()
            move = Move.read(form, zone, charges_of(zone))
            if charge_of(move.shops) != seen:
                raise Conflict(_("그 사이 담당이 바뀐 점포가 있어 옮기지 않았습니다. 지금 내용을 다시 보아 주십시오."))
            hand_over(move.shops, move.to, g.person.uid)
    except Invalid as problem:
        return listed(zone.uid, "", problem.fields, form)
    except Conflict as problem:
        return previewed(move, problem.status, str(problem.message))
    return go(f"/assign?{query({'zone': zone.uid, 'manager': move.to.uid})}")


@dashboard.get("/assign/<uid>")
@allow("shop.assign")
def handover_sheet(uid: str):
    """All that hangs on the shops of a manager, or of who was one and has them still: what would move when they leave, on A4."""
    shops = list(Shop.reachable_by(g.person).select(Shop, Zone).join(Zone, JOIN.LEFT_OUTER).where(Shop.manager == uid))
    manager = Person.get_or_none(Person.uid == uid)
    if manager is None or not (shops or manager.role == MANAGER):
        raise NotFound()
    rows = hanging_on(shops)
    open_ones = [row for row in rows if row.is_open]
    accessed("assign.sheet", [row.shop.uid for row in open_ones[:SHOWN]])
    grants = list(Grant.select(Grant, Zone).join(Zone).where(Grant.person == manager).order_by(Grant.first_day))
    return page("assign/sheet.html", manager=manager, grants=grants, sum=Sum.of(rows), rows=open_ones[:SHOWN], left=len(open_ones) - SHOWN,
                dispositions=DISPOSITIONS, states=STATES,
                zones=sorted({shop.zone for shop in shops if shop.zone}, key=lambda zone: zone.position))
