"""The states of a referral: what may happen in which, and who may do it. All of it is this table; `Referral.move` alone changes a state.

Source: the district's rules for 스마트혁신지원단. Where a step ends in `BACK`, it leads to the state that the referral came from.
"""

from functools import cache

from flask_babel import lazy_gettext as _

from fieldapp.people import COORDINATOR, EXPERT, MANAGER, SUPERVISOR

# Who acts without an account: the shop by its link, time, a visit's revision, a consent that was taken back.
OWNER, CLOCK, VISIT, CONSENT = "owner", "clock", "visit", "consent"
BACK = "back"

STATES = {
    "draft": _("작성중"), "submitted": _("접수"), "triaged": _("검토"), "matching": _("매칭"), "offered": _("수락대기"),
    "accepted": _("수락"), "scheduled": _("일정확정"), "in_progress": _("진행"), "report_submitted": _("결과보고"),
    "completed": _("완료"), "aftercare": _("사후관리"), "on_hold": _("보류"), "escalated": _("위원회"), "closed": _("종결"),
    "declined": _("반려"), "withdrawn": _("철회"), "cancelled": _("취소"), "merged": _("병합"), "discarded": _("버림"),
}

TABLE: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "draft": {"submit": ("submitted", (MANAGER, OWNER, VISIT)), "discard": ("discarded", (MANAGER, VISIT))},
    "submitted": {"triage": ("triaged", (COORDINATOR,)), "merge": ("merged", (COORDINATOR,)), "discard": ("discarded", (VISIT,))},
    "triaged": {"open_matching": ("matching", (COORDINATOR,)), "ask": ("on_hold", (COORDINATOR,)),
                "decline": ("declined", (COORDINATOR,)), "guide": ("closed", (COORDINATOR,)),
                "escalate": ("escalated", (COORDINATOR,)), "merge": ("merged", (COORDINATOR,))},
    "matching": {"offer": ("offered", (COORDINATOR,)), "hold": ("on_hold", (COORDINATOR,)), "merge": ("merged", (COORDINATOR,))},
    "offered": {"accept": ("accepted", (EXPERT,)), "refuse": ("matching", (EXPERT,)), "expire": ("matching", (CLOCK,)),
                "recall": ("matching", (COORDINATOR, CONSENT))},
    "accepted": {"schedule": ("scheduled", (EXPERT, COORDINATOR)), "rematch": ("matching", (COORDINATOR, CONSENT)),
                 "hold": ("on_hold", (COORDINATOR,))},
    "scheduled": {"begin": ("in_progress", (EXPERT, COORDINATOR)), "miss": ("accepted", (EXPERT, COORDINATOR)),
                  "reschedule": ("accepted", (EXPERT, COORDINATOR)), "rematch": ("matching", (COORDINATOR, CONSENT)),
                  "hold": ("on_hold", (COORDINATOR,))},
    "in_progress": {"plan": ("in_progress", (EXPERT, COORDINATOR)), "sit": ("in_progress", (EXPERT, COORDINATOR)),
                    "report": ("report_submitted", (EXPERT, COORDINATOR)), "rematch": ("matching", (COORDINATOR, CONSENT)),
                    "escalate": ("escalated", (COORDINATOR,)), "hold": ("on_hold", (COORDINATOR,))},
    "report_submitted": {"approve": ("completed", (COORDINATOR, SUPERVISOR)), "return": ("in_progress", (COORDINATOR, SUPERVISOR))},
    "completed": {"aftercare": ("aftercare", (CLOCK,))},
    "aftercare": {"finish": ("closed", (MANAGER, COORDINATOR)), "refer_again": ("aftercare", (MANAGER, COORDINATOR))},
    "on_hold": {"resume": (BACK, (COORDINATOR,))},
    "escalated": {"resolve": ("triaged", (COORDINATOR,)), "close": ("closed", (COORDINATOR, SUPERVISOR))},
    "closed": {"reopen": ("triaged", (SUPERVISOR,))},
    "declined": {"reopen": ("triaged", (SUPERVISOR,))},
    "withdrawn": {"reopen": ("triaged", (SUPERVISOR,))},
    "cancelled": {"reopen": ("triaged", (SUPERVISOR,))},
    "merged": {"unmerge": (BACK, (COORDINATOR,))},
    # A later revision of the visit may ask again for what an earlier one let go; nobody else can.
    "discarded": {"submit": ("submitted", (VISIT,)), "redraft": ("draft", (VISIT,))},
}

