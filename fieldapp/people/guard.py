"""At the gate of every request: who is it, and may they? What carries no verb is refused."""

from flask import Flask, g, request

from fieldapp import errors
from fieldapp.database import writing
from fieldapp.people.roles import HOMES, may
from fieldapp.people.second import asks_more
from fieldapp.people.session import COOKIE, Session, device_of
from fieldapp.web import PUBLIC, verb_of


def install(app: Flask) -> None:
    app.before_request(admit)
    app.context_processor(lambda: {
        "person": g.get("person"), "may": lambda verb: may(g.get("person"), verb),
        "home": HOMES[g.person.role] if g.get("person") else "/login"})


def admit() -> None:
    g.person, g.session, g.halfway = None, None, None  # halfway: a password was right, and more is asked for
    g.device = device_of(request.cookies)
    if request.endpoint is None:
        return  # no such page: answered as such
    verb = verb_of(request.endpoint)
    token = request.cookies.get(COOKIE)
    if token:
        recognise(token)
    if verb == PUBLIC:
        return
    if g.person is None:
        raise errors.NotLoggedIn()
    if not may(g.person, verb or ""):
        raise errors.Forbidden()


def recognise(token: str) -> None:
    session = Session.find(token)
    if session is None:
        return
    if not session.is_proved and asks_more(session.person, request.remote_addr):
        g.halfway = session
        return
    g.session, g.person = session, session.person
    if session.is_stale:
        try:
            with writing():
                session.touch()
        except Exception as error:
            if errors.storage_problem(error) is None and not isinstance(error, errors.Problem):
                raise
