"""Why a visit goes back to its manager: codes with their words; `other` says it in words of its own."""

from flask_babel import lazy_gettext as _

RETURNS = {
    "photos_blurred": _("사진이 흐림"), "place_far": _("위치가 점포에서 멂"), "text_short": _("글이 짧음"), "wrong_shop": _("다른 점포"),
    "grievance_missing": _("건의·애로가 빠짐"), "consent_missing": _("동의가 빠짐"), "other": _("기타"),
}