ENDS = ("closed", "declined", "withdrawn", "cancelled", "merged", "discarded")
LIVE = tuple(state for state in STATES if state not in ENDS)
BEFORE_WORK = ("draft", "submitted", "triaged", "matching", "offered", "accepted", "scheduled")

for _state in LIVE:
    TABLE[_state] |= {
        "note": (_state, (MANAGER, COORDINATOR, SUPERVISOR)),
        "agree": (_state, (MANAGER, COORDINATOR)),
        "withdraw": ("withdrawn", (OWNER, COORDINATOR, *((MANAGER,) if _state in BEFORE_WORK else ()))),
        "cancel": ("cancelled", (SUPERVISOR,)),
    }

COMMANDS = {
    "submit": _("접수하기"), "discard": _("버리기"), "triage": _("검토"), "merge": _("합치기"), "open_matching": _("매칭 시작"),
    "ask": _("점포에 묻기"), "decline": _("반려하기"), "guide": _("지원사업 안내로 종결"), "escalate": _("위원회로"),
    "offer": _("제안"), "hold": _("보류하기"), "accept": _("수락"), "refuse": _("거절"), "expire": _("기한 지남"),
    "recall": _("다른 전문가"), "schedule": _("일정 잡기"), "rematch": _("다시 매칭"), "begin": _("첫 회차 기록"),
    "miss": _("부재·취소 기록"), "reschedule": _("일정 바꾸기"), "plan": _("다음 회차 잡기"), "sit": _("회차 기록"),
    "report": _("결과보고 내기"), "approve": _("승인"), "return": _("돌려보내기"), "aftercare": _("사후관리 시작"),
    "finish": _("종결하기"), "refer_again": _("다시 의뢰"), "resume": _("다시 진행"), "resolve": _("위원회 의결로 다시 검토"),
    "close": _("의결로 종결"), "reopen": _("다시 열기"), "unmerge": _("병합 풀기"), "note": _("메모 남기기"), "agree": _("동의 기록"),
    "withdraw": _("철회하기"), "cancel": _("취소하기"), "redraft": _("작성중으로"),
}

# The one command that comes next for the desk, in front of all others.
NEXT = {"draft": "agree", "submitted": "triage", "triaged": "open_matching", "matching": "offer", "offered": "recall",
        "accepted": "schedule", "scheduled": "begin", "in_progress": "sit", "report_submitted": "approve", "aftercare": "finish",
        "on_hold": "resume", "escalated": "resolve", "merged": "unmerge", "closed": "reopen", "declined": "reopen",
        "withdrawn": "reopen", "cancelled": "reopen"}

# Which clocks run in which state. A hold for the shop's sake and a merge stop them; every other state ends those that it doesn't name.
CLOCKS = {"submitted": ("receipt",), "triaged": ("matching",), "matching": ("matching",), "offered": ("matching", "acceptance"),
          "accepted": ("first_session",), "scheduled": ("first_session",), "in_progress": ("report",), "report_submitted": ("approval",)}
OF_THE_EXPERT = ("acceptance", "first_session", "report")  # counted in the expert's working days

BEFORE_TRIAGE = ("draft", "submitted", "discarded")  # what a later revision of the visit may still change
QUEUED = tuple(state for state in LIVE if state != "draft")
RUNNING = ("accepted", "scheduled", "in_progress", "report_submitted")  # an expert's load, beside what is offered


def step(state: str, command: str) -> tuple[str, tuple[str, ...]] | None:
    """Where `command` leads from `state`, and which roles may give it; None where it can't happen."""
    return TABLE.get(state, {}).get(command)


def commands_for(state: str, role: str) -> list[str]:
    """What this role may do in this state, the next sensible command first."""
    return list(_commands_for(state, role))


@cache
def _commands_for(state: str, role: str) -> tuple[str, ...]:
    found = [command for command, (_to, roles) in TABLE[state].items() if role in roles]
    return tuple(sorted(found, key=lambda command: command != NEXT.get(state)))
