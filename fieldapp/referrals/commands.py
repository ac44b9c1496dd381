"""What each command of the referral's own does beside its step. Sessions, reports and aftercare stand in `consultations`."""

from datetime import timedelta

from flask_babel import gettext as _

from fieldapp import events
from fieldapp.database import in_turn, now, today, writing
from fieldapp.experts import FIELDS, Conflict, Expert, Partner
from fieldapp.form import Reader
from fieldapp.owners import CONTACT, PARTNER, TEXTS_VERSION, Consent, Owner, OwnerAnswer, read_owner, refuse_resident_number
from fieldapp.programmes import Programme
from fieldapp.referrals.actor import TIME, Actor
from fieldapp.referrals.form import LONGEST_WISH, read_referral
from fieldapp.referrals.matching import Candidate, Pool, candidates_for, may_know_owner, ranked, why_not
from fieldapp.referrals.offer import REFUSALS, Offer
from fieldapp.referrals.orders import OWN, acts, afterwards
from fieldapp.referrals.problems import Refused
from fieldapp.referrals.reasons import AGREED_HOW, DECLINES, HOLDS
from fieldapp.referrals.referral import FOR_THE_SHOP, URGENCIES, Referral
from fieldapp.referrals.states import BEFORE_TRIAGE, QUEUED
from fieldapp.shops import Shop

LONGEST_REASON = 1000


def said(form: Reader, name: str, required: str = "") -> str:
    """A text that someone typed, without resident numbers."""
    text = form.text(name, limit=LONGEST_REASON, required=required)
    refuse_resident_number(form, name, text)
    return text


def done(form: Reader) -> None:
    form.finish(known=OWN)


@acts("triage")
def triage(referral: Referral, form: Reader, by: Actor) -> dict:
    """Checked by the office: field and urgency put right, the wanted outcomes as the experts shall read them."""
    field = form.choice("field", FIELDS) or referral.field
    urgency = form.choice("urgency", URGENCIES) or referral.urgency
    wanted = form.text("wanted", limit=LONGEST_WISH)
    refuse_resident_number(form, "wanted", wanted)
    reason = said(form, "note")
    if field != referral.field and Referral.select().where(Referral.visit_root == referral.visit_root, Referral.field == field).exists():
        form.refuse("field", _("이 방문에는 같은 분야의 의뢰가 이미 있습니다."))
    done(form)
    referral.field, referral.urgency, referral.wanted = field, urgency, wanted or referral.wanted
    return {"reason": reason}


@acts("open_matching", "resume")
def go_on(referral: Referral, form: Reader, by: Actor) -> dict:
    done(form)
    return {}


@acts("ask", "hold")
def hold(referral: Referral, form: Reader, by: Actor) -> dict:
    """Wait, for a reason and until a day on which someone looks again. For the shop's sake the clocks stop."""
    code = form.choice("code", HOLDS) or FOR_THE_SHOP
    reason = said(form, "reason", _("보류하는 사유를 적어 주십시오."))
    review = form.day("review_on", today() + timedelta(days=1), today() + timedelta(days=365))
    if review is None:
        form.refuse("review_on", _("다시 볼 날을 적어 주십시오."))
    done(form)
    return {"code": code, "reason": reason, "review_on": review.isoformat() if review else ""}


@acts("decline")
def decline(referral: Referral, form: Reader, by: Actor) -> dict:
    """Not taken: a coded reason, what the shop is told, and apart from it a note for the office."""
    code = form.choice("code", DECLINES, required=_("사유를 골라 주십시오."))
    answer = said(form, "answer", _("신청인에게 알릴 말을 적어 주십시오."))
    note = said(form, "note")
    done(form)
    referral.answer = answer
    return {"code": code, "reason": note}


@acts("guide")
def guide(referral: Referral, form: Reader, by: Actor) -> dict:
    known = {programme.uid: programme.name for programme in Programme.current(today())}
    programme = form.choice("programme", known, required=_("안내한 지원사업을 골라 주십시오."))
    answer = said(form, "answer")
    done(form)
    referral.answer = "\n".join(text for text in (known[programme], answer) if text)
    return {"code": "programme", "programme": programme}


@acts("escalate")
def escalate(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "reason", _("위원회에 올리는 까닭을 적어 주십시오."))
    done(form)
    return {"reason": reason, **release(referral, "escalate")}


@acts("resolve", "close")
def resolve(referral: Referral, form: Reader, by: Actor) -> dict:
    """The committee's resolution; the shop reads it."""
    answer = said(form, "answer", _("의결 내용을 적어 주십시오."))
    done(form)
    referral.answer = answer
    return {"reason": answer}


