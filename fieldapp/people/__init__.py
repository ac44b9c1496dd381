"""사람·권한 people: who someone is, what their role may do, which zones they hold and since when.

`Person`, `Grant` and `may` are for everyone; `guard` and the log-in belong to the wiring.
"""

from fieldapp.people.grant import Grant
from fieldapp.people.passwords import LONGEST as LONGEST_PASSWORD
from fieldapp.people.passwords import SHORTEST as SHORTEST_PASSWORD
from fieldapp.people.passwords import refused
from fieldapp.people.person import Person
from fieldapp.people.phone import LOCK, ORDERS, QUIET, WIPE, Phone, Told
from fieldapp.people.roles import ADMIN, COORDINATOR, EXPERT, HOMES, MANAGER, ROLES, SUPERVISOR, may
from fieldapp.people.second import LETTERS, RecoveryCode, SecondFactor, asks_more, office_clock, qr, uri_of
from fieldapp.people.session import DEVICE_COOKIE, Session, device_named, device_of, hashed, with_cookies, with_device
from fieldapp.people.throttle import FAILURES_PER_LOGIN, Attempt, limit_sending, locked_text

MODELS = [Person, Grant, Session, Attempt, SecondFactor, RecoveryCode, Phone]
__all__ = ["ADMIN", "COORDINATOR", "DEVICE_COOKIE", "EXPERT", "FAILURES_PER_LOGIN", "HOMES", "LETTERS", "LOCK", "LONGEST_PASSWORD",
           "MANAGER", "MODELS", "ORDERS", "QUIET", "ROLES", "SHORTEST_PASSWORD", "SUPERVISOR", "WIPE", "Attempt", "Grant", "Person",
           "Phone", "SecondFactor", "Session", "Told", "asks_more", "device_named", "device_of", "hashed", "limit_sending", "locked_text",
           "may", "office_clock", "qr", "refused", "uri_of", "with_cookies", "with_device"]
