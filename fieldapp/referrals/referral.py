from datetime import date, timedelta

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Record, next_seq, now
from fieldapp.errors import NotFound
from fieldapp.experts import Expert
from fieldapp.grievances import Grievance
from fieldapp.people import Grant, Person
from fieldapp.referrals.actor import Actor
from fieldapp.referrals.form import ReferralInput
from fieldapp.referrals.problems import Refused, Stale
from fieldapp.referrals.states import BACK, BEFORE_TRIAGE, CLOCKS, ENDS, LIVE, OF_THE_EXPERT, QUEUED, STATES, step
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.worktime import Clock
from fieldapp.zones import Zone

URGENCIES = {"normal": _("보통"), "soon": _("빠르게"), "urgent": _("급함")}
SOURCES = {"visit": _("현장"), "application": _("개별 신청"), "committee": _("위원회"), "office": _("사무실")}
FOR_THE_SHOP = "shop"  # the reason of a hold that stops the clocks


class Referral(Record):
    """의뢰. `visit_root` and `field` together are unique: a visit makes at most one referral per field.

    `version` counts the changes: a command names the one against which it was given. `wanted` holds a line for each wanted outcome.
    """

    number = peewee.IntegerField(unique=True)
    visit_root = peewee.CharField(36, index=True)
    visit = peewee.ForeignKeyField(Visit, backref="referrals", null=True, on_delete="RESTRICT")
    shop = peewee.ForeignKeyField(Shop, backref="referrals", on_delete="RESTRICT")
    zone = peewee.ForeignKeyField(Zone, on_delete="RESTRICT")
    manager = peewee.ForeignKeyField(Person, on_delete="RESTRICT")
    source = peewee.CharField(20, default="visit")
    field = peewee.CharField(20)
    urgency = peewee.CharField(20, default="normal")
    wish = peewee.TextField(default="")
    wanted = peewee.TextField(default="")
    call_when = peewee.CharField(100, default="")
    state = peewee.CharField(20, default="draft")
    before = peewee.CharField(20, default="")  # the state that a hold or a merge came from
    submitted_at = Instant(null=True)
    changed_at = Instant(default=now)
    amber_at = Instant(null=True)
    due_at = Instant(null=True)
    alert = peewee.CharField(20, default="")  # "nobody": no expert fits
    wished_expert = peewee.ForeignKeyField(Expert, null=True, on_delete="SET NULL")
    expert = peewee.ForeignKeyField(Expert, null=True, on_delete="RESTRICT")
    merged_into = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT")
    follows = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT")
    answer = peewee.TextField(default="")  # what the shop is told when its case ends without an expert
    version = peewee.IntegerField(default=1)

    class Meta:
        # The second holds all by which the desk sorts and counts what is open.
        indexes = ((("visit_root", "field"), True), (("state", "due_at", "uid", "amber_at", "alert"), False),
                   (("state", "submitted_at"), False), (("submitted_at", "state", "zone"), False), (("field", "state", "zone"), False),
                   (("manager", "state"), False), (("expert", "state"), False), (("shop", "field", "state"), False))

    @property
    def label(self) -> str:
        return f"R-{self.number:04d}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def outcomes(self) -> list[str]:
        """What the shop wants to have in the end, one by one."""
        return [line.strip() for line in (self.wanted or self.wish).splitlines() if line.strip()]

    @classmethod
    def from_visit(cls, visit: Visit, entry: ReferralInput | None, *, may_be_contacted: bool, by: str) -> "Referral | None":
        """Make or revise what a visit asks for; what an earlier revision asked for and this one doesn't is let go.

        A referral that was triaged is never changed by a later revision: that is noted. Only the current revision speaks.
        """
        if not visit.current:
            return None
        made = {referral.field: referral for referral in cls.locked(visit.root)}
        for field, referral in made.items():
            if entry is None or field != entry.field:
                referral.let_go(visit.uid, by)
        if entry is None:
            return None
        if entry.field in made:
            referral = made[entry.field]
            referral.revise(visit, entry, by)
        else:
            referral = cls.open(visit.shop, visit.manager_id, entry.field, by, visit=visit, visit_root=visit.root, **entry.said)
        referral.settle(may_be_contacted, by)
        return referral

    @classmethod
    def locked(cls, *roots: str) -> "list[Referral]":
        """What these visits asked for, held against commands of the desk until this transaction ends."""
        cls.update(version=cls.version).where(cls.visit_root.in_(roots)).execute()
        return list(cls.select().where(cls.visit_root.in_(roots)))

    @classmethod
    def open(cls, shop: Shop, manager: str, field: str, by: str, **more) -> "Referral":
        """A new draft with the next number; `visit_root` is its own uid where no visit asked for it."""
        next_seq()  # holds the counter's lock, so that no two transactions take the same number
        number = (cls.select(peewee.fn.MAX(cls.number)).scalar() or 0) + 1
        referral = cls(number=number, shop=shop, zone=shop.zone_id, manager=manager, field=field, **more)
        referral.visit_root = referral.visit_root or referral.uid
        referral.save(force_insert=True)
        events.record("referral.opened", referral.uid, by=by, visit=referral.visit_id or "", field=field)
        return referral

    @classmethod
    def follow_root(cls, event: events.Event) -> None:
        """A visit's revisions turned out to be one family: of each field one referral stays, as the current revision asks for it."""
        was, current = event.facts["was"], event.facts["current"]
        twins: dict[str, list[Referral]] = {}
        for referral in cls.locked(event.subject, was):
            twins.setdefault(referral.field, []).append(referral)
        for pair in twins.values():
            *others, kept = sorted(pair, key=lambda referral: referral.claim(current))
            for other in others:
                other.visit_root = other.uid  # it belongs to no visit any more
                other.save()
                other.let_go(current, event.person, same_as=kept.label)
            kept.visit_root = event.subject
            kept.save()
            # A revision that arrived as the current one says for itself what it asks for: from_visit follows.
            if was != current != kept.visit_id and kept.state in BEFORE_TRIAGE:
                kept.let_go(current, event.person)

    def claim(self, current: str) -> tuple:
        """What makes it the one that stays among twins: triaged, of the current revision, live, older."""
        return self.state not in BEFORE_TRIAGE, self.visit_id == current, self.state in ("draft", "submitted"), -self.number

    def revise(self, visit: Visit, entry: ReferralInput, by: str) -> None:
        if self.state not in BEFORE_TRIAGE:
            events.record("referral.noted", self.uid, by=by, visit=visit.uid, wish=entry.wish)
            return
        self.visit, self.version = visit, self.version + 1
        for name, value in entry.said.items():
            setattr(self, name, value)
        self.save()

    def settle(self, may_be_contacted: bool, by: str) -> None:
        """With the owner's consent to contact it enters the queue; without, it waits as a draft."""
        if self.state not in BEFORE_TRIAGE:
            return
        if may_be_contacted and self.state != "submitted":
            self.move("submit", Actor.revision(by))
        elif not may_be_contacted and self.state == "discarded":
            self.move("redraft", Actor.revision(by))
        elif not may_be_contacted and self.state == "draft":
            events.record("referral.waits_for_consent", self.uid, by=by)

    def let_go(self, visit: str, by: str, **facts) -> None:
        if self.state in ("draft", "submitted"):
            self.move("discard", Actor.revision(by), visit=visit, **facts)
        elif self.state not in BEFORE_TRIAGE:
            events.record("referral.noted", self.uid, by=by, visit=visit, missing=True, **facts)

    def move(self, command: str, by: Actor, **facts) -> None:
        """Take the step that the table allows, with its event and its clocks, in the caller's transaction.

        Raises Refused where the table has no such step or not for this role, and Stale where another change came first.
        """
        before, after = self.state, self.lead(command, by)
        self.state, self.changed_at, version = after, now(), self.version  # type: ignore[assignment]
        if after in ("on_hold", "merged") and before != after:
            self.before = before
        if before in ENDS and after in LIVE:
            self.zone = Shop.get_by_id(self.shop_id).zone_id or self.zone_id  # the shop may have moved meanwhile
        if after == "submitted":
            self.submitted_at = now()  # type: ignore[assignment]
        self.version = version + 1
        changed = {field: self.__data__.get(field.name) for field in self.dirty_fields}
        if not Referral.update(changed).where(Referral.uid == self.uid, Referral.version == version).execute():
            raise Stale(Referral.get_by_id(self.uid))
        self._dirty.clear()
        self.follow_clocks(before, facts.get("code", ""), facts.get("review_on", ""))
        events.record(f"referral.{command}", self.uid, by=by.uid, before=before, after=after, **facts)

    def lead(self, command: str, by: Actor) -> str:
        """The state that this command leads to; raises Refused."""
        taken = step(self.state, command)
        if taken is None:
            raise Refused(_("지금 상태(%(state)s)에서는 할 수 없는 일입니다.", state=STATES.get(self.state, self.state)))
        to, roles = taken
        if by.role not in roles:
            raise Refused(_("이 일은 맡은 역할에서 할 수 없습니다."), code="role")
        return (self.before or "triaged") if to == BACK else to

    def follow_clocks(self, before: str, code: str = "", review_on: str = "") -> None:
        """Start and end what runs in the new state; a merge, and a hold for the shop's sake, only stop it."""
        after = self.state
        if after == before:
            return
        if before in ("on_hold", "merged"):
            Clock.end(self.uid, "review")
            Clock.resume(self.uid)
        if after == "merged" or (after == "on_hold" and code == FOR_THE_SHOP):
            Clock.pause(self.uid, code or after)
        elif after != "on_hold":
            self.run_clocks(CLOCKS.get(after, ()))
        if review_on:
            Clock.start(self.uid, "review", day=date.fromisoformat(review_on))
        self.retime()

    def run_clocks(self, wanted: tuple[str, ...]) -> None:
        running = {clock.kind for clock in Clock.open_of(self.uid)}
        for kind in running - set(wanted):
            Clock.end(self.uid, kind)
        for kind in wanted:
            if kind not in running:
                Clock.start(self.uid, kind, whose=(self.expert_id or "") if kind in OF_THE_EXPERT else "")

    def retime(self) -> None:
        """Keep beside the row what its nearest clock says, so that the queue sorts by it."""
        self.amber_at, self.due_at = Clock.nearest(self.uid)  # type: ignore[assignment]
        Referral.update(amber_at=self.amber_at, due_at=self.due_at).where(Referral.uid == self.uid).execute()
        self._dirty -= {"amber_at", "due_at"}

    @classmethod
    def follow_clock(cls, event: events.Event) -> None:
        """A clock's due time moved with the calendar: the row follows."""
        amber_at, due_at = Clock.nearest(event.subject)
        cls.update(amber_at=amber_at, due_at=due_at).where(cls.uid == event.subject).execute()

    @classmethod
    def follow_shops(cls, shops: list[str], zone: Zone, by: str) -> int:
        """Shops came into another zone: their open cases go with them, an event for each; give how many did."""
        going = list(cls.select().where(cls.shop.in_(shops), cls.state.in_(LIVE), cls.zone != zone))
        for referral in going:
            cls.update(zone=zone).where(cls.uid == referral.uid).execute()
            events.record("referral.rezoned", referral.uid, by=by, before=referral.zone_id, after=zone.uid)
        return len(going)

    @classmethod
    def reachable_by(cls, person: Person):
        """Everyone's for those who see all zones, else those of one's own, sifted so that states and numbers lead the search."""
        if person.sees_all_zones:
            return cls.select()
        return cls.select().where(cls.zone.concat("").in_(Grant.zones_of(person)))

    @classmethod
    def get_reachable(cls, person: Person, uid: str) -> "Referral":
        referral = cls.reachable_by(person).where(cls.uid == uid).first()
        if referral is None:
            raise NotFound()
        return referral

    @classmethod
    def waiting_for_consent(cls, person: Person):
        """This manager's drafts: the owner has not yet agreed to be called."""
        return (cls.select(cls, Visit).join(Visit).where(cls.manager == person, cls.state == "draft")
                .order_by(cls.created_at))

    @classmethod
    def of_manager(cls, person: Person, days: int = 14):
        """This manager's cases: what is live, and what ended in the last days."""
        recent = cls.state.in_(ENDS) & (cls.state != "discarded") & (cls.changed_at > now() - timedelta(days=days))
        return cls.select().where(cls.manager == person, cls.state.in_(QUEUED) | recent).order_by(cls.changed_at.desc())

    @classmethod
    def queue(cls, person: Person):
        """What stands in the queue, with its shop and zone."""
        return (cls.reachable_by(person).select(cls, Shop, Zone).join(Shop).switch(cls).join(Zone)
                .where(cls.state.in_(QUEUED)))

    def twins(self):
        """Likely duplicates: the same shop and field, and still open."""
        return Referral.select().where(Referral.shop == self.shop_id, Referral.field == self.field, Referral.uid != self.uid,
                                       Referral.state.in_(QUEUED)).order_by(Referral.number)

    def grievances(self) -> list[Grievance]:
        found = Grievance.of([self.visit_id]).get(self.visit_id, []) if self.visit_id else []
        return [grievance for grievance in found if grievance.disposition == "needs_referral"]


events.subscribe("visit.joined", Referral.follow_root)
events.subscribe("clock.moved", Referral.follow_clock)
Clock.subjects(lambda person: Referral.reachable_by(person).select(Referral.uid))
