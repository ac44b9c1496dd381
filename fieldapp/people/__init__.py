"""사람·권한 people: who someone is, what their role may do, which zones they hold and since when.

`Person`, `Grant` and `may` are for everyone; `guard` and the log-in belong to the wiring.
"""

from fieldapp.people.grant import Grant
from fieldapp.people.person import LONGEST_PASSWORD, SHORTEST_PASSWORD, Person
from fieldapp.people.roles import ADMIN, COORDINATOR, EXPERT, MANAGER, ROLES, SUPERVISOR, may
from fieldapp.people.session import Session, device_of, hashed
from fieldapp.people.throttle import Attempt, limit_sending

MODELS = [Person, Grant, Session, Attempt]
__all__ = ["ADMIN", "COORDINATOR", "EXPERT", "LONGEST_PASSWORD", "MANAGER", "MODELS", "ROLES", "SHORTEST_PASSWORD", "SUPERVISOR",
           "Attempt", "Grant", "Person", "Session", "device_of", "hashed", "limit_sending", "may"]
