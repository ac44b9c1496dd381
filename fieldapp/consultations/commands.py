"""What the commands of sessions and reports do beside their step, and what follows from them."""

from flask_babel import gettext as _

from fieldapp import events
from fieldapp.consultations.aftercare import Aftercare
from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.form import Slot, finish, read_minutes, read_missed, read_slot, said
from fieldapp.consultations.report import Report
from fieldapp.consultations.words import ASKERS, HELD, NOT_HELD, RESULTS
from fieldapp.database import today
from fieldapp.form import Reader
from fieldapp.programmes import Programme
from fieldapp.referrals import TIME, Actor, Offer, Referral, acts, afterwards
from fieldapp.worktime import Clock

ASKED = {"owner": "owner_asked", "expert": "expert_asked", "office": "other"}  # the coded reason, by who asked


@acts("schedule")
def schedule(referral: Referral, form: Reader, by: Actor) -> dict:
    """Agree on the first session."""
    slot = read_slot(form)
    finish(form)
    return planned(referral, slot)


@acts("plan")
def plan(referral: Referral, form: Reader, by: Actor) -> dict:
    """Agree on another session; one that is still planned gives way to it, and it is kept who asked."""
    slot, before = read_slot(form), Consultation.planned_of(referral)
    asked_by = form.choice("rescheduled_by", ASKERS, required=_("누가 바꾸자고 했는지 골라 주십시오.") if before else "")
    reason = said(form, "reason")
    finish(form)
    if before:
        before.missed("cancelled", ASKED[asked_by], reason, asked_by)
    return planned(referral, slot)


@acts("reschedule")
def reschedule(referral: Referral, form: Reader, by: Actor) -> dict:
    session = awaited(referral, form)
    asked_by = form.choice("rescheduled_by", ASKERS, required=_("누가 바꾸자고 했는지 골라 주십시오."))
    reason = said(form, "reason", _("사유를 적어 주십시오."))
    finish(form)
    session.missed("cancelled", ASKED[asked_by], reason, asked_by)
    return facts_of(referral, session, code=asked_by, reason=reason)


@acts("miss")
def miss(referral: Referral, form: Reader, by: Actor) -> dict:
    session = awaited(referral, form)
    attendance = form.choice("attendance", NOT_HELD, required=_("부재인지 취소인지 골라 주십시오."))
    code, reason = read_missed(form)
    finish(form)
    session.missed(attendance, code, reason)
    return facts_of(referral, session, code=code, reason=reason)


@acts("begin")
def begin(referral: Referral, form: Reader, by: Actor) -> dict:
    """The first session was held."""
    return hold(referral, awaited(referral, form), form, HELD)


@acts("sit")
def sit(referral: Referral, form: Reader, by: Actor) -> dict:
    """Another session was held, or came to nothing."""
    session = awaited(referral, form)
    if form.choice("attendance", (*HELD, *NOT_HELD)) in NOT_HELD:
        return let_fall(referral, session, form)
    return hold(referral, session, form, (*HELD, *NOT_HELD))


def hold(referral: Referral, session: Consultation, form: Reader, attendances: tuple[str, ...]) -> dict:
    """Read and keep what a held session was, and the next one where the form names it."""
    attendance = form.choice("attendance", attendances, required=_("진행했는지 골라 주십시오."))
    summary = said(form, "summary", _("상담한 내용을 적어 주십시오."))
    next_plan, minutes, slot = said(form, "next_plan"), read_minutes(form, "minutes", session.minutes), read_slot(form, "next.")
    unread(form, "code", "reason")
    finish(form)
    session.sat(attendance, summary, next_plan, minutes)
    return facts_of(referral, session) | (planned(referral, slot) if slot else {})


def let_fall(referral: Referral, session: Consultation, form: Reader) -> dict:
    attendance, (code, reason) = form.choice("attendance", NOT_HELD), read_missed(form)
    slot = read_slot(form, "next.")
    unread(form, "summary", "next_plan", "minutes")
    finish(form)
    session.missed(attendance, code, reason)
    return facts_of(referral, session, code=code, reason=reason) | (planned(referral, slot) if slot else {})


