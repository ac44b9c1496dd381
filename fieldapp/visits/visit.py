from dataclasses import dataclass
from datetime import datetime

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Model, Record, next_seq, now, prepared, writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.form import clean
from fieldapp.people import Grant, Person
from fieldapp.programmes import Programme
from fieldapp.shops import Shop
from fieldapp.visits import doubts
from fieldapp.visits.form import VisitInput
from fieldapp.visits.plausibility import alone, kept, text_key, weight
from fieldapp.visits.returns import RETURNS
from fieldapp.zones import Zone

OUTCOMES = {
    "met": _("만남"), "absent": _("부재"), "busy": _("바쁨"), "refused": _("거절"), "shut_today": _("오늘 휴무"),
    "closed_down": _("폐업"), "moved": _("이전"),
}
REVIEWS = {"received": _("접수"), "confirmed": _("확인"), "returned": _("반려"), "answered": _("보완됨")}
OPEN = ("received", "answered")  # what waits for a supervisor
LONGEST_REASON = 500


@dataclass(frozen=True)
class Origin:
    """How a record came to be: what the phone's clock, device and counter said of it. Nothing here is ever refused."""

    uid: str
    made_at: datetime | None = None
    timezone: str = ""
    skew_ms: int | None = None
    device: str = ""
    device_seq: int | None = None


