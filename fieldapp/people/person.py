import peewee
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fieldapp.database import Instant, Record, today
from fieldapp.memory import HEAVY
from fieldapp.people.roles import ALL_ZONES, MANAGER

# OWASP's second configuration for Argon2id: 19 MiB, two passes, one lane. At most two at once keeps memory bounded.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_nobody = _hasher.hash("nobody has this password")


class Person(Record):
    """Someone with an account. `login` is what they type; `name` is what others read."""

    login = peewee.CharField(60, unique=True)
    name = peewee.CharField(60)
    role = peewee.CharField(20)
    password_hash = peewee.CharField(200)
    active = peewee.BooleanField(default=True)
    last_day = peewee.DateField(null=True)  # of the account, included; none while it goes on
    second_since = Instant(null=True)  # since when more than a password is asked for
    mail = peewee.CharField(200, default="")  # where notices go; the office's address, never a private one

    @property
    def may_enter(self) -> bool:
        return self.active and (self.last_day is None or self.last_day >= today())

    @property
    def is_manager(self) -> bool:
        return self.role == MANAGER

    @property
    def sees_all_zones(self) -> bool:
        return self.role in ALL_ZONES

    @staticmethod
    def hash(password: str) -> str:
        with HEAVY:
            return _hasher.hash(password)

    @classmethod
    def recognise(cls, login: str, password: str) -> "Person | None":
        """The person of this name and password who may enter, else None; an unknown name takes as long as a known one."""
        person = cls.get_or_none(cls.login == login)
        with HEAVY:
            try:
                _hasher.verify((person and person.password_hash) or _nobody, password)
            except (VerificationError, InvalidHashError):
                return None
        return person if person and person.may_enter else None
