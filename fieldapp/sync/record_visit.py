"""What recording a visit means for every room, in the caller's one transaction: the phone's command and the plain form."""

from datetime import datetime

from flask_babel import gettext as _

from fieldapp.consultations import Aftercare
from fieldapp.database import SEOUL, now
from fieldapp.form import UUID, Reader
from fieldapp.grievances import Grievance, read_grievances
from fieldapp.owners import CONTACT, Consent, Owner, read_owner
from fieldapp.people import Person
from fieldapp.referrals import LIVE, STATES, Referral, read_referral
from fieldapp.shops import Shop
from fieldapp.visits import Origin, Visit, VisitPhoto, read_visit, sensible


def record_visit(raw: dict, author: Person, origin: Origin, carrier: Person) -> dict:
    """Read the form whole, tell all that is wrong with it at once (Invalid), or keep it and say where it stands."""
    form = Reader(raw)
    entry = read_visit(form)
    shop, moment = reached(author, entry.shop, sensible(entry.visited_at or origin.made_at))
    if entry.shop and shop is None:
        form.refuse("shop", _("맡은 권역에 없는 점포입니다. 점포를 다시 골라 주십시오."))
    zone = shop.zone_id if shop else ""
    raised = read_grievances(form, zone, moment.astimezone(SEOUL).date())
    wanted = read_referral(form, needed=any(grievance.needs_referral for grievance in raised))
    owner = read_owner(form)
    tasks = [uid for uid in form.many("aftercare") if UUID.fullmatch(uid)]
    form.finish()
    assert shop  # a form without one was refused

    visit = Visit.record(entry, shop, author, origin, carried_by="" if carrier == author else carrier.uid)
    Owner.answer(shop, owner, visit.uid, author.uid, visit.visited_at)
    Grievance.raise_(visit, raised, by=author.uid)
    if tasks and visit.outcome == "met":
        Aftercare.answer(tasks, visit, by=author.uid)
    if wanted or visit.replaces:
        may_be_contacted = owner.may_be_contacted or Consent.standing(shop, CONTACT) is not None
        Referral.from_visit(visit, wanted, may_be_contacted=may_be_contacted, by=author.uid)
    return state_of(visit, bare=visit.current and not (visit.replaces or wanted or entry.photos))


def reached(author: Person, uid: str, visited_at: datetime) -> tuple[Shop | None, datetime]:
    """The shop by the rights of the visit's time, and that time; by those of now where a clock was far out. Never by later ones."""
    needed = Shop.uid, Shop.zone, Shop.status, Shop.lat, Shop.lon
    for moment in (min(visited_at, now()), now()):
        shop = Shop.reachable_by(author, moment).select(*needed).where(Shop.uid == uid).first()
        if shop:
            return shop, moment
    return None, now()


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
