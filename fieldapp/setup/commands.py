"""Starting an office: the first account, the demo, serving, and keeping copies."""


import click

from fieldapp import events
from fieldapp.database import writing
from fieldapp.people import LONGEST_PASSWORD, SHORTEST_PASSWORD, Person
from fieldapp.setup.backup import backup
from fieldapp.setup.restore import restore
from fieldapp.setup.start import start


@click.command("create-admin")
@click.option("--login", prompt="아이디 / login")
@click.option("--name", prompt="이름 / name")
@click.password_option(help=f"At least {SHORTEST_PASSWORD} characters; asked for when it is not given.")
def create_admin(login: str, name: str, password: str) -> None:
    """Make the first administrator of an empty office."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise click.ClickException(f"The password needs at least {SHORTEST_PASSWORD} characters and at most {LONGEST_PASSWORD}.")
    if Person.select().where(Person.login == login).exists():
        raise click.ClickException(f"There is an account named {login} already.")
    with writing():
        person = Person.create(login=login, name=name, role="admin", password_hash=Person.hash(password))
        events.record("person.created", person.uid, role=person.role)
    click.echo(f"{login} can log in now.")


COMMANDS = [create_admin, start, backup, restore]
