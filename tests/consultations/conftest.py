import re
from collections import defaultdict, deque

import pytest

from fieldapp.database import uuid7
from fieldapp.experts import Expert
from fieldapp.referrals import Offer, Referral
from tests.cases import case_in, expert_of, offer_of


@pytest.fixture
def experts(cast):
    """Two experts of the same field, each with an account: `expert` and `second`."""
    return expert_of(cast), expert_of(cast, "second")


@pytest.fixture
def desk(as_, cast, experts):
    """`desk("offered")` gives a case in that state with its offer, and its expert's way to command it."""
    return lambda state, **more: Desk(as_, case_in(cast, state, **more), experts[0])


class Desk:
    def __init__(self, as_, referral: Referral, expert: Expert):
        self.as_, self.case, self.expert = as_, referral, expert

    @property
    def offer(self) -> Offer:
        return offer_of(self.case)

    @property
    def now(self) -> Referral:
        return Referral.get_by_id(self.case.uid)

    @property
    def url(self) -> str:
        return f"/cases/{self.offer.uid}"

    def page(self, login: str = "expert"):
        return self.as_(login).get(self.url)

    def give(self, command: str, login: str = "expert", **form):
        filled = {"id": uuid7(), "version": self.now.version} | {name: value for name, value in form.items() if value is not None}
        return self.as_(login).post(f"{self.url}/{command}", data=filled)


def words(text: str) -> str:
    """A page as it is read: without tags, blanks run together."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """No answer of one test counts against another's."""
    monkeypatch.setattr("fieldapp.people.throttle._sent", defaultdict(deque))
