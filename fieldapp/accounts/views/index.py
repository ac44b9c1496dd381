import re
from datetime import date

from flask import Response, g, request
from flask_babel import gettext as _

from fieldapp.accounts.periods import give
from fieldapp.accounts.views.blueprint import accounts
from fieldapp.database import today, writing
from fieldapp.errors import Invalid
from fieldapp.events import record
from fieldapp.form import Reader
from fieldapp.people import MANAGER, ROLES, Grant, Person
from fieldapp.web import allow, go, page
from fieldapp.zones import Zone

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
LAST = date(2099, 12, 31)


@accounts.get("/people")
@allow("account.see")
def people():
    grants: dict[str, list[Grant]] = {}
    for grant in Grant.select(Grant, Zone).join(Zone).order_by(Grant.first_day):
        grants.setdefault(grant.person_id, []).append(grant)
    everyone = list(Person.select().order_by(Person.active.desc(), Person.role, Person.login))
    return page("accounts/index.html", accounts=everyone, grants=grants, roles=ROLES, today=today())


@accounts.get("/people/new")
@allow("account.edit")
def new():
    return asked(Reader({}))


def asked(form: Reader, status: int = 200) -> Response:
    typed = {name: texts for name, texts in form.values.items() if texts}
    return page("accounts/new.html", status=status, typed=typed, problems=form.errors, roles=ROLES, zones=list(Zone.ordered()),
                today=today())


@accounts.post("/people/new")
@allow("account.edit")
def create():
    """An account without a password: the invitation that follows lets its owner set one."""
    form = Reader(request.form.to_dict(flat=False))
    facts, zones = read_person(form), form.many("zone")
    first_day = form.day("first_day", today(), LAST) or today()
    reason = form.text("reason")
    if (facts["role"] == MANAGER) != bool(zones) and facts["role"]:
        form.refuse("zone", _("매니저에게는 권역이 하나 이상 있어야 하고, 다른 역할에는 없습니다."))
    if facts["login"] and Person.select().where(Person.login == facts["login"]).exists():
        form.refuse("login", _("이미 있는 아이디입니다."))
    known = {zone.uid: zone for zone in Zone.select().where(Zone.uid.in_(zones))}
    if len(known) < len(zones):
        form.refuse("zone", _("목록에 있는 것을 골라 주십시오."))
    try:
        form.finish()
        with writing():
            person = Person.create(password_hash="", **facts)
            record("person.created", person.uid, by=g.person.uid, role=person.role, reason=reason)
            for zone in known.values():
                give(person, zone, first_day, None, reason, g.person.uid)
    except Invalid as problem:
        form.errors.update(problem.fields)
        return asked(form, problem.status)
    return go(f"/people/{person.uid}")


def read_person(form: Reader) -> dict[str, str]:
    """What is said of a person, with what is wrong with it beside its field."""
    login = form.text("login", limit=60, required=_("아이디를 적어 주십시오."))
    if login and not LOGIN.fullmatch(login):
        form.refuse("login", _("아이디는 영어 소문자와 숫자 3자 이상으로 정합니다. 점, 밑줄, 붙임표를 섞을 수 있습니다."))
    return {"login": login, "name": form.text("name", limit=60, required=_("이름을 적어 주십시오.")),
            "role": form.choice("role", ROLES, required=_("역할을 골라 주십시오.")), "mail": read_mail(form)}


def read_mail(form: Reader) -> str:
    mail = form.text("mail", limit=200)
    if mail and not MAIL.fullmatch(mail):
        form.refuse("mail", _("메일 주소를 이름@기관.kr처럼 적어 주십시오."))
    return mail
