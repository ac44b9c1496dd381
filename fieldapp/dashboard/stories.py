"""What happened to a thing, in words: its events, oldest first, each with who did it."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _

from fieldapp.events import Event
from fieldapp.people import Person

KINDS = {
    "visit.recorded": _("방문 기록이 도착함"), "visit.revised": _("방문 기록이 고쳐짐"), "visit.joined": _("늦게 온 앞 기록과 이어짐"),
    "visit.returned": _("반려"), "photo.received": _("사진 도착"), "photo.refused": _("받을 수 없는 사진"),
    "referral.opened": _("의뢰 작성"), "referral.submit": _("의뢰 접수"), "referral.waits_for_consent": _("연락 동의를 기다림"),
    "referral.discard": _("의뢰를 버림"), "referral.withdraw": _("의뢰 철회"), "referral.draft": _("의뢰가 작성중으로 돌아감"),
    "referral.noted": _("검토 뒤에 고쳐진 방문을 적어 둠"),
    "message.created": _("보낼 알림"), "message.delivered": _("알림을 보냄"), "message.failed": _("알림을 보내지 못함"),
    "message.retried": _("알림을 다시 보내도록 함"), "message.unaddressed": _("받을 곳이 없어 알리지 못함"),
}


@dataclass(frozen=True)
class Step:
    at: datetime
    what: str
    who: str
    why: str
    times: int = 1


def story_of(*subjects: str) -> list[Step]:
    """The events of these subjects; the same thing done again by the same person is told once, with how often."""
    happened = list(Event.of(*subjects))
    names = {person.uid: person.name for person in Person.select(Person.uid, Person.name).where(
        Person.uid.in_({event.person for event in happened}))}
    steps: list[Step] = []
    for event in happened:
        facts = event.facts
        step = Step(event.created_at, str(KINDS.get(event.kind, event.kind)), names.get(event.person, ""), facts.get("reason", ""))
        if steps and not step.why and (steps[-1].what, steps[-1].who, steps[-1].why) == (step.what, step.who, ""):
            step = Step(step.at, step.what, step.who, "", steps.pop().times + 1)
        steps.append(step)
    return steps
