import re
import secrets

from flask import Blueprint, g, make_response, redirect, request
from flask_babel import gettext as _

from fieldapp.database import writing
from fieldapp.errors import Invalid, TooMany
from fieldapp.events import AccessLog, record
from fieldapp.form import Reader, read_instant
from fieldapp.people.grant import Grant
from fieldapp.people.person import LONGEST_PASSWORD, Person
from fieldapp.people.roles import HOMES, ROLES
from fieldapp.people.session import COOKIE, DEVICE_COOKIE, LIFETIME, PERSON_COOKIE, Session, hashed
from fieldapp.people.throttle import FAILURES_PER_ADDRESS, FAILURES_PER_LOGIN, Attempt
from fieldapp.web import LANGUAGES, allow, page, public
from fieldapp.zones import Zone

people = Blueprint("people", __name__)
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
    password = (request.form.get("password") or "")[:LONGEST_PASSWORD]
    target = local(form.text("next", limit=500))
    try:
        form.finish(known=("password",))
        person = recognised(name, password)
    except (Invalid, TooMany) as problem:
        told = problem.fields or {"login": locked_text(problem.retry_after)}
        response = page("people/login.html", status=problem.status, next=target, form={"login": name}, errors=told)
        if problem.retry_after:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response
    return enter(person, target)


def recognised(name: str, password: str) -> Person:
    """The person of this name and password; raises Invalid, or TooMany once it failed too often."""
    keys = f"login:{name}", f"address:{request.remote_addr}"
    for key, limit in zip(keys, (FAILURES_PER_LOGIN, FAILURES_PER_ADDRESS), strict=True):
        Attempt.check(key, limit)
    person = Person.recognise(name, password)
    if person is None:
        Attempt.failed(*keys)
        raise Invalid(fields={"password": _("아이디 또는 비밀번호가 맞지 않습니다.")})
    return person


def locked_text(seconds: int | None) -> str:
    minutes = -(-(seconds or 60) // 60)
    return _("여러 번 틀려 잠시 잠겼습니다. %(minutes)s분 뒤에 다시 시도하거나 관리자에게 알려 주십시오.", minutes=minutes)


def enter(person: Person, target: str):
    device = request.cookies.get(DEVICE_COOKIE) or secrets.token_urlsafe(24)
    with writing():
        Attempt.forget(f"login:{person.login}")
        token = Session.begin(person, hashed(device), request.user_agent.string)
        record("person.logged_in", person.uid, by=person.uid)
    response = make_response(redirect(target or HOMES[person.role], 303))
    for name, value, age in ((COOKIE, token, LIFETIME), (DEVICE_COOKIE, device, LIFETIME * 12)):
        response.set_cookie(name, value, max_age=age, httponly=True, samesite="Lax", secure=request.is_secure)
    # The phone's modules name a record's author by it, offline too; it opens nothing.
    response.set_cookie(PERSON_COOKIE, person.uid, max_age=LIFETIME * 12, samesite="Lax", secure=request.is_secure)
    return response


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


@people.get("/people")
@allow("account.see")
def accounts():
    grants: dict[str, list[Grant]] = {}
    for grant in Grant.select(Grant, Zone).join(Zone).order_by(Grant.first_day):
        grants.setdefault(grant.person_id, []).append(grant)
    everyone = list(Person.select().order_by(Person.role, Person.login))
    return page("people/index.html", accounts=everyone, grants=grants, roles=ROLES)


@people.get("/access")
@allow("log.see")
def access():
    """접속기록, the latest first, in pages by the last row's time."""
    before = read_instant(request.args.get("before", ""))
    rows = AccessLog.select().order_by(AccessLog.created_at.desc()).limit(51)
    rows = list(rows.where(AccessLog.created_at < before) if before else rows)
    names = {person.uid: person.name for person in Person.select(Person.uid, Person.name)}
    return page("people/access.html", rows=rows[:50], more=rows[49].created_at if len(rows) > 50 else None, names=names)


def local(target: str) -> str:
    """A path within this site, or nothing: a log-in never sends anyone elsewhere."""
    return target if LOCAL.fullmatch(target) else ""