class Visit(Record):
    """One revision of one visit. `root` is the uid of the first revision; exactly one revision is `current`."""

    root = peewee.CharField(36, index=True)
    revision = peewee.IntegerField(default=1)
    replaces = peewee.CharField(36, default="", index=True)
    current = peewee.BooleanField(default=True)
    shop = peewee.ForeignKeyField(Shop, backref="visits", on_delete="RESTRICT", index=False)
    zone = peewee.ForeignKeyField(Zone, backref="visits", on_delete="RESTRICT", index=False)
    manager = peewee.ForeignKeyField(Person, backref="visits", on_delete="RESTRICT", index=False)
    outcome = peewee.CharField(20)
    met_whom = peewee.CharField(60, default="")
    memo = peewee.TextField(default="")
    visited_at = Instant()
    next_visit_on = peewee.DateField(null=True)
    place_source = peewee.CharField(10, default="none")
    lat = peewee.DoubleField(null=True)
    lon = peewee.DoubleField(null=True)
    accuracy_m = peewee.DoubleField(null=True)
    fix_age_s = peewee.DoubleField(null=True)
    distance_m = peewee.DoubleField(null=True)
    made_at = Instant(null=True)
    timezone = peewee.CharField(60, default="")
    skew_ms = peewee.BigIntegerField(null=True)
    device = peewee.CharField(64, default="")
    device_seq = peewee.BigIntegerField(null=True)
    review = peewee.CharField(20, default="received")
    return_code = peewee.CharField(20, default="")
    return_reason = peewee.TextField(default="")
    returned_by = peewee.ForeignKeyField(Person, null=True, on_delete="SET NULL")
    seq = peewee.BigIntegerField(default=0)
    letters = peewee.IntegerField(default=0)  # of the memo and of all that was raised
    text_key = peewee.CharField(16, null=True)  # what equal memos have in common
    doubts = peewee.CharField(120, default="")  # codes of plausibility.DOUBTS, the gravest first
    doubt_weight = peewee.IntegerField(default=0)

    class Meta:
        indexes = ((("shop", "visited_at", "uid"), False), (("manager", "review"), False))  # and those of LISTS

    @classmethod
    def record(cls, entry: VisitInput, shop: Shop, by: Person, origin: Origin, carried_by: str = "", said: int = 0,
               zone: str = "") -> "Visit":
        """Keep a new visit, or a new revision of one, with its photos' manifest, inside the caller's transaction.

        `said` counts the letters written of it beside the memo; `zone` is that of the visit, where it is not the shop's of now. A
        revision stays in its visit's zone.
        """
        before = cls.get_or_none(cls.uid == entry.replaces) if entry.replaces else None
        if before and before.manager_id != by.uid:
            raise Invalid(fields={"replaces": _("고칠 방문을 찾을 수 없습니다.")})
        visit = cls(
            uid=origin.uid, shop=shop, zone=before.zone_id if before else zone or shop.zone_id, manager=by,
            outcome=entry.outcome, met_whom=entry.met_whom,
            memo=entry.memo, visited_at=sensible(entry.visited_at or origin.made_at), next_visit_on=entry.next_visit_on,
            place_source=entry.place.source, lat=entry.place.lat, lon=entry.place.lon,
            accuracy_m=entry.place.accuracy_m, fix_age_s=entry.place.fix_age_s,
            distance_m=shop.distance(entry.place.lat, entry.place.lon), made_at=origin.made_at,
            timezone=origin.timezone, skew_ms=origin.skew_ms, device=origin.device, device_seq=origin.device_seq,
            replaces=entry.replaces, root=before.root if before else entry.replaces or origin.uid,
            revision=before.revision + 1 if before else 2 if entry.replaces else 1,
            review="answered" if before and before.review == "returned" else "received", seq=next_seq(),
            letters=len(entry.memo) + said, text_key=text_key(entry.memo))
        raised = alone(visit, [photo.taken_at for photo in entry.photos])
        visit.doubts, visit.doubt_weight = kept(raised), weight(raised)
        visit.save(force_insert=True)
        VisitPhoto.name(visit, entry.photos)
        VisitProgramme.name(visit, entry.programmes)
        cls.settle(visit)
        if visit.current:
            doubts.note(visit, before)
        events.record("visit.revised" if entry.replaces else "visit.recorded", visit.root, by=by.uid, visit=visit.uid,
                      shop=shop.uid, carried_by=carried_by)
        follow_the_shop(shop, entry.outcome, by.uid)
        return visit

    @classmethod
    def settle(cls, visit: "Visit") -> None:
        """Leave exactly one revision current: the last to arrive of those that nothing replaces.

        Revisions may arrive out of order: a late one joins those that came before it to its own root.
        """
        later = cls.root == visit.uid
        joined = visit.root != visit.uid and cls.update(root=visit.root, revision=cls.revision + visit.revision - 1).where(later).execute()
        family = _family(visit.root)
        replaced = {row.replaces for row in family}
        last = ([row.uid for row in family if row.uid not in replaced] or [visit.uid])[-1]  # two may claim to replace each other
        visit.current = visit.uid == last
        if len(family) > 1:
            cls.update(current=cls.uid == last).where(cls.root == visit.root).execute()
        if joined:
            events.record("visit.joined", visit.root, by=visit.manager_id, was=visit.uid, current=last)

    @classmethod
    def reachable_by(cls, person: Person):
        """What this person may see: their own visits, and those of the zones they hold."""
        if person.sees_all_zones:
            return cls.select()
        mine = cls.manager == person if person.is_manager else cls.manager.is_null()
        return cls.select().where(cls.zone.in_(Grant.zones_of(person)) | mine)

    @classmethod
    def get_reachable(cls, person: Person, uid: str) -> "Visit":
        visit = cls.reachable_by(person).where(cls.uid == uid).first()
        if visit is None:
            raise NotFound()
        return visit

    @classmethod
    def returned_to(cls, person: Person):
        """What this manager has been sent back and has not answered."""
        return (cls.select(cls, Shop).join(Shop).where(cls.manager == person, cls.review == "returned", cls.current)
                .order_by(cls.visited_at))

    def revisions(self) -> list["Visit"]:
        return list(Visit.select().where(Visit.root == self.root).order_by(Visit.revision, Visit.created_at))

    @property
    def why_returned(self) -> str:
        """What a return says: its code in words, and what was written with it."""
        word = str(RETURNS[self.return_code]) if self.return_code in RETURNS and self.return_code != "other" else ""
        return ": ".join(filter(None, (word, self.return_reason)))

    def send_back(self, reason: str, by: Person, code: str = "other") -> None:
        """Return the visit to its manager; raises Invalid where neither code nor text says why, Conflict if it is no longer open."""
        reason, code = clean(reason), code or "other"
        if code not in RETURNS:
            raise Invalid(fields={"code": _("목록에 있는 것을 골라 주십시오.")})
        if code == "other" and not any(letter.isprintable() and not letter.isspace() for letter in reason):
            raise Invalid(fields={"reason": _("반려 사유를 적어 주십시오.")})
        if len(reason) > LONGEST_REASON:
            raise Invalid(fields={"reason": _("500자까지 적을 수 있습니다.")})
        self._decide("returned", by, return_code=code, return_reason=reason, returned_by=by)
        events.record("visit.returned", self.root, by=by.uid, visit=self.uid, code=code, reason=reason)

    def confirm(self, by: Person) -> None:
        """Say that the visit is in order; raises Conflict if it is no longer open."""
        self._decide("confirmed", by)
        events.record("visit.confirmed", self.root, by=by.uid, visit=self.uid)

    def _decide(self, review: str, by: Person, **more) -> None:
        changes = {"review": review, **more}
        still_open = (Visit.uid == self.uid) & Visit.current & Visit.review.in_(OPEN)
        if not Visit.update(seq=next_seq(), **changes).where(still_open).execute():
            raise self.overtaken()
        for name, value in changes.items():
            setattr(self, name, value)

    def overtaken(self) -> Conflict:
        """Why this revision can be decided on no more, and who was quicker."""
        found = Visit.get_by_id(self.uid)
        what = {"returned": _("이미 반려되었습니다."), "confirmed": _("이미 확인되었습니다.")}.get(found.review, _("그 사이 바뀌었습니다."))
        kinds = ("visit.returned", "visit.confirmed") if found.current else ("visit.revised",)
        happened = events.Event.of(self.root).where(events.Event.kind.in_(kinds))
        last = happened.order_by(events.Event.created_at.desc(), events.Event.uid.desc()).first()
        who = Person.get_or_none(Person.uid == last.person) if last else None
        return Conflict(_("%(what)s 새로 고쳐 확인해 주십시오. (%(who)s)", what=what if found.current else _("그 사이 고쳐졌습니다."),
                          who=who.name if who else "–"))


