"""The coded reasons of commands, as people read them."""

from flask_babel import lazy_gettext as _

HOLDS = {"shop": _("점포 사정 (처리기한이 멈춤)"), "expert": _("전문가 사정"), "office": _("사무실 확인")}
DECLINES = {"scope": _("지원 대상이 아님"), "known": _("이미 도움을 받고 있음"), "unclear": _("원하는 것을 알 수 없음"),
            "unreachable": _("연락이 닿지 않음"), "other": _("그 밖")}
AGREED_HOW = {"phone": _("전화로 확인"), "paper": _("서면"), "visit": _("방문하여 확인")}
