"""The words of messages on screen."""

from flask_babel import lazy_gettext as _

TEMPLATES = {
    "offer": _("상담 제안"), "offer_recalled": _("제안 회수"), "offer_expired": _("제안 만료"), "received": _("접수 안내"),
    "accepted": _("수락 안내"), "declined": _("처리 결과 안내"), "scheduled": _("상담 일정"), "report_returned": _("결과보고 반려"),
    "completed": _("만족도 요청"), "overdue": _("처리기한 지남"), "escalated": _("처리기한 지남(감독)"),
    "nobody_fits": _("맡을 전문가 없음"), "invited": _("계정 초대"),
}
CHANNELS = {"mail": _("메일"), "text": _("문자")}
STATES = {
    "created": _("대기"), "sending": _("보내는 중"), "delivered": _("보냄"), "failed_temporary": _("다시 시도"),
    "failed_permanent": _("실패"),
}
NOT_FAILED = _("실패한 알림만 다시 보낼 수 있습니다. 그 사이 다시 보냈거나 이미 전달되었습니다.")