# By which the desk lists what is current, the latest first. An index holds only those rows, and says so as queries do: `Visit.current`.
# A manager's own visits elsewhere are sifted by zone.
LISTS = {"all": (), "zone": (Visit.zone,), "manager": (Visit.manager,), "outcome": (Visit.outcome,), "review": (Visit.review,)}
for _name, _first in LISTS.items():
    _more = (Visit.zone,) if _name == "manager" else ()
    Visit.add_index(*_first, Visit.visited_at, Visit.uid, *_more, where=Visit.current, name=f"visit_list_{_name}")
Visit.add_index(Visit.review, Visit.doubt_weight, Visit.visited_at, Visit.uid, where=Visit.current, name="visit_lane")
Visit.add_index(Visit.text_key, where=Visit.current & Visit.text_key.is_null(False), name="visit_text")


@prepared
def _family(root: str):
    return Visit.select(Visit.uid, Visit.replaces).where(Visit.root == root).order_by(Visit.created_at, Visit.uid)


class VisitPhoto(Model):
    """The manifest: which photos a visit names, and which of them have arrived."""

    visit = peewee.ForeignKeyField(Visit, backref="photos", on_delete="CASCADE")
    position = peewee.IntegerField()
    sha256 = peewee.CharField(64, index=True)
    taken_at = Instant(null=True)
    lat = peewee.DoubleField(null=True)
    lon = peewee.DoubleField(null=True)
    received_at = Instant(null=True)
    refused = peewee.CharField(40, default="")

    class Meta:
        indexes = ((("visit", "sha256"), True),)

    @classmethod
    def name(cls, visit: Visit, photos) -> None:
        """Write the manifest. What the same visit's earlier revision already brought has arrived."""
        if not photos:
            return
        known = {row.sha256: row.received_at for row in cls.select(cls.sha256, cls.received_at).join(Visit).where(
            Visit.manager == visit.manager_id, cls.sha256.in_([p.sha256 for p in photos]), cls.received_at.is_null(False))}
        cls.insert_many([{
            "visit": visit.uid, "position": position, "sha256": photo.sha256, "taken_at": photo.taken_at,
            "lat": photo.lat, "lon": photo.lon, "received_at": known.get(photo.sha256),
        } for position, photo in enumerate(photos, 1)]).execute()

    @classmethod
    def awaited_from(cls, person_uids: list[str], sha256: str):
        """The manifest rows that wait for these bytes, of visits made by these people."""
        return cls.select().join(Visit).where(cls.sha256 == sha256, Visit.manager.in_(person_uids))

    @classmethod
    def arrived(cls, rows: list["VisitPhoto"], by: str) -> None:
        """Note that the bytes of these rows are stored, in one durable transaction."""
        with writing():
            cls.update(received_at=now(), refused="").where(cls.id.in_([row.id for row in rows])).execute()
            for row in rows:
                events.record("photo.received", row.visit_id, by=by, sha256=row.sha256)

    @classmethod
    def refuse(cls, rows: list["VisitPhoto"], code: str, by: str) -> None:
        """Note that these bytes are no photo that can be kept, so that the visit waits for them no longer."""
        with writing():
            cls.update(refused=code).where(cls.id.in_([row.id for row in rows]), cls.received_at.is_null()).execute()
            for row in rows:
                events.record("photo.refused", row.visit_id, by=by, sha256=row.sha256, code=code)

    @classmethod
    def missing(cls, visits: list[str]) -> dict[str, list[str]]:
        """For each visit the hashes that have neither arrived nor been refused, in order."""
        found: dict[str, list[str]] = {uid: [] for uid in visits}
        for row in (cls.select(cls.visit, cls.sha256).where(cls.visit.in_(visits), cls.received_at.is_null(), cls.refused == "")
                    .order_by(cls.position)):
            found[row.visit_id].append(row.sha256)
        return found


