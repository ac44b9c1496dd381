import re

from fieldapp.events import Event
from fieldapp.people import Grant, Person
from tests.conftest import Client


def run(app, *args, **more):
    return app.test_cli_runner(**more).invoke(args=["create-admin", *args])


def test_the_first_administrator_can_log_in(app):
    done = run(app, "--login", "first", "--name", "관리자", "--password", "long enough 1")
    assert done.exit_code == 0, done.output
    person = Person.recognise("first", "long enough 1")
    assert person and person.role == "admin"
    assert Event.get(Event.kind == "person.created").subject == person.uid


def test_a_short_password_and_a_name_that_is_taken_are_refused_in_words(app):
    assert "10 characters" in run(app, "--login", "first", "--name", "x", "--password", "short").output
    run(app, "--login", "first", "--name", "x", "--password", "long enough 1")
    again = run(app, "--login", "first", "--name", "x", "--password", "long enough 2")
    assert again.exit_code == 1 and "already" in again.output
    assert Person.select().count() == 1


def test_the_password_is_asked_for_twice_where_it_is_not_given(app):
    runner = app.test_cli_runner()
    done = runner.invoke(args=["create-admin", "--login", "first", "--name", "x"], input="long enough 1\nlong enough 1\n")
    assert done.exit_code == 0 and "long enough" not in done.output


def account(app, login: str, role: str, *zones: str, mail: str = ""):
    asked = [part for zone in zones for part in ("--zone", zone)] + (["--mail", mail] if mail else [])
    return app.test_cli_runner().invoke(
        args=["create-person", "--login", login, "--name", "x", "--password", "long enough 1", "--role", role, *asked])


def test_a_manager_gets_the_zones_from_today_on(app, cast):
    assert account(app, "new", "manager", "창동권역", "쌍문권역").exit_code == 0
    person = Person.get(Person.login == "new")
    assert sorted(Grant.zones_of(person)) == sorted([cast.zone.uid, cast.other_zone.uid])
    assert Event.select().where(Event.kind == "grant.given", Event.subject == person.uid).count() == 2


def test_notices_go_to_the_mail_that_an_account_is_given(app, cast):
    command = app.test_cli_runner().invoke
    assert account(app, "new", "coordinator", mail="desk@example.org").exit_code == 0
    assert Person.get(Person.login == "new").mail == "desk@example.org"
    assert command(args=["set-mail", "new", "office@example.org"]).exit_code == 0
    assert Person.get(Person.login == "new").mail == "office@example.org"
    assert "office" not in Event.get(Event.kind == "person.changed").data
    assert "no account" in command(args=["set-mail", "nobody", "x@example.org"]).output


def test_a_manager_without_a_zone_and_a_zone_that_is_none_are_refused_in_words(app, cast):
    assert "at least one --zone" in account(app, "a", "manager").output
    assert "no one else" in account(app, "b", "coordinator", "창동권역").output
    refused = account(app, "c", "manager", "없는권역")
    assert refused.exit_code == 1 and "창동권역" in refused.output
    assert account(app, "d", "coordinator").exit_code == 0
    assert not Person.select().where(Person.login.in_(("a", "b", "c"))).exists()


def test_an_invitation_from_the_terminal_lets_its_owner_in_and_nobody_without_an_account(app):
    account(app, "first", "supervisor")
    told = app.test_cli_runner().invoke(args=["invite", "first"]).output
    path = re.search(r"http://127.0.0.1:8000(/join/\S+)", told)
    assert path and "█" in told and "30 minutes" in told
    assert "x" in Client(app).get(path[1]).text and Client(app).post(path[1]).status_code == 303
    nobody = app.test_cli_runner().invoke(args=["invite", "nobody"])
    assert nobody.exit_code == 1 and "no account" in nobody.output
