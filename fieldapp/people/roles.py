"""Who may do what: one table of verbs. A verb that does not stand here is nobody's."""

from flask_babel import lazy_gettext as _

MANAGER, COORDINATOR, SUPERVISOR, EXPERT, ADMIN = "manager", "coordinator", "supervisor", "expert", "admin"

ROLES = {
    MANAGER: _("매니저"), COORDINATOR: _("담당자"), SUPERVISOR: _("감독"), EXPERT: _("전문가"), ADMIN: _("관리자"),
}

VERBS = {
    "self.use": {MANAGER, COORDINATOR, SUPERVISOR, EXPERT, ADMIN},  # own home, language, log-out
    "phone.use": {MANAGER},
    "visit.record": {MANAGER},
    "visit.see": {MANAGER, COORDINATOR, SUPERVISOR},
    "visit.review": {SUPERVISOR},  # confirm, or return with a reason
    "shop.see": {MANAGER, COORDINATOR, SUPERVISOR},
    "consent.withdraw": {MANAGER, COORDINATOR},  # as the owner says; the owner does it by link
    "map.see": {MANAGER, COORDINATOR, SUPERVISOR},
    "referral.see": {MANAGER, COORDINATOR, SUPERVISOR},
    "referral.work": {MANAGER, COORDINATOR, SUPERVISOR},  # which command in which state: referrals/states.py
    "case.work": {EXPERT},  # own offers and cases
    "expert.see": {COORDINATOR, SUPERVISOR},
    "expert.edit": {COORDINATOR},
    "clock.see": {MANAGER, COORDINATOR, SUPERVISOR, ADMIN},
    "clock.edit": {SUPERVISOR, ADMIN},  # policies of due times, the office's extra days
    "message.see": {COORDINATOR, ADMIN},
    "message.retry": {COORDINATOR, ADMIN},
    "refusal.see": {COORDINATOR, SUPERVISOR},  # what phones sent and the office could not take
    "dashboard.see": {MANAGER, COORDINATOR, SUPERVISOR},
    "shop.assign": {SUPERVISOR},  # which manager is in charge of which shop, and which dong lies in which zone
    "shop.import": {SUPERVISOR, ADMIN},  # lists of shops from a file: what it would do, then that, and back again
    "shop.edit": {MANAGER, COORDINATOR, SUPERVISOR},  # what is known of a business beside its place in the register
    "shop.merge": {COORDINATOR, SUPERVISOR},  # say of two entries that they are one shop, or two
    "category.edit": {SUPERVISOR, ADMIN},  # what a grievance may be about
    "feed.make": {COORDINATOR, SUPERVISOR},  # addresses at which a map program reads the visits
    "target.set": {SUPERVISOR},
    "report.see": {COORDINATOR, SUPERVISOR},
    "report.issue": {SUPERVISOR},
    "list.export": {COORDINATOR, SUPERVISOR},
    "account.see": {ADMIN},
    "account.edit": {ADMIN},
    "log.see": {ADMIN},
}

ALL_ZONES = {COORDINATOR, SUPERVISOR}

HOMES = {MANAGER: "/today", COORDINATOR: "/referrals", SUPERVISOR: "/dashboard", EXPERT: "/inbox", ADMIN: "/people"}


def may(person, verb: str) -> bool:
    return person is not None and person.active and person.role in VERBS.get(verb, ())
