"""What counts as a consultation: all of it stands here. The office chooses the version (`flask recount --rule`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Record, db


@dataclass(frozen=True)
class Facts:
    """What a rule is told of a visit: the outcome of its current revision, and whether anything was recorded with it."""

    outcome: str
    grievance: bool = False
    guidance: bool = False
    referral: bool = False


@dataclass(frozen=True)
class Rule:
    """`text` says the rule in words, `visit` whether a visit counts; a session that was held counts by every rule."""

    version: str
    title: Any
    text: Any
    visit: Callable[[Facts], bool]


def met_with_something(facts: Facts) -> bool:
    return facts.outcome == "met" and (facts.grievance or facts.guidance or facts.referral)


def met(facts: Facts) -> bool:
    return facts.outcome == "met"


RULES = {rule.version: rule for rule in (
    Rule("1", _("만나서 다룬 것이 있는 방문과 회차"),
         _("상담 1건은 점주를 만나 애로·건의, 지원사업 안내, 의뢰 가운데 하나 이상을 기록한 방문 한 번, 또는 진행한 컨설팅 "
           "회차 한 번입니다. 고친 방문은 마지막 내용으로 한 번만 셉니다. "
           "돌려보낸 방문은 고쳐질 때까지 그대로 셉니다. 버린 의뢰는 세지 않습니다."),
         met_with_something),
    Rule("2", _("만난 방문 전부와 회차"),
         _("상담 1건은 점주를 만난 방문 한 번, 또는 진행한 컨설팅 회차 한 번입니다. 고친 방문은 마지막 내용으로 한 번만 셉니다. "
           "돌려보낸 방문은 고쳐질 때까지 그대로 셉니다."), met),
)}
RULE_VERSION = "1"  # the rule of an office that has chosen none


class RuleChoice(Record):
    """By which rule the office counts from here on, everything that lies before included. The last one stands."""

    version = peewee.CharField(20)
    by = peewee.CharField(36, default="")

    @classmethod
    def choose(cls, version: str, by: str = "") -> None:
        """Put it down, inside the transaction that counts anew."""
        if version != in_force().version:
            events.record("rule.chosen", version, by=by, before=in_force().version)
            cls.create(version=version, by=by)


def in_force() -> Rule:
    found = db.execute_sql('SELECT "version" FROM "rule_choice" ORDER BY "created_at" DESC, "uid" DESC LIMIT 1').fetchone()
    return RULES[found[0] if found else RULE_VERSION]
