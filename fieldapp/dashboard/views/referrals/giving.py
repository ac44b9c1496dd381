"""A command as the desk's forms give it: read from the request, and kept where it could not be carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from fieldapp.dashboard.changes import since
from fieldapp.dashboard.stories import Step
from fieldapp.errors import Problem
from fieldapp.form import Reader
from fieldapp.referrals import Order, Referral

MOST_VERSIONS = 10**9


@dataclass(frozen=True)
class Attempt:
    """A command that was not carried out: what was typed, what is wrong with it, and what others did meanwhile."""

    command: str = ""
    typed: Mapping[str, list[str]] = field(default_factory=dict)
    problems: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    notice: str = ""
    meanwhile: list[Step] = field(default_factory=list)

    @classmethod
    def failed(cls, command: str, problem: Problem, referral: Referral) -> "Attempt":
        form = Reader(request.form.to_dict(flat=False))
        version = form.number("version", 1, MOST_VERSIONS)
        happened = since(referral, int(version)) if problem.code == "stale" and version else []
        notice = problem.fields.get("notice", problem.message)
        return cls(command, form.values, problem.fields, problem.status, str(notice), happened)

    def of(self, command: str) -> "Attempt":
        """This one, where it was of that command; else an empty one."""
        return self if self.command == command else Attempt(command)

    def value(self, name: str, default: object = "") -> object:
        return (self.typed.get(name) or [""])[0] if self.typed else default

    @property
    def said(self) -> list[tuple[str, str]]:
        """What was typed, beside what every form carries; empty fields are left out."""
        own = ("id", "version", "command", "consent.contact", "consent.version")
        return [(name, ", ".join(texts)) for name, texts in self.typed.items() if name not in own and any(texts)]


def read_order(command: str) -> Order:
    """The order that this request's form gives. Raises Invalid where it isn't one of our forms."""
    return Order.read(command, request.form.to_dict(flat=False))
