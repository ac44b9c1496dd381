from dataclasses import dataclass, field

from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.accounts.invitation import LASTS, MAIL, Invitation
from fieldapp.accounts.periods import history_of, leave
from fieldapp.accounts.views.blueprint import accounts
from fieldapp.accounts.views.index import LAST, read_mail
from fieldapp.accounts.words import KINDS
from fieldapp.database import today, writing
from fieldapp.errors import Invalid, NotFound, Problem
from fieldapp.events import Event, record
from fieldapp.form import Reader
from fieldapp.messages import MAIL as BY_MAIL
from fieldapp.messages import Message
from fieldapp.people import MANAGER, ROLES, Attempt, Person, SecondFactor, Session, qr
from fieldapp.web import allow, go, page, wants_part
from fieldapp.zones import Zone

HISTORY = 30


@dataclass
class Told:
    """What an answer adds to a person's page: what was typed into one of its forms, and what is wrong with it."""

    status: int = 200
    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, form: Reader, problem: Problem) -> "Told":
        typed = {key: texts[0] for key, texts in form.values.items() if texts}
        return cls(problem.status, name, typed, problem.fields or {"": str(problem.message)})


def person_of(uid: str) -> Person:
    found = Person.get_or_none(Person.uid == uid)
    if found is None:
        raise NotFound()
    return found


@accounts.get("/people/<uid>")
@allow("account.see")
def show(uid: str):
    return shown(person_of(uid))


def shown(person: Person, told: Told | None = None) -> Response:
    told = told or Told()
    happened = list(Event.select().where(Event.subject == person.uid).order_by(Event.created_at.desc(), Event.uid.desc()).limit(HISTORY))
    managers = list(Person.select().where(Person.role == MANAGER, Person.active, Person.uid != person.uid).order_by(Person.name))
    return page("accounts/show.html", status=told.status, told=told, account=person, roles=ROLES, today=today(), zones=list(Zone.ordered()),
                grants=list(history_of(person)), managers=managers, sessions=Session.live_of(person), happened=happened, kinds=KINDS,
                names={one.uid: one.name for one in Person.select(Person.uid, Person.name)},
                is_locked=Attempt.is_locked(f"login:{person.login}"), invitation=latest(person))


def latest(person: Person) -> Invitation | None:
    return Invitation.select().where(Invitation.person == person).order_by(Invitation.created_at.desc()).first()


@accounts.post("/people/<uid>")
@allow("account.edit")
def change(uid: str):
    """Name, address, role, last day, and whether the account is stopped: then its next request is refused."""
    person, form = person_of(uid), Reader(request.form.to_dict(flat=False))
    facts = {"name": form.text("name", limit=60, required=_("이름을 적어 주십시오.")), "mail": read_mail(form),
             "role": form.choice("role", ROLES, required=_("역할을 골라 주십시오.")), "active": not form.flag("stopped")}
    last_day, reason = form.day("last_day", today(), LAST), form.text("reason")
    changed = [name for name, value in facts.items() if value != getattr(person, name)]
    if {"role", "active"} & set(changed) or last_day != person.last_day:
        if not reason:
            form.refuse("reason", _("역할, 중지, 마지막 날을 바꾸는 까닭을 적어 주십시오. 3년 동안 보관합니다."))
        if person.uid == g.person.uid:
            form.refuse("role", _("자기 역할과 기간은 스스로 바꿀 수 없습니다. 다른 관리자에게 부탁하십시오."))
    if "role" in changed and any(grant.last_day is None or grant.last_day >= today() for grant in history_of(person)):
        form.refuse("role", _("맡은 권역을 먼저 끝내야 역할을 바꿀 수 있습니다."))
    try:
        form.finish()
        with writing():
            Person.update(**facts).where(Person.uid == uid).execute()
            if changed:
                record("person.changed", uid, by=g.person.uid, fields=changed, role=facts["role"], reason=reason)
            if "active" in changed:
                record("person.resumed" if facts["active"] else "person.stopped", uid, by=g.person.uid, reason=reason)
                Invitation.revoke_all(person)
                Session.end_all(person)
            if last_day != person.last_day:
                leave(person, last_day, reason, g.person.uid)
    except Invalid as problem:
        return shown(person, Told.of("facts", form, problem))
    return go(f"/people/{uid}")


@accounts.post("/people/<uid>/invite")
@allow("account.edit")
def invite(uid: str):
    """A QR to be photographed from this screen, shown this once, or a mail with the same link."""
    person, form = person_of(uid), Reader(request.form.to_dict(flat=False))
    way = form.choice("way", LASTS, required=_("QR인지 메일인지 골라 주십시오."))
    if not person.may_enter:
        form.refuse("way", _("중지되었거나 기간이 끝난 계정은 초대할 수 없습니다."))
    elif way == MAIL and not person.mail:
        form.refuse("way", _("메일 주소가 없습니다. 위에서 먼저 적어 주십시오."))
    try:
        form.finish()
    except Invalid as problem:
        return shown(person, Told.of("invite", form, problem))
    with writing():
        made = Invitation.make(person, way, g.person.uid)
        if way == MAIL:
            Message.put("invited", BY_MAIL, person.mail, f"invited:{made.uid}", subject=person.uid, to_person=person.uid,
                        link=made.link, until=made.expires_at)
    if way == MAIL:
        return go(f"/people/{uid}")
    url = f"{request.url_root.rstrip('/')}/join/{made.token}"
    return page("accounts/qr.html", account=person, invitation=made, url=url, image=qr(url))


@accounts.get("/people/<uid>/invitation")
@allow("account.see")
def invitation(uid: str):
    """What has become of the latest one; a part that its page asks for again and again."""
    person = person_of(uid)
    return page("accounts/_invitation.html", account=person, invitation=latest(person)) if wants_part() else go(f"/people/{uid}")


@accounts.post("/people/<uid>/unlock")
@allow("account.edit")
def unlock(uid: str):
    person = person_of(uid)
    with writing():
        Attempt.forget(f"login:{person.login}")
        Attempt.forget(f"second:{person.uid}")
        record("person.unlocked", uid, by=g.person.uid)
    return go(f"/people/{uid}")


@accounts.post("/people/<uid>/sessions/end")
@allow("account.edit")
def end_sessions(uid: str):
    """Out on every device at its next request; an invitation that is half done ends too."""
    person = person_of(uid)
    with writing():
        Session.end_all(person)
        Invitation.revoke_all(person)
        record("session.ended", uid, by=g.person.uid)
    return go(f"/people/{uid}")


@accounts.post("/people/<uid>/second/drop")
@allow("account.edit")
def drop_second(uid: str):
    """For a lost phone and lost codes. Whoever asked is known in person, so all sessions end with it."""
    person = person_of(uid)
    with writing():
        SecondFactor.drop(person)
        Session.end_all(person)
        record("second.dropped", uid, by=g.person.uid)
    return go(f"/people/{uid}")