@acts("offer")
def offer(referral: Referral, form: Reader, by: Actor) -> dict:
    """Offer it to one expert. Raises Invalid with the filter that keeps the expert out."""
    chosen, note = form.uid("expert", required=_("전문가를 골라 주십시오.")), said(form, "note")
    wrong = why_not(referral, chosen) if chosen else ""
    if wrong:
        form.refuse("expert", _("이 전문가에게는 제안할 수 없습니다: %(why)s", why=wrong))
    done(form)
    made = Offer.create(referral=referral, expert=chosen, offered_by=by.uid, note=note)
    referral.expert, referral.alert = chosen, ""
    return {"offer": made.uid, "expert": chosen}


@acts("accept")
def accept(referral: Referral, form: Reader, by: Actor) -> dict:
    """The expert takes it, who must still be one of ours; the agreement and the shop's consent must still stand."""
    made = own_offer(referral, by)
    wrong = no_longer_covered(referral, made.expert)
    if wrong:
        form.refuse("notice", wrong)
    done(form)
    made.decide("accepted")
    referral.expert = made.expert_id
    return {"offer": made.uid, "expert": made.expert_id}


def no_longer_covered(referral: Referral, expert: Expert) -> str:
    """What has changed since the offer that closes the case to this expert, in words; empty where nothing has."""
    if not expert.active:
        return _("전문가 활동이 중지되어 수락할 수 없습니다. 담당자에게 알려 주십시오.")
    if expert.partner and not expert.partner.in_force(today()):
        return _("협약 기간이 끝나 수락할 수 없습니다. 담당자에게 알려 주십시오.")
    if expert.uid in Conflict.with_shop(referral.shop_id):
        return _("이 점포와 이해관계가 있다고 적혀 있어 수락할 수 없습니다. 담당자에게 알려 주십시오.")
    if not may_know_owner(expert, referral.shop_id):
        return _("소상공인의 동의가 없어 수락할 수 없습니다. 담당자에게 알려 주십시오.")
    return ""


def own_offer(referral: Referral, by: Actor) -> Offer:
    """The open offer, where it was made to this expert; raises Refused where it was made to another."""
    made = Offer.open_of(referral)
    assert made, "a referral in this state has an open offer"
    if by.uid not in (made.expert_id, made.expert.person_id):
        raise Refused(_("다른 전문가에게 한 제안입니다."))
    return made


@acts("refuse")
def refuse(referral: Referral, form: Reader, by: Actor) -> dict:
    code = form.choice("code", REFUSALS, required=_("거절 사유를 골라 주십시오."))
    note = said(form, "note")
    done(form)
    own_offer(referral, by)
    return taken_back(referral, "declined", code, note)


@acts("recall")
def recall(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "reason")
    done(form)
    return taken_back(referral, "recalled", "", reason)


def taken_back(referral: Referral, state: str, code: str = "", note: str = "") -> dict:
    made = Offer.open_of(referral)
    assert made, "a referral in this state has an open offer"
    made.decide(state, code, note)
    referral.expert = None
    return {"offer": made.uid, "expert": made.expert_id, "code": code, "reason": note}


@acts("rematch", "reopen")
def rematch(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "reason", _("사유를 적어 주십시오."))
    done(form)
    referral.answer = ""
    return {"reason": reason, **release(referral, "rematch")}


@acts("withdraw", "cancel")
def end(referral: Referral, form: Reader, by: Actor) -> dict:
    """No more of it; an expert whose work was approved before keeps it as done."""
    reason = said(form, "reason", _("사유를 적어 주십시오."))
    done(form)
    return {"reason": reason, **(release(referral, "ended") if referral.state != "aftercare" else {})}


def release(referral: Referral, code: str) -> dict:
    """Let the expert go who was offered the case or works at it; gives what the event should tell."""
    made = Offer.withdraw_open(referral, code)
    referral.expert = None
    return {"offer": made.uid, "expert": made.expert_id} if made else {}


@acts("finish")
def finish(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "note")
    done(form)
    return {"reason": reason}


@acts("refer_again")
def refer_again(referral: Referral, form: Reader, by: Actor) -> dict:
    """A new referral of the same shop, linked to this one; it enters the queue, since the shop's consent to be called stands."""
    wanted = read_referral(form, needed=True)
    if not Consent.standing(referral.shop_id, CONTACT):
        form.refuse("refer.field", _("연락 동의가 없습니다. 먼저 동의를 기록해 주십시오."))
    done(form)
    assert wanted
    again = Referral.open(referral.shop, referral.manager_id, wanted.field, by.uid, source="office", follows=referral,
                          urgency=wanted.urgency, wish=wanted.wish, call_when=wanted.call_when)
    again.move("submit", Actor.revision(by.uid))
    return {"again": again.label}