def awaited(referral: Referral, form: Reader) -> Consultation:
    """The session that is planned; without one the form is refused, and stands in nothing's stead."""
    found = Consultation.planned_of(referral)
    if found is None:
        form.refuse("notice", _("잡힌 회차가 없습니다. 먼저 다음 회차를 잡아 주십시오."))
    return found or Consultation()


def unread(form: Reader, *names: str) -> None:
    """Fields of the same form that belong to its other answer: a browser sends them too."""
    for name in names:
        form.many(name)


def planned(referral: Referral, slot: Slot | None) -> dict:
    """Put down the next session; gives what notices need to tell of it."""
    assert slot, "a form without one was refused"
    session = Consultation.plan(referral, slot)
    return {"at": slot.at.isoformat(), "next": session.uid, **parties(referral)}


def facts_of(referral: Referral, session: Consultation, **more) -> dict:
    return {"session": session.uid, "number": session.number, "attendance": session.attendance, **parties(referral), **more}


def parties(referral: Referral) -> dict:
    offer = Offer.accepted_of(referral)
    return {"offer": offer.uid if offer else "", "expert": referral.expert_id or ""}


@acts("report")
def report(referral: Referral, form: Reader, by: Actor) -> dict:
    """The result, for each wanted outcome."""
    results = [{"wanted": wanted, "result": form.choice(f"result.{n}", RESULTS, required=_("결과를 골라 주십시오.")),
                "note": said(form, f"note.{n}")} for n, wanted in enumerate(referral.outcomes, 1)]
    advice = said(form, "advice", _("조언한 내용을 적어 주십시오."))
    programmes = read_programmes(form)
    refuse_early(referral, form)
    finish(form)
    made = Report.submit(referral, results, advice, programmes)
    return {"report": made.uid, "revision": made.revision, **parties(referral)}


def read_programmes(form: Reader) -> list[str]:
    chosen = form.many("programme", limit=30)
    known = {programme.uid for programme in Programme.current(today())} if chosen else set()
    if set(chosen) - known:
        form.refuse("programme", _("목록에 있는 것을 골라 주십시오."))
    return chosen


def refuse_early(referral: Referral, form: Reader) -> None:
    """A result needs a session that was held, and none that is still awaited."""
    sessions = list(Consultation.of(referral).where(Consultation.expert == referral.expert_id))
    if any(session.attendance == "planned" for session in sessions):
        form.refuse("notice", _("잡힌 회차가 남아 있습니다. 먼저 그 회차를 기록해 주십시오."))
    elif not any(session.is_held for session in sessions):
        form.refuse("notice", _("진행한 회차가 있어야 결과보고를 낼 수 있습니다."))


@acts("approve")
def approve(referral: Referral, form: Reader, by: Actor) -> dict:
    return decide(referral, form, by, "approved", said(form, "note"))


@acts("return")
def send_back(referral: Referral, form: Reader, by: Actor) -> dict:
    return decide(referral, form, by, "returned", said(form, "reason", _("보완할 점을 적어 주십시오.")))


def decide(referral: Referral, form: Reader, by: Actor, state: str, reason: str) -> dict:
    finish(form)
    made = Report.latest(referral)
    assert made, "a referral in this state has a report"
    made.decide(state, by.uid, reason)
    return {"report": made.uid, "reason": reason, **parties(referral)}


@afterwards("approve")
def look_after(referral: Referral, by: Actor) -> None:
    referral.move("aftercare", TIME)
    Aftercare.begin(referral)


@afterwards("begin")
@afterwards("plan")
@afterwards("sit")
def count_from_the_last(referral: Referral, by: Actor) -> None:
    """The result is due so long after the last session, which may be one that is planned: forgotten, it turns late too."""
    last = Consultation.planned_of(referral) or Consultation.last_held(referral)
    if last:
        Clock.start(referral.uid, "report", whose=referral.expert_id or "", since=last.held_at or last.planned_at)
        referral.retime()


def call_off(event: events.Event) -> None:
    """The expert was released: what was planned will not be."""
    session = Consultation.planned_of(event.subject)
    if session:
        asked_by = "owner" if event.kind == "referral.withdraw" else "office"
        session.missed("cancelled", ASKED[asked_by])


for _command in ("rematch", "escalate", "withdraw", "cancel"):
    events.subscribe(f"referral.{_command}", call_off)
