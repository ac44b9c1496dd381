"""The states of a referral and the commands that lead from one to the next: a table, changed by `Referral.move` alone."""

from flask_babel import lazy_gettext as _

STATES = {"draft": _("작성중"), "submitted": _("접수"), "discarded": _("버림"), "withdrawn": _("철회")}

COMMANDS = {
    ("draft", "submit"): "submitted",
    ("draft", "discard"): "discarded",
    ("submitted", "withdraw"): "withdrawn",
    ("discarded", "submit"): "submitted",
    ("discarded", "draft"): "draft",
    ("withdrawn", "submit"): "submitted",
    ("withdrawn", "draft"): "draft",
}

BEFORE_TRIAGE = ("draft", "submitted", "discarded", "withdrawn")  # what a later revision of the visit may still change
QUEUED = ("submitted",)
