"""The ten fields in which 스마트혁신지원단 gives advice."""

from flask_babel import lazy_gettext as _

FIELDS = {
    "startup": _("창업벤처"), "legal": _("법무규제"), "finance": _("금융"), "labor": _("인사·노무"), "tax": _("세무회계"),
    "strategy": _("경영전략"), "production": _("생산관리"), "marketing": _("마케팅"), "patent": _("기술특허"),
    "it": _("정보화"),
}
FIELD_CODES = tuple(FIELDS)
