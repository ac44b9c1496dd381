"""A command to a referral, given once: the same id gives the same answer, a stale version is refused with what happened meanwhile."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

import peewee
from flask_babel import gettext as _

from fieldapp.database import Instant, Model, in_turn, now, writing
from fieldapp.errors import Conflict, Invalid
from fieldapp.form import Reader
from fieldapp.referrals.actor import Actor
from fieldapp.referrals.problems import Stale
from fieldapp.referrals.referral import Referral

OWN = ("id", "version", "command")  # what every form carries
MOST_VERSIONS = 10**9


@dataclass(frozen=True)
class Order:
    """`uid` names the command for ever; `version` is the referral's as the person saw it; `form` what was typed."""

    uid: str
    command: str
    version: int
    form: dict

    @classmethod
    def read(cls, command: str, form: dict) -> "Order":
        """The order that a page's form gives. Raises Invalid where it isn't one of our forms."""
        reader = Reader(form)
        uid, version = reader.uid("id"), reader.number("version", 1, MOST_VERSIONS)
        if not uid or version is None or version != int(version):
            raise Invalid(fields={"notice": _("페이지를 새로 고친 뒤 다시 해 주십시오.")})
        return cls(uid, command, int(version), form)

    @property
    def digest(self) -> str:
        said = {name or "": value for name, value in self.form.items() if name not in OWN}
        return hashlib.sha256(json.dumps([self.command, said], sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


class Given(Model):
    """A command that was carried out."""

    uid = peewee.CharField(36, primary_key=True)
    referral = peewee.ForeignKeyField(Referral, on_delete="CASCADE")
    command = peewee.CharField(20)
    by = peewee.CharField(36)
    digest = peewee.CharField(64)
    version = peewee.IntegerField()  # the referral's, afterwards
    at = Instant(default=now)


# What a command does beside the step: reads its form whole (Reader.finish), changes rows, and gives the facts of the event.
Act = Callable[[Referral, Reader, Actor], dict]
_acts: dict[str, Act] = {}
_afters: dict[str, Callable[[Referral, Actor], None]] = {}


def acts(*commands: str) -> Callable[[Act], Act]:
    """Mark what is done for these commands; every command of the table has exactly one."""
    def mark(act: Act) -> Act:
        _acts.update(dict.fromkeys(commands, act))
        return act
    return mark


def afterwards(command: str) -> Callable:
    """Mark what follows from a command once the step is taken, in the same transaction."""
    def mark(follow):
        _afters[command] = follow
        return follow
    return mark


def carry_out(referral: Referral, order: Order, by: Actor) -> Referral:
    """Do what is ordered, in one transaction with its event, and give the referral as it then is.

    Raises Refused or Stale (409), Invalid (422) with what is wrong in the form; then nothing has changed.
    """
    with writing():
        in_turn()
        fresh = Referral.get_by_id(referral.uid)
        if was_given(referral, order, by):
            return fresh
        if fresh.version != order.version:
            raise Stale(fresh)
        fresh.lead(order.command, by)
        facts = _acts[order.command](fresh, Reader(order.form), by)
        fresh.move(order.command, by, order=order.uid, **facts)
        Given.create(uid=order.uid, referral=fresh, command=order.command, by=by.uid, digest=order.digest, version=fresh.version)
        if order.command in _afters:
            _afters[order.command](fresh, by)
        return fresh


def was_given(referral: Referral, order: Order, by: Actor) -> bool:
    """Whether this very order was carried out; raises Conflict where its id was used for another."""
    known = Given.get_or_none(Given.uid == order.uid)
    if known is None:
        return False
    if (known.referral_id, known.digest, known.by) != (referral.uid, order.digest, by.uid):
        raise Conflict(_("같은 번호로 다른 명령이 왔습니다. 새로 고쳐 다시 하십시오."))
    return True
