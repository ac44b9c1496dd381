import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Record, next_seq, now
from fieldapp.errors import Conflict
from fieldapp.grievances import Grievance
from fieldapp.people import Grant, Person
from fieldapp.referrals.form import ReferralInput
from fieldapp.referrals.states import BEFORE_TRIAGE, COMMANDS, QUEUED
from fieldapp.shops import Shop
from fieldapp.visits import Visit
from fieldapp.zones import Zone

URGENCIES = {"normal": _("보통"), "soon": _("빠르게"), "urgent": _("급함")}


class Referral(Record):
    """의뢰. `visit_root` and `field` together are unique: a visit makes at most one referral per field."""

    number = peewee.IntegerField(unique=True)
    visit_root = peewee.CharField(36, index=True)
    visit = peewee.ForeignKeyField(Visit, backref="referrals", on_delete="RESTRICT")
    shop = peewee.ForeignKeyField(Shop, backref="referrals", on_delete="RESTRICT")
    zone = peewee.ForeignKeyField(Zone, on_delete="RESTRICT")
    manager = peewee.ForeignKeyField(Person, on_delete="RESTRICT")
    field = peewee.CharField(20)
    urgency = peewee.CharField(20, default="normal")
    wish = peewee.TextField(default="")
    call_when = peewee.CharField(100, default="")
    state = peewee.CharField(20, default="draft")
    submitted_at = Instant(null=True)
    version = peewee.IntegerField(default=1)

    class Meta:
        indexes = ((("visit_root", "field"), True), (("state", "submitted_at"), False), (("manager", "state"), False))

    @property
    def label(self) -> str:
        return f"R-{self.number:04d}"

    @classmethod
    def from_visit(cls, visit: Visit, entry: ReferralInput | None, *, may_be_contacted: bool, by: str) -> "Referral | None":
        """Make or revise what a visit asks for; what an earlier revision asked for and this one doesn't is let go.

        A referral that was triaged is never changed by a later revision: that is noted. Only the current revision speaks.
        """
        if not visit.current:
            return None
        made = {referral.field: referral for referral in cls.select().where(cls.visit_root == visit.root)}
        for field, referral in made.items():
            if entry is None or field != entry.field:
                referral.let_go(visit.uid, by)
        if entry is None:
            return None
        referral = made.get(entry.field) or cls.open(visit, entry, by)
        referral.revise(visit, entry, by)
        referral.settle(may_be_contacted, by)
        return referral

    @classmethod
    def open(cls, visit: Visit, entry: ReferralInput, by: str) -> "Referral":
        next_seq()  # holds the counter's lock, so that no two transactions take the same number
        number = (cls.select(peewee.fn.MAX(cls.number)).scalar() or 0) + 1
        referral = cls.create(number=number, visit_root=visit.root, visit=visit, shop=visit.shop_id, zone=visit.zone_id,
                              manager=visit.manager_id, field=entry.field)
        events.record("referral.opened", referral.uid, by=by, visit=visit.uid, field=entry.field)
        return referral

    @classmethod
    def follow_root(cls, event: events.Event) -> None:
        """A visit's revisions turned out to be one family: of each field one referral stays, as the current revision asks for it."""
        was, current = event.facts["was"], event.facts["current"]
        twins: dict[str, list[Referral]] = {}
        for referral in cls.select().where(cls.visit_root.in_((event.subject, was))):
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
        self.visit, self.urgency, self.wish, self.call_when = visit, entry.urgency, entry.wish, entry.call_when
        self.save()

    def settle(self, may_be_contacted: bool, by: str) -> None:
        """With the owner's consent to contact it enters the queue; without, it waits as a draft."""
        if self.state not in BEFORE_TRIAGE:
            return
        if may_be_contacted and self.state != "submitted":
            self.submitted_at = now()  # type: ignore[assignment]
            self.move("submit", by)
        elif not may_be_contacted and self.state in ("discarded", "withdrawn"):
            self.move("draft", by)
        elif not may_be_contacted and self.state == "draft":
            events.record("referral.waits_for_consent", self.uid, by=by)

    def let_go(self, visit: str, by: str, **facts) -> None:
        command = {"draft": "discard", "submitted": "withdraw"}.get(self.state)
        if command:
            self.move(command, by, visit=visit, **facts)
        elif self.state not in BEFORE_TRIAGE:
            events.record("referral.noted", self.uid, by=by, visit=visit, missing=True, **facts)

    def move(self, command: str, by: str, **facts) -> None:
        """Take the step that the table allows, with its event; raises Conflict where it allows none."""
        before, after = self.state, COMMANDS.get((self.state, command))
        if after is None:
            raise Conflict(_("지금 상태에서는 할 수 없는 일입니다."))
        self.state, self.version = after, self.version + 1
        self.save()
        events.record(f"referral.{command}", self.uid, by=by, before=before, after=after, **facts)

    @classmethod
    def reachable_by(cls, person: Person):
        return cls.select().where(cls.zone.in_(Grant.zones_of(person)))

    @classmethod
    def waiting_for_consent(cls, person: Person):
        """This manager's drafts: the owner has not yet agreed to be called."""
        return (cls.select(cls, Visit).join(Visit).where(cls.manager == person, cls.state == "draft")
                .order_by(cls.created_at))

    @classmethod
    def queue(cls, person: Person):
        """What stands in the queue, with its shop and zone."""
        return (cls.reachable_by(person).select(cls, Shop, Zone).join(Shop).switch(cls).join(Zone)
                .where(cls.state.in_(QUEUED)))

    def grievances(self) -> list[Grievance]:
        found = Grievance.of([self.visit_id]).get(self.visit_id, [])
        return [grievance for grievance in found if grievance.disposition == "needs_referral"]


events.subscribe("visit.joined", Referral.follow_root)
