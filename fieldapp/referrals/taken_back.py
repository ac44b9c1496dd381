"""What follows for cases when their shop's owner takes a consent back: nothing goes on that rested on it."""

from flask_babel import gettext as _

from fieldapp import events
from fieldapp.experts import Expert
from fieldapp.owners import CONTACT, PARTNER
from fieldapp.referrals.actor import CONSENT_ENDED, SHOP
from fieldapp.referrals.commands import look_for_experts, release, taken_back
from fieldapp.referrals.referral import Referral

RESTS_ON_CONTACT = ("submitted", "triaged", "matching", "offered", "accepted", "scheduled", "in_progress", "on_hold", "escalated")
AT_A_PARTNER = ("offered", "accepted", "scheduled", "in_progress")


def stop(event: events.Event) -> None:
    """Without the owner's word that they may be called a case ends; without that for an institution it looks for another expert."""
    reason = _("동의 철회")
    cases = Referral.select().where(Referral.shop == event.facts["shop"]).order_by(Referral.number)
    if event.facts["of"] == CONTACT:
        for referral in cases.where(Referral.state.in_(RESTS_ON_CONTACT)):
            referral.move("withdraw", SHOP, reason=reason, **release(referral, "ended"))
    elif event.facts["of"] == PARTNER:
        theirs = Expert.select(Expert.uid).where(Expert.partner == event.facts["party"])
        for referral in cases.where(Referral.state.in_(AT_A_PARTNER), Referral.expert.in_(theirs)):
            give_back(referral, reason)


def give_back(referral: Referral, reason: str) -> None:
    if referral.state == "offered":
        referral.move("recall", CONSENT_ENDED, **taken_back(referral, "recalled", "", reason))
    else:
        referral.answer = ""
        referral.move("rematch", CONSENT_ENDED, reason=reason, **release(referral, "rematch"))
    look_for_experts(referral, CONSENT_ENDED)


events.subscribe("consent.withdrawn", stop)
