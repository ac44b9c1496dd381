"""초대: a phone comes in, one thing at a time, on the device that opened the link first."""

import secrets

from flask import Response, g, make_response, redirect, request
from flask_babel import gettext as _

from fieldapp.accounts.invitation import Invitation
from fieldapp.accounts.views.blueprint import accounts
from fieldapp.database import in_turn, writing
from fieldapp.errors import Conflict, Invalid, NotFound, TooMany
from fieldapp.events import record
from fieldapp.form import Reader
from fieldapp.people import (
    DEVICE_COOKIE,
    FAILURES_PER_LOGIN,
    HOMES,
    Attempt,
    Person,
    SecondFactor,
    Session,
    asks_more,
    hashed,
    locked_text,
    office_clock,
    qr,
    refused,
    uri_of,
    with_cookies,
    with_device,
)
from fieldapp.web import page, public


@accounts.get("/join/<token>")
@public
def invited(token: str):
    """Only shows who is invited: programs that look into mails open links too."""
    found = Invitation.of_token(token)
    if not found.is_open:
        if Invitation.on(g.device) == found:
            return redirect("/join", 303)
        return page("accounts/join_closed.html", status=409, why=found.why_not)
    return page("accounts/join_start.html", invitation=found, token=token)


@accounts.post("/join/<token>")
@public
def begin(token: str):
    """The first device that asks gets it, and no other."""
    found = Invitation.of_token(token)
    mine = request.cookies.get(DEVICE_COOKIE) or secrets.token_urlsafe(24)
    try:
        with writing():
            found.claim(hashed(mine), request.user_agent.string)
    except Conflict as problem:
        return page("accounts/join_closed.html", status=problem.status, why=problem.message)
    return with_device(make_response(redirect("/join", 303)), mine)


def mine() -> Invitation:
    found = Invitation.on(g.device)
    if found is None:
        raise NotFound(_("이 기기에서 연 초대가 없거나 30분이 지났습니다. 관리자에게 새 QR을 받으십시오."))
    return found


@accounts.get("/join")
@public
def step():
    return next_step(mine())


def next_step(invitation: Invitation, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    """A password first, then the second factor; each page asks for one thing."""
    person, problems = invitation.person, problems or {}
    if invitation.password_at is None:
        return page("accounts/join_password.html", status=status, account=person, problems=problems)
    with writing():
        secret = SecondFactor.propose(person)
    uri = uri_of(person, secret)
    return page("accounts/join_second.html", status=status, account=person, problems=problems, secret=secret, uri=uri, qr=qr(uri),
                clock=office_clock(), needed=asks_more(person, request.remote_addr))


@accounts.post("/join/password")
@public
def set_password():
    invitation, form = mine(), Reader(request.form.to_dict(flat=False))
    password = request.form.get("password") or ""
    try:
        form.finish(known=("password",))
        if why := refused(password, invitation.person.login, invitation.person.name):
            raise Invalid(fields={"password": why})
    except Invalid as problem:
        return next_step(invitation, problem.status, problem.fields)
    if invitation.password_at is None:
        made = Person.hash(password)
        with writing():
            invitation.set_password(made)
    return redirect("/join", 303)


@accounts.post("/join/second")
@public
def set_second():
    """The first code of the authenticator, or `later` where nobody must; with it the phone is in."""
    invitation, form = mine(), Reader(request.form.to_dict(flat=False))
    if invitation.password_at is None:
        return redirect("/join", 303)
    later = form.flag("later") and not asks_more(invitation.person, request.remote_addr)
    code = form.text("code", limit=20, required="" if later else _("번호를 적어 주십시오."))
    key = f"second:{invitation.person_id}"
    try:
        form.finish()
        if not later:
            Attempt.begin({key: FAILURES_PER_LOGIN})
        return come_in(invitation, "" if later else code, key)
    except Invalid as problem:
        return next_step(invitation, problem.status, problem.fields)
    except TooMany as problem:
        return next_step(invitation, problem.status, {"code": locked_text(problem.retry_after)})
    except Conflict as problem:
        return page("accounts/join_closed.html", status=problem.status, why=problem.message)


def come_in(invitation: Invitation, code: str, key: str) -> Response:
    """All of it at once: the second factor is confirmed, the invitation done, the session begun."""
    person, mine = invitation.person, request.cookies.get(DEVICE_COOKIE, "")
    with writing():
        in_turn()
        codes = SecondFactor.confirm(person, code) if code else []
        invitation.finish()
        token = Session.begin(person, hashed(mine), request.user_agent.string, proved=bool(code))
        if code:
            Attempt.succeeded(key)
            record("second.set", person.uid, by=person.uid)
        record("person.logged_in", person.uid, by=person.uid)
    response = make_response(page("accounts/join_done.html", account=person, codes=codes, home=HOMES[person.role]))
    return with_cookies(response, person, token, mine)

