import re
import secrets

from flask import Response, g, make_response, redirect, request
from flask_babel import gettext as _

from fieldapp.database import writing
from fieldapp.errors import Invalid, TooMany
from fieldapp.events import record
from fieldapp.form import Reader
from fieldapp.people.passwords import LONGEST
from fieldapp.people.person import Person
from fieldapp.people.phone import LOCK, Phone
from fieldapp.people.roles import HOMES
from fieldapp.people.second import SecondFactor, asks_more, office_clock
from fieldapp.people.session import COOKIE, DEVICE_COOKIE, LIFETIME, PERSON_COOKIE, Session, hashed, with_cookies
from fieldapp.people.throttle import FAILURES_PER_ADDRESS, FAILURES_PER_LOGIN, Attempt, locked_text
from fieldapp.people.views.blueprint import people
from fieldapp.web import LANGUAGES, allow, page, public, query

LOCAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")  # browsers pass over line breaks, and take a backslash for a slash


@people.get("/login")
@public
def login():
    return page("people/login.html", next=local(request.args.get("next", "")), form={}, errors={})


@people.post("/login")
@public
def log_in():
    form = Reader(request.form.to_dict(flat=False))
    name = form.text("login", limit=60, required=_("아이디를 적어 주십시오."))
    password = (request.form.get("password") or "")[:LONGEST]
    target = local(form.text("next", limit=500))
    try:
        form.finish(known=("password",))
        person = recognised(name, password)
        if Phone.order_of(g.device) == LOCK:
            raise Invalid(fields={"login": _("관리자가 이 휴대폰을 잠갔습니다. 찾으셨으면 관리자에게 풀어 달라고 하십시오.")})
    except (Invalid, TooMany) as problem:
        told = problem.fields or {"login": locked_text(problem.retry_after)}
        response = page("people/login.html", status=problem.status, next=target, form={"login": name}, errors=told)
        if problem.retry_after:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response
    return enter(person, target)


def recognised(name: str, password: str) -> Person:
    """The person of this name and password; raises Invalid, or TooMany once it failed too often."""
    address = f"address:{request.remote_addr}"
    Attempt.begin({f"login:{name}": FAILURES_PER_LOGIN, address: FAILURES_PER_ADDRESS})
    person = Person.recognise(name, password)
    if person is None:
        raise Invalid(fields={"password": _("아이디 또는 비밀번호가 맞지 않습니다.")})
    with writing():
        Attempt.succeeded(f"login:{name}", address)
    return person


def enter(person: Person, target: str):
    """Begin a session; where this place and device ask for more than a password, that comes first."""
    device = request.cookies.get(DEVICE_COOKIE) or secrets.token_urlsafe(24)
    with writing():
        token = Session.begin(person, hashed(device), request.user_agent.string)
        record("person.logged_in", person.uid, by=person.uid)
    proved = not asks_more(person, request.remote_addr) or Session.find(token).is_proved  # type: ignore[union-attr]
    where = target or HOMES[person.role] if proved else f"/login/second?{query({'next': target})}"
    return with_cookies(make_response(redirect(where, 303)), person, token, device)


@people.get("/login/second")
@public
def second():
    if g.halfway is None:
        return redirect("/" if g.person else "/login", 303)
    return asked_for_more(local(request.args.get("next", "")))


def asked_for_more(target: str, status: int = 200, problem: str = "") -> Response:
    return page("people/second.html", status=status, next=target, who=g.halfway.person, problem=problem, clock=office_clock())


@people.post("/login/second")
@public
def prove():
    """A code that changes, or one for recovery; each opens once."""
    if g.halfway is None:
        return redirect("/" if g.person else "/login", 303)
    person, form = g.halfway.person, Reader(request.form.to_dict(flat=False))
    target = local(form.text("next", limit=500))
    try:
        code = form.text("code", limit=20, required=_("번호를 적어 주십시오."))
        form.finish()
        Attempt.begin({f"second:{person.uid}": FAILURES_PER_LOGIN})
        with writing():
            by = SecondFactor.prove(person, code)
            g.halfway.prove()
            Attempt.succeeded(f"second:{person.uid}")
            record("person.proved", person.uid, by=person.uid, how=by)
    except (Invalid, TooMany) as problem:
        response = asked_for_more(target, problem.status, problem.fields.get("code") or locked_text(problem.retry_after))
        if problem.retry_after:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response
    return redirect(target or HOMES[person.role], 303)


@people.post("/logout")
@allow("self.use")
def log_out():
    with writing():
        g.session.end()
        record("person.logged_out", g.person.uid, by=g.person.uid)
    response = make_response(redirect("/login", 303))
    response.delete_cookie(COOKIE)
    response.delete_cookie(PERSON_COOKIE)
    return response


@people.post("/language")
@public
def choose_language():
    wished = request.form.get("lang", "")
    response = make_response(redirect(local(request.form.get("next", "")) or "/", 303))
    if wished in LANGUAGES:
        response.set_cookie("lang", wished, max_age=LIFETIME * 12, samesite="Lax", secure=request.is_secure)
    return response


@people.get("/")
@public
def front():
    return redirect(HOMES[g.person.role] if g.person else "/login", 303)


@people.get("/welcome")
@allow("self.use")
def welcome():
    return page("people/welcome.html")


def local(target: str) -> str:
    """A path within this site, or nothing: a log-in never sends anyone elsewhere."""
    return target if LOCAL.fullmatch(target) else ""
