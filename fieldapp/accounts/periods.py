"""Rights over time: a zone from a day to a day, a deputy for an absence, and the last day of an account.

안전성 확보조치 기준 제5조: whatever is given, changed or ended is noted and kept three years; events are kept for ever.
"""

from datetime import date

import peewee
from flask_babel import gettext as _

from fieldapp.database import today
from fieldapp.errors import Invalid
from fieldapp.events import record
from fieldapp.people import MANAGER, Grant, Person, Session
from fieldapp.zones import Zone


def give(person: Person, zone: Zone, first_day: date, last_day: date | None, reason: str, by: str, deputy_for: str = "") -> Grant:
    """Let a manager hold `zone` on these days, both included. Needs a transaction; raises Invalid.

    No day in the past: what was recorded then stands under the rights of its time.
    """
    if first_day < today():
        raise Invalid(fields={"first_day": _("지난 날부터 맡길 수 없습니다. 오늘이나 그 뒤의 날을 골라 주십시오.")})
    if person.role != MANAGER:
        raise Invalid(fields={"zone": _("권역은 매니저에게만 맡깁니다.")})
    if last_day and last_day < first_day:
        raise Invalid(fields={"last_day": _("끝나는 날이 시작하는 날보다 앞섭니다.")})
    if overlapping(person, zone, first_day, last_day).exists():
        raise Invalid(fields={"zone": _("이 사람은 그 기간에 이 권역을 이미 맡고 있습니다.")})
    grant = Grant.create(person=person, zone=zone, first_day=first_day, last_day=last_day, reason=reason, by=by, deputy_for=deputy_for)
    record("grant.given", person.uid, by=by, zone=zone.uid, first_day=first_day.isoformat(),
           last_day=last_day.isoformat() if last_day else None, reason=reason, deputy_for=deputy_for)
    return grant


def overlapping(person: Person, zone: Zone, first_day: date, last_day: date | None):
    found = Grant.select().where(Grant.person == person, Grant.zone == zone, Grant.last_day.is_null() | (Grant.last_day >= first_day))
    return found.where(Grant.first_day <= last_day) if last_day else found


def withdraw(grant: Grant, last_day: date, reason: str, by: str) -> None:
    """End a grant with `last_day`, or take it back whole where it has not begun by then. Needs a transaction; raises Invalid.

    What was held until now stays held, so that what phones still hold arrives: no day before today.
    """
    if last_day < today():
        raise Invalid(fields={"last_day": _("지난 날로 되돌려 끝낼 수 없습니다. 그때 기록한 방문이 남아 있을 수 있습니다.")})
    if grant.last_day and last_day > grant.last_day:
        raise Invalid(fields={"last_day": _("이미 %(day)s에 끝납니다. 더 맡기려면 새 기간을 더하십시오.", day=grant.last_day.isoformat())})
    if last_day < grant.first_day:
        grant.delete_instance()
    else:
        Grant.update(last_day=last_day).where(Grant.uid == grant.uid).execute()
    record("grant.ended", grant.person_id, by=by, zone=grant.zone_id, last_day=last_day.isoformat(), reason=reason)


def stand_in(deputy: Person, absent: Person, first_day: date, last_day: date, reason: str, by: str) -> list[Grant]:
    """대직: all zones that `absent` holds on some of these days, for the deputy, on those days. Raises Invalid."""
    if deputy.uid == absent.uid:
        raise Invalid(fields={"deputy": _("본인이 아닌 다른 매니저를 골라 주십시오.")})
    if last_day < first_day:
        raise Invalid(fields={"last_day": _("끝나는 날이 시작하는 날보다 앞섭니다.")})
    held = (Grant.select(Grant, Zone).join(Zone)
            .where(Grant.person == absent, Grant.deputy_for == "", Grant.first_day <= last_day,
                   Grant.last_day.is_null() | (Grant.last_day >= first_day)))
    given = []
    for grant in held:
        first, last = max(first_day, grant.first_day), min(last_day, grant.last_day or last_day)
        if not overlapping(deputy, grant.zone, first, last).exists():
            given.append(give(deputy, grant.zone, first, last, reason, by, deputy_for=absent.uid))
    if not given:
        raise Invalid(fields={"deputy": _("그 기간에 넘겨받을 권역이 없거나 이미 맡고 있습니다.")})
    return given


def leave(person: Person, last_day: date | None, reason: str, by: str) -> None:
    """The account's last day, with which its zones end too; None lets it go on. Needs a transaction."""
    Person.update(last_day=last_day).where(Person.uid == person.uid).execute()
    record("person.leaves", person.uid, by=by, last_day=last_day.isoformat() if last_day else None, reason=reason)
    if last_day is None:
        return
    for grant in Grant.select().where(Grant.person == person, Grant.last_day.is_null() | (Grant.last_day > last_day)):
        withdraw(grant, max(last_day, today()), reason, by)
    if last_day < today():
        Session.end_all(person)


def history_of(person: Person) -> peewee.ModelSelect:
    """The periods of this person's zones, the latest first."""
    return (Grant.select(Grant, Zone).join(Zone).where(Grant.person == person)
            .order_by(Grant.first_day.desc(), Grant.uid.desc()))
