"""What happened to a thing, in words: its events, each with who did it and what it was about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fieldapp.consultations import ASKERS, ATTENDANCES, CODES
from fieldapp.dates import day, moment
from fieldapp.events import Event
from fieldapp.experts import FIELDS, Expert
from fieldapp.form import read_instant
from fieldapp.messages import TEMPLATES
from fieldapp.people import Person
from fieldapp.referrals import AGREED_HOW, DECLINES, HOLDS, REFUSALS, STATES
from fieldapp.visits import RETURNS
from fieldapp.worktime import KINDS as CLOCKS

KINDS = {
    "visit.recorded": _("방문 기록이 도착함"), "visit.revised": _("방문 기록이 고쳐짐"), "visit.joined": _("늦게 온 앞 기록과 이어짐"),
    "visit.returned": _("반려"), "visit.confirmed": _("확인"), "photo.received": _("사진 도착"), "photo.refused": _("받을 수 없는 사진"),
    "aftercare.answered": _("사후관리 방문"), "aftercare.not_answered": _("이 점포의 것이 아닌 사후관리 표시"),
    "clock.amber": _("처리기한 임박"), "clock.due": _("처리기한 지남"), "clock.escalated": _("늦어져 감독에게 알림"),
    "clock.moved": _("처리기한이 바뀜"), "message.unaddressed": _("주소가 없어 알리지 못함"), "message.retried": _("알림을 다시 보냄"),
    "message.created": _("알림"),
    "referral.opened": _("의뢰 작성"), "referral.waits_for_consent": _("연락 동의를 기다림"),
    "referral.noted": _("검토 뒤에 고쳐진 방문을 적어 둠"), "referral.nobody_fits": _("맡을 전문가가 없음"),
    "referral.took_over": _("다른 의뢰를 합쳐 받음"), "referral.rated": _("만족도 응답"),
    "referral.submit": _("의뢰 접수"), "referral.discard": _("의뢰를 버림"), "referral.redraft": _("의뢰가 작성중으로 돌아감"),
    "referral.triage": _("검토함"), "referral.merge": _("다른 의뢰에 합침"), "referral.unmerge": _("병합을 풂"),
    "referral.open_matching": _("매칭을 시작함"), "referral.ask": _("점포에 물음"), "referral.hold": _("보류함"),
    "referral.resume": _("다시 진행함"), "referral.decline": _("반려함"), "referral.guide": _("지원사업을 안내하고 종결함"),
    "referral.escalate": _("위원회에 올림"), "referral.resolve": _("위원회 의결로 다시 검토"), "referral.close": _("위원회 의결로 종결함"),
    "referral.offer": _("전문가에게 제안함"), "referral.accept": _("전문가가 수락함"), "referral.refuse": _("전문가가 거절함"),
    "referral.expire": _("답이 없어 제안이 끝남"), "referral.recall": _("제안을 거둠"), "referral.rematch": _("다시 매칭으로 보냄"),
    "referral.schedule": _("첫 상담 일정을 잡음"), "referral.begin": _("첫 상담을 마침"), "referral.miss": _("상담을 하지 못함"),
    "referral.reschedule": _("일정을 바꾸기로 함"), "referral.plan": _("다음 회차를 잡음"), "referral.sit": _("회차를 기록함"),
    "referral.report": _("결과보고를 냄"), "referral.approve": _("결과를 승인함"), "referral.return": _("결과보고를 돌려보냄"),
    "referral.aftercare": _("사후관리를 시작함"), "referral.finish": _("종결함"), "referral.refer_again": _("다시 의뢰함"),
    "referral.note": _("메모"), "referral.agree": _("동의를 기록함"), "referral.withdraw": _("의뢰 철회"),
    "referral.rezoned": _("점포와 함께 다른 권역으로 옮겨짐"), "referral.cancel": _("취소함"), "referral.reopen": _("다시 엶"),
}
REASONS = {  # what a coded reason is called, by the command that was given with it
    "ask": HOLDS, "hold": HOLDS, "decline": DECLINES, "refuse": REFUSALS, "agree": AGREED_HOW, "reschedule": ASKERS, "miss": CODES,
    "sit": CODES, "returned": {code: word for code, word in RETURNS.items() if code != "other"},
}


@dataclass(frozen=True)
class Step:
    """One thing that happened: `more` tells what it was about, `why` is what someone typed."""

    at: datetime
    what: str
    who: str
    why: str = ""
    more: tuple[str, ...] = ()
    times: int = 1
    subject: str = ""
    kind: str = ""

    def again(self, later: "Step") -> bool:
        """Whether the later one is the same thing once more, with nothing to tell apart."""
        return not (later.why or self.why or later.more or self.more) and (self.what, self.who) == (later.what, later.who)


def story_of(*subjects: str) -> list[Step]:
    """The events of these subjects, oldest first; the same thing done again by the same person is told once, with how often."""
    steps: list[Step] = []
    for step in told(Event.of(*subjects)):
        if steps and steps[-1].again(step):
            step = Step(step.at, step.what, step.who, times=steps.pop().times + 1, subject=step.subject, kind=step.kind)
        steps.append(step)
    return steps


def told(events: Iterable[Event]) -> list[Step]:
    """Each of these in words; two queries for the names, however many they are."""
    happened = list(events)
    names = names_of(happened)
    return [Step(event.created_at, str(KINDS.get(event.kind, event.kind)), names.get(event.person, ""),
                 event.facts.get("reason", "") or event.facts.get("wish", ""), tuple(about(event, names)), 1, event.subject, event.kind)
            for event in happened]


def names_of(happened: list[Event]) -> dict[str, str]:
    """How those who did it, and the experts it was about, are called: the shop and time act without an account."""
    uids = {event.person for event in happened} | {event.facts.get("expert") or "" for event in happened}
    found = {"": gettext("자동"), "clock": gettext("자동"), "owner": gettext("소상공인")}
    for table in (Expert, Person):
        found |= {row.uid: row.name for row in table.select(table.uid, table.name).where(table.uid.in_(uids - found.keys()))}
    return found


def about(event: Event, names: dict[str, str]) -> list[str]:
    """What an event was about, from its facts: states, the expert, the coded reason, days and numbers."""
    facts, command = event.facts, event.kind.partition(".")[2]
    before, after = facts.get("before", ""), facts.get("after", "")
    said = [
        f"{STATES[before]} → {STATES[after]}" if before in STATES and after in STATES and before != after else "",
        names.get(facts["expert"], "") if facts.get("expert") else "",
        gettext("%(n)s회차", n=facts["number"]) if facts.get("number") else "",
        str(ATTENDANCES.get(facts.get("attendance", ""), "")),
        str(REASONS.get(command, {}).get(facts.get("code", ""), "")),
        str(CLOCKS.get(facts.get("kind", ""), "")),
        str(TEMPLATES.get(facts.get("template", ""), "")),
        str(FIELDS.get(facts.get("field", ""), "")),
        *(str(facts[name]) for name in ("into", "other", "again", "same_as") if facts.get(name)),
        gettext("다시 볼 날 %(day)s", day=day(date.fromisoformat(facts["review_on"]))) if facts.get("review_on") else "",
        moment(read_instant(facts["at"])) if facts.get("at") else "",
        gettext("%(n)s개월", n=facts["months"]) if facts.get("months") else "",
        gettext("%(n)s점", n=facts["score"]) if facts.get("score") else "",
    ]
    return [text for text in said if text]
