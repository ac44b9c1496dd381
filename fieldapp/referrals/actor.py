from dataclasses import dataclass

from fieldapp.people import Person
from fieldapp.referrals.states import CLOCK, CONSENT, OWNER, VISIT


@dataclass(frozen=True)
class Actor:
    """Who gives a command: `role` says what they may, `uid` names them in the events."""

    role: str
    uid: str

    @classmethod
    def of(cls, person: Person) -> "Actor":
        return cls(person.role, person.uid)

    @classmethod
    def revision(cls, manager: str) -> "Actor":
        """A visit's revision, in its manager's name."""
        return cls(VISIT, manager)


TIME = Actor(CLOCK, CLOCK)
SHOP = Actor(OWNER, OWNER)
CONSENT_ENDED = Actor(CONSENT, OWNER)
