"""Starting an office: the first accounts, the demo, serving, and keeping copies."""

import click
import segno
from flask import current_app
from flask_babel import force_locale

from fieldapp import events
from fieldapp.accounts import QR, Invitation
from fieldapp.database import SEOUL, now, writing
from fieldapp.people import ROLES, SHORTEST_PASSWORD, Grant, Person, refused
from fieldapp.setup.backup import backup
from fieldapp.setup.restore import restore
from fieldapp.setup.start import start
from fieldapp.setup.worker import work
from fieldapp.zones import Zone

of_a_person = (
    click.option("--login", prompt="아이디 / login"), click.option("--name", prompt="이름 / name"),
    click.password_option(help=f"At least {SHORTEST_PASSWORD} characters; asked for when it is not given."),
    click.option("--mail", default="", help="The office's address to which notices go; set-mail changes it."))


def asks(*options):
    def decorate(command):
        for option in reversed(options):
            command = option(command)
        return command
    return decorate


@click.command("create-admin")
@asks(*of_a_person)
def create_admin(login: str, name: str, password: str, mail: str) -> None:
    """Make the first administrator of an empty office."""
    make_person(login, name, password, mail, "admin", [])


@click.command("create-person")
@asks(*of_a_person)
@click.option("--role", type=click.Choice(list(ROLES)), prompt="역할 / role")
@click.option("--zone", "zones", multiple=True, help="A manager's zone by its name, from today on; may be given more than once.")
def create_person(login: str, name: str, password: str, mail: str, role: str, zones: tuple[str, ...]) -> None:
    """Make an account; a manager's with the zones that it holds from today on."""
    known = {zone.name_ko: zone for zone in Zone.select()}
    unknown = [zone for zone in zones if zone not in known]
    if unknown:
        raise click.ClickException(f"No zone is named {', '.join(unknown)}. There are: {', '.join(known) or '–'}")
    if (role == "manager") != bool(zones):
        raise click.ClickException("A manager needs at least one --zone, and no one else takes one.")
    make_person(login, name, password, mail, role, [known[zone] for zone in zones])


def make_person(login: str, name: str, password: str, mail: str, role: str, zones: list[Zone]) -> None:
    """Keep an account with its grants, or raise ClickException in words."""
    with force_locale("en"):
        why = refused(password, login, name)
    if why:
        raise click.ClickException(why)
    if Person.select().where(Person.login == login).exists():
        raise click.ClickException(f"There is an account named {login} already.")
    today = now().astimezone(SEOUL).date()
    with writing():
        person = Person.create(login=login, name=name, role=role, mail=mail, password_hash=Person.hash(password))
        events.record("person.created", person.uid, role=role)
        for zone in zones:
            Grant.create(person=person, zone=zone, first_day=today)
            events.record("grant.given", person.uid, zone=zone.uid, first_day=today.isoformat())
    click.echo(f"{login} can log in now.")


@click.command("set-mail")
@click.argument("login")
@click.argument("mail")
def set_mail(login: str, mail: str) -> None:
    """Send the notices for the account LOGIN to MAIL from now on; an empty MAIL sends none."""
    with writing():
        if not Person.update(mail=mail).where(Person.login == login).execute():
            raise click.ClickException(f"There is no account named {login}.")
        events.record("person.changed", Person.get(Person.login == login).uid, fields=["mail"])
    click.echo(f"Notices for {login} go to {mail or 'nobody'}.")


@click.command("invite")
@click.argument("login")
def invite(login: str) -> None:
    """Print the address, and its QR, by which the owner of LOGIN comes in: for where no administrator is left who could."""
    person = Person.get_or_none(Person.login == login)
    if person is None or not person.may_enter:
        raise click.ClickException(f"There is no account named {login} that may come in.")
    with writing():
        made = Invitation.make(person, QR, "")
    url = f"{current_app.config['SETTINGS'].public_url}/join/{made.token}"
    segno.make(url, error="l").terminal(compact=True)
    click.echo(f"{url}\nOnce, on the device that opens it first, within 30 minutes.")


COMMANDS = [create_admin, create_person, set_mail, invite, start, work, backup, restore]