@acts("merge")
def merge(referral: Referral, form: Reader, by: Actor) -> dict:
    """It is the same case as another of this shop: that one goes on, both histories stay."""
    label = form.text("into", limit=40, required=_("합칠 의뢰를 골라 주십시오.")).upper().removeprefix("R-")
    other = Referral.get_or_none(Referral.number == int(label)) if label.isascii() and label.isdigit() and len(label) < 10 else None
    if label and (other is None or other == referral or other.shop_id != referral.shop_id or other.state not in QUEUED):
        form.refuse("into", _("같은 점포의 진행 중인 의뢰만 고를 수 있습니다."))
    reason = said(form, "reason")
    done(form)
    assert other
    referral.merged_into = other
    events.record("referral.took_over", other.uid, by=by.uid, other=referral.label)
    return {"into": other.label, "reason": reason}


@acts("unmerge")
def unmerge(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "reason", _("사유를 적어 주십시오."))
    done(form)
    referral.merged_into = None
    return {"reason": reason}


@acts("note")
def note(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "text", _("메모를 적어 주십시오."))
    done(form)
    return {"reason": reason}


@acts("submit")
def submit(referral: Referral, form: Reader, by: Actor) -> dict:
    if not Consent.standing(referral.shop_id, CONTACT):
        form.refuse("notice", _("연락 동의가 없습니다. 먼저 동의를 기록해 주십시오."))
    done(form)
    return {}


@acts("discard")
def discard(referral: Referral, form: Reader, by: Actor) -> dict:
    reason = said(form, "reason")
    done(form)
    return {"reason": reason}


@acts("agree")
def agree(referral: Referral, form: Reader, by: Actor) -> dict:
    """The owner's consent, taken by the office: to be called, or to be passed on to one partner institution."""
    how = form.choice("how", AGREED_HOW, required=_("어떻게 확인했는지 골라 주십시오."))
    party = form.uid("party")
    if party and not Partner.select().where(Partner.uid == party).exists():
        form.refuse("party", _("목록에 있는 것을 골라 주십시오."))
    given = read_owner(form)
    done(form)
    if party:
        consent = Consent.create(shop=referral.shop_id, kind=PARTNER, party=party, text_version=TEXTS_VERSION, taken_by=by.uid,
                                 given_at=now())
        events.record("consent.given", consent.uid, by=by.uid, shop=referral.shop_id, to=PARTNER, party=party, how=how)
    else:
        answer = OwnerAnswer((CONTACT,), TEXTS_VERSION, given.name, given.phone)
        Owner.answer(referral.shop, answer, "", by.uid, now())
    return {"code": how, "party": party}


@afterwards("agree")
def enter_the_queue(referral: Referral, by: Actor) -> None:
    if referral.state in BEFORE_TRIAGE and Consent.standing(referral.shop_id, CONTACT):
        referral.settle(True, by.uid)


@afterwards("open_matching")
@afterwards("refuse")
@afterwards("recall")
@afterwards("rematch")
@afterwards("resume")
def look_for_experts(referral: Referral, by: Actor) -> None:
    """Where nobody fits it stays in matching, and says so aloud."""
    if referral.state == "matching":
        sound_alarm(referral, candidates_for(referral))


def sound_alarm(referral: Referral, candidates: list[Candidate], again: bool = True) -> None:
    """Keep beside the case whether anybody fits, and tell it where nobody does; once, unless it is `again` to be told."""
    alert = "" if ranked(candidates) else "nobody"
    if alert and (again or not referral.alert):
        events.record("referral.nobody_fits", referral.uid, field=referral.field)
    if alert != referral.alert:
        referral.alert = alert
        Referral.update(alert=alert).where(Referral.uid == referral.uid, Referral.state == "matching").execute()


def look_again() -> int:
    """Experts come and go: whether anybody fits is asked anew for every case in matching; gives how many changed."""
    pools: dict[str, Pool] = {}
    waiting = list(Referral.select(Referral, Shop).join(Shop).where(Referral.state == "matching").order_by(Referral.number))
    return sum(alarm_follows(referral, pools.get(referral.field) or pools.setdefault(referral.field, Pool.of(referral.field)))
               for referral in waiting)


def alarm_follows(referral: Referral, pool: Pool) -> bool:
    """Whether the alarm changed. It is left alone where someone was quicker and the case waits for nobody any more."""
    candidates = pool.candidates(referral)
    if referral.alert == ("" if ranked(candidates) else "nobody"):
        return False
    with writing():
        in_turn()
        fresh = Referral.get_by_id(referral.uid)
        if fresh.version != referral.version:
            return False
        sound_alarm(fresh, candidates, again=False)
    return True


def expire(event: events.Event) -> None:
    """The time to answer an offer is over: it goes back to matching."""
    referral = Referral.get_or_none(Referral.uid == event.subject)
    if event.facts.get("kind") != "acceptance" or referral is None or referral.state != "offered":
        return
    referral.move("expire", TIME, **taken_back(referral, "expired"))
    look_for_experts(referral, TIME)


events.subscribe("clock.due", expire)