class VisitProgramme(Model):
    """A programme that the owner was told of in a visit."""

    visit = peewee.ForeignKeyField(Visit, backref="programmes", on_delete="CASCADE")
    programme = peewee.ForeignKeyField(Programme, on_delete="RESTRICT")

    class Meta:
        indexes = ((("visit", "programme"), True),)

    @classmethod
    def name(cls, visit: Visit, programmes: list[str]) -> None:
        if not programmes:
            return
        known = {row.uid for row in Programme.select(Programme.uid).where(Programme.uid.in_(programmes))}
        if len(known) < len(programmes):
            raise Invalid(fields={"programme": _("목록에 있는 것을 골라 주십시오.")})
        cls.insert_many([{"visit": visit.uid, "programme": uid} for uid in programmes]).execute()


def sensible(moment: datetime | None) -> datetime:
    """The phone's time where it can be a time of a visit, else the server's; the phone's stays beside it in made_at."""
    moment = moment or now()
    return moment if 2000 <= moment.year <= 2099 else now()


def follow_the_shop(shop: Shop, outcome: str, by: str) -> None:
    """A shop found closed down or moved is marked so; met again, it is open. Whoever found out need not check again."""
    status = outcome if outcome in ("closed_down", "moved") else "open" if outcome == "met" else shop.status
    if status != shop.status:
        events.record("shop.status", shop.uid, by=by, before=shop.status, after=status)
    found_out = outcome in ("met", "busy", "refused", "closed_down", "moved")
    shop.touch(status=status, **{"to_check": False} if found_out else {})
