"""One command to many cases, each by an order of its own, one after the other: what could be done is done, the rest says why not."""

from dataclasses import dataclass

from flask_babel import gettext as _

from fieldapp.dashboard.changes import since
from fieldapp.errors import Conflict, Invalid, Problem
from fieldapp.form import Reader
from fieldapp.people import Person
from fieldapp.referrals import STATES, Actor, Given, Order, Referral, Refused, candidates_for, carry_out
from fieldapp.shops import Shop

AT_ONCE = ("triage", "open_matching", "offer")
MOST = 50  # cases in one go
MOST_VERSIONS = 10**9


@dataclass(frozen=True)
class Chosen:
    """A case as it was chosen: the order that its row named, and the version that was seen."""

    uid: str
    order: str
    version: int

    @classmethod
    def read(cls, form: Reader) -> "list[Chosen]":
        """The chosen rows of the queue's form; one that names no order is none of ours."""
        found = [cls(uid, form.uid(f"id.{uid}"), int(form.number(f"version.{uid}", 1, MOST_VERSIONS) or 0))
                 for uid in form.many("chosen", limit=MOST)]
        return [one for one in found if one.order and one.version]


@dataclass(frozen=True)
class Outcome:
    """What became of one: `text` says what was done, or why it was not."""

    referral: Referral
    done: bool
    text: str


def give_all(person: Person, command: str, chosen: list[Chosen]) -> list[Outcome]:
    """Give the command to each within reach, in the order of the list, so that each offer counts for the next one."""
    reached = {row.uid: row for row in Referral.reachable_by(person).select(Referral, Shop).join(Shop).where(
        Referral.uid.in_([one.uid for one in chosen]))}
    return [give(reached[one.uid], command, one, Actor.of(person)) for one in chosen if one.uid in reached]


def give(referral: Referral, command: str, one: Chosen, by: Actor) -> Outcome:
    given = Given.get_or_none(Given.uid == one.order)
    if given and (given.referral_id, given.command, given.by) == (referral.uid, command, by.uid):
        return Outcome(referral, True, what_came(command, referral))
    try:
        after = carry_out(referral, Order(one.order, command, one.version, form_for(referral, command, one, by)), by)
    except (Conflict, Invalid) as problem:
        return Outcome(referral, False, why_not(problem, one))
    return Outcome(referral, True, what_came(command, after))


def form_for(referral: Referral, command: str, one: Chosen, by: Actor) -> dict:
    """What the command needs: triage leaves all as it is, an offer goes to who fits best now. Raises Refused where nobody does."""
    if command != "offer" or one.version != referral.version:
        return {}
    referral.lead(command, by)
    best = next((candidate for candidate in candidates_for(referral) if not candidate.why_not), None)
    if best is None:
        raise Refused(_("지금 맡을 수 있는 전문가가 없습니다."))
    return {"expert": best.uid}


def what_came(command: str, referral: Referral) -> str:
    return referral.expert.name if command == "offer" and referral.expert_id else str(STATES[referral.state])


def why_not(problem: Problem, one: Chosen) -> str:
    """In words; where someone was quicker, who did what."""
    happened = since(Referral.get_by_id(one.uid), one.version) if problem.code == "stale" else []
    if happened:
        return _("그 사이 바뀜: %(what)s", what=", ".join(f"{step.what} ({step.who})" for step in happened))
    return ", ".join(str(text) for text in problem.fields.values()) or str(problem.message)
