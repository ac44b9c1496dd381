"""How a command of this room's pages is given, and what the page keeps of one that was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request
from flask_babel import lazy_gettext

from fieldapp.database import in_turn, writing
from fieldapp.errors import Invalid, Problem
from fieldapp.form import Reader
from fieldapp.referrals import Actor, Given, Offer, Order, Referral, Refused, carry_out
from fieldapp.web import stored

OF_AN_OFFER = ("accept", "refuse")
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


def give(offer: Offer, command: str, by: Actor) -> Referral:
    """Carry out what this request orders of the offer's case. Raises Conflict or Invalid."""
    order = Order.read(command, request.form.to_dict(flat=False))
    with stored(), writing():
        in_turn()
        fresh = Offer.get_by_id(offer.uid)  # nobody changes it any more until this is done
        if not is_open_for(fresh, command) and not was_given(order, fresh, by):
            raise Refused(ENDED)
        return carry_out(fresh.referral, order, by)


def is_open_for(offer: Offer, command: str) -> bool:
    if command in OF_AN_OFFER:
        return offer.state == "offered"
    return offer.state == "accepted" and offer.referral.expert_id == offer.expert_id


def was_given(order: Order, offer: Offer, by: Actor) -> bool:
    return Given.select().where(Given.uid == order.uid, Given.referral == offer.referral_id, Given.by == by.uid).exists()
