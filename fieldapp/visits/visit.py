from dataclasses import dataclass
from datetime import datetime

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Model, Record, next_seq, now, writing
from fieldapp.errors import Conflict, Invalid, NotFound
from fieldapp.form import clean
from fieldapp.people import Grant, Person
from fieldapp.programmes import Programme
from fieldapp.shops import Shop
from fieldapp.visits.form import VisitInput
from fieldapp.zones import Zone

OUTCOMES = {
    "met": _("만남"), "absent": _("부재"), "busy": _("바쁨"), "refused": _("거절"), "shut_today": _("오늘 휴무"),
    "closed_down": _("폐업"), "moved": _("이전"),
}
REVIEWS = {"received": _("접수"), "confirmed": _("확인"), "returned": _("반려"), "answered": _("보완됨")}
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
    shop = peewee.ForeignKeyField(Shop, backref="visits", on_delete="RESTRICT")
    zone = peewee.ForeignKeyField(Zone, backref="visits", on_delete="RESTRICT")
    manager = peewee.ForeignKeyField(Person, backref="visits", on_delete="RESTRICT")
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
    return_reason = peewee.TextField(default="")
    returned_by = peewee.ForeignKeyField(Person, null=True, on_delete="SET NULL")
    seq = peewee.BigIntegerField(default=0)

    class Meta:
        indexes = ((("current", "visited_at", "uid"), False), (("zone", "current", "visited_at"), False),
                   (("shop", "current", "visited_at"), False), (("manager", "review"), False))

    @classmethod
    def record(cls, entry: VisitInput, shop: Shop, by: Person, origin: Origin, carried_by: str = "") -> "Visit":
        """Keep a new visit, or a new revision of one, with its photos' manifest, inside the caller's transaction."""
        before = cls.get_or_none(cls.uid == entry.replaces) if entry.replaces else None
        if before and before.manager_id != by.uid:
            raise Invalid(fields={"replaces": _("고칠 방문을 찾을 수 없습니다.")})
        visit = cls.create(
            uid=origin.uid, shop=shop, zone=shop.zone_id, manager=by, outcome=entry.outcome, met_whom=entry.met_whom,
            memo=entry.memo, visited_at=sensible(entry.visited_at or origin.made_at), next_visit_on=entry.next_visit_on,
            place_source=entry.place.source, lat=entry.place.lat, lon=entry.place.lon,
            accuracy_m=entry.place.accuracy_m, fix_age_s=entry.place.fix_age_s,
            distance_m=shop.distance(entry.place.lat, entry.place.lon), made_at=origin.made_at,
            timezone=origin.timezone, skew_ms=origin.skew_ms, device=origin.device, device_seq=origin.device_seq,
            replaces=entry.replaces, root=before.root if before else entry.replaces or origin.uid,
            revision=before.revision + 1 if before else 2 if entry.replaces else 1,
            review="answered" if before and before.review == "returned" else "received", seq=next_seq())
        VisitPhoto.name(visit, entry.photos)
        VisitProgramme.name(visit, entry.programmes)
        cls.settle(visit)
        events.record("visit.revised" if entry.replaces else "visit.recorded", visit.root, by=by.uid, visit=visit.uid,
                      shop=shop.uid, carried_by=carried_by)
        follow_the_shop(shop, entry.outcome, by.uid)
        return visit

    @classmethod
    def settle(cls, visit: "Visit") -> None:
        """Leave exactly one revision current: the last to arrive of those that nothing replaces.

        Revisions may arrive out of order: a late one joins those that came before it to its own root.
        """
        later = cls.update(root=visit.root, revision=cls.revision + visit.revision - 1).where(cls.root == visit.uid)
        joined = visit.root != visit.uid and later.execute()
        family = list(cls.select(cls.uid, cls.replaces).where(cls.root == visit.root).order_by(cls.created_at, cls.uid))
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

    def send_back(self, reason: str, by: Person) -> None:
        """Return the visit to its manager with a reason; raises Invalid without one, Conflict if it is no longer open."""
        reason = clean(reason)
        if not any(letter.isprintable() and not letter.isspace() for letter in reason):
            raise Invalid(fields={"reason": _("반려 사유를 적어 주십시오.")})
        if len(reason) > LONGEST_REASON:
            raise Invalid(fields={"reason": _("500자까지 적을 수 있습니다.")})
        open_ones = (Visit.uid == self.uid) & Visit.current & Visit.review.in_(("received", "answered"))
        changed = Visit.update(review="returned", return_reason=reason, returned_by=by, seq=next_seq()).where(open_ones)
        if not changed.execute():
            raise Conflict(_("이미 반려되었거나 고쳐진 방문입니다. 새로 고쳐 확인해 주십시오."))
        self.review, self.return_reason = "returned", reason
        events.record("visit.returned", self.root, by=by.uid, visit=self.uid, reason=reason)


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
    """A shop found closed down or moved is marked so; met again, it is open."""
    status = outcome if outcome in ("closed_down", "moved") else "open" if outcome == "met" else shop.status
    if status != shop.status:
        events.record("shop.status", shop.uid, by=by, before=shop.status, after=status)
    shop.touch(status=status)
