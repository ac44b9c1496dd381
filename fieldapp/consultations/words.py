"""What sessions, results and ratings are called, as people read it."""

from flask_babel import lazy_gettext as _

HOWS = {"place": _("만나서"), "call": _("전화로"), "video": _("화상으로")}
ATTENDANCES = {"planned": _("예정"), "held": _("진행함"), "late": _("늦게 시작함"), "absent": _("부재"), "cancelled": _("취소됨")}
CODES = {"owner_absent": _("소상공인 부재"), "owner_asked": _("소상공인 요청"), "expert_asked": _("전문가 사정"), "weather": _("날씨·재해"),
         "other": _("그 밖")}
ASKERS = {"owner": _("소상공인"), "expert": _("전문가"), "office": _("사무실")}
RESULTS = {"achieved": _("이룸"), "partly": _("일부 이룸"), "not": _("이루지 못함")}
REPORT_STATES = {"submitted": _("냄"), "returned": _("보완 요청"), "approved": _("승인됨")}
SCORES = {5: _("매우 만족"), 4: _("만족"), 3: _("보통"), 2: _("불만"), 1: _("매우 불만")}

HELD = ("held", "late")
NOT_HELD = ("absent", "cancelled")
