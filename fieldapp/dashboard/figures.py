"""Today's counts: visits by zone and outcome, referrals that came in, and what waits; each opens into its rows."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from peewee import fn

from fieldapp.dashboard.filters import begin
from fieldapp.people import Grant, Person
from fieldapp.referrals import Referral
from fieldapp.visits import Visit
from fieldapp.zones import Zone


@dataclass
class ZoneDay:
    """One zone on one day. `outcomes` counts the visits by outcome, `returned` those sent back and not yet answered."""

    zone: Zone
    managers: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    referrals: int = 0
    returned: int = 0

    @property
    def visits(self) -> int:
        return sum(self.outcomes.values())

    @property
    def met(self) -> int:
        return self.outcomes.get("met", 0)


def zone_days(person: Person, day: date) -> list[ZoneDay]:
    """A row for each zone within this person's reach; the same five queries for any number of zones and visits."""
    reach = Grant.zones_of(person)
    zones = Zone.ordered().select(Zone.uid, Zone.name_ko, Zone.name_en, Zone.colour).where(Zone.uid.in_(reach))
    rows = {zone.uid: ZoneDay(zone) for zone in zones}
    held = Grant.select(Grant, Person).join(Person).where(Grant.zone.in_(reach), Grant.valid_on(day), Person.active)
    for grant in held.order_by(Person.name):
        rows[grant.zone_id].managers.append(grant.person.name)
    within = (Visit.visited_at >= begin(day)) & (Visit.visited_at < begin(day + timedelta(days=1)))
    counted = Visit.select(Visit.zone, Visit.outcome, fn.COUNT(Visit.uid)).where(Visit.current, within, Visit.zone.in_(reach))
    for zone, outcome, count in counted.group_by(Visit.zone, Visit.outcome).tuples():
        rows[zone].outcomes[outcome] = count
    came = (Referral.submitted_at >= begin(day)) & (Referral.submitted_at < begin(day + timedelta(days=1)))
    for zone, count in (Referral.select(Referral.zone, fn.COUNT(Referral.uid)).where(came, Referral.zone.in_(reach))
                        .group_by(Referral.zone).tuples()):
        rows[zone].referrals = count
    waiting = Visit.select(Visit.zone, fn.COUNT(Visit.uid)).where(Visit.current, Visit.review == "returned", Visit.zone.in_(reach))
    for zone, count in waiting.group_by(Visit.zone).tuples():
        rows[zone].returned = count
    return list(rows.values())
