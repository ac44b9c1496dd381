"""How a command of this room's pages is given: read from the form, against the version that the person saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from fieldapp.errors import Conflict, Invalid, Problem
from fieldapp.form import Reader
from fieldapp.referrals import Actor, Given, Offer, Order, Referral, Refused, carry_out

OF_AN_OFFER = ("accept", "refuse")
MOST_VERSIONS = 10**9
ENDED = lazy_gettext("이 제안은 끝났습니다. 더 하실 일은 없습니다.")


@dataclass
class Attempt:
    """A command that was not carried out: what was typed, and what is wrong with it, kept for the same page."""

    command: str = ""
    typed: Mapping[str, list[str]] = field(default_factory=dict)
    problems: Mapping[str, object] = field(default_factory=dict)
    status: int = 200

    @classmethod
    def failed(cls, command: str, problem: Problem) -> "Attempt":
        typed = Reader(request.form.to_dict(flat=False)).values
        return cls(command, typed, problem.fields or {"notice": problem.message}, problem.status)

    def of(self, command: str) -> "Attempt":
        """This one, where it was of that command; else an empty one."""
        return self if self.command == command else Attempt(command)

    def value(self, name: str, default: object = "") -> object:
        return (self.typed.get(name) or [""])[0] if self.typed else default

    def values(self, name: str) -> list[str]:
        return self.typed.get(name, [])

    @property
    def notice(self) -> object:
        """What to say above the form; what is wrong with a field stands beside it."""
        return self.problems.get("notice") or (Invalid.message if self.problems else "")


def order_from_form(command: str) -> Order:
    """The order that this request's form gives. Raises Invalid where it isn't one of our forms."""
    raw = request.form.to_dict(flat=False)
    form = Reader(raw)
    uid, version = form.uid("id"), form.number("version", 1, MOST_VERSIONS)
    if not uid or version is None or version != int(version):
        raise Invalid(fields={"notice": _("페이지를 새로 고친 뒤 다시 해 주십시오.")})
    return Order(uid, command, int(version), raw)


def give(offer: Offer, command: str, by: Actor) -> Referral:
    """Carry out what this request orders of the offer's case. Raises Conflict or Invalid."""
    order = order_from_form(command)
    if not is_open_for(offer, command) and not was_given(order, offer, by):
        raise Refused(ENDED)
    return carry_out(offer.referral, order, by)


def is_open_for(offer: Offer, command: str) -> bool:
    if command in OF_AN_OFFER:
        return offer.state == "offered"
    return offer.state == "accepted" and offer.referral.expert_id == offer.expert_id


def was_given(order: Order, offer: Offer, by: Actor) -> bool:
    return Given.select().where(Given.uid == order.uid, Given.referral == offer.referral_id, Given.by == by.uid).exists()


REFUSED = (Conflict, Invalid)
