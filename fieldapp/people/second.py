"""The second factor: a code of six digits that changes every thirty seconds (RFC 6238), and codes for a lost phone."""

import hmac
import secrets
from datetime import timedelta

import peewee
import pyotp
import segno
from flask import current_app
from flask_babel import gettext as _

from fieldapp.database import SEOUL, Instant, Model, now
from fieldapp.errors import Invalid
from fieldapp.people.person import Person
from fieldapp.sealed import keyed, seal, unseal

STEP = 30  # seconds
TRUSTED_FOR = timedelta(days=30)  # a phone that has proved itself is asked again after that
RECOVERY_CODES = 8
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another
ISSUER = "도봉구 소상공인 현장"


class SecondFactor(Model):
    """One person's secret, sealed; `proposed` is one that has not been confirmed by a code yet."""

    person = peewee.ForeignKeyField(Person, primary_key=True, on_delete="CASCADE")
    secret = peewee.CharField(200, default="")
    proposed = peewee.CharField(200, default="")
    last_step = peewee.IntegerField(default=0)  # a code is taken once: RFC 6238, 5.2

    @classmethod
    def propose(cls, person: Person, secret: str = "") -> str:
        """A secret in base32 for the person's authenticator, the same until it is confirmed. Needs a transaction."""
        row = cls.get_or_none(cls.person == person)
        known = unseal(row.proposed, "totp") if row and row.proposed else None
        if known:
            return known
        secret = secret or pyotp.random_base32()
        cls.insert(person=person, proposed=seal(secret, "totp")).on_conflict(
            conflict_target=[cls.person], update={cls.proposed: seal(secret, "totp")}).execute()
        return secret

    @classmethod
    def confirm(cls, person: Person, code: str) -> list[str]:
        """Take the proposed secret into use, if this is its code now; give new recovery codes. Raises Invalid."""
        row = cls.get_or_none(cls.person == person)
        step = row and step_of(row.proposed, code)
        taken = step and cls.update(secret=row.proposed, proposed="", last_step=step).where(
            cls.person == person, cls.proposed == row.proposed).execute()
        if not taken:
            raise wrong()
        Person.update(second_since=now()).where(Person.uid == person.uid).execute()
        return RecoveryCode.renew(person)

    @classmethod
    def prove(cls, person: Person, code: str) -> str:
        """Take a code that was not used before, from the authenticator or for recovery, and say which. Raises Invalid."""
        if RecoveryCode.use(person, code):
            return "recovery"
        row = cls.get_or_none(cls.person == person)
        step = row and step_of(row.secret, code)
        if step and cls.update(last_step=step).where(cls.person == person, cls.last_step < step).execute():
            return "totp"
        raise wrong()

    @classmethod
    def drop(cls, person: Person) -> None:
        cls.delete().where(cls.person == person).execute()
        RecoveryCode.delete().where(RecoveryCode.person == person).execute()
        Person.update(second_since=None).where(Person.uid == person.uid).execute()


class RecoveryCode(Model):
    """For the day on which the phone is lost; each opens once."""

    key = peewee.CharField(64, primary_key=True)
    person = peewee.ForeignKeyField(Person, on_delete="CASCADE")
    used_at = Instant(null=True)

    @classmethod
    def renew(cls, person: Person) -> list[str]:
        """New codes in place of all earlier ones; they can be read this once."""
        cls.delete().where(cls.person == person).execute()
        codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)]
        cls.insert_many([{"key": cls.key_of(person, code), "person": person} for code in codes]).execute()
        return codes

    @classmethod
    def use(cls, person: Person, code: str) -> bool:
        mine = cls.key == cls.key_of(person, code), cls.person == person
        return bool(cls.update(used_at=now()).where(*mine, cls.used_at.is_null()).execute())

    @classmethod
    def left(cls, person: Person) -> int:
        return cls.select().where(cls.person == person, cls.used_at.is_null()).count()

    @staticmethod
    def key_of(person: Person, code: str) -> str:
        return keyed(f"recovery:{person.uid}:{''.join(code.lower().replace('-', '').split())}")


def asks_more(person: Person, address: str | None) -> bool:
    """Whether a password is not enough at this address: outside the office, of everyone or of who has set up more."""
    settings = current_app.config["SETTINGS"]
    return bool(settings.require_2fa or person.second_since) and not settings.is_office(address or "")


def uri_of(person: Person, secret: str) -> str:
    """What authenticators read, as a link or a QR."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=ISSUER)


def qr(text: str) -> str:
    """A QR as an image that a page may hold: dark on white, with its quiet zone."""
    return segno.make(text, error="m").svg_data_uri(scale=5, dark="#000", light="#fff")


def office_clock() -> str:
    """The time by which codes are judged, as people compare it with their phone's."""
    return now().astimezone(SEOUL).strftime("%H:%M")


def step_of(sealed: str, code: str) -> int | None:
    """The step whose code this is: now, or the one before or after, for a clock half a minute off (RFC 6238, 5.2)."""
    secret = unseal(sealed, "totp") if sealed else None
    digits = "".join(code.split())
    if not secret or not (digits.isascii() and digits.isdigit()):
        return None
    current, totp = int(now().timestamp()) // STEP, pyotp.TOTP(secret)
    matches = [step for step in (current - 1, current, current + 1) if hmac.compare_digest(totp.at(step * STEP), digits)]
    return matches[-1] if matches else None


def wrong() -> Invalid:
    """Says what time it is at the office: a phone whose clock is off gives codes of another time, and is told nothing more."""
    return Invalid(fields={"code": _("번호가 맞지 않거나 이미 썼습니다. 30초 뒤의 새 번호를 적어 주십시오. "
                                     "계속 맞지 않으면 휴대폰 시계가 사무실 시각과 같은지 보십시오.")})
