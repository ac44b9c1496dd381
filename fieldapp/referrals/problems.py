from flask_babel import gettext as _

from fieldapp.errors import Conflict
from fieldapp.events import Event
from fieldapp.people import Person
from fieldapp.referrals.states import STATES


class Refused(Conflict):
    """A command that may not happen now, with the reason why."""

    code = "refused"


class Stale(Conflict):
    """The referral changed since the command was given: says who did what, and in which state it is now."""

    code = "stale"

    def __init__(self, referral):
        last = (Event.select().where(Event.subject == referral.uid, Event.kind.startswith("referral."))
                .order_by(Event.created_at.desc(), Event.uid.desc()).first())
        person = Person.get_or_none(Person.uid == last.person) if last else None
        state = STATES.get(referral.state, referral.state)
        who = person.name if person else _("다른 사람")
        super().__init__(_("그 사이 %(who)s님이 바꾸어 지금은 '%(state)s'입니다. 적으신 것은 그대로 있으니 확인하고 다시 눌러 주십시오.",
                           who=who, state=state))
        self.facts = {"state": referral.state, "version": referral.version, "by": person.name if person else ""}
