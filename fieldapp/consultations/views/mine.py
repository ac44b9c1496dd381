from flask import Response, request
from flask_babel import gettext as _

from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.form import said
from fieldapp.consultations.plain import NEXT, SHOULD_BE_OVER, WHERE
from fieldapp.consultations.satisfaction import RATED, Satisfaction
from fieldapp.consultations.views.blueprint import consultations
from fieldapp.consultations.views.giving import Attempt
from fieldapp.consultations.views.links import DAY, telling_nothing
from fieldapp.consultations.words import HOWS, SCORES
from fieldapp.database import now, uuid7, writing
from fieldapp.errors import REFUSED, Conflict, NotFound
from fieldapp.experts import Partner
from fieldapp.form import Reader
from fieldapp.messages import read_link
from fieldapp.owners import TEXTS, Consent, Owner
from fieldapp.referrals import ENDS, SHOP, Order, Referral, Stale, carry_out, commands_for
from fieldapp.shops import Shop
from fieldapp.web import go, page, public, stored

OPENS_FOR = 400 * DAY
LONGEST_TEXT = 1000


@consultations.get("/mine/<token>")
@public
@telling_nothing
def case_by_link(token: str) -> Response:
    """The owner's page: where the case is, what happens next, and how it was once it is over."""
    return show(token, case_of(token))


@consultations.get("/mine/<token>/withdraw")
@public
@telling_nothing
def ask_withdrawal(token: str) -> Response:
    return show_withdrawal(token, case_of(token))


@consultations.post("/mine/<token>/withdraw")
@public
@telling_nothing
def withdraw_by_link(token: str) -> Response:
    referral = case_of(token)
    try:
        with stored():
            carry_out(referral, Order.read("withdraw", request.form.to_dict(flat=False)), SHOP)
    except Stale:
        changed = Conflict(_("그 사이 진행 상황이 바뀌었습니다. 그래도 거두시려면 다시 눌러 주십시오."))
        return show_withdrawal(token, case_of(token), Attempt.failed("withdraw", changed))
    except REFUSED as problem:
        return show_withdrawal(token, case_of(token), Attempt.failed("withdraw", problem))
    return go(f"/mine/{token}")


@consultations.get("/mine/<token>/consents")
@public
@telling_nothing
def ask_consents(token: str) -> Response:
    """What this owner has agreed to, in the words of then, to be taken back."""
    return show_consents(token, case_of(token))


@consultations.post("/mine/<token>/consents")
@public
@telling_nothing
def take_back_by_link(token: str) -> Response:
    referral, form = case_of(token), Reader(request.form.to_dict(flat=False))
    standing = {f"{kind}.{party}": (kind, party) for kind, party in Consent.all_standing(referral.shop_id)}
    chosen = form.many("consent")
    try:
        if not chosen or set(chosen) - standing.keys():
            form.refuse("consent", _("철회할 동의를 골라 주십시오."))
        form.finish()
        with stored(), writing():
            for name in chosen:
                Owner.take_back(referral.shop, *standing[name], "link", "", SHOP.uid)
    except REFUSED as problem:
        return show_consents(token, referral, Attempt.failed("consents", problem))
    return go(f"/mine/{token}/consents")


def show_consents(token: str, referral: Referral, attempt: Attempt | None = None) -> Response:
    attempt = attempt or Attempt()
    standing = sorted(Consent.all_standing(referral.shop_id))
    partners = {partner.uid: partner.name for partner in Partner.select().where(Partner.uid.in_([party for _kind, party in standing]))}
    return page("mine/consents.html", attempt.status, token=token, referral=referral, attempt=attempt, standing=standing, texts=TEXTS,
                partners=partners)


@consultations.post("/mine/<token>/rate")
@public
@telling_nothing
def rate_by_link(token: str) -> Response:
    referral, form = case_of(token), Reader(request.form.to_dict(flat=False))
    try:
        score = form.choice("score", [str(score) for score in SCORES], required=_("하나를 골라 주십시오."))
        text = said(form, "text", limit=LONGEST_TEXT)
        form.finish()
        with stored(), writing():
            Satisfaction.rate(referral, int(score), text)
    except REFUSED as problem:
        return show(token, referral, Attempt.failed("rate", problem))
    return go(f"/mine/{token}")


def case_of(token: str) -> Referral:
    uid, _stamp = read_link("shop", token, OPENS_FOR)
    found = Referral.select(Referral, Shop).join(Shop).where(Referral.uid == uid).first()
    if found is None:
        raise NotFound()
    return found


def show(token: str, referral: Referral, attempt: Attempt | None = None) -> Response:
    attempt, state = attempt or Attempt(), referral.state
    rating, session = Satisfaction.get_or_none(Satisfaction.referral == referral), Consultation.planned_of(referral)
    return page(
        "mine/show.html", attempt.status, token=token, referral=referral, where=WHERE[state],
        next=SHOULD_BE_OVER if session and session.planned_at < now() else NEXT.get(state, ""),
        is_late=bool(referral.due_at and referral.due_at < now()), session=session, hows=HOWS, scores=SCORES,
        answer=referral.answer if state in ENDS else "", rating=rating, attempt=attempt, longest=LONGEST_TEXT,
        may_rate=rating is None and state in RATED and referral.expert_id, may_withdraw=may_withdraw(referral))


def show_withdrawal(token: str, referral: Referral, attempt: Attempt | None = None) -> Response:
    """The one question; where it can no longer be asked, the case as it stands."""
    if not may_withdraw(referral):
        return show(token, referral, attempt)
    attempt = attempt or Attempt()
    return page("mine/withdraw.html", attempt.status, token=token, referral=referral, attempt=attempt, new_id=uuid7)


def may_withdraw(referral: Referral) -> bool:
    return "withdraw" in commands_for(referral.state, SHOP.role)
