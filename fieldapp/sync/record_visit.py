"""What recording a visit means for every room, in the caller's one transaction: the phone's command and the plain form."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from fieldapp.consultations import Aftercare
from fieldapp.database import SEOUL, now, prepared
from fieldapp.form import UUID, Reader
from fieldapp.grievances import Grievance, read_grievances
from fieldapp.owners import CONTACT, Consent, Owner, read_owner, refuse_resident_number
from fieldapp.people import Grant, Person
from fieldapp.referrals import LIVE, STATES, Referral, read_referral
from fieldapp.shops import NewShop, Shop, ShopMerge, zone_at
from fieldapp.visits import Origin, Visit, VisitPhoto, read_visit, sensible

AT_ONCE = timedelta(minutes=10)  # sent so soon, a visit has the zone that its shop has


def record_visit(raw: dict, author: Person, origin: Origin, carrier: Person) -> dict:
    """Read the form whole, tell all that is wrong with it at once (Invalid), or keep it and say where it stands."""
    form = Reader(raw)
    entry, fresh = read_visit(form), NewShop.read(form)
    for name in ("name", "address") if fresh else ():
        refuse_resident_number(form, f"shop.{name}", getattr(fresh, name))
    if fresh and entry.shop:
        meet(entry.shop, fresh, author, sensible(entry.visited_at or origin.made_at))
    shop, zone, moment = reached(author, entry.shop, sensible(entry.visited_at or origin.made_at), entry.replaces)
    if entry.shop and shop is None:
        form.refuse("shop", _("맡은 권역에 없는 점포입니다. 점포를 다시 골라 주십시오."))
    raised = read_grievances(form, zone, moment.astimezone(SEOUL).date())
    wanted = read_referral(form, needed=any(grievance.needs_referral for grievance in raised))
    owner = read_owner(form)
    tasks = [uid for uid in form.many("aftercare") if UUID.fullmatch(uid)]
    form.finish()
    assert shop  # a form without one was refused

    visit = Visit.record(entry, shop, author, origin, carried_by="" if carrier == author else carrier.uid,
                         said=sum(len(grievance.text) for grievance in raised), zone=zone)
    Owner.answer(shop, owner, visit.uid, author.uid, visit.visited_at)
    Grievance.raise_(visit, raised, by=author.uid)
    if tasks and visit.outcome == "met":
        Aftercare.answer(tasks, visit, by=author.uid)
    if wanted or visit.replaces:
        may_be_contacted = owner.may_be_contacted or Consent.standing(shop, CONTACT) is not None
        Referral.from_visit(visit, wanted, may_be_contacted=may_be_contacted, by=author.uid)
    if shop.uid != entry.shop:
        ShopMerge.note_late(entry.shop, visit.uid)
    return state_of(visit, bare=visit.current and not (visit.replaces or wanted or entry.photos))


def meet(uid: str, fresh: NewShop, author: Person, visited_at: datetime) -> None:
    """Register a shop that the office does not know yet, in a zone that its manager held then, or holds now."""
    if Shop.select().where(Shop.uid == uid).exists():
        return
    for moment in (min(visited_at, now()), now()):
        if fresh.register(uid, author, Grant.zones_of(author, moment)):
            return


def reached(author: Person, uid: str, visited_at: datetime, replaces: str = "") -> tuple[Shop | None, str, datetime]:
    """The shop, the visit's zone, and its time: by the rights of that time and the zone in which the shop lay then; by those of now where
    a clock was far out. An entry that was merged is the shop that stands. What corrects one's own visit stays in that visit's zone."""
    then = min(visited_at, now())
    own = Visit.get_or_none(Visit.uid == replaces, Visit.manager == author, Visit.shop == uid) if replaces else None
    if own:
        return Shop.get_by_id(uid), own.zone_id, then
    for moment in (then, now()):
        zones = Grant.zones_of(author, moment)
        found = _in_zones(zones, uid)
        if found:
            zone = zone_at(found[0], moment) if moment < now() - AT_ONCE else ""
            return found[0], zone if zone in zones else found[0].zone_id, moment
    shop = Shop.get_or_none(Shop.uid == uid)
    if shop and shop.merged_into_id:
        return reached(author, shop.merged_into_id, visited_at, replaces)
    zone = zone_at(shop, then) if shop else ""
    return (shop, zone, then) if zone in Grant.zones_of(author, then) else (None, "", now())


@prepared
def _in_zones(zones: list[str], uid: str):
    return Shop.select(Shop.uid, Shop.zone, Shop.status, Shop.lat, Shop.lon).where(Shop.uid == uid, Shop.zone.in_(zones))


def state_of(visit: Visit, bare: bool = False) -> dict:
    """Where a visit stands, for its phone: since when the office has it, what is missing, its referral.

    A bare one is known to have neither photos nor a referral, so that nobody has to look.
    """
    if bare:
        return {"received_at": visit.created_at.isoformat(), "missing": [], "referral": None}
    referral = (Referral.select(Referral.number, Referral.state)
                .where(Referral.visit_root == visit.root, Referral.state.in_(LIVE)).order_by(Referral.changed_at.desc()).first())
    return {
        "received_at": visit.created_at.isoformat(),
        "missing": VisitPhoto.missing([visit.uid])[visit.uid],
        "referral": {"number": referral.label, "state": referral.state, "word": str(STATES[referral.state])} if referral else None,
    }
