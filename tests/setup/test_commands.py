
from fieldapp.events import Event
from fieldapp.people import Person


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
