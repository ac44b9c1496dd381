"""Where a case is, in the words of its owner, and what happens next."""

from flask_babel import lazy_gettext as _

WHERE = {
    "draft": _("아직 접수되지 않았습니다"), "submitted": _("접수되었습니다"), "triaged": _("담당자가 내용을 살펴보고 있습니다"),
    "matching": _("맞는 전문가를 찾고 있습니다"), "offered": _("전문가에게 상담을 부탁했습니다"), "accepted": _("전문가가 정해졌습니다"),
    "scheduled": _("상담 날짜가 정해졌습니다"), "in_progress": _("상담을 하고 있습니다"), "report_submitted": _("상담 결과를 정리했습니다"),
    "completed": _("상담이 끝났습니다"), "aftercare": _("상담이 끝났습니다"), "on_hold": _("잠시 멈추어 있습니다"),
    "escalated": _("위원회에서 살펴보고 있습니다"), "closed": _("끝났습니다"), "declined": _("상담으로 이어지지 않았습니다"),
    "withdrawn": _("요청을 거두셨습니다"), "cancelled": _("사무실에서 취소했습니다"), "merged": _("다른 요청과 합쳐 함께 진행합니다"),
    "discarded": _("요청이 거두어졌습니다"),
}
NEXT = {
    "draft": _("매니저가 동의를 확인하면 접수됩니다."), "submitted": _("담당자가 내용을 확인합니다."),
    "triaged": _("맞는 전문가를 찾습니다."), "matching": _("전문가가 정해지면 문자로 알려 드립니다."),
    "offered": _("전문가가 답하면 문자로 알려 드립니다."), "accepted": _("전문가가 전화를 드려 상담 날짜를 정합니다."),
    "scheduled": _("아래 시간에 상담을 합니다."), "in_progress": _("다음 상담을 하거나 결과를 정리합니다."),
    "report_submitted": _("담당자가 결과를 확인합니다."), "completed": _("매니저가 한 달 뒤에 다시 찾아뵙습니다."),
    "aftercare": _("매니저가 1개월, 3개월, 6개월 뒤에 다시 찾아뵙습니다."), "on_hold": _("다시 진행하면 알려 드립니다."),
    "escalated": _("결과가 나오면 문자로 알려 드립니다."),
}
SHOULD_BE_OVER = _("상담 시간이 지났습니다. 전문가가 결과를 적으면 여기에 나타납니다.")
