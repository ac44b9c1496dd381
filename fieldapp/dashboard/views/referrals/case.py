from flask import Response, g, request

from fieldapp.consultations import ASKERS, ATTENDANCES, CODES, HOWS, REPORT_STATES, RESULTS, SCORES
from fieldapp.dashboard.case import Choices, Facts, commands_of, home_of, read_case
from fieldapp.dashboard.queue_filter import NUMBER
from fieldapp.dashboard.timeline import merged_into, timeline_of
from fieldapp.dashboard.views.blueprint import dashboard
from fieldapp.dashboard.views.referrals.giving import Attempt, read_order
from fieldapp.database import uuid7
from fieldapp.errors import REFUSED, NotFound
from fieldapp.events import accessed
from fieldapp.experts import FIELDS
from fieldapp.form import UUID
from fieldapp.grievances import DISPOSITIONS
from fieldapp.messages import CHANNELS, TEMPLATES
from fieldapp.messages import STATES as MESSAGE_STATES
from fieldapp.owners import TEXTS, TEXTS_VERSION
from fieldapp.referrals import (
    AGREED_HOW,
    COMMANDS,
    DECLINES,
    HOLDS,
    OFFER_STATES,
    REFUSALS,
    SOURCES,
    STATES,
    URGENCIES,
    WHY_NOT,
    Actor,
    Referral,
    carry_out,
)
from fieldapp.visits import OUTCOMES
from fieldapp.web import allow, go, page, stored
from fieldapp.worktime import KINDS as CLOCKS

FORMS = {  # the form of a command, where several share one; all others have their own
    "open_matching": "nothing", "resume": "nothing", "submit": "nothing", "ask": "hold", "resolve": "answer", "close": "answer",
    "escalate": "reason", "rematch": "reason", "reopen": "reason", "withdraw": "reason", "cancel": "reason", "unmerge": "reason",
    "return": "reason", "recall": "remark", "discard": "remark", "finish": "remark", "approve": "remark", "schedule": "slot",
    "plan": "slot", "begin": "record", "sit": "record",
}
ENDING = ("decline", "withdraw", "cancel", "discard")  # what a button warns of
WORDS = {
    "fields": FIELDS, "urgencies": URGENCIES, "sources": SOURCES, "states": STATES, "outcomes": OUTCOMES, "dispositions": DISPOSITIONS,
    "commands": COMMANDS, "holds": HOLDS, "declines": DECLINES, "agreed_how": AGREED_HOW, "why_not": WHY_NOT, "hows": HOWS,
    "attendances": ATTENDANCES, "codes": CODES, "askers": ASKERS, "results": RESULTS, "report_states": REPORT_STATES, "scores": SCORES,
    "templates": TEMPLATES, "channels": CHANNELS, "message_states": MESSAGE_STATES, "clock_kinds": CLOCKS, "texts": TEXTS,
    "texts_version": TEXTS_VERSION, "forms": FORMS, "ending": ENDING, "offer_states": OFFER_STATES, "refusals": REFUSALS,
}


@dashboard.get("/referrals/<uid>")
@allow("referral.see")
def referral(uid: str):
    """A case; by its number it is found too, and one that was merged leads to the one that goes on, unless asked for by `own`."""
    if not UUID.fullmatch(uid):
        return go(f"/referrals/{numbered(uid).uid}")
    found = read_case(g.person, uid)
    home = home_of(found, g.person)
    if home != found and "own" not in request.args:
        return go(f"/referrals/{home.uid}?from={found.label}")
    return show(found)


def numbered(text: str) -> Referral:
    number = NUMBER.fullmatch(text)
    found = Referral.reachable_by(g.person).where(Referral.number == int(number[1])).first() if number else None
    if found is None:
        raise NotFound()
    return found


@dashboard.post("/referrals/<uid>/<command>")
@allow("referral.work")
def work(uid: str, command: str):
    """Give a command to a case; refused, the same page comes again with all that was typed."""
    found = Referral.get_reachable(g.person, uid)
    if command not in COMMANDS:
        raise NotFound()
    try:
        with stored():
            carry_out(found, read_order(command), Actor.of(g.person))
    except REFUSED as problem:
        fresh = read_case(g.person, uid)
        return show(fresh, Attempt.failed(command, problem, fresh))
    return go(f"/referrals/{uid}?done={command}")


def show(found: Referral, attempt: Attempt | None = None) -> Response:
    attempt = attempt or Attempt()
    lead, others = commands_of(found, g.person, attempt.command or request.args.get("do", ""))
    merged = merged_into(found)
    accessed("referral.view", [found.shop_id])
    return page(
        "referrals/show.html", attempt.status, referral=found, attempt=attempt, lead=lead, others=others, merged=merged,
        choices=Choices.of(found, [lead, *others]), facts=Facts.of(g.person, found), timeline=timeline_of(found, merged),
        came_from=label(request.args.get("from", "")), done=COMMANDS.get(request.args.get("done", "")), new_id=uuid7, **WORDS)


def label(text: str) -> str:
    """A case's number as the address says it, or nothing."""
    number = NUMBER.fullmatch(text)
    return f"R-{int(number[1]):04d}" if number else ""
