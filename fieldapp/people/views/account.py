"""내 계정: one's own password, second factor and sessions."""

from dataclasses import dataclass, field

from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.database import writing
from fieldapp.errors import Invalid, NotFound, TooMany
from fieldapp.events import record
from fieldapp.form import Reader
from fieldapp.people.passwords import LONGEST, refused
from fieldapp.people.person import Person
from fieldapp.people.second import RecoveryCode, SecondFactor, asks_more, office_clock, qr, uri_of
from fieldapp.people.session import Session
from fieldapp.people.throttle import FAILURES_PER_LOGIN, Attempt, locked_text
from fieldapp.people.views.blueprint import people
from fieldapp.web import allow, go, page

MARK = 16  # letters of a session's hash by which its page names it


@dataclass
class Told:
    """What an answer adds to the page: problems by field, what was done, codes that are shown this once."""

    status: int = 200
    problems: dict[str, str] = field(default_factory=dict)
    done: str = ""
    codes: list[str] = field(default_factory=list)
    setting_up: bool = False
    renewing: bool = False

    @classmethod
    def refused(cls, problem: Invalid | TooMany, name: str, **more) -> "Told":
        return cls(problem.status, problem.fields or {name: locked_text(problem.retry_after)}, **more)


@people.get("/account")
@allow("self.use")
def account():
    return shown(Told(setting_up=request.args.get("set") == "second"))


def shown(told: Told) -> Response:
    me = Person.get_by_id(g.person.uid)
    secret = ""
    if told.setting_up:
        with writing():
            secret = SecondFactor.propose(me)
    uri = uri_of(me, secret) if secret else ""
    return page("people/account.html", status=told.status, told=told, me=me, secret=secret, uri=uri, qr=qr(uri) if uri else "",
                sessions=Session.live_of(me), current=g.session.token_hash, mark=MARK, left=RecoveryCode.left(me), clock=office_clock(),
                needed=asks_more(me, request.remote_addr))


@people.post("/account/password")
@allow("self.use")
def change_password():
    """A new password, for who knows the one until now; all other sessions of this person end."""
    form = Reader(request.form.to_dict(flat=False))
    old, new = (request.form.get(name) or "" for name in ("old", "new"))
    try:
        form.finish(known=("old", "new"))
        known(old)
        if why := refused(new, g.person.login, g.person.name):
            raise Invalid(fields={"new": why})
    except (Invalid, TooMany) as problem:
        return shown(Told.refused(problem, "old"))
    hashed = Person.hash(new)
    with writing():
        Person.update(password_hash=hashed).where(Person.uid == g.person.uid).execute()
        Session.end_all(g.person, but=g.session.token_hash)
        record("person.password_changed", g.person.uid, by=g.person.uid)
    return shown(Told(done=_("비밀번호를 바꾸었습니다. 다른 기기의 로그인은 모두 끝났습니다.")))


def known(password: str) -> None:
    """Raise Invalid where this isn't the password of who asks, TooMany once it wasn't too often."""
    key = f"login:{g.person.login}"
    Attempt.begin({key: FAILURES_PER_LOGIN})
    if Person.recognise(g.person.login, password[:LONGEST]) is None:
        raise Invalid(fields={"old": _("지금 비밀번호가 맞지 않습니다.")})
    with writing():
        Attempt.succeeded(key)


@people.post("/account/second")
@allow("self.use")
def set_second():
    """Take the proposed secret into use with its first code; the recovery codes are shown this once.

    Where one is in use already, the password is asked for too: an open screen is not enough to take an account along.
    """
    form = Reader(request.form.to_dict(flat=False))
    code = form.text("code", limit=20, required=_("번호를 적어 주십시오."))
    key = f"second:{g.person.uid}"
    try:
        form.finish(known=("old",))
        if g.person.second_since:
            known(request.form.get("old") or "")
        Attempt.begin({key: FAILURES_PER_LOGIN})
        with writing():
            codes = SecondFactor.confirm(g.person, code)
            g.session.prove()
            Attempt.succeeded(key)
            record("second.set", g.person.uid, by=g.person.uid)
    except (Invalid, TooMany) as problem:
        return shown(Told.refused(problem, "code", setting_up=True))
    return shown(Told(done=_("2단계 인증을 설정했습니다."), codes=codes))


@people.post("/account/recovery")
@allow("self.use")
def renew_codes():
    if not g.person.second_since:
        raise NotFound()
    form = Reader(request.form.to_dict(flat=False))
    try:
        form.finish(known=("old",))
        known(request.form.get("old") or "")
    except (Invalid, TooMany) as problem:
        return shown(Told.refused(problem, "recovery", renewing=True))
    with writing():
        codes = RecoveryCode.renew(g.person)
        record("recovery.renewed", g.person.uid, by=g.person.uid)
    return shown(Told(done=_("복구 번호를 새로 만들었습니다. 앞의 것은 이제 쓸 수 없습니다."), codes=codes))


@people.post("/account/sessions/<mark>/end")
@allow("self.use")
def end_session(mark: str):
    """End one of one's own sessions, or with `others` all but this one."""
    mine = [session for session in Session.live_of(g.person) if session.token_hash != g.session.token_hash]
    ended = mine if mark == "others" else [session for session in mine if session.token_hash[:MARK] == mark]
    if not ended and mark != "others":
        raise NotFound()
    with writing():
        for session in ended:
            session.revoke()
        record("session.ended", g.person.uid, by=g.person.uid, count=len(ended))
    return go("/account")
